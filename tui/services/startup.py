"""Settings that make a process start and end faster, but do not belong in a library."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

KNOWN_PYDANTIC: Final = "2.14."
"""The versions of pydantic whose search for plugins is known."""

KNOWN_PLOTEXT: Final = "5.3."
"""The versions of plotext whose manual is known."""

_SEARCH: Final = "pydantic.plugin._loader"
_MANUAL: Final = ("plotext._doc", "plotext._doc_utils")


def start_quickly() -> None:
    """Apply all of these settings; to be called before anything else is loaded."""
    collect_rarely()
    without_plugins()
    without_manual()
    without_idle_threads()
    load_when_used("secrets")


def collect_rarely() -> None:
    """Collect garbage after 200,000 new objects, not 700, and not at exit.

    Start-up creates many objects and drops few, so collecting finds nothing: it takes a tenth of
    the time of parsing a question, and as much again at exit.
    """
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)


def without_plugins() -> None:
    """Keep pydantic from searching all installed packages for its plugins.

    We have none, and the search takes a sixth of the time of parsing a question. The setting
    PYDANTIC_DISABLE_PLUGINS is read only after the modules for the search are loaded, which is most
    of that time. Unknown versions are left alone.
    """
    _stand_in(_SEARCH, _found)


def without_manual() -> None:
    """Keep plotext from writing a coloured manual page for each of its functions.

    Nobody reads them here, and they take two thirds of the time that plotext takes to load. Unknown
    versions are left alone.
    """
    for name in _MANUAL:
        _stand_in(name, _written)


def load_when_used(name: str) -> None:
    """Load a module of Python's own when something of it is first used.

    pydantic loads `secrets`, and with it OpenSSL, for a type of passwords, and writing needs it
    only for what is new: a fortieth of the time that a command takes.
    """

    def found(attribute: str) -> Any:
        if sys.modules.get(name) is later:
            sys.modules.pop(name)
        return getattr(importlib.import_module(name), attribute)

    later = _stand_in(name, found)


def without_idle_threads() -> None:
    """Keep numpy from starting a thread per processor for products of matrices.

    There are none here, and such threads spin for a while: half of the time that numpy takes to
    load. Processes that this one starts do the same.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _stand_in(name: str, found: Callable[[str], Any]) -> ModuleType:
    """Return a module in place of one that is not loaded; `found` returns its attributes."""

    def attribute(wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        return found(wanted)

    module = ModuleType(name)
    module.__dict__["__getattr__"] = attribute
    sys.modules.setdefault(name, module)
    return module


def _found(name: str) -> Any:
    """Return an attribute of pydantic's search: one that finds no plugins, or the original."""
    import pydantic

    if name == "get_plugins" and pydantic.VERSION.startswith(KNOWN_PYDANTIC):
        return tuple
    sys.modules.pop(_SEARCH, None)
    return getattr(importlib.import_module(_SEARCH), name)


def _written(name: str) -> Any:
    """Return what plotext asks of its manual: what writes no page, or the original."""
    known = getattr(sys.modules["plotext"], "__version__", "").startswith(KNOWN_PLOTEXT)
    if known and name == "add":
        return _unwritten
    if known and name == "documentation":
        return {}
    for module in _MANUAL:
        sys.modules.pop(module, None)
    importlib.import_module(_MANUAL[0])
    return getattr(importlib.import_module(_MANUAL[1]), name)


def _unwritten(function: object) -> None:
    """Write no page about a function."""
