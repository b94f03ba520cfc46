"""ClickHouse inside this process, for tests and for a single machine: the extra `clickhouse`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from core.engines.running import Stop
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
        configuration: a file with ClickHouse's configuration.
    """

    cluster = ""

    def __init__(self, folder: str | Path, configuration: str | Path = "") -> None:
        from chdb.session import Session

        told = f"?config-file={configuration}" if configuration else ""
        self._session = Session(f"{folder}{told}")
        self._session.query("set max_partitions_per_insert_block = 0")

    def run(self, text: str, parameters: dict[str, Any], stop: Stop | None = None) -> Rows:
        """See Runner; a statement that runs is not ended."""
        return self._asked(text, parameters, "JSONCompactEachRow")

    def _asked(self, text: str, parameters: dict[str, Any], form: str) -> Rows:
        bound = {name: _parameter(value) for name, value in parameters.items()}
        try:
            result = self._session.query(text, form, params=bound)
        except Exception as error:
            raise QueryFailed(f"ClickHouse says: {error}") from error
        return [tuple(orjson.loads(line)) for line in result.bytes().splitlines()]

    def typed(
        self,
        text: str,
        parameters: dict[str, Any],
        settings: dict[str, object],
        stop: Stop | None = None,
    ) -> Rows:
        """See Runner; a statement that runs is not ended."""
        chosen = ", ".join(f"{name} = {value!r}" for name, value in settings.items())
        whole = f"{text}\nsettings {chosen}"
        return self._asked(whole, parameters, "JSONCompactEachRowWithNames")

    def insert(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], token: str = ""
    ) -> None:
        """See Runner; of the formats we can write, chdb reads JSON lines the fastest."""
        token = token or uuid4().hex
        names = ", ".join(columns)
        rows = iter(rows)
        number = 0
        while batch := list(islice(rows, BATCH)):
            with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
                file.writelines(orjson.dumps(row) + b"\n" for row in batch)
                file.flush()
                self.run(
                    f"insert into {table} ({names}) "
                    f"from infile '{file.name}' "
                    f"settings insert_deduplication_token = '{token}:{number}', "
                    "distributed_foreground_insert = 1 "
                    "format JSONCompactEachRow",
                    {},
                )
            number += 1

    def close(self) -> None:
        """End the session."""
        self._session.close()


def _parameter(value: Any) -> str:
    """Return a parameter as chdb reads it: escaped as tab-separated text."""
    return value.translate(_ESCAPES) if isinstance(value, str) else repr(value)
