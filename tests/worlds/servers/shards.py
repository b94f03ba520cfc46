"""A cluster of two shards inside this process, each of which reads only its own people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.sets import sets_of
from core.engines.clickhouse.tables import EVENTS, SETS, TABLES
from core.engines.running import Stop
from core.queries.common.question import Rows

CLUSTER = "two"

WHOLE = "settings asterisk_include_materialized_columns = 1"

CONFIGURATION = f"""<clickhouse>
    <tcp_port>9000</tcp_port>
    <remote_servers><{CLUSTER}>
        <shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
        <shard><replica><host>localhost</host><port>9000</port></replica></shard>
    </{CLUSTER}></remote_servers>
</clickhouse>"""
"""Two shards which ClickHouse takes for this process, so that nothing goes over a network."""


def configured(folder: Path) -> Path:
    """Write the configuration of the cluster into a folder; return its file."""
    file = folder / "cluster.xml"
    file.write_text(CONFIGURATION)
    return file


class Shards:
    """Runs statements on the cluster; see Runner.

    Both shards store in the same tables, as one process has no two of a name. What is read is
    divided: each shard reads the rows whose shard it is.
    """

    cluster = CLUSTER

    def __init__(self, runner: ChdbRunner) -> None:
        self._runner = runner

    def run(self, text: str, parameters: dict[str, Any], stop: Stop | None = None) -> Rows:
        """See Runner; there are no replicas, and nobody who would tell other servers."""
        here = text.replace(f" on cluster `{CLUSTER}`", "")
        here = here.replace("engine = Replicated", "engine = ")
        here = here.replace(" replicated_dedup", " non_replicated_dedup")
        return self._runner.run(here, parameters, stop)

    def typed(
        self,
        text: str,
        parameters: dict[str, Any],
        settings: dict[str, object],
        stop: Stop | None = None,
    ) -> Rows:
        """See Runner."""
        return self._runner.typed(text, parameters, settings, stop)

    def insert(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], token: str = ""
    ) -> None:
        """See Runner; stored at once, as both shards' parts would be one insert sent twice."""
        self._runner.insert(f"{table}_local", columns, rows, token)

    def divide(self) -> None:
        """Let each shard read only its own rows from here on."""
        for table in TABLES:
            own = f"({table.shard}) % 2 = shardNum() - 1"
            part = f"select * from {table.name}_local where {own} {WHOLE}"
            if table is SETS:
                part = sets_of(f"{EVENTS.name}_part")
            self.run(f"create or replace view {table.name}_part as {part}", {})
            self.run(f"drop table {table.name}", {})
            self.run(
                f"create table {table.name} as {table.name}_local "
                f"engine = Distributed({CLUSTER}, currentDatabase(), {table.name}_part)",
                {},
            )

    def close(self) -> None:
        """Drop everything; the session goes on."""
        for statement in Layout(CLUSTER).drop():
            self.run(statement, {})
        for table in TABLES:
            self.run(f"drop table if exists {table.name}_part", {})
