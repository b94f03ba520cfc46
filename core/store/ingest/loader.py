"""A running import: its sources one after the other, progress and report."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.errors import BadInput, CannotOpen
from core.processes.spare import Spare
from core.records import LogRow, Record, Rejected
from core.sources import Source
from core.sources.blocks import Differs, in_blocks
from core.sources.choices import Choices, choices_of
from core.sources.flow.apart import Apart
from core.sources.flow.columns import Coded, Coder
from core.sources.kinds import kind_of
from core.sources.lines import Input
from core.sources.places import Place
from core.sources.places.rows import RowInput
from core.store.fresh.earlier import About, Earlier, about
from core.store.fresh.remembered import Memory
from core.store.fresh.selection import Selection
from core.store.fresh.steps import Step
from core.store.imports.opening import EVERY, TOGETHER, Manner, Opening
from core.store.imports.replacing import read_otherwise, reads_alike
from core.store.ingest.logs import LogWriter
from core.store.ingest.rejects import Rejects
from core.store.ingest.report import ImportReport, Progress
from core.store.ingest.running import Run
from core.store.ingest.writer import Writer
from core.store.joints import joints
from core.store.rows.blocks import finish
from core.store.strays import strays
from core.store.waiting import Patience
from core.store.workspace import identity, path_of, read_calendar

STDIN = "stdin"
BATCH_SECONDS = 5.0
_PAUSE = 0.2


class Loader:
    """Loads sources one after the other into an open workspace.

    Args:
        connection: opened for writing.
        manner: how.
        progress: called about five times a second.
        stop: called as often; True ends the import after the last batch that is written.
        patience: how long a batch waits for another writer.
        spare: the processes that read big files.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        manner: Manner | None = None,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
        patience: Patience | None = None,
        spare: Spare | None = None,
    ) -> None:
        self.connection = connection
        self.patience = patience or Patience()
        self.log_writer = LogWriter(connection, patience)
        self.report = ImportReport()
        self._manner = manner = manner or Manner()
        self.batch_size = manner.batch_size
        self.writer = Writer(connection, patience, together=TOGETHER * manner.batch_size)
        self.batch_seconds = BATCH_SECONDS if manner.live is None else 0.0
        self._path = path_of(connection)
        self._place = identity(self._path)
        self._memory = Memory(connection, manner.choices, self.patience, forgets=manner.forgets)
        self._opening = Opening(connection, manner, self.patience, spare)
        self._selection = Selection(
            connection,
            self.patience,
            again=manner.again,
            only_new=manner.only_new,
            live=manner.live is not None,
        )
        self._progress = progress
        self._stop = stop
        self._started = self._told = time.monotonic()
        self._name = ""

    # -- sources

    def try_file(self, place: Place) -> list[BadInput]:
        """Load a place as `load_file` does; return why it was refused, or nothing.

        Counts of a place that is refused before anything is stored are dropped.
        """
        before = deepcopy(self.report)
        try:
            self.load_file(place)
        except BadInput as error:
            if (self.report.stored, self.report.repeated) == (before.stored, before.repeated):
                self.report = before
            return [error]
        return []

    def load_file(self, place: Place) -> None:
        """Load a file or standard input; rejected lines go to its rejects file.

        Raises:
            BadInput: it cannot be read, or no line has an event and a time.
        """
        given = self._manner.choices
        if self._selection.can_skip(place, given.text() if given else ""):
            return
        live = self._manner.live if place.path == "-" else None
        with closing(Input(place, stopped=live)) as opened:
            chosen, recalled = self._memory.of(opened, place)
            kind = kind_of(opened, place, chosen) if chosen and not recalled else None
            stored = self.report.stored
            for name in self._load(place, opened, chosen):
                if recalled:
                    self.report.recalled[name] = chosen.options()
        if self.report.stored > stored and not recalled:
            self._memory.keep(kind)

    def load_records(self, name: str, records: Iterable[Record | Rejected]) -> None:
        """Load events passed by a program."""
        blocks = in_blocks(records, self._manner.most(EVERY))
        Run(self, name).load(map(Coder().coded, blocks))

    def load_logs(self, name: str, rows: Iterable[LogRow | Rejected]) -> None:
        """Load logs passed by a program."""
        blocks = in_blocks(rows, self._manner.most(EVERY))
        Run(self, name, kind=LogRow).load(map(partial(Coder().coded, kind=LogRow), blocks))

    def _load(self, place: Place, opened: Input, chosen: Choices) -> Iterator[str]:
        """Load what is wanted of a place; yield the names that it has in messages."""
        found = about(self.connection, place, opened, chosen)
        selected = self._selection.of(place, opened, chosen, found)
        if not selected.steps:
            Rejects(place.rejects, self._folder()).settle()
        if selected.known is not None:
            when = read_calendar(self.connection).local(selected.known.at)
            self.report.take_known(place.name, selected.known, f"{when:%Y-%m-%d %H:%M}")
        for step in selected.steps:
            with closing(opened if step.place == place else Input(step.place)) as source:
                yield self._load_step(step, source, chosen)

    def _load_step(self, step: Step, opened: Input, chosen: Choices) -> str:
        """Load what a step says, or all of its place if that cannot be read alone."""
        opened.trusted, opened.holds_back = not step.resumes, step.holds_back
        found = about(self.connection, step.place, opened, chosen)
        try:
            name = self._load_from(step, opened, chosen, found)
        except Differs:
            with closing(Input(step.place)) as again:
                return self._load_from(Step(step.place), again, chosen, found)
        if step.resumes and step.earlier is not None:
            self.report.resumed[step.place.name] = step.earlier
        return name

    def _load_from(self, step: Step, opened: Input, chosen: Choices, found: About) -> str:
        """Load what a step says, and note in the report how it was read."""
        earlier, place = step.earlier, step.place
        source = self._opening.open(opened, place, chosen, step.start)
        with closing(source.input):
            name, maker = source.input.name, source.maker
            title = earlier.source if earlier and not step.is_moved else _named(name)
            found = replace(found, source=title)
            replaced = [] if earlier else self._replaced(name, place, chosen)
            kept = earlier.position.lines if earlier else 0
            with Rejects(place.rejects, self._folder(), kept) as rejects:
                run = Run(
                    self, name, source, rejects, options=chosen.text(), replaced=replaced,
                    about=found, earlier=earlier,
                )  # fmt: skip
                run.load(_suited(source, earlier))
            before = earlier.counts if earlier else {}
            self.report.sources[name] = {
                what: count - before.get(what, 0) for what, count in run.counts.items()
            }
            if rejects.written:
                self.report.rejects_files.append(rejects.written)
            self.report.recognised[name] = maker.recognised
            self.report.understood[name] = maker.understood
            self.report.names[name] = maker.names
            self.report.notes[name] = source.notes
        return name

    def _replaced(self, name: str, place: Place, chosen: Choices) -> list[int]:
        """Return the imports to undo before anything of a source is stored.

        Raises:
            BadInput: it was read in another way before, and is not to be imported.
        """
        if place.path == "-":
            return []
        earlier = [
            each
            for each in read_otherwise(self.connection, _named(name), place, chosen)
            if not reads_alike(place, (choices_of(each.options), chosen), self._opening.again)
        ]
        if not earlier or not self._manner.decide(name, earlier):
            return []
        return [each.id for each in earlier]

    def _folder(self) -> str:
        """The folder of the workspace."""
        return str(Path(self._path).parent) if self._path else "."

    # -- what its sources ask of it; see running.Host

    def tell(self, name: str, source: Input | RowInput | None) -> None:
        """Report progress if it is due."""
        now = time.monotonic()
        if self._progress is None or now - self._told < _PAUSE:
            return
        self._told = now
        done, total = (source.position, source.total) if source else (0, None)
        self._say(name, done, total)

    def _say(self, name: str, done: int, total: int | None, doing: str = "") -> None:
        if self._progress is not None:
            self._name = name
            counts = (self.report.read, self.report.stored, self.report.rejected)
            seconds = time.monotonic() - self._started
            self._progress(Progress(name, done, total, *counts, seconds, doing))

    def should_stop(self) -> bool:
        """Return whether to end the import here."""
        if self._stop is not None and self._stop():
            self.report.finished = False
        return not self.report.finished

    def check_place(self) -> None:
        """Raise CannotOpen if the file of that name is no longer the one written to."""
        if self._path and identity(self._path) != self._place:
            raise CannotOpen(
                f"{self._path} was deleted or replaced during the import.",
                "What was imported is not in it; run the same import again.",
            )

    # -- its end

    def tell_end(self, doing: str, done: int = 0, whole: int | None = None) -> None:
        """Report what is done now that all sources are read, and how much of it."""
        self._say(self._name, done, whole, doing)

    def finish_blocks(self) -> None:
        """Make the blocks of events that have none, and put in order those of a large import."""
        told = partial(self.tell_end, "storing values as columns")
        finish(self.connection, self.report.stored, self.patience, told, self._stop)

    def done(self) -> ImportReport:
        """Return the report, with the number of people in the workspace."""
        report, local = self.report, read_calendar(self.connection).local
        report.users = self.writer.people()
        if report.first_ts is not None and report.last_ts is not None:
            report.days = f"{local(report.first_ts):%Y-%m-%d}", f"{local(report.last_ts):%Y-%m-%d}"
        if self.report.linked or self.report.merged:
            self.report.joints = joints(self.connection)
        self.report.strays = strays(self.connection, int(time.time() * 1000))
        self.report.seconds = time.monotonic() - self._started
        return self.report


def _suited(source: Source | Apart, earlier: Earlier | None) -> Iterator[Coded]:
    """Yield the blocks of a source; Differs if what they say depends on lines read earlier."""
    for block in source.coded():
        vendor = source.maker.vendor if earlier else None
        if vendor is not None and vendor.is_whole:
            raise Differs
        yield block


def _named(name: str) -> str:
    """Return the name of a source in `imports`."""
    return name if name == STDIN else str(Path(name).absolute())
