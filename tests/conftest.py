"""How the random tests draw their worlds, charts that fail, and programs that tests start.

By default every run draws the same worlds, so that a test passes or fails for everybody alike.
`pytest -m hypothesis --hypothesis-profile=explore` draws new ones each time; what it finds is
printed with the seed and the lines that repeat it.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.worlds", "tests.oracles")

# The many programs that tests start compile every module once, and not each of them again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Thousands of small files are synced to a disk for longer than it takes to test them: where there
# is much memory to spare, they are made there.
MEMORY, PLENTY = Path("/dev/shm"), 4 << 30
if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and shutil.disk_usage(MEMORY).free > PLENTY
):
    os.environ["TMPDIR"], tempfile.tempdir = str(MEMORY), None

# Thousands of tests leave a large heap that is not worth searching again and again.
gc.set_threshold(50_000, 20, 100)

settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("fixed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a part of the tests if FOOTFALL_PART says which one of how many: 0/6 to 5/6."""
    part, sign, parts = os.environ.get("FOOTFALL_PART", "").partition("/")
    if sign:
        items[:] = [i for i in items if crc32(i.nodeid.encode()) % int(parts) == int(part)]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than cores: tests of the explorer wait for it a third of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def stand_in() -> Iterator[Callable[..., Any]]:
    """A chart that fails, fails its test: no table stands in for it. Yields what would draw it."""
    import core.draw

    usual = core.draw.stand_in

    def shown(*_: Any) -> None:
        raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.draw, "stand_in", shown)
        yield usual
