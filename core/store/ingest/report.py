"""What an import did, and how far a running one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.store.strays import Strays

if TYPE_CHECKING:
    from core.store.fresh.earlier import Earlier
    from core.store.ingest.batch import Written
    from core.store.joints import Joint


@dataclass(frozen=True)
class Progress:
    """The progress of an import.

    Attributes:
        source: the file being read, or "stdin".
        read_bytes, total_bytes: of the file on disk; total None for standard input.
        read, stored, rejected: lines so far.
        seconds: since the import began.
        doing: what is done once all sources are read, in words; "" while one is.
    """

    source: str
    read_bytes: int
    total_bytes: int | None
    read: int
    stored: int
    rejected: int
    seconds: float
    doing: str = ""


@dataclass
class ImportReport:
    """What an import did; read = stored + repeated + rejected + identified + those left out.

    Attributes:
        read: lines or rows that are not blank.
        stored: new events.
        repeated: events that were already there.
        rejected: lines that could not be used; `reasons` counts them by reason.
        identified: identify and alias lines, which are not events.
        left_out: how many lines of each kind were neither events nor about people.
        rejects_files: where rejected lines were written, one per source that has any.
        seconds: how long it took.
        first_ts, last_ts: UTC ms of the earliest and latest event read, None without events.
        users: people in the workspace now.
        linked, merged: devices linked to a user, and user ids merged into another.
        unowned: events counted for nobody, among those stored or already there.
        nobody: events with a placeholder as their user or device id.
        refused_links: links and aliases that name a placeholder.
        alike: new events that say more or less than a stored one of the same person, name and time.
        loose_ids: whether the ids of a source's events stand for several events each.
        placeholders: the placeholders found.
        rounded: ids that a spreadsheet has rounded, such as 1.23457E+15.
        joints: ids of the workspace that join suspiciously many others.
        strays: events in the workspace whose time may be a mistake.
        days: the first and the last local day of the events read.
        recognised: source -> the format recognised, if it is a vendor's.
        understood: source -> meaning -> column name.
        notes: source -> sentences on how it was read and what to check.
        recalled: source -> the remembered choices it was read with, as options.
        known: source -> the number and the local time of the finished import of the same content,
            so that it was not read again.
        resumed: source -> the import that was stopped and is gone on with.
        passed_over: a sentence for each file that was found but not read.
        refused: a sentence for each source that could not be read, with what to do.
        sources: source -> "read", "stored", "repeated" and "rejected" -> how many lines.
        names: source -> the names of its columns, or of the fields of its first event.
        finished: False if it was stopped; what was committed stays.
    """

    read: int = 0
    stored: int = 0
    repeated: int = 0
    rejected: int = 0
    identified: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    rejects_files: list[str] = field(default_factory=list)
    seconds: float = 0.0
    first_ts: int | None = None
    last_ts: int | None = None
    users: int = 0
    linked: int = 0
    merged: int = 0
    unowned: int = 0
    nobody: int = 0
    refused_links: int = 0
    alike: int = 0
    loose_ids: bool = False
    placeholders: frozenset[str] = frozenset()
    rounded: frozenset[str] = frozenset()
    joints: Sequence[Joint] = ()
    strays: Strays = field(default_factory=Strays)
    days: tuple[str, str] | None = None
    recognised: dict[str, str] = field(default_factory=dict)
    understood: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    recalled: dict[str, str] = field(default_factory=dict)
    known: dict[str, tuple[int, str]] = field(default_factory=dict)
    resumed: dict[str, Earlier] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sources: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    finished: bool = True

    def take_known(self, name: str, earlier: Earlier, when: str) -> None:
        """Count what an earlier import of the same content read, as repeated."""
        counts = earlier.counts
        self.known[name] = earlier.id, when
        self.read += counts["read"]
        self.repeated += counts["stored"] + counts["repeated"]
        self.rejected += counts["rejected"]
        self.identified += counts["identified"]
        for found, into in ((earlier.reasons, self.reasons), (earlier.left_out, self.left_out)):
            for what, count in found.items():
                into[what] = into.get(what, 0) + count

    def add(self, written: Written) -> None:
        """Add the counts of a batch that concern people."""
        self.linked += written.linked
        self.merged += written.merged
        self.unowned += written.unowned
        self.nobody += written.nobody
        self.refused_links += written.refused
        self.alike += written.alike
        self.loose_ids |= written.loose_ids
        self.placeholders |= written.placeholders
        self.rounded |= written.rounded
