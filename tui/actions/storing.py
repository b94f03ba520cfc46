"""Storing things from the explorer, even while another program writes to the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from core.errors import Busy, FootfallError, Stopped
from core.store.library.saved import Saved
from core.store.waiting import WAIT, Patience
from tui.services.errors import failed, guarded, tell
from tui.services.library import QUICK
from tui.widgets.host import Host

Again = Callable[[FootfallError], None]
"""Brings back what was typed, with the reason it could not be stored."""


Found = TypeVar("Found")


class StoringPage(Protocol):
    """What storing needs from a page."""

    @property
    def app(self) -> Host:
        """The application it is in."""

    @property
    def is_attached(self) -> bool:
        """Whether it still exists."""

    def say(self, text: str, *, warning: bool = False) -> None:
        """Show a sentence on the status line."""

    def update_status(self) -> None:
        """Repaint the status line where it changed."""


def attempt(
    page: StoringPage,
    work: Callable[[Saved], Found],
    done: str,
    then: Callable[[Found], object] = lambda found: None,
    again: Again | None = None,
) -> None:
    """Store something; say `done`, or what went wrong.

    While another program writes, the status line says so and keys keep working.

    Args:
        work: called with the Saved to store in, and again after a while if the file is busy.
        then: called with the result of `work`, once it is stored.
        again: called if it could not be stored; without it the status line says why.
    """
    storing = _Storing(page, work, done, then, again)
    try:
        found = work(page.app.saved.patient(QUICK))
    except Busy:
        storing.wait()
    except FootfallError as error:
        storing.failed(error)
    else:
        storing.stored(found)


@dataclass(frozen=True)
class _Storing:
    """One thing being stored; see `attempt`."""

    page: StoringPage
    work: Callable[[Saved], Any]
    done: str
    then: Callable[[Any], object]
    again: Again | None

    def wait(self) -> None:
        """Retry until it is stored, in a separate thread."""
        self._say_waiting()
        self.page.app.run_worker(self._wait, thread=True, exit_on_error=False, group="storing")

    def _wait(self) -> None:
        app = self.page.app
        try:
            found = self.work(app.saved.patient(Patience(WAIT, self._waited)))
        except Exception as error:
            self._end(self.failed, error)
        else:
            self._end(self.stored, found)

    def _waited(self, seconds: float) -> None:
        self._end(self._say_waiting, seconds)

    def _end(self, function: Callable[..., None], argument: Any) -> None:
        """Continue in the thread of the screen, if there still is one."""
        app = self.page.app
        if not app.is_running:
            raise Stopped("Stopped.")
        app.call_from_thread(guarded(app, function), argument)

    def _say_waiting(self, seconds: float = 0) -> None:
        said = f", for {seconds:.0f} s" if seconds >= 1 else ""
        tell(self.page.app, f"Another program is writing to the file. Waiting for it{said} ...")

    def stored(self, found: Any) -> None:
        """Say that it is stored."""
        self.page.app.data.seen()
        tell(self.page.app, self.done, warning=False)  # the person may be on another page by now
        if self.page.is_attached:
            self.page.update_status()
            self.then(found)

    def failed(self, error: Exception) -> None:
        """Say why it is not stored, and bring back what was typed."""
        failed(self.page.app, error)
        if self.again is not None and isinstance(error, FootfallError):
            self.again(error)
