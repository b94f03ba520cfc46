"""What a format needs from the maker of its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from core.errors import BadInput
from core.records import LeftOut, Record
from core.sources.flow.gathered import Events
from core.sources.vendors import Plain, Vendor


class Table(NamedTuple):
    """What the rows of a table show beside their columns.

    Attributes:
        decimal_comma: whether numbers are written as 1.234,50.
        dropped: names of columns that are left out.
    """

    decimal_comma: bool = False
    dropped: frozenset[str] = frozenset()


class LineMaker(Protocol):
    """What a format needs from the maker of its records, whether of events or logs.

    Attributes:
        record: the class of the records that are stored in batches.
        mapping, understood, names, unseen: see `Maker`.
        tabular: whether records are the rows of a table.
        ids_hold: whether ids of events are those of single events.
        exact: whether its events are all different, known by their numbers alone.
    """

    record: Any
    mapping: Mapping[str, str]
    understood: dict[str, str]
    names: tuple[str, ...]
    unseen: set[str]
    tabular: bool
    ids_hold: bool
    exact: bool

    @property
    def vendor(self) -> Vendor | None:
        """The vendor whose export the file is, None if it is none's."""
        ...

    @property
    def recognised(self) -> str:
        """The format recognised, as shown in an import report; "" for a plain file."""
        ...

    @property
    def reshapes(self) -> bool:
        """Whether records must be made from what `reshaped` returns."""
        ...

    def recognise(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Detect the vendor from the first lines of a file of objects."""
        ...

    def recognise_header(self, names: Sequence[str]) -> None:
        """Detect a vendor with reshaped rows from the header of a table."""
        ...

    def reshaped(self, found: dict[str, Any]) -> Iterable[Plain | LeftOut]:
        """Return the plain lines in an object or a row of the vendor; Refused with the reason."""
        ...

    def is_news(self, made: Any) -> bool:
        """Return whether a record is not a statement beside an event that was made before."""
        ...

    def look(self, columns: Mapping[str, Sequence[Any]], table: Table) -> None:
        """Decide about columns, dates and numbers by the first values of a table."""
        ...

    def plan(self, names: tuple[str, ...]) -> Any:
        """Return what the names mean."""
        ...

    def lacking(self, where: str, names: Sequence[str]) -> BadInput:
        """Return the error for a file from which nothing can be made."""
        ...

    def make_all(
        self, plan: Any, columns: Sequence[Sequence[Any]], lines: Sequence[bytes] | None
    ) -> Sequence[Record] | Events | None:
        """Return the records of several lines, given column by column; None if each must be made
        on its own.
        """
        ...

    def make(self, plan: Any, values: list[Any], line: bytes | None) -> Record:
        """Return the record of one line."""
        ...
