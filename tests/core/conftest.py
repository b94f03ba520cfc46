"""What most tests of the core ask: the fixture of definitions appendix A."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.engines.sqlite.engine import SqliteEngine
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of


@pytest.fixture(scope="module")
def engine() -> Iterator[SqliteEngine]:
    """An engine over the fixture, one for each file of tests."""
    with engine_of(appendix_a()) as found:
        yield found
