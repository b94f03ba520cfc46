"""The rows of the kinds of question that compare groups of people."""

from __future__ import annotations

import re
from typing import Any

from core.grammars.machine import Token
from core.words.kinds import Kind, Nested, Phrase, Wording, Writing, keyword, people_of
from core.words.names import SEGMENTS
from core.words.reading import DEPTH, Name, Part, Whole, at_of, inside

# -- against


def _read_group(read: list[Any]) -> Part:
    """Return the second group: everyone, everyone else, an audience, a segment or a question."""
    words = {child.type for child in read if isinstance(child, Token)}
    if any(isinstance(child, Whole) for child in read):
        found = inside(read)
        return Part({"against": {"among": found["of"]}, DEPTH: found[DEPTH]}, at_of(read))
    if "EVERYONE" in words:
        return Part({"against": {"others": True} if "ELSE" in words else {}}, at_of(read))
    name: Name = read[-1]
    word = re.sub(r"[\s-]+", "_", name.text.lower())
    if "SEGMENT" in words:
        return Part({"against": {"segment": name.text}}, at_of(read))
    if name.bare and word in SEGMENTS and "AUDIENCE" not in words:
        return Part({"against": {"segment": word}}, at_of(read))
    return Part({"against": {"audience": name.text}}, at_of(read))


def _against(writer: Writing) -> str:
    group = writer.value("against")
    return f"{writer.nested(writer.value('of'))} against {_group(writer, group)}"


def _group(writer: Writing, group: Any) -> str:
    if group.audience is not None:
        return writer.name(group.audience)
    if group.segment is not None:
        known = group.segment in SEGMENTS
        return str(group.segment) if known else f"segment {writer.name(group.segment)}"
    if group.among is not None:
        return f"({writer.nested(group.among)})"
    return "everyone else" if group.others else "everyone"


def _of_group(question: Any, cell: Any, nested: Nested) -> str:
    inner = question.inner(cell)
    who = question.names()[cell.outcome == "dropped"]
    values = "".join(f" {value}," for value in inner.group)
    return f"{nested.subject(question.of, inner).rstrip(',')},{values} of {who}"


AGAINST = Kind(
    name="against",
    at="core.queries.versus.against:Against",
    shapes=("table",),
    wording=Wording(
        phrases=(),
        write=_against,
        words={**keyword("against"), "EVERYONE": "everyone|everybody", "ELSE": "else"},
        clauses=(
            Phrase("AGAINST EVERYONE ELSE?", _read_group),
            Phrase("AGAINST name", _read_group),
            Phrase("AGAINST AUDIENCE name", _read_group),
            Phrase("AGAINST SEGMENT name", _read_group),
            Phrase('AGAINST "(" question ")"', _read_group),
        ),
    ),
    example="signup > purchase for power_user against everyone",
    about="two groups in the answer to a question, with the interval of each difference",
    behind=people_of,
    around=_of_group,
    since=4,
)


KINDS = (AGAINST,)
