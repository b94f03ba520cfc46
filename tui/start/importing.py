"""An import in a box over the welcome: its progress, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.draw.spans import Line, Span
from core.errors import FootfallError, Stopped
from core.store.ingest.report import Progress
from core.text import clean, width
from tui.services.state import log
from tui.texts.progress import is_read, left_text, lines_text, name_text, pace_text, share_read
from tui.widgets.host import Host
from tui.widgets.keyhints import KeyHints
from tui.widgets.overlay import Box, Overlay
from tui.widgets.words import wrapped

WAITING = "Another program is writing to the workspace. Waiting for it."


@dataclass(frozen=True)
class Done:
    """What an import did.

    Attributes:
        added: it in a few words.
        lines: it in a few sentences.
        doubtful: whether there is something that has to be read before going on.
        is_empty: whether there is nothing to show.
    """

    added: str
    lines: tuple[str, ...]
    doubtful: bool
    is_empty: bool


@dataclass(frozen=True)
class Job:
    """An import that can be begun.

    Attributes:
        into: the workspace.
        work: imports; takes what is told the progress, what is told why nothing can be read yet,
            and what says whether to stop; raises a FootfallError.
    """

    into: Path
    work: Callable[[Callable[[Progress], None], Callable[[str], None], Callable[[], bool]], Done]


Plan = Callable[[str], Job | None]
"""Returns the import that a path needs: None if it is opened as it is, or asks on the terminal."""


@dataclass(frozen=True)
class Opened:
    """A workspace to open, or a word that the command line takes on.

    Attributes:
        word: its path, or the word.
        notice: what to say once it is open.
        imported: whether it is a workspace into which something was imported.
    """

    word: str
    notice: str = ""
    imported: bool = False


class Importing(Overlay):
    """Closes with what to open, or with the FootfallError that says why there is nothing.

    Args:
        word: the path that was chosen.
        plan: finds out what it needs.
    """

    app: Host

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]
    DEFAULT_CSS = "Importing Box { width: 84%; max-width: 90; height: 9; }"

    def __init__(self, word: str, plan: Plan) -> None:
        super().__init__()
        self.word = word
        self.plan = plan
        self.at: Progress | None = None
        self.waiting = ""
        self.into = ""
        self.done: Done | None = None
        self.opened: Opened | None = None
        self._stop = Event()

    def box(self) -> ComposeResult:
        """See Overlay."""
        box = Box(f"Importing {clean(Path(self.word).name, 60)}", self._lines)
        yield box

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("ESC", "stop; what was imported is kept"),)

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(self._work, thread=True, exit_on_error=False)

    def _work(self) -> None:
        call = self.app.call_from_thread
        try:
            job = self.plan(self.word)
            if job is None:
                call(self.dismiss, Opened(self.word))
                return
            self.into = job.into.name
            done = job.work(
                lambda at: call(self._show, at),
                lambda why: call(self._wait, why),
                self._stop.is_set,
            )
            call(self._end, job, done)
        except FootfallError as error:
            call(self.dismiss, error)
        except Exception as error:
            log(error)
            call(self.dismiss, FootfallError("Something broke while importing.", str(error)))

    def _show(self, at: Progress) -> None:
        self.at, self.waiting = at, ""
        self.query_one(Box).repaint()

    def _wait(self, why: str) -> None:
        self.waiting = why
        self.query_one(Box).repaint()

    def _end(self, job: Job, done: Done) -> None:
        self.done = done
        opened = Opened(str(job.into), f"{job.into.name}: {done.added}", imported=True)
        if self._stop.is_set():
            kept = f"Stopped. {job.into.name}: {done.added}."
            self.dismiss(Stopped(kept, "Choose the same file again to continue."))
        elif done.is_empty:
            self.dismiss(FootfallError(" ".join(done.lines)))
        elif done.doubtful:
            self.opened = opened
            box = self.query_one(Box)
            box.styles.height = min(len(self._lines(80)) + 4, self.size.height - 2)
            box.repaint()
            self.query_one(KeyHints).tell((("ENTER", "opens it"), ("ESC", "goes back")))
        else:
            self.dismiss(opened)

    def action_accept(self) -> None:
        """Open what was imported."""
        if self.done is not None:
            self.dismiss(self.opened)

    def action_close(self) -> None:
        """Stop, or go back once it is done."""
        self._stop.set()
        if self.done is not None:
            self.dismiss(None)
        else:
            self.query_one(Box).footing = "Stopping ..."
            self.query_one(Box).repaint()

    def _lines(self, cells: int) -> list[Line]:
        if self.done is not None:
            return [line for said in self.done.lines for line in wrapped(clean(said, 500), cells)]
        if self.waiting:
            return [(), *wrapped(self.waiting, cells, "warning")]
        if self.at is None:
            return [(), (Span("Looking at what it contains ...", "dim"),)]
        at = self.at
        name = name_text(at, max(cells - 30, 10))
        lines: list[Line] = [(Span(name), Span(f"  into {clean(self.into, 40)}", "dim")), ()]
        if at.total_bytes:
            share = share_read(at)
            said = f" {share:4.0%}  {left_text(at)}"
            room = max(cells - width(said), 4)
            full, rest = self.app.look.pick("█", "#"), self.app.look.pick("░", ".")
            filled = round(share * room)
            lines.append(
                (Span(full * filled, "accent"), Span(rest * (room - filled), "dim"), Span(said))
            )
        elif at.doing:
            lines.append((Span(left_text(at), "dim"),))
        return [*lines, (), (Span(lines_text(at) if is_read(at) else pace_text(at)),)]
