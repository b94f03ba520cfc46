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
from typing import Any

from core.errors import BadInput, CannotOpen
from core.records import LogRow, Record, Rejected
from core.sources import Source, open_source
from core.sources.blocks import MOST, START, Differs, Position, in_blocks
from core.sources.choices import Choices, choices_of
from core.sources.flow.apart import Apart, open_apart
from core.sources.flow.columns import Coded, Coder
from core.sources.kinds import kind_of
from core.sources.lines import Input
from core.sources.places import Place
from core.sources.places.rows import RowInput
from core.store.fresh.earlier import (
    About,
    Earlier,
    about,
    is_unchanged,
    last_import,
    of_size,
    same_content,
    stopped,
)
from core.store.fresh.remembered import Memory
from core.store.fresh.steps import Step, Steps
from core.store.imports.replacing import Decide, add, read_otherwise, reads_alike
from core.store.ingest.logs import LogWriter
from core.store.ingest.rejects import Rejects
from core.store.ingest.report import ImportReport, Progress
from core.store.ingest.running import Run
from core.store.ingest.writer import Writer
from core.store.joints import joints
from core.store.strays import strays
from core.store.waiting import Patience
from core.store.workspace import identity, path_of, read_calendar, visitor_salt

BATCH = 150_000
"""How many events are written together."""

APART_FROM = 20_000_000
STDIN = "stdin"
BATCH_SECONDS = 5.0
_EVERY = 256
_PAUSE = 0.2


class Loader:
    """Loads sources one after the other into an open workspace.

    Args:
        connection: opened for writing.
        progress: called about five times a second.
        stop: called as often; True ends the import after the last committed batch.
        batch_size: events written in one transaction.
        patience: how long a batch waits for another writer.
        again: whether a known file is read all the same.
        only_new: whether only what is new since the last time is read.
        live: for sources that are followed, which are written as they come: whether to end.
        decide: what happens to earlier imports of a source that was read in another way.
        choices: how files are to be read.
        forgets: whether what is remembered about them is forgotten.
        apart_from: from this many bytes on, a file is read by another process.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
        batch_size: int = BATCH,
        patience: Patience | None = None,
        choices: Choices | None = None,
        forgets: bool = False,
        decide: Decide = add,
        apart_from: int = APART_FROM,
        again: bool = False,
        only_new: bool = False,
        live: Callable[[], bool] | None = None,
    ) -> None:
        self.connection = connection
        self.writer = Writer(connection, patience)
        self.log_writer = LogWriter(connection, patience)
        self.patience = patience or Patience()
        self._decide = decide
        self._path = path_of(connection)
        self._place = identity(self._path)
        self.batch_size = batch_size
        self._choices = choices or Choices()
        self._memory = Memory(connection, self._choices, self.patience, forgets=forgets)
        self._again = again
        self._imported = last_import(connection)
        self._only_new = only_new
        self._steps = Steps(connection, self.patience)
        self._live = live
        self.batch_seconds = BATCH_SECONDS if live is None else 0.0
        self.report = ImportReport()
        self._progress = progress
        self._stop = stop
        self._apart_from = apart_from
        self._started = self._told = time.monotonic()

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
        if self._only_new and self._is_unchanged(place):
            return
        live = self._live if place.path == "-" else None
        with closing(Input(place, stopped=live)) as opened:
            chosen, recalled = self._memory.of(opened, place)
            kind = kind_of(opened, place, chosen) if chosen and not recalled else None
            found = about(self.connection, place, opened, chosen)
            stored = self.report.stored
            if self._only_new:
                names = list(self._load_new(place, opened, chosen, found))
            else:
                names = list(self._load(place, opened, chosen, found))
        for name in names:
            if recalled:
                self.report.recalled[name] = chosen.options()
        if self.report.stored > stored and not recalled:
            self._memory.keep(kind)

    def _is_unchanged(self, place: Place) -> bool:
        """Whether a file need not even be opened."""
        given = self._choices.text() if self._choices else ""
        return place.path != "-" and is_unchanged(self.connection, place, given)

    def _load_new(
        self, place: Place, opened: Input, chosen: Choices, found: About
    ) -> Iterator[str]:
        """Load what is new in a place since it was last read; yield names in messages."""
        if self._live is not None:
            self._steps = Steps(self.connection, self.patience)
        steps = self._steps.of(place, opened, found, chosen.reading)
        if not steps:
            Rejects(place.rejects, self._folder()).settle()
        for step in steps:
            with closing(opened if step.place == place else Input(step.place)) as source:
                yield self._load_step(step, source, chosen)

    def _load_step(self, step: Step, opened: Input, chosen: Choices) -> str:
        """Load what is new in a place, or all of it if that cannot be read alone."""
        opened.trusted, opened.holds_back = True, step.holds_back
        at = about(self.connection, step.place, opened, chosen)
        try:
            return self._load_from(
                step.place, opened, chosen, at, step.earlier, step.start, is_moved=step.is_moved
            )
        except Differs:
            with closing(Input(step.place)) as again:
                return self._load_from(step.place, again, chosen, at)

    def _known(self, place: Place, opened: Input, chosen: Choices, found: About) -> Earlier | None:
        """Return the finished import of the same content, None if there is none."""
        likely = of_size(self.connection, found) if found.path else []
        likely = [each for each in likely if each.id <= self._imported]
        return same_content(likely, place, opened, chosen.reading) if likely else None

    def _load(self, place: Place, opened: Input, chosen: Choices, found: About) -> Iterator[str]:
        """Load a place unless it is known, from where an import of it was stopped if there is one;
        yield its name in messages.
        """
        known = None if self._again else self._known(place, opened, chosen, found)
        if known is not None:
            Rejects(place.rejects, self._folder()).settle()
            when = read_calendar(self.connection).local(known.at)
            self.report.take_known(place.name, known, f"{when:%Y-%m-%d %H:%M}")
            return
        earlier = stopped(self.connection, found)
        if earlier is not None:
            try:
                yield self._load_from(place, opened, chosen, found, earlier, earlier.position)
            except Differs:
                opened = Input(place)
            else:
                self.report.resumed[place.name] = earlier
                return
        with closing(opened):
            yield self._load_from(place, opened, chosen, found)

    def _load_from(
        self,
        place: Place,
        opened: Input,
        chosen: Choices,
        found: About,
        earlier: Earlier | None = None,
        start: Position = START,
        *,
        is_moved: bool = False,
    ) -> str:
        """Load a source from a position on, and note in the report how it was read.

        Args:
            earlier: the import that this one goes on with.
            is_moved: whether its source has the name of this place from now on.
        """
        source = self._source(opened, place, chosen, start)
        with closing(source.input):
            name, maker = source.input.name, source.maker
            title = earlier.source if earlier and not is_moved else _named(name)
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
            if not reads_alike(place, (choices_of(each.options), chosen), self._again_opened)
        ]
        if not earlier or not self._decide(name, earlier):
            return []
        return [each.id for each in earlier]

    def _again_opened(self, place: Place, chosen: Choices) -> Source:
        """Open a place once more."""
        return open_source(**self._request(place, chosen), salt=self._salt)

    def _request(self, place: Place, chosen: Choices) -> dict[str, Any]:
        """Return the arguments to open a place."""
        return {
            "place": chosen.place(place),
            "mapping": chosen.mapping,
            "form": chosen.format or None,
            "logs": chosen.logs,
            "calendar": read_calendar(self.connection),
            "reading": chosen.reading,
            "most": self._most(),
        }

    def _source(
        self, opened: Input, place: Place, chosen: Choices, start: Position
    ) -> Source | Apart:
        """Open a source; a big file is read by another process."""
        request = {**self._request(place, chosen), "start": start}
        if self._is_big(place, start if opened.trusted else START):
            asked = {**request, "mapping": dict(chosen.mapping), "trusted": opened.trusted}
            asked["holds_back"] = opened.holds_back
            apart = open_apart(asked, self._salt)
            if apart is not None:
                return apart
        return open_source(**request, salt=self._salt, opened=opened)

    def _is_big(self, place: Place, start: Position) -> bool:
        """Whether there is much to read from a position on."""
        if place.path == "-":
            return False
        return Path(place.path).stat().st_size - start.bytes >= self._apart_from

    def load_records(self, name: str, records: Iterable[Record | Rejected]) -> None:
        """Load events passed by a program."""
        blocks = in_blocks(records, self._most(_EVERY))
        Run(self, name).load(map(Coder().coded, blocks))

    def load_logs(self, name: str, rows: Iterable[LogRow | Rejected]) -> None:
        """Load logs passed by a program."""
        blocks = in_blocks(rows, self._most(_EVERY))
        Run(self, name, kind=LogRow).load(map(partial(Coder().coded, kind=LogRow), blocks))

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

    def tell(self, name: str, source: Input | RowInput | None) -> None:
        """Report progress if it is due."""
        now = time.monotonic()
        if self._progress is None or now - self._told < _PAUSE:
            return
        self._told = now
        done, total = (source.position, source.total) if source else (0, None)
        report = self.report
        self._progress(
            Progress(
                name, done, total, report.read, report.stored, report.rejected, now - self._started
            )
        )

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

    def _most(self, most: int = MOST) -> int:
        """How many lines a block may have, so that a batch is not much larger than it should be."""
        if self._live is not None:
            return self.batch_size
        return min(most, max(self.batch_size // 16, min(_EVERY, self.batch_size)))

    def _salt(self) -> bytes:
        """The workspace's salt for visitors of websites, created on first use."""
        return visitor_salt(self.connection, self.patience)

    def _folder(self) -> str:
        """The folder of the workspace."""
        return str(Path(self._path).parent) if self._path else "."


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
