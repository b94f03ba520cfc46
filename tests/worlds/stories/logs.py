"""Logs beside the fixture of definitions appendix A, and engines over worlds with logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from core.engines.sqlite.engine import SqliteEngine
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from tests.oracles.logs.logs import Written
from tests.worlds.compare import ScanEngine
from tests.worlds.world import World, engine_of, utc_ms


@contextmanager
def engines_of(world: World, logs: tuple[Written, ...]) -> Iterator[tuple[SqliteEngine, Any]]:
    """Both engines over a world with logs."""
    with engine_of(world) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(
                connection,
                [
                    Log(log.ts, log.message, log.level, log.service, log.source, log.session)
                    for log in logs
                ],
            )
        with closing(ScanEngine(engine.path, clock=engine.clock)) as scan:
            yield engine, scan


def at(text: str) -> int:
    return utc_ms(f"2025-{text}")


LOGS = (
    Written(at("04-07T10:02"), "INFO", "user 7 signed up", "web", "host-1", "s1"),
    Written(at("04-07T10:06"), "ERROR", "cart 12 not found", "api", "host-2", "s1"),
    Written(at("04-08T12:10"), "ERROR", "cart 13 not found", "api", "host-1", "s5"),
    Written(at("04-08T12:31"), "WARNING", "slow query", "db", "host-2", "s5"),
    Written(at("04-09T08:11"), "DEBUG", "cache miss", "api", None, "s6"),
    Written(at("04-10T00:00"), "CRITICAL", "disk full", None, "host-2"),
    Written(at("04-16T10:30"), "INFO", "user 9 signed up", "web", "host-1", "s10"),
    Written(at("03-01T10:00"), "INFO", "user 1 signed up", "web", "host-1", "s11"),
)
