"""Units in place of people: the temporary tables of one connection, and the numbers of units."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from core.columns import EMPTY, NONE
from core.sql.dialect import Binder, Counted, Made
from core.sql.present import Present

MOST: Final = 4
"""How many tables a connection keeps besides those of the running statement."""

NO_UNIT: Final = frozenset({None, "", NONE, EMPTY})
"""The values of a field that are no unit; neither are numbers below 1."""


def events_of(counted: Counted, present: Present | None, bind: Binder) -> str:
    """Return the SELECT that statements read in place of `events`."""
    assert isinstance(counted.rows, Made)
    missing = "".join(f", 0 as {column}" for column in counted.missing)
    tests = [f"u.ts <= {bind(present.now)}"] if present else []
    if counted.people is not None:
        tests.append(f"u.person in (select actor from temp.{bind.made(counted.people)})")
    where = f" where {' and '.join(tests)}" if tests else ""
    columns = ", ".join(f"u.{column}" for column in counted.columns)
    return f"select {columns}{missing} from temp.{bind.made(counted.rows)} u{where}"


class _Numbers:
    """The numbers of the units of one table.

    Attributes:
        raws: what each number stands for.
        codes: the number of each unit.
        texts: the number of each property as JSON, while they are noted.
        noted: the number of the unit of each event that was noted.
    """

    def __init__(self) -> None:
        self.raws: list[Any] = [None]
        self.codes: dict[Any, int] = {}
        self.forget()

    def forget(self) -> None:
        """Forget the notes."""
        self.texts: dict[str, int] = {}
        self.noted = array("i")


class Units:
    """The temporary tables of one connection, and the numbers that its units have.

    They are kept while the file does not change. The last ones used stay.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: defaultdict[str, _Numbers] = defaultdict(_Numbers)
        self._kept: dict[str, None] = {}
        self._unsure = False
        self.state: Any = None

    @property
    def functions(self) -> tuple[tuple[str, int, Callable[..., Any]], ...]:
        """Name, number of arguments and function of those that statements call."""
        return (
            ("unit_code", 2, self.code),
            ("unit_of", 2, self.raw),
            ("unit_note", 3, self.note),
            ("unit_at", 2, self.at),
        )

    def code(self, name: str, raw: Any) -> int:
        """Return the number of a unit in a table, 0 for no unit; SQL calls it."""
        if raw in NO_UNIT or (isinstance(raw, int) and raw < 1):
            return 0
        numbers = self._numbers[name]
        found = numbers.codes.get(raw)
        if found is None:
            found = numbers.codes[raw] = len(numbers.raws)
            numbers.raws.append(raw)
        return found

    def note(self, name: str, seq: int, text: str | None) -> None:
        """Note the unit of an event, given its property as JSON; SQL calls it, in any order."""
        if text is None or text == "null":
            return
        numbers = self._numbers[name]
        code = numbers.texts.get(text)
        if code is None:
            label = json.loads(text) if text.startswith('"') else text
            code = numbers.texts[text] = self.code(name, label)
        noted = numbers.noted
        if seq >= len(noted):
            noted.frombytes(bytes(noted.itemsize * (seq + 1 - len(noted))))
        noted[seq] = code

    def at(self, name: str, seq: int) -> int:
        """Return the number of the unit that was noted of an event; SQL calls it."""
        noted = self._numbers[name].noted
        return noted[seq] if seq < len(noted) else 0

    def raw(self, name: str, code: int) -> Any:
        """Return what a number stands for; SQL calls it."""
        raws = self._numbers[name].raws
        return raws[code] if 0 <= code < len(raws) else None

    def make(self, wanted: Sequence[Made], state: Any) -> None:
        """Make the tables that are missing, as of a state of the file."""
        if state != self.state:
            self._drop(list(self._kept))
            self.state = state
        for table in wanted:
            if table.name in self._kept:
                self._kept[table.name] = self._kept.pop(table.name)
        missing = [table for table in wanted if table.name not in self._kept]
        if not missing:
            return
        names = {table.name for table in wanted}
        others = [name for name in self._kept if name not in names]
        self._drop([*others[: max(len(others) - MOST, 0)], *(table.name for table in missing)])
        self._unsure = True
        self._write(statement for table in missing for statement in self._of(table))

    def ended(self) -> None:
        """Note that what was made is committed."""
        self._unsure = False

    def rolled_back(self) -> None:
        """Forget the tables if one of them was made since the last commit."""
        if self._unsure:
            with suppress(sqlite3.Error):
                self._drop(list(self._kept))
            self._unsure = False

    def _of(self, table: Made) -> Iterable[tuple[str, dict[str, Any]]]:
        for step in table.steps:
            yield step, table.parameters
        self._numbers[table.name].forget()
        self._kept[table.name] = None

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._kept.pop(name, None)
            self._numbers.pop(name, None)
            self._write([(f"drop table if exists temp.{name}", {})])

    def _write(self, statements: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Run statements that write to temporary tables alone; the file is open read-only."""
        self._connection.execute("pragma query_only = off")
        try:
            for text, parameters in statements:
                self._connection.execute(text, parameters).fetchall()
        finally:
            self._connection.execute("pragma query_only = on")
