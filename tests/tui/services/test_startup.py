"""What a command does before anything else, in processes of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODEL = (
    "import sys\n"
    "from tui.services import startup\n"
    "{before}\n"
    "startup.without_plugins()\n"
    "from core.answers import Cell\n"
    "assert Cell(row='a').row == 'a'\n"
    "print('importlib.metadata' in sys.modules)\n"
)


def printed(code: str) -> str:
    """Return what a new process prints that runs some code to its end."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def searched(before: str = "") -> bool:
    """Return whether pydantic searched for plugins when a model was first used."""
    return printed(MODEL.format(before=before)) == "True\n"


def test_a_pydantic_that_is_known_searches_for_no_plugins() -> None:
    assert not searched()


def test_another_pydantic_searches_as_it_likes() -> None:
    assert searched("startup.KNOWN_PYDANTIC = '0.'")


def test_garbage_is_looked_for_rarely_and_not_at_the_end() -> None:
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "from tui.services.startup import collect_rarely\n"
        "collect_rarely()\n"
        "print(gc.get_threshold()[0], gc.isenabled())\n"
    )
    assert printed(code) == "200000 True\nTrue\n"


def test_numpy_starts_no_threads_of_its_own() -> None:
    code = (
        "import sys\n"
        "from tui.services.startup import without_idle_threads\n"
        "without_idle_threads()\n"
        "import numpy\n"
        "print(open('/proc/self/stat').read().split()[19] if sys.platform == 'linux' else 1)\n"
    )
    assert printed(code) == "1\n"


LINE = (
    "from tui.services import startup\n"
    "{before}\n"
    "startup.without_manual()\n"
    "from core.draw.series.plot import plotted\n"
    "print(plotted(((0, 0), (1, 1), (3, 3)), 2, 1, 'braille'))\n"
    "import plotext\n"
    "print(hasattr(plotext.doc, 'plot'))\n"
)


@pytest.mark.parametrize("before", ["", "startup.KNOWN_PLOTEXT = '0.'"])
def test_only_an_unknown_plotext_writes_its_manual(before: str) -> None:
    line = "((0, 1), (1, 2), (2, 4), (3, 8))"
    assert printed(LINE.format(before=before)) == f"{line}\n{bool(before)}\n"


def test_what_nobody_uses_is_not_loaded() -> None:
    code = (
        "import sys\n"
        "from tui.services.startup import load_when_used\n"
        "load_when_used('secrets')\n"
        "import secrets\n"
        "before = 'hmac' in sys.modules\n"
        "from secrets import token_hex\n"
        "print(before, 'hmac' in sys.modules, len(token_hex(4)), len(secrets.token_bytes(3)))\n"
    )
    assert printed(code) == "False True 8 3\n"
