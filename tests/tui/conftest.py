"""What most tests of the explorer begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.tui_pilot import workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small workspace."""
    return workspace(tmp_path / "small.db")
