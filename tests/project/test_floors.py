"""Which file may import which: packages stand on floors, and nothing imports upward or in circles.

Every import counts, also one inside a function or for a type checker.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from tests import ROOT

FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "core.errors",
        "core.text",
        "core.values",
        "core.sums",
        "core.columns",
        "core.records",
        "core.processes",
        "core.log_levels",
        "core.timeframe",
        "core.filters",
        "core.answers",
        "core.grammars",
    ),
    (
        "core.blocks",
        "core.sql",
        "core.sequences",
        "core.formulas",
        "core.words",
        "core.definitions",
        "core.sources",
    ),
    ("core.catalog",),
    ("core.queries",),
    (
        "core.language",
        "core.store",
        "core.queries.composite.several",
        "core.queries.composite.saved_chart",
    ),
    ("core.engines", "core.boards"),
    (
        "core.draw",
        "core.export",
        "core.api",
        "core.serving",
        "core.health",
        "core.alerts",
        "core.folders",
    ),
    ("tui.keys", "tui.terminal", "tui.themes", "tui.wire"),
    ("tui.services", "tui.texts", "tui.widgets"),
    ("tui.editors",),
    ("tui.actions",),
    ("tui.screens.bases",),
    ("tui.screens",),
    ("tui.navigation",),
    ("tui.places",),
    ("tui.start",),
    ("tui.app",),
    ("tui.commands", "tui.coverage"),
    ("tui.cli",),
)
"""From the ground up. A package imports itself, its own floor and those below. Kinds that hold
questions as text stand with the language, above the kinds that it reads."""

PAGES, BASES = "tui.screens.", "tui.screens.bases."
"""Every module of tui/screens is a page, but for those of its folder of bases: classes that pages
are derived from and that are never opened. They stand a floor below, so no base imports a page."""

MOST_FILES = {"core": 10, "tui": 8}
MOST_FILES_ELSEWHERE = 20
FOLDERS = ("core", "tui", "tests", "benchmarks", "fixtures")

MOST_LINES = 450
"""Of a module of core and tui."""


# -- reading


def files(folders: Iterable[str]) -> dict[str, Path]:
    """Return the modules in folders of the project: name -> file."""
    found = {}
    for folder in folders:
        for file in (ROOT / folder).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


def imported(source: str, module: str, known: Iterable[str]) -> set[str]:
    """Return which of the known modules a module's source imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                start = ".".join([*module.split(".")[: -node.level], *filter(None, [start])])
            names = {f"{start}.{alias.name}" for alias in node.names}
            inside = names & set(known)
            found |= inside | ({start} if inside != names else set())
    return (found & set(known)) - {module}


@lru_cache(maxsize=1)
def graph() -> dict[str, set[str]]:
    """Return what every module of core and tui imports of them; `__main__` files stand apart."""
    modules = {
        name: file for name, file in files(("core", "tui")).items() if "__main__" not in name
    }
    return {
        name: imported(file.read_text("utf-8"), name, modules.keys())
        for name, file in modules.items()
    }


def package(module: str) -> str:
    """Return the entry of FLOORS that a module belongs to, or ""."""
    known = {name for floor in FLOORS for name in floor}
    parts = module.split(".")
    starts = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((start for start in starts if start in known), "")


def floor(module: str) -> int:
    """Return on which floor a module is, from 0."""
    return next(n for n, names in enumerate(FLOORS) if package(module) in names)


def circles(arrows: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other, each of two or more."""
    reached = {name: set(_reached(arrows, name)) for name in arrows}
    found: list[set[str]] = []
    for name in sorted(arrows):
        circle = {other for other in reached[name] if name in reached[other]}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def _reached(arrows: Mapping[str, set[str]], start: str) -> Iterator[str]:
    seen, waiting = set(), [start]
    while waiting:
        for name in arrows[waiting.pop()] - seen:
            seen.add(name)
            waiting.append(name)
            yield name


def upward() -> set[str]:
    """Return the imports that go to a higher floor."""
    return {
        f"{name} -> {to}"
        for name, targets in graph().items()
        for to in targets
        if package(name) and package(to) and floor(to) > floor(name)
    }


def between_pages() -> set[str]:
    """Return the imports of a page by a page; pages open each other through the navigator."""
    pages = {name for name in graph() if name.startswith(PAGES) and not name.startswith(BASES)}
    return {f"{name} -> {to}" for name in pages for to in graph()[name] & pages}


# -- what must hold


def test_every_module_has_a_floor() -> None:
    assert not [name for name in graph() if "." in name and not package(name)]


def test_every_floor_has_its_packages() -> None:
    assert not [name for names in FLOORS for name in names if name not in graph()]


def test_imports_go_down() -> None:
    assert not upward()


def test_no_page_imports_a_page() -> None:
    assert f"{PAGES}chart" in graph()
    assert f"{BASES}page" in graph()
    assert not between_pages()


def test_no_files_import_each_other_in_a_circle() -> None:
    assert not circles(graph())


def test_packages_of_a_floor_do_not_lean_on_each_other() -> None:
    arrows: dict[str, set[str]] = {name: set() for names in FLOORS for name in names}
    for name, targets in graph().items():
        for to in targets:
            ends = package(name), package(to)
            if all(ends) and ends[0] != ends[1] and floor(name) == floor(to):
                arrows[ends[0]].add(ends[1])
    assert not circles(arrows)


def test_families_of_kinds_lean_on_what_they_share_and_not_in_a_circle() -> None:
    folders = {f"core.queries.{file.name}" for file in (ROOT / "core" / "queries").iterdir()}
    families = {name for name in folders if f"{name}.words" in graph() or name.endswith(".common")}
    arrows: dict[str, set[str]] = {name: set() for name in families}
    for name, targets in graph().items():
        own = ".".join(name.split(".")[:3])
        others = {".".join(to.split(".")[:3]) for to in targets} & families - {own}
        if own in families:
            arrows[own] |= others
    assert len(families) > 5
    assert not arrows["core.queries.common"]
    assert not circles(arrows)


def test_folders_stay_small() -> None:
    counts: dict[str, int] = {}
    for file in files(FOLDERS).values():
        folder = str(file.parent.relative_to(ROOT))
        counts[folder] = counts.get(folder, 0) + 1
    assert not {
        folder: count
        for folder, count in counts.items()
        if count > MOST_FILES.get(folder, MOST_FILES_ELSEWHERE)
    }


def test_modules_stay_short() -> None:
    lines = {
        name: file.read_text("utf-8").count("\n") for name, file in files(("core", "tui")).items()
    }
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


def test_no_file_of_tests_imports_a_test() -> None:
    modules = files(("tests",))
    tests = {name for name, file in modules.items() if file.name.startswith(("test_", "conftest"))}
    found = {name: imported(file.read_text("utf-8"), name, tests) for name, file in modules.items()}
    assert len(tests) > 100
    assert not {name: sorted(to) for name, to in found.items() if to}, "share it in tests/worlds"


def test_tests_lie_in_folders_like_those_of_what_they_test() -> None:
    tests = [file for name, file in files(("tests",)).items() if ".test_" in name]
    folders = {str(file.parent.relative_to(ROOT / "tests")) for file in tests} - {"project"}
    assert not [folder for folder in sorted(folders) if not (ROOT / folder).is_dir()]
    assert all(folder.startswith(("core", "tui")) for folder in folders)


# -- the reading itself


def test_every_way_of_importing_counts() -> None:
    source = (
        "from typing import TYPE_CHECKING\nimport a.b\nfrom a import c, name\n"
        "if TYPE_CHECKING:\n    from a.d import D\n"
        "def late():\n    from a.e import E\n    from .f import F\n    from . import g\n"
    )
    known = {"a", "a.b", "a.c", "a.d", "a.e", "a.f", "a.g", "a.h", "a.me"}
    assert imported(source, "a.me", known) == known - {"a.h", "a.me"}


def test_a_circle_is_found_and_a_line_is_none() -> None:
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set()}
    assert circles(arrows) == [{"a", "b", "c"}]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
