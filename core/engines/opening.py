"""The engine that answers questions about a workspace: its own file, or where it is copied to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.engines.running import Clock, Engine, wall_clock
from core.engines.sqlite.engine import SqliteEngine
from core.store.waiting import WAIT
from core.store.workspace import CLUSTER

if TYPE_CHECKING:
    from core.engines.clickhouse.address import Address
    from core.engines.clickhouse.server import ServerRunner


def open_engine(
    path: str | Path,
    *,
    clock: Clock = wall_clock,
    time_limit: float | None = None,
    wait: float = WAIT,
    ask: Callable[[Address], str] | None = None,
) -> Engine:
    """Return the engine for a workspace. A server is connected to when it is first asked.

    Args:
        clock, time_limit, wait: see `SqliteEngine`.
        ask: asks for a password that is nowhere else.

    Raises:
        CannotOpen: the file is missing or not a workspace.
    """
    engine = SqliteEngine(path, clock=clock, time_limit=time_limit, wait=wait)
    address = address_in(engine.meta())
    if address is None:
        return engine
    engine.close()
    from core.engines.clickhouse.engine import ClickHouseEngine

    runner = server(address, ask)
    return ClickHouseEngine(path, runner, clock=clock, time_limit=time_limit, wait=wait)


def address_in(meta: Mapping[str, str]) -> Address | None:
    """Return the address in a workspace's settings, None if there is none."""
    said = meta.get(CLUSTER)
    if said is None:
        return None
    from core.engines.clickhouse.address import Address

    return Address.from_json(said)


def server(address: Address, ask: Callable[[Address], str] | None = None) -> ServerRunner:
    """Return the server at an address; it is connected to when it is first used.

    Args:
        ask: asks for a password that is nowhere else.
    """
    from core.engines.clickhouse.address import password_of
    from core.engines.clickhouse.server import ServerRunner

    wanted = address.asks and ask is not None and password_of(address) is None
    return ServerRunner(address, ask(address) if wanted and ask else None)
