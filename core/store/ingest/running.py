"""One source of a running import: its records in batches, its counts and its rejects."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from pyroaring import BitMap64

from core.errors import BadInput
from core.records import Alias, Identify, LeftOut, LogRow, Record, Rejected, Row
from core.sources import Source
from core.sources.blocks import START
from core.sources.fields import UNIQUE_IDS, normal
from core.sources.flow.apart import Apart
from core.sources.flow.columns import Coded, Columns
from core.sources.lines import Input, content_of
from core.sources.making import LineMaker
from core.sources.places import Place
from core.sources.places.rows import RowInput
from core.store.fresh.earlier import COUNTS, NUMBERED, About, Earlier, State
from core.store.imports.journal import Journal
from core.store.imports.statements import read_bitmap
from core.store.imports.undo import undo
from core.store.ingest.batch import Batch, Written
from core.store.ingest.logs import LogWriter
from core.store.ingest.rejects import Rejects
from core.store.ingest.repeats import Origin, Repeats
from core.store.ingest.report import ImportReport
from core.store.ingest.writer import Writer
from core.store.waiting import Patience

FILE_SECONDS = 30.0
"""After so long a batch of a file is written, however small; other sources wait less."""

BATCH_BYTES = 64 << 20
_HOPELESS = 1_000
_FIRST = 10_000
"""How many events the first batch has at least."""

_FIRST_PARTS = 4
"""Which part of the others it is, if that is more."""

_LESS = 2
"""How many times smaller than all events that are stored a batch is at most, unless it is full: it
changes most pages of these.
"""


class Host(Protocol):
    """What runs import into a workspace one after the other.

    Attributes:
        connection: opened for writing.
        writer, log_writer: write its batches.
        patience: how long to wait for other writers.
        batch_size, batch_seconds: after how many events and seconds they are written.
        report: gets the counts.
    """

    connection: sqlite3.Connection
    writer: Writer
    log_writer: LogWriter
    patience: Patience
    batch_size: int
    batch_seconds: float
    report: ImportReport

    def tell(self, name: str, source: Input | RowInput | None) -> None:
        """Report progress if it is due."""
        ...

    def should_stop(self) -> bool:
        """Return whether to end the import here."""
        ...

    def check_place(self) -> None:
        """Raise CannotOpen if the file of that name is no longer the one written to."""
        ...


class Run:
    """One source of an import; `counts` are its lines so far, as in `ImportReport.sources`."""

    def __init__(
        self,
        loader: Host,
        name: str,
        source: Source | Apart | None = None,
        rejects: Rejects | None = None,
        kind: type[Row] | type[LogRow] = Row,
        options: str = "{}",
        replaced: Iterable[int] = (),
        about: About | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        self._loader = loader
        self._report = loader.report
        self._name = name
        self._source = source
        self._kind = source.maker.record if source else kind
        self._input = source.input if source else None
        self._rejects = rejects
        self._about = about
        self._earlier = earlier
        title = about.source if about else name
        self._journal = Journal(loader.connection, title, options, about, earlier)
        self._replaced = list(replaced)
        self._repeats = Repeats()
        if earlier:
            self._repeats = Repeats(None, self._held("import_events", "seqs"), earlier.holds)
        self.counts = dict.fromkeys(COUNTS, 0) | dict(earlier.counts if earlier else {})
        self._reasons = dict(earlier.reasons if earlier else {})
        self._left_out = dict(earlier.left_out if earlier else {})
        self._nameless: tuple[str, ...] = ()
        self._accepted = False
        self._position = earlier.position._replace(edges=earlier.edges) if earlier else START
        self._start_batch()

    def _held(self, table: str, column: str) -> BitMap64 | None:
        """What the import contains already, if it goes on with an earlier one."""
        if self._earlier is None:
            return None
        return read_bitmap(self._loader.connection, table, column, self._earlier.id)

    def _start_batch(self) -> None:
        self._batch = Batch()
        self._logs: list[LogRow] = []
        self._batch_started = time.monotonic()
        self._batch_from = self._input.unpacked if self._input else 0
        self._position_then = self._position_now

    def load(self, blocks: Iterable[Coded]) -> None:
        """Load all records; those after the last full batch count only at the end."""
        try:
            self._load(blocks)
        finally:
            self._loader.writer.settle()

    def _load(self, blocks: Iterable[Coded]) -> None:
        count = self.counts["read"]
        for block in blocks:
            count += self._take(block)
            if self._is_due:
                self._flush(count)
            if self._stopped(count):
                return
        if not self._accepted and not self._count_of_rows:
            self._refuse_hopeless(1)
        self._flush(count, finished=True)

    @property
    def _is_due(self) -> bool:
        """Whether to write what is read: a batch, a small one at first, so that writing begins
        early. If another process reads on meanwhile, also what is read whenever nothing else is
        there to write, unless that is little beside what is stored, and most of the last two, so
        that little is left to write when it has read all.
        """
        count, most = self._count_of_rows, self._loader.batch_size
        least = min(most, max(most // _FIRST_PARTS, _FIRST))
        if count >= most or (not self._accepted and self._earlier is None and count >= least):
            return True
        if not isinstance(self._source, Apart) or count < least:
            return False
        if not self._source.is_ahead and count * _LESS >= self._loader.writer.arrived:
            return True
        left = (self._source.input.total or 0) - self._position_now
        return 0 < left * count <= most // 8 * (self._position_now - self._position_then)

    @property
    def _position_now(self) -> int:
        """How many bytes of the source are read, compressed if they are."""
        return self._input.position if self._input else 0

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
            for left_out in (self._report.left_out, self._left_out):
                left_out[record.what] = left_out.get(record.what, 0) + 1
            self._accepted = True
            return False
        if isinstance(record, Identify):
            self._batch.identifies.append(record)
            self._batch.places.append(place)
        elif isinstance(record, Alias):
            self._batch.aliases.append(record)
        beside = isinstance(record, (Identify, Alias)) and record.beside
        self._count("identified", not beside)
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
        most = FILE_SECONDS if self._is_at_hand else self._loader.batch_seconds
        waited = time.monotonic() - self._batch_started > most
        taken = self._input.unpacked - self._batch_from if self._input else 0
        if waited or taken > BATCH_BYTES:
            self._flush(count)
        return False

    @property
    def _is_at_hand(self) -> bool:
        """Whether nobody waits for the source, as it is a file that is not followed."""
        is_file = self._input is not None and self._input.total is not None
        return is_file and self._loader.batch_seconds > 0

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
        if self._rejects is not None:
            self._rejects.flush()
        self._write(
            lambda written: self._note(written, finished),
            lambda: self._loader.tell(self._name, self._input),
            goes_on=self._is_at_hand and not finished,
        )
        times = batch.span() or [row.ts for row in self._logs]
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

    def _write(
        self, note: Callable[[Written], None], tick: Callable[[], None], *, goes_on: bool
    ) -> None:
        if self._kind is LogRow:
            held = self._held("import_logs", "messages")
            self._loader.log_writer.write(self._logs, note, tick, held)
        else:
            if self._source is not None:
                self._repeats.origin = _origin(self._source.maker)
            self._loader.writer.write(self._batch, note, tick, self._repeats, goes_on=goes_on)
        self._loader.check_place()

    def _note(self, written: Written, finished: bool) -> None:
        self._count("stored", written.stored)
        self._count("repeated", written.repeated)
        self._report.add(written)
        self._journal.write(
            self.counts,
            self._reasons,
            written,
            position=self._position,
            state=self._state(finished),
            finished=finished,
        )

    def _state(self, finished: bool) -> State:
        content = edges = ""
        if self._about is not None and self._about.path:
            can_seek = getattr(self._input, "can_seek", None)
            if can_seek:
                edges = self._position.edges
            elif getattr(self._input, "is_numbered", False):
                edges = NUMBERED
            if finished and can_seek is None and self._earlier is None:
                content = content_of(Place(self._about.path))
            elif finished and not can_seek:
                content = getattr(self._input, "content", "")
        return State(content, edges, self._left_out, self._repeats.ids_hold)


def _origin(maker: LineMaker) -> Origin:
    """Return what is known of a source by the maker of its records."""
    vendor = maker.vendor
    own = maker.understood.get("event_id", "")
    return Origin(
        table=maker.tabular,
        unique=vendor is not None or normal(own) in UNIQUE_IDS,
        window=vendor.window if vendor else None,
        ids_hold=maker.ids_hold,
        exact=maker.exact,
    )
