"""ClickHouse inside this process, for tests and for a single machine: the extra `clickhouse`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from core.errors import QueryFailed
from core.queries.common.question import Rows

BATCH = 200_000
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"}
)


class ChdbRunner:
    """Runs statements in a chdb session, of which a process can have only one.

    Args:
        folder: where its tables are stored; an empty folder becomes a new database.
    """

    def __init__(self, folder: str | Path) -> None:
        from chdb.session import Session

        self._session = Session(str(folder))

    def run(self, text: str, parameters: dict[str, Any]) -> Rows:
        """See Runner."""
        bound = {name: _parameter(value) for name, value in parameters.items()}
        try:
            result = self._session.query(text, "JSONCompactEachRow", params=bound)
        except Exception as error:
            raise QueryFailed(f"ClickHouse says: {error}") from error
        return [tuple(orjson.loads(line)) for line in result.bytes().splitlines()]

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """See Runner; of the formats we can write, chdb reads JSON lines the fastest."""
        names = ", ".join(columns)
        rows = iter(rows)
        while batch := list(islice(rows, BATCH)):
            with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
                file.writelines(orjson.dumps(row) + b"\n" for row in batch)
                file.flush()
                self.run(
                    f"insert into {table} ({names}) "
                    f"from infile '{file.name}' format JSONCompactEachRow",
                    {},
                )

    def close(self) -> None:
        """End the session."""
        self._session.close()


def _parameter(value: Any) -> str:
    """Return a parameter as chdb reads it: escaped as tab-separated text."""
    return value.translate(_ESCAPES) if isinstance(value, str) else repr(value)
