"""What the requests of both APIs are sent to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.api import Backend
from core.store.library.saved import Saved
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    """The fixture of definitions appendix A, with nothing saved at first."""
    with engine_of(appendix_a()) as engine:
        yield Backend(engine, Saved(engine.path, clock=engine.clock))
