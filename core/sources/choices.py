"""What a user chooses about how files are read, as options and as text to keep."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from core.sources.fields import check_mapping
from core.sources.logs import check_log_mapping
from core.sources.places import Place
from core.sources.text.reading import Reading

_OPTIONS: Final = {
    "format": "--format", "logs": "--logs", "table": "--table", "query": "--query",
    "event": "--event", "skip": "--skip", "delimiter": "--delimiter", "encoding": "--encoding",
    "decimal": "--decimal", "day_first": "--dates", "times_in": "--times-in",
}  # fmt: skip
"""What can be chosen, other than the mapping -> its option."""

_OF_A_FILE: Final = ("format", "logs", "table", "query")


@dataclass(frozen=True)
class Choices:
    """How files are to be read; whatever is empty is detected.

    Attributes:
        mapping: meaning -> column.
        format: one of `core.sources.FORMATS`.
        logs: whether they contain logs instead of events.
        table, query: what to read of a database.
        reading: what to know about text, dates and numbers.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    format: str = ""
    logs: bool | None = None
    table: str = ""
    query: str = ""
    reading: Reading = field(default_factory=Reading)

    def check(self) -> None:
        """Raise BadInput for a choice that cannot be used."""
        (check_log_mapping if self.logs else check_mapping)(self.mapping)
        self.reading.check()

    def place(self, found: Place) -> Place:
        """Return a place with what to read of it."""
        return replace(found, table=self.table, query=self.query)

    def given(self) -> dict[str, Any]:
        """Return what is chosen, by name."""
        found = {name: getattr(self, name) for name in ("mapping", *_OF_A_FILE)}
        found |= asdict(self.reading)
        return {name: value for name, value in found.items() if value or value is False}

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return self != Choices()

    def text(self) -> str:
        """Return them as JSON; equal choices have equal texts."""
        return json.dumps(self.given(), sort_keys=True, ensure_ascii=False)

    def options(self) -> str:
        """Return them as they are given on the command line."""
        given = self.given()
        columns = ",".join(f"{meaning}={name}" for meaning, name in self.mapping.items())
        words = ["--map", columns] if columns else []
        for name, option in _OPTIONS.items():
            if name in given:
                words += [option, *_values(name, given[name])]
        return shlex.join(words)


def _values(name: str, value: Any) -> list[str]:
    if name == "logs":
        return []
    if name == "day_first":
        return ["day-first" if value else "month-first"]
    return [str(value)]


def choices_of(text: str) -> Choices:
    """Return the choices of a text of `Choices.text`; names that are not known are left out."""
    given = json.loads(text)
    about = {name: given.pop(name) for name in ("mapping", *_OF_A_FILE) if name in given}
    known = {name: value for name, value in given.items() if name in _OPTIONS}
    return Choices(**about, reading=Reading(**known))
