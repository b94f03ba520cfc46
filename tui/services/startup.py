"""What makes a process start and end faster, and is no library's business to do."""

from __future__ import annotations

import atexit
import gc
import sys
from types import ModuleType

KNOWN_PYDANTIC = "2.14."
"""The versions of pydantic whose search for plugins is known."""


def collect_rarely() -> None:
    """Look for garbage after 200,000 new objects, not 700, and not at the end of the process.

    A start makes many objects and drops few, so that looking finds nothing: it takes a tenth of the
    time in which a question is read, and the end as much again.
    """
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)


def without_plugins() -> None:
    """Keep pydantic from searching all installed packages for plugins of its own.

    We have none, and the search takes a sixth of the time in which a question is read. Its setting
    PYDANTIC_DISABLE_PLUGINS is read only after what it searches with is loaded, which is most of
    that. A version that is not known searches as it likes.
    """
    import pydantic

    if pydantic.VERSION.startswith(KNOWN_PYDANTIC):
        loader = ModuleType("pydantic.plugin._loader")
        loader.__dict__["get_plugins"] = tuple
        sys.modules.setdefault(loader.__name__, loader)
