"""The ClickHouse of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.engines.clickhouse.chdb import ChdbRunner


@pytest.fixture(scope="session")
def runner(tmp_path_factory) -> Iterator[ChdbRunner]:
    """The one chdb session that a process can have."""
    with closing(ChdbRunner(tmp_path_factory.mktemp("chdb"))) as found:
        yield found
