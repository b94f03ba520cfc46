"""python -m tests.pictures: pictures of the explorer, to look at or for the documents."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core.engines.sqlite.engine import SqliteEngine
from fixtures import demo
from tests import ROOT
from tests.pictures.camera import KINDS, NOW, Kind, documents, taken
from tests.pictures.shots import SAMPLE, SHOTS, Names, Shot
from tests.pictures.svg import drawing

SIZES = ((60, 18), (80, 24), (120, 40), (200, 60))


async def draw(
    path: Path,
    now: int,
    to: Path,
    kinds: Sequence[Kind] = KINDS,
    sizes: Sequence[tuple[int, int]] = SIZES,
    shots: Sequence[Shot] = SHOTS,
    names: Names = SAMPLE,
) -> int:
    """Write one SVG per shot, look and size into a folder; return how many.

    Looks that differ only in how many colours a terminal has are drawn from the same lines.
    """
    count = 0
    to.mkdir(parents=True, exist_ok=True)
    for size in sizes:
        for alike in _alike(kinds):
            with tempfile.TemporaryDirectory() as state:
                async for shot, lines in taken(
                    path, now, Path(state), shots, alike[0], size, names
                ):
                    for kind in alike:
                        name = f"{shot.name}.{size[0]}x{size[1]}.{kind.name}.svg"
                        (to / name).write_text(drawing(lines, system=kind.system), "utf-8")
                        count += 1
    return count


def _alike(kinds: Sequence[Kind]) -> list[list[Kind]]:
    found: dict[tuple[str, str, bool], list[Kind]] = {}
    for kind in kinds:
        found.setdefault((kind.theme, kind.term, kind.ascii), []).append(kind)
    return list(found.values())


def of_workspace(path: Path) -> tuple[int, Names]:
    """Return the newest instant of a workspace in milliseconds, and names that are in it."""
    with closing(SqliteEngine(path)) as engine:
        ctx = engine.context()
        events = [quoted(name) for name in ctx.catalog.events.pickable] or ["any"]
        events += events[:1] * 3
        fields = [quoted(name) for name in ctx.catalog.fields] or ["device"]
        fields += fields[:1] * 3
        return ctx.latest + 60_000, Names(*events[:3], "amount", *fields[:2])


def quoted(name: str) -> str:
    """Return a name as the language reads it."""
    return '"' + name.replace('"', r"\"") + '"'


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("pictures"), help="folder, made if missing")
    parser.add_argument("--db", type=Path, help="a workspace instead of the sample")
    parser.add_argument("--only", default="", help="shots with this in their name")
    parser.add_argument("--size", default="", help="as in 80x24; without it all four")
    parser.add_argument("--look", default="", choices=["", *(kind.name for kind in KINDS)])
    parser.add_argument("--readme", action="store_true", help="those in docs/ instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if given.readme:
            for name, text in asyncio.run(documents(Path(scratch))).items():
                (ROOT / "docs" / f"{name}.svg").write_text(text, "utf-8")
            return
        path, now, names = given.db, NOW, SAMPLE
        if path is None:
            path = Path(scratch) / "demo.db"
            demo.make(path, NOW)
        else:
            now, names = of_workspace(path)
        wide, _, high = given.size.partition("x")
        sizes = ((int(wide), int(high)),) if high else SIZES
        kinds = [kind for kind in KINDS if given.look in ("", kind.name)]
        shots = [shot for shot in SHOTS if given.only in shot.name]
        print(asyncio.run(draw(path, now, given.to, kinds, sizes, shots, names)), "pictures")


if __name__ == "__main__":
    main()
