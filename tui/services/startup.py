"""What makes a process start and end faster, and is no library's business to do."""

from __future__ import annotations

import atexit
import gc
import importlib
import sys
from types import ModuleType
from typing import Any, Final

KNOWN_PYDANTIC: Final = "2.14."
"""The versions of pydantic whose search for plugins is known."""

_SEARCH: Final = "pydantic.plugin._loader"


def collect_rarely() -> None:
    """Look for garbage after 200,000 new objects, not 700, and not at the end of the process.

    A start makes many objects and drops few, so that looking finds nothing: it takes a tenth of the
    time in which a question is parsed, and the end as much again.
    """
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)


def without_plugins() -> None:
    """Keep pydantic from searching all installed packages for plugins of its own.

    We have none, and the search takes a sixth of the time in which a question is parsed. The
    setting PYDANTIC_DISABLE_PLUGINS is read only after what it searches with is loaded, which is
    most of that. A version that is not known searches as it likes.
    """
    search = ModuleType(_SEARCH)
    search.__dict__["__getattr__"] = _found
    sys.modules.setdefault(_SEARCH, search)


def _found(name: str) -> Any:
    """Return what pydantic asks of its search: that it finds no plugins, or the search's own."""
    import pydantic

    if name == "get_plugins" and pydantic.VERSION.startswith(KNOWN_PYDANTIC):
        return tuple
    if name.startswith("__"):
        raise AttributeError(name)
    sys.modules.pop(_SEARCH, None)
    return getattr(importlib.import_module(_SEARCH), name)
