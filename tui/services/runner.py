"""Running questions in threads: at most two at a time, each of which can be stopped.

A worker never touches a widget: it runs one question and posts one `Answered` to the page. An
answer to a question that its view no longer asks is dropped there.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from textual.message import Message

from core.engines.running import Engine, Result, Stop
from core.errors import FootfallError
from core.queries.common.question import Question
from core.store.library.saved import Mark, Saved
from tui.texts.empty import why_empty

AT_ONCE = 2
NO_LIMIT = float("inf")


class View(Protocol):
    """Whatever asks a question and takes its answer.

    Attributes:
        question: what it asks.
        run: its pending question, or None.
        forgiving: whether it may name things that are not in the data.
        marks: the marks in the range of its answer.
    """

    question: Question | None
    run: Run | None
    forgiving: bool
    marks: tuple[Mark, ...]

    @property
    def is_attached(self) -> bool:
        """Whether it still exists and wants its answer."""

    def show(self, result: Result, empty: str = "") -> None:
        """Take a result, and a sentence if there is nothing to show."""

    def fail(self, error: Exception) -> None:
        """Take the error when there is no result."""

    def wait(self) -> None:
        """Show that the answer is pending."""


class Workers(Protocol):
    """Where workers are started and send their messages: a page."""

    def run_worker(
        self, work: Callable[[], None], *, thread: bool, exit_on_error: bool, group: str
    ) -> object:
        """Run a function in a thread."""

    def post_message(self, message: Message) -> bool:
        """Take a message, from any thread."""


class Run:
    """One pending question.

    Attributes:
        view: the view that asked.
        fresh: whether it bypasses the cache.
        unlimited: whether it runs without a time limit.
        started: when it was asked, in monotonic seconds.
    """

    def __init__(
        self, view: View, question: Question, fresh: bool = False, unlimited: bool = False
    ) -> None:
        self.view = view
        self.question = question
        self.fresh = fresh
        self.unlimited = unlimited
        self.stop = Stop()
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it was asked."""
        return time.monotonic() - self.started


class Callback:
    """A view whose answer is used rather than shown.

    Args:
        answered: called with the answer.
        failed: called with the error if the question failed.
        forgiving: see View.
    """

    is_attached = True
    question: Question | None = None
    run: Run | None = None
    marks: tuple[Mark, ...] = ()

    def __init__(
        self,
        answered: Callable[[Any], None],
        failed: Callable[[Any], None] | None = None,
        *,
        forgiving: bool = False,
    ) -> None:
        self._answered = answered
        self._failed = failed
        self.forgiving = forgiving

    def show(self, result: Result, empty: str = "") -> None:
        """Pass the answer on."""
        self._answered(result.answer)

    def fail(self, error: Exception) -> None:
        """Pass the error on."""
        if self._failed is not None:
            self._failed(error)

    def wait(self) -> None:
        """Do nothing: there is no old answer to dim."""


class Answered(Message):
    """A question has ended.

    Attributes:
        run: the question.
        result: its result, or None if it failed.
        error: why it failed, or None.
        empty: a sentence if there is nothing to show.
        events: how many events lie in its range.
        marks: the marks in its range, for charts over time.
    """

    def __init__(
        self,
        run: Run,
        result: Result | None,
        error: Exception | None = None,
        empty: str = "",
        events: int | None = None,
        marks: tuple[Mark, ...] = (),
    ) -> None:
        super().__init__()
        self.run = run
        self.result = result
        self.error = error
        self.empty = empty
        self.events = events
        self.marks = marks


class Beside:
    """The alerts and marks that answers are shown with, read once for each state of the file.

    Args:
        engine: knows the state of the file.
        saved: where they are read; None if there are none.
    """

    def __init__(self, engine: Engine, saved: Saved | None) -> None:
        self._engine = engine
        self._saved = saved
        self._kept: tuple[Any, dict[Any, Any]] = None, {}

    def limited(self, question: Question, result: Result) -> Result:
        """Return a result over time with the limits of the alerts that watch its question."""
        if result.answer.shape != "series" or self._saved is None:
            return result
        items = self._read("alerts", partial(self._saved.items, "alerts"))
        if not items:
            return result
        from core.alerts.thresholds import with_limits

        return replace(result, answer=with_limits(result.answer, question, items))

    def marks(self, answer: Any) -> tuple[Mark, ...]:
        """Return the saved marks that lie on an answer over time."""
        if answer.shape != "series" or not answer.buckets or self._saved is None:
            return ()
        times = answer.buckets[0].start, answer.buckets[-1].end - 1
        return tuple(self._read(times, partial(self._saved.marks, *times)))

    def _read(self, key: Any, read: Callable[[], Any]) -> Any:
        """Return what was read in the present state, or read it; threads may read it twice."""
        state = self._engine.state()
        if self._kept[0] != state:
            self._kept = state, {}
        found = self._kept[1]
        if key not in found:
            found[key] = read()
        return found[key]


def answer(engine: Engine, beside: Beside, run: Run) -> Answered:
    """Run a question to its end: a result or an error."""
    try:
        limit = NO_LIMIT if run.unlimited else None
        result = engine.run(
            run.question,
            stop=run.stop,
            fresh=run.fresh,
            time_limit=limit,
            forgiving=run.view.forgiving,
        )
        result = beside.limited(run.question, result)
        empty = why_empty(engine, run.question, result.answer)
        return Answered(
            run,
            result,
            empty=" ".join(result.answer.missed) if empty and result.answer.missed else empty,
            events=events_in_range(engine, run.question),
            marks=beside.marks(result.answer),
        )
    except FootfallError as error:
        return Answered(run, None, error)
    except Exception as error:  # the rest of the screen keeps working
        return Answered(run, None, error)


def events_in_range(engine: Engine, question: Question) -> int | None:
    """Return how many events lie in a question's range; None if it has no range."""
    asked = getattr(question, "of", question)
    try:
        span = engine.context().span(asked.range)
        return engine.events_in(span.first_day, span.last_day)
    except (FootfallError, OverflowError, ValueError):
        return None


class Questions:
    """The waiting and running questions of one page.

    Args:
        page: where workers are started and `Answered` is posted.
        engine: answers the questions.
        saved: where marks are read from.
    """

    def __init__(self, page: Workers, engine: Engine, saved: Saved | None) -> None:
        self._page = page
        self._engine = engine
        self._beside = Beside(engine, saved)
        self._waiting: deque[Run] = deque()
        self._running: list[Run] = []

    def ask(
        self, view: View, question: Question, *, fresh: bool = False, unlimited: bool = False
    ) -> Run:
        """Ask a question for a view, in place of the view's previous one."""
        self.cancel(view)
        run = Run(view, question, fresh, unlimited)
        self._waiting.append(run)
        self._start_next()
        return run

    def finished(self, run: Run) -> None:
        """Note that a question ended, and start the next."""
        if run in self._running:
            self._running.remove(run)
        self._start_next()

    def cancel(self, view: View) -> None:
        """Stop a view's question."""
        self._waiting = deque(a for a in self._waiting if a.view is not view)
        for run in self._running:
            if run.view is view:
                run.stop.stop()

    def cancel_all(self) -> list[Run]:
        """Stop all questions; return those that were pending."""
        stopped = self.busy
        self._waiting.clear()
        for run in self._running:
            run.stop.stop()
        return stopped

    @property
    def busy(self) -> list[Run]:
        """The running and waiting questions, except those stopped and about to end."""
        return [*(a for a in self._running if not a.stop.stopped), *self._waiting]

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < AT_ONCE:
            run = self._waiting.popleft()
            self._running.append(run)
            self._page.run_worker(
                partial(self._work, run), thread=True, exit_on_error=False, group="questions"
            )

    def _work(self, run: Run) -> None:
        self._page.post_message(answer(self._engine, self._beside, run))
