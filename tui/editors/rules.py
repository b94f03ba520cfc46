"""The rules of an audience in words, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.queries import from_json


def rules_in_words(definition: dict[str, Any]) -> list[str]:
    """Return the rules of a definition as its form shows them, indented where they are inside.

    Raises:
        BadQuestion: a rule cannot be read.
    """
    from tui.editors.kinds.audience import RULES, group

    question = from_json({"kind": "audience", "definition": definition})
    named = definition.get("static_ids") or ()
    head, *entries = group(question, RULES, 0, None)
    if not entries:
        return [_by_id(named)] if named else ["no rules: everybody"]
    found = [f"{head.label} {head.shown}".rstrip()]
    for entry in entries:
        said = f"{entry.label} {entry.shown}".rstrip()
        if entry.label in JOINED:
            found[-1] += f", {entry.shown}"
        else:
            found.append("  " * entry.depth + said)
    return [*found, *([f"  {_by_id(named)}"] if named else [])]


def _by_id(named: Sequence[object]) -> str:
    more = f" and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
    return f"ids {', '.join(map(str, named[:NAMED]))}{more}"


NAMED = 6
"""How many people listed by id are shown."""

JOINED = ("how often", "when")
"""Rows of a form that go on in the line of the rule they belong to."""
