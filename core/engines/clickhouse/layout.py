"""How the tables lie on a server, or on the shards and replicas of a cluster.

On a cluster each table has a part on every shard, NAME_local, which its replicas keep alike, and is
read and written through a distributed table with its own name. Statements are therefore the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.engines.clickhouse.sets import sets_of
from core.engines.clickhouse.tables import EVENTS, SETS, TABLES, Table

REMEMBERED: Final = 10_000
"""How many inserts a table remembers by their tokens, so that none is stored twice."""

_COMING: Final = "activity_coming"


@dataclass(frozen=True)
class Layout:
    """Where tables are.

    Attributes:
        cluster: the name of the cluster in the server's configuration; "" for a single server.
    """

    cluster: str = ""

    def create(self) -> Sequence[str]:
        """Return the statements that create what is missing."""
        found = [statement for table in TABLES for statement in self._table(table)]
        return (*found, self._coming())

    def widen(self, columns: Sequence[str]) -> Sequence[str]:
        """Return the statements that add columns to `events`; see core.engines.clickhouse.columns.

        Args:
            columns: their definitions, at most those of core.engines.clickhouse.columns.MOST.
        """
        if not columns:
            return ()
        added = ", ".join(f"add column if not exists {column}" for column in columns)
        tables = dict.fromkeys((self._part(EVENTS), EVENTS.name))
        return [f"alter table {table}{self._everywhere} {added}" for table in tables]

    def drop(self) -> Sequence[str]:
        """Return the statements that drop everything, of either layout."""
        everywhere = f"{self._everywhere} sync"
        names = [name for table in TABLES for name in (table.name, f"{table.name}_local")]
        tables = (f"drop table if exists {name}{everywhere}" for name in names)
        return (f"drop table if exists {_COMING}{everywhere}", *tables)

    def truncate(self, table: Table) -> str:
        """Return the statement that deletes all rows of a table."""
        return f"truncate table {self._part(table)}{self._everywhere}"

    def delete(self, table: Table, where: str) -> str:
        """Return the statement that deletes some rows, and ends when they are gone."""
        return (
            f"delete from {self._part(table)}{self._everywhere} where {where} "
            "settings lightweight_deletes_sync = 2"
        )

    def merge(self, table: Table) -> str:
        """Return the statement that leaves one part of each partition of a table."""
        return f"optimize table {self._part(table)}{self._everywhere} final"

    @property
    def _everywhere(self) -> str:
        return f" on cluster {_quoted(self.cluster)}" if self.cluster else ""

    def _part(self, table: Table) -> str:
        """The name of the table that has the rows."""
        return f"{table.name}_local" if self.cluster else table.name

    def _table(self, table: Table) -> list[str]:
        listed = ",\n    ".join(f"{name} {kind}" for name, kind in table.columns.items())
        month = f"\npartition by toYYYYMM(toDate32({table.month}))" if table.month else ""
        replicated = "Replicated" if self.cluster else ""
        kind = table.kind if self.cluster or table.kind != "Replacing" else ""
        window = "replicated" if self.cluster else "non_replicated"
        made = [
            f"""create table if not exists {self._part(table)}{self._everywhere} (
    {listed}
)
engine = {replicated}{kind}MergeTree{month}
order by ({table.order})
settings {window}_deduplication_window = {REMEMBERED}, index_granularity = {table.granule}"""
        ]
        if self.cluster:
            made.append(
                f"create table if not exists {table.name}{self._everywhere} "
                f"as {self._part(table)}\n"
                f"engine = Distributed({_quoted(self.cluster)}, currentDatabase(), "
                f"{self._part(table)}, {table.shard})"
            )
        return made

    def _coming(self) -> str:
        return (
            f"create materialized view if not exists {_COMING}{self._everywhere} "
            f"to {self._part(SETS)} as\n{sets_of(self._part(EVENTS))}"
        )


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"
