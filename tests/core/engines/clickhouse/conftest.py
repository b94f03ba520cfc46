"""The ClickHouse of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.sqlite.engine import SqliteEngine
from tests.worlds.clickhouse import Engines, still_copied
from tests.worlds.fixture import appendix_a
from tests.worlds.servers.served import Served, serving
from tests.worlds.servers.shards import configured
from tests.worlds.world import engine_of


@pytest.fixture(scope="session")
def runner(tmp_path_factory) -> Iterator[ChdbRunner]:
    """The one chdb session that a process can have; compiling to machine code takes longer in tests
    than it saves.
    """
    configuration = configured(tmp_path_factory.mktemp("configuration"))
    with closing(ChdbRunner(tmp_path_factory.mktemp("chdb"), configuration)) as found:
        for kind in ("expressions", "aggregate_expressions", "sort_description"):
            found.run(f"set compile_{kind} = 0", {})
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server, for each file of tests."""
    with serving(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="session")
def appendix() -> Iterator[SqliteEngine]:
    """SQLite over the fixture of definitions appendix A."""
    with engine_of(appendix_a()) as engine:
        yield engine


@pytest.fixture
def fixture(appendix: SqliteEngine, runner: ChdbRunner) -> Iterator[Engines]:
    """SQLite and ClickHouse over the fixture of definitions appendix A."""
    with still_copied(appendix, runner) as clickhouse:
        yield appendix, clickhouse
