"""Choices about files that their first lines leave open: asked on a terminal, else a sentence."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from core.errors import BadInput
from core.sources.text.reading import Doubt, Undecided
from core.store.ingest.preview import preview
from core.text import clean, cut
from tui.commands.output import say
from tui.services.keyboard import typed_lines

_QUESTIONS: Final = {
    "event": "No column names the event of a line for certain. Which does?",
    "time": "Several columns are times. Which is that of the event?",
    "user": "No column is the person for certain. Which is?",
    "dates": "In dates such as 2/3/2026, what is first?",
}
_SAME: Final = "none: all lines are the same event"
_NOBODY: Final = "none: events of nobody"
_OF_STORING = ("week_start", "again", "session_gap")
"""Options that do not matter to how files are understood."""
_SHOWN: Final = 9
"""How many columns to choose from."""


def about_reading(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return those arguments of `importer.import_files` that `preview.preview` has too."""
    return {name: value for name, value in asked.items() if name not in _OF_STORING}


def can_ask() -> bool:
    """Whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def decided(path: Path, files: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an import with what had to be chosen, asking one after the other.

    Args:
        path: the workspace; if it exists, only what stops the import is asked.
        asked: the arguments so far.

    Raises:
        BadInput: a choice is needed, and there is no terminal to ask on.
    """
    settled: set[str] = set()
    found = dict(asked)
    while True:
        doubt = _doubt(path, files, found, settled)
        if doubt is None:
            return found
        settled.add(doubt.about)
        with typed_lines():
            found = _with(found, *_answer(doubt, files[0]))


def leaves_open(path: Path, files: Sequence[str], asked: Mapping[str, Any]) -> bool:
    """Whether an import has choices to make, which `decided` asks about.

    Raises:
        BadInput: the files cannot be imported.
    """
    return _doubt(path, files, asked, set()) is not None


def _doubt(
    path: Path, files: Sequence[str], asked: Mapping[str, Any], settled: set[str]
) -> Doubt | None:
    """Return the next choice; one that is needed before any import is made comes first."""
    try:
        seen = preview(path, files, **about_reading(asked))
    except Undecided as error:
        needed = [doubt for doubt in error.doubts if not doubt.taken and doubt.about != "user"]
        hopeless = any(not doubt.answers and doubt.about != "event" for doubt in needed)
        if not needed or hopeless or needed[0].about in settled:
            raise
        if not can_ask():
            raise BadInput(error.message, _command(files, needed[0])) from error
        return needed[0]
    if not can_ask() or path.exists() or seen.more:
        return None
    of_each = [tuple(source.doubts) for source in seen.sources] + list(map(tuple, seen.undecided))
    common = [doubt for doubt in of_each[0] if all(doubt in each for each in of_each)]
    return next((doubt for doubt in common if doubt.about not in settled), None)


def _command(files: Sequence[str], doubt: Doubt) -> str:
    """Return the sentence with the command to run."""
    call = f"footfall {shlex.join(files)}"
    commands = [f"{call} {_option(doubt.about, name)}" for name, _ in doubt.answers[:3]]
    if doubt.about == "event":
        commands.append(f"{call} --event {shlex.quote(_kind(files[0]))} for all lines")
    return f"Run {', or '.join(commands)}."


def _option(about: str, name: str) -> str:
    return f"--dates {name}" if about == "dates" else f"--map {shlex.quote(f'{about}={name}')}"


def _answer(doubt: Doubt, source: str) -> tuple[str, str]:
    """Ask, and return what is chosen about, and the answer; "" for none of them."""
    names = [name for name, _ in doubt.answers[:_SHOWN]]
    lines = [f"{cut(clean(name), 24):<24}  {_samples(some)}" for name, some in doubt.answers]
    if doubt.about in ("event", "user"):
        lines.append(_SAME if doubt.about == "event" else _NOBODY)
    question = _QUESTIONS.get(doubt.about, f"Several columns may be the {doubt.about}. Which is?")
    say("", f"{clean(os.path.basename(source))}: {question}")
    say(*(f"  {number}  {line.rstrip()}" for number, line in enumerate(lines, 1)))
    likely = len(lines) if doubt.about == "event" and not doubt.taken else 1
    first = names.index(doubt.taken) + 1 if doubt.taken in names else likely
    chosen = click.prompt("Number", type=click.IntRange(1, len(lines)), default=first, err=True)
    if chosen <= len(names):
        return doubt.about, names[chosen - 1]
    if doubt.about == "user":
        return "", ""
    return "name", click.prompt("Its name", default=_kind(source), err=True)


def _samples(values: Sequence[str]) -> str:
    return cut(clean(", ".join(values)), 48)


def _kind(source: str) -> str:
    """Return what one line of a file may be called: an order, of orders.csv."""
    name = os.path.basename(source).split(".")[0] or "event"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _with(asked: dict[str, Any], about: str, answer: str) -> dict[str, Any]:
    """Return arguments with one more choice."""
    if about == "name":
        return {**asked, "reading": replace(asked["reading"], event=answer)}
    if about == "dates":
        return {**asked, "reading": replace(asked["reading"], day_first=answer == "day-first")}
    return {**asked, "mapping": {**asked["mapping"], about: answer}} if about else asked
