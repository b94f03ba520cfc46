"""The statements that were run, newest first, kept with the remembered state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST = 50
LONGEST = 20_000
"""Longer statements are not remembered."""


@dataclass(frozen=True)
class Ran:
    """One run of a statement.

    Attributes:
        query: the statement.
        at: when it ended, in UTC ms.
        milliseconds: how long it took.
        rows: how many rows it gave, None if it ended otherwise.
        said: "" if it gave rows, else "error" or "cancelled".
    """

    query: str
    at: int
    milliseconds: float
    rows: int | None = None
    said: str = ""


class SqlHistory:
    """Statements of one workspace.

    Args:
        values: what is remembered for it; kept up to date.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @property
    def runs(self) -> list[Ran]:
        """The runs, newest first; what cannot be read is left out."""
        kept = self._values.get("sql_history")
        return [run for body in kept if (run := _read(body))] if isinstance(kept, list) else []

    def add(self, run: Ran) -> None:
        """Remember a run in place of earlier runs of the same statement."""
        if len(run.query) > LONGEST:
            return
        others = [one for one in self.runs if one.query.strip() != run.query.strip()]
        self._values["sql_history"] = [asdict(one) for one in [run, *others][:MOST]]

    @property
    def draft(self) -> str:
        """The text that was in the editor."""
        text = self._values.get("sql_text")
        return text if isinstance(text, str) else ""

    def keep(self, text: str) -> None:
        """Remember the text in the editor."""
        if len(text) <= LONGEST:
            self._values["sql_text"] = text


def _read(body: object) -> Ran | None:
    if not isinstance(body, Mapping):
        return None
    query, at, spent = body.get("query"), body.get("at"), body.get("milliseconds")
    rows, said = body.get("rows"), body.get("said", "")
    if not (isinstance(query, str) and isinstance(at, int) and isinstance(spent, int | float)):
        return None
    return Ran(query, at, float(spent), rows if isinstance(rows, int) else None, str(said))
