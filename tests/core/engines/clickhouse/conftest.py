"""The ClickHouse of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.engines.clickhouse.chdb import ChdbRunner
from tests.worlds.clickhouse import Engines, engines_of
from tests.worlds.fixture import appendix_a
from tests.worlds.servers.served import Served, serving
from tests.worlds.servers.shards import configured


@pytest.fixture(scope="session")
def runner(tmp_path_factory) -> Iterator[ChdbRunner]:
    """The one chdb session that a process can have."""
    configuration = configured(tmp_path_factory.mktemp("configuration"))
    with closing(ChdbRunner(tmp_path_factory.mktemp("chdb"), configuration)) as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server, for each file of tests."""
    with serving(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def fixture(runner: ChdbRunner) -> Iterator[Engines]:
    """SQLite and ClickHouse over the fixture of definitions appendix A."""
    with engines_of(appendix_a(), runner) as engines:
        yield engines
