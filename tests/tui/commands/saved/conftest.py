"""The workspace that things are saved in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of


@pytest.fixture
def db(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The fixture of definitions appendix A, used by nobody in particular."""
    monkeypatch.delenv("FOOTFALL_PROFILE", raising=False)
    with engine_of(appendix_a()) as engine:
        yield Path(engine.path)
