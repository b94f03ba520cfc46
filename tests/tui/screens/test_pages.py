"""Every page of the explorer as text, on the sample: FOOTFALL_GOLDENS=1 writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures import demo
from tests.pictures.camera import KINDS, NOW, taken
from tests.pictures.shots import PAGES
from tests.worlds.golden import check


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's workspace."""
    path = tmp_path_factory.mktemp("pages") / "demo.db"
    demo.make(path, NOW)
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_pages_look_as_they_did(sample: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    wrong, seen = [], set[str]()
    async for shot, lines in taken(sample, NOW, tmp_path, PAGES, KINDS[0], size, also=["ascii"]):
        glyphs = "ascii" if shot.name in seen else "unicode"
        seen.add(shot.name)
        text = "\n".join(line.text.rstrip() for line in lines)
        assert glyphs == "unicode" or text.isascii(), shot.name
        assert all(line.cell_length == size[0] for line in lines)
        try:
            check(f"pages/{size[0]}x{size[1]}.{glyphs}.{shot.name}", text)
        except AssertionError:
            wrong.append(f"{shot.name} {glyphs}")
    assert not wrong, "look at the differences: FOOTFALL_GOLDENS=1 writes these pages anew"
    assert len(seen) == len(PAGES)
