"""A running import: records into batches, counts, progress, rejects and the journal."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import BadInput, CannotOpen
from core.records import Alias, Identify, LeftOut, LogRow, Record, Rejected, Row
from core.sources import Source, open_source
from core.sources.blocks import MOST, START, in_blocks
from core.sources.choices import Choices
from core.sources.fields import UNIQUE_IDS, normal
from core.sources.flow.apart import Apart, open_apart
from core.sources.flow.columns import Coded, Coder, Columns
from core.sources.kinds import kind_of
from core.sources.lines import Input
from core.sources.making import LineMaker
from core.sources.places import Place
from core.sources.places.rows import RowInput
from core.store.fresh.remembered import Memory
from core.store.imports.replacing import Decide, add, read_otherwise
from core.store.imports.undo import undo
from core.store.ingest.batch import Batch, Written
from core.store.ingest.journal import Journal
from core.store.ingest.logs import LogWriter
from core.store.ingest.rejects import Rejects
from core.store.ingest.repeats import Origin, Repeats
from core.store.ingest.report import ImportReport, Progress
from core.store.ingest.writer import Writer
from core.store.joints import joints
from core.store.strays import strays
from core.store.waiting import Patience
from core.store.workspace import identity, path_of, read_calendar, visitor_salt

BATCH = 100_000
"""How many events are written together."""

APART_FROM = 20_000_000
BATCH_SECONDS = 5.0
BATCH_BYTES = 64 << 20
STDIN = "stdin"
_EVERY = 256
_PAUSE = 0.2
_HOPELESS = 1_000


class Loader:
    """Loads sources one after the other into an open workspace.

    Args:
        connection: opened for writing.
        progress: called about five times a second.
        stop: called as often; True ends the import after the last committed batch.
        batch_size: events written in one transaction.
        patience: how long a batch waits for another writer.
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
    ) -> None:
        self.connection = connection
        self.writer = Writer(connection, patience)
        self.log_writer = LogWriter(connection, patience)
        self.patience = patience or Patience()
        self._decide = decide
        self._path = path_of(connection)
        self._place = identity(self._path)
        self.batch_size = batch_size
        self._memory = Memory(connection, choices or Choices(), self.patience, forgets=forgets)
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
        with closing(Input(place)) as opened:
            chosen, recalled = self._memory.of(opened, place)
            kind = kind_of(opened, place, chosen) if chosen and not recalled else None
            stored = self.report.stored
            source = self._source(opened, place, chosen)
            with closing(source.input):
                self._load(place, source, chosen)
            if recalled:
                self.report.recalled[source.input.name] = chosen.options()
            elif self.report.stored > stored:
                self._memory.keep(kind)

    def _load(self, place: Place, source: Source | Apart, chosen: Choices) -> None:
        """Load an open source, and note in the report how it was read."""
        name, maker = source.input.name, source.maker
        replaced = self._replaced(name, place, chosen)
        with Rejects(place.rejects, self._folder()) as rejects:
            run = _Run(self, name, source, rejects, options=chosen.text(), replaced=replaced)
            run.load(source.coded())
            self.report.sources[name] = run.counts
        if rejects.written:
            self.report.rejects_files.append(rejects.written)
        self.report.recognised[name] = maker.recognised
        self.report.understood[name] = maker.understood
        self.report.names[name] = maker.names
        self.report.notes[name] = source.notes

    def _replaced(self, name: str, place: Place, chosen: Choices) -> list[int]:
        """Return the imports to undo before anything of a source is stored.

        Raises:
            BadInput: it was read in another way before, and is not to be imported.
        """
        if place.path == "-":
            return []
        earlier = read_otherwise(self.connection, _named(name), place, chosen)
        if not earlier or not self._decide(name, earlier):
            return []
        return [each.id for each in earlier]

    def _source(self, opened: Input, place: Place, chosen: Choices) -> Source | Apart:
        """Open a source; a big file is read by another process."""
        request: dict[str, Any] = {
            "place": chosen.place(place),
            "mapping": chosen.mapping,
            "form": chosen.format or None,
            "logs": chosen.logs,
            "calendar": read_calendar(self.connection),
            "reading": chosen.reading,
            "most": self._most(),
            "start": START,
        }
        if self._is_big(place):
            asked = {**request, "mapping": dict(chosen.mapping), "trusted": opened.trusted}
            apart = open_apart(asked, self._salt)
            if apart is not None:
                return apart
        return open_source(**request, salt=self._salt, opened=opened)

    def _is_big(self, place: Place) -> bool:
        return place.path != "-" and Path(place.path).stat().st_size >= self._apart_from

    def load_records(self, name: str, records: Iterable[Record | Rejected]) -> None:
        """Load events passed by a program."""
        blocks = in_blocks(records, self._most(_EVERY))
        _Run(self, name).load(map(Coder().coded, blocks))

    def load_logs(self, name: str, rows: Iterable[LogRow | Rejected]) -> None:
        """Load logs passed by a program."""
        blocks = in_blocks(rows, self._most(_EVERY))
        _Run(self, name, kind=LogRow).load(map(partial(Coder().coded, kind=LogRow), blocks))

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
        return min(most, max(self.batch_size // 16, min(_EVERY, self.batch_size)))

    def _salt(self) -> bytes:
        """The workspace's salt for visitors of websites, created on first use."""
        return visitor_salt(self.connection, self.patience)

    def _folder(self) -> str:
        """The folder of the workspace."""
        return str(Path(self._path).parent) if self._path else "."


class _Run:
    """One source of an import; `counts` are its lines so far, as in `ImportReport.sources`."""

    def __init__(
        self,
        loader: Loader,
        name: str,
        source: Source | Apart | None = None,
        rejects: Rejects | None = None,
        kind: type[Row] | type[LogRow] = Row,
        options: str = "{}",
        replaced: Iterable[int] = (),
    ) -> None:
        self._loader = loader
        self._report = loader.report
        self._name = name
        self._source = source
        self._kind = source.maker.record if source else kind
        self._input = source.input if source else None
        self._rejects = rejects
        self._journal = Journal(loader.connection, _named(name) if source else name, options)
        self._replaced = list(replaced)
        self._repeats = Repeats()
        self.counts = dict.fromkeys(("read", "stored", "repeated", "rejected"), 0)
        self._reasons: dict[str, int] = {}
        self._nameless: tuple[str, ...] = ()
        self._accepted = False
        self._position = START
        self._start_batch()

    def _start_batch(self) -> None:
        self._batch = Batch()
        self._logs: list[LogRow] = []
        self._batch_started = time.monotonic()
        self._batch_from = self._input.unpacked if self._input else 0

    def load(self, blocks: Iterable[Coded]) -> None:
        """Load all records; those after the last full batch count only at the end."""
        count = 0
        for block in blocks:
            count += self._take(block)
            if self._count_of_rows >= self._loader.batch_size:
                self._flush(count)
            if self._stopped(count):
                return
        if not self._accepted and not self._count_of_rows:
            self._refuse_hopeless(1)
        self._flush(count, finished=True)

    @property
    def _count_of_rows(self) -> int:
        return len(self._logs) + self._batch.count

    def _take(self, block: Coded) -> int:
        """Take the records of a block; return how many separate lines they are."""
        before = self._batch.count
        beside = sum([self._other(record, before + place) for place, record in block.others])
        if isinstance(block.rows, Columns):
            self._batch.add(block.rows)
        elif block.rows:
            self._logs += block.rows
        self._position = block.end
        return block.read - beside

    def _other(self, record: Record | Rejected, place: int) -> bool:
        """Take a record that is not an event; return whether it is not a separate line."""
        if isinstance(record, Rejected):
            self._reject(record)
            return False
        if isinstance(record, LeftOut):
            left_out = self._report.left_out
            left_out[record.what] = left_out.get(record.what, 0) + 1
            self._accepted = True
            return False
        if isinstance(record, Identify):
            self._batch.identifies.append(record)
            self._batch.places.append(place)
        elif isinstance(record, Alias):
            self._batch.aliases.append(record)
        beside = isinstance(record, (Identify, Alias)) and record.beside
        self._report.identified += not beside
        return beside

    def _reject(self, rejected: Rejected) -> None:
        self._count("rejected", 1)
        for reasons in (self._reasons, self._report.reasons):
            reasons[rejected.reason] = reasons.get(rejected.reason, 0) + 1
        if self._rejects is not None:
            self._rejects.write(rejected)
        if rejected.names and not self._nameless:
            self._nameless = rejected.names

    def _count(self, what: str, by: int) -> None:
        self.counts[what] += by
        setattr(self._report, what, getattr(self._report, what) + by)

    def _stopped(self, count: int) -> bool:
        self._count("read", count - self.counts["read"])
        self._loader.tell(self._name, self._input)
        if not self._accepted and not self._count_of_rows:
            self._refuse_hopeless(_HOPELESS)
        if self._loader.should_stop():
            return True
        waited = time.monotonic() - self._batch_started > BATCH_SECONDS
        taken = self._input.unpacked - self._batch_from if self._input else 0
        if waited or taken > BATCH_BYTES:
            self._flush(count)
        return False

    def _refuse_hopeless(self, at_least: int) -> None:
        """Raise BadInput if no line had an event and a time."""
        if self._nameless and self.counts["rejected"] >= at_least and self._source is not None:
            raise self._source.maker.lacking(self._name, self._nameless)

    def _refuse_unseen(self) -> None:
        """Raise BadInput if a field mapped for the person is in no line of the first batch."""
        if self._accepted or self._source is None:
            return
        maker = self._source.maker
        for meaning in self._source.maker.mapping if self._kind is LogRow else ("user", "device"):
            name = maker.mapping.get(meaning)
            if name in maker.unseen and self._count_of_rows:
                raise BadInput(
                    f"No line of {self._name} has a field {name!r} for the {meaning}.",
                    "Check the spelling in --map.",
                )

    def _flush(self, count: int, *, finished: bool = False) -> None:
        self._refuse_unseen()
        batch = self._batch
        self._count("read", count - self.counts["read"])
        self._accepted = self._accepted or batch.size > 0 or bool(self._logs)
        self._replace()
        self._write(
            lambda written: self._note(written, finished),
            lambda: self._loader.tell(self._name, self._input),
        )
        times = list(batch.times) or [row.ts for row in self._logs]
        if times:
            report = self._report
            report.first_ts = min(times + ([] if report.first_ts is None else [report.first_ts]))
            report.last_ts = max(times + ([] if report.last_ts is None else [report.last_ts]))
        self._start_batch()

    def _replace(self) -> None:
        """Undo what this import replaces, as soon as there is something to write."""
        for import_ in self._replaced if self._accepted else ():
            undo(self._loader.connection, import_, patience=self._loader.patience)
        if self._accepted:
            self._replaced = []

    def _write(self, note: Callable[[Written], None], tick: Callable[[], None]) -> None:
        if self._kind is LogRow:
            self._loader.log_writer.write(self._logs, note, tick)
        else:
            if self._source is not None:
                self._repeats.origin = _origin(self._source.maker)
            self._loader.writer.write(self._batch, note, tick, self._repeats)
        self._loader.check_place()

    def _note(self, written: Written, finished: bool) -> None:
        self._count("stored", written.stored)
        self._count("repeated", written.repeated)
        self._report.add(written)
        self._journal.write(
            self.counts, self._reasons, written, position=self._position, finished=finished
        )


def _named(name: str) -> str:
    """Return the name of a source in `imports`."""
    return name if name == STDIN else str(Path(name).absolute())


def _origin(maker: LineMaker) -> Origin:
    """Return what is known of a source by the maker of its records."""
    vendor = maker.vendor
    own = maker.understood.get("event_id", "")
    return Origin(
        table=maker.tabular,
        unique=vendor is not None or normal(own) in UNIQUE_IDS,
        window=vendor.window if vendor else None,
        ids_hold=maker.ids_hold,
    )
