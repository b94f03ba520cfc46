"""Which peers there are, and where each keeps its data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.duck import store as duck
from benchmarks.peers.house import store as house
from benchmarks.programs import Program


@dataclass(frozen=True)
class Peer:
    """A program to compare with.

    Attributes:
        key: as `--peers` names it.
        package, extra: what it needs, and the extra of footfall that installs it.
        name: as tables name it.
        suffix: of its file or folder.
        open: opens it for reading.
        load: makes it from the files of events and of logs.
        size: how many bytes it has.
        sql: its statements, by the question's name.
    """

    key: str
    package: str
    extra: str
    name: str
    suffix: str
    open: Callable[[Path], Program]
    load: Callable[[Path, Path, Path], None]
    size: Callable[[Path], int]
    sql: dict[str, tuple[str, ...]]


PEERS = {
    peer.key: peer
    for peer in (
        Peer(
            "duckdb",
            "duckdb",
            "bench",
            duck.NAME,
            duck.SUFFIX,
            duck.Duck,
            duck.load,
            duck.size,
            duck.SQL,
        ),
        Peer(
            "chdb",
            "chdb-core",
            "clickhouse",
            house.NAME,
            house.SUFFIX,
            house.House,
            house.load,
            house.size,
            house.SQL,
        ),
    )
}


def named(keys: Sequence[str]) -> list[Peer]:
    """Return peers by their keys.

    Raises:
        KeyError: there is no such peer.
    """
    return [PEERS[key.strip().lower()] for key in keys if key.strip()]
