"""Work that ctrl+c stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from core.engines.running import Stop

Value = TypeVar("Value")


class CtrlC:
    """A SIGINT handler that remembers: Python may swallow an exception raised in a callback.

    Attributes:
        pressed: whether the user asked to stop.
    """

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self, signum: int, frame: Any) -> None:
        """Stop the main thread where it is."""
        self.pressed = True
        raise KeyboardInterrupt

    @staticmethod
    @contextmanager
    def handling() -> Iterator[None]:
        """Handle SIGINT in this block, in the main thread and if SIGINT has no other handler."""
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not usual or threading.current_thread() is not threading.main_thread():
            yield
            return
        signal.signal(signal.SIGINT, CtrlC())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def interruptible(work: Callable[[Stop], Value]) -> Value:
    """Run `work` in a thread and return what it returns; ctrl+c stops it at once.

    Raises:
        KeyboardInterrupt: after the running statement was interrupted.
    """
    from core.engines.running import Stop

    stop = Stop()
    done = threading.Event()
    results: list[Value] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=target, daemon=True).start()
    try:
        if getattr(signal.getsignal(signal.SIGINT), "pressed", False):
            raise KeyboardInterrupt
        while not done.wait(3600):
            pass
    except KeyboardInterrupt:
        stop.stop()
        done.wait(0.05)
        raise
    if errors:
        raise errors[0]
    return results[0]


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Yield what ctrl+c or a request to end sets; a second one stops at once."""
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {signum: signal.signal(signum, stop) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
