"""Text goldens: small files a reviewer can read. FOOTFALL_GOLDENS=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Sequence

from core.draw import Line, plain
from core.draw.spans import cells
from core.text import width
from tests import ROOT

FOLDER = ROOT / "tests" / "goldens"


def boxed(title: str, lines: Sequence[Line], size: int) -> str:
    """Lines between rulers, so that trailing spaces and overlong lines show."""
    rows = [f"+-[ {title} ]".ljust(size + 1, "-") + "+"]
    rows += [f"|{plain([line])}{' ' * (size - width(plain([line])))}|" for line in lines]
    assert all(cells(line) <= size for line in lines)
    return "\n".join(rows)


def check(name: str, text: str) -> None:
    """Compare a text with its golden file, or write the file when asked to."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("FOOTFALL_GOLDENS"):
        path.write_text(text + "\n", encoding="utf-8")
    assert path.exists(), f"no golden {name}: run with FOOTFALL_GOLDENS=1 and read what it writes"
    assert text + "\n" == path.read_text(encoding="utf-8")
