"""The rows of the kinds of question that contain other questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.errors import BadQuestion
from core.grammars.machine import Token
from core.words.kinds import (
    Beginning,
    Kind,
    Nested,
    Opening,
    Phrase,
    Wording,
    Writing,
    alone,
    keyword,
    of_name,
    people_of,
)
from core.words.names import SEGMENTS
from core.words.reading import DEPTH, Body, Name, Part, Whole, at_of, inside, number_in, segment_in

OVER_TIME = "events over time"
ANY_SHAPE = (
    "series",
    "table",
    "steps",
    "grid",
    "histogram",
    "people",
    "timeline",
    "treemap",
    "flow",
)


# -- several


def _several(writer: Writing) -> str:
    writer.left["series"] = writer.value("series")
    return "several"


def _of_series(question: Any, cell: Any) -> str:
    return f"Users of {cell.series or ', '.join(p.name for p in question.series if p.name)}"


def _together(start: Beginning) -> Iterator[Opening]:
    if start.second == start.event:
        return
    others = [name for name in start.events if name != start.event]
    series = [
        {"name": name, "question": {"kind": "trend", "event": name}}
        for name in (start.event, *others[:2])
    ]
    yield Opening(OVER_TIME, 80, "Several events in one chart", {"series": series})


SEVERAL = Kind(
    name="several",
    at="core.queries.composite.several:Several",
    shapes=ANY_SHAPE,
    wording=Wording(phrases=alone("several").phrases, write=_several, words=keyword("several")),
    example=(
        "several with series = json "
        '\'[{"name": "A", "question": {"kind": "trend", "event": "signup"}}]\''
    ),
    about="several questions in one chart",
    behind=_of_series,
    openings=_together,
)


# -- saved

SAVED = Kind(
    name="saved",
    at="core.queries.composite.saved_chart:SavedChart",
    shapes=ANY_SHAPE,
    wording=of_name("saved", "chart"),
    example='saved "Weekly signups"',
    about="a saved chart, by id or title",
    behind=lambda question, _: f"People of chart {question.chart}",
)


# -- explain

_EXPLAINED = (
    "kind", "of", "range", "conditions", "audience", "segment", "among", "compare", "granularity",
    "breakdown", "limit",
)  # fmt: skip


def _read_explain(read: list[Any]) -> Body:
    return {"of": {key: value for key, value in read[-1].fields.items() if key[0] != "\0"}}


def _explaining(body: Body) -> Body:
    """Return the fields of an explanation; fields it does not have go to the inner question."""
    own = {k: v for k, v in body.items() if k in _EXPLAINED or k[0] == "\0"}
    return {**own, "of": {**body["of"], **{k: v for k, v in body.items() if k not in own}}}


def _moved(question: Any, cell: Any, nested: Nested) -> str:
    who = nested.subject(question.of, type(cell)())
    return f"{who}, {cell.row}," if cell.row is not None else who


def _why(start: Beginning) -> Iterator[Opening]:
    if start.field:
        of = {"kind": "trend", "event": start.event}
        yield Opening(OVER_TIME, 90, f"Why {start.shown} changed", {"of": of})


EXPLAIN = Kind(
    name="explain",
    at="core.queries.composite.explain:Explain",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase("EXPLAIN subject", _read_explain),),
        write=lambda writer: f"explain {writer.alone(writer.value('of'))}",
        words=keyword("explain"),
    ),
    example="explain users of signup by country, platform",
    about="which values moved a number between two periods",
    behind=people_of,
    around=_moved,
    openings=_why,
    body=_explaining,
)


# -- against


def _read_group(read: list[Any]) -> Part:
    """Return the second group: everyone, everyone else, an audience, a segment or a question."""
    depth: Body = {}
    if any(isinstance(child, Whole) for child in read):
        found = inside(read)
        group, depth = {"among": found["of"]}, {DEPTH: found[DEPTH]}
    else:
        group = _group_of({child.type for child in read if isinstance(child, Token)}, read[-1])
    return Part({"against": {"against": group}, **depth}, at_of(read))


def _group_of(words: set[str], name: Name | Token) -> Body:
    if not isinstance(name, Name):
        return {"others": True} if "ELSE" in words else {}
    if "SEGMENT" in words:
        return {"segment": name.text}
    known = None if "AUDIENCE" in words else segment_in(name)
    return {"audience": name.text} if known is None else {"segment": known}


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
    who = question.names()[cell.outcome == "dropped"]
    try:
        inner = question.inner(cell)
    except BadQuestion:
        return f"People of {who}"
    values = "".join(f" {value}," for value in inner.group)
    return f"{nested.subject(question.of, inner).rstrip(',')},{values} of {who}"


AGAINST = Kind(
    name="against",
    at="core.queries.composite.against:Against",
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


# -- experiment


def _read_experiment(read: list[Any]) -> Body:
    exposure, *goals = (child for child in read if isinstance(child, dict))
    return {"exposure": exposure, "goals": goals}


def _experimenting(body: Body) -> Body:
    """Return the fields of an experiment: what it is broken down by is the variant."""
    if len(body.get("breakdown", ())) == 1:
        (body["variant"],) = body.pop("breakdown")
    return body


def _experiment(writer: Writing) -> str:
    exposure = writer.step(writer.value("exposure"))
    goals = ", ".join(writer.step(goal) for goal in writer.value("goals"))
    return f"experiment of {exposure} > {goals} by {writer.name(writer.value('variant'))}"


def _of_variant(question: Any, cell: Any) -> str:
    exposure = question.exposure.name or question.exposure.event
    if cell.row in (None, "(several)"):
        who = "several variants" if cell.row else "one variant"
        return f"Exposed to {who} in {exposure}"
    try:
        variant, at = question.named(cell)
    except BadQuestion:
        return f"Exposed in {exposure}"
    goal = question.goals[at].name or question.goals[at].event
    way = {"reached": f", reached {goal},", "dropped": f", did not reach {goal},"}
    return f"Exposed to {variant or 'several variants'}{way.get(cell.outcome, '')}"


EXPERIMENT = Kind(
    name="experiment",
    at="core.queries.composite.experiment:Experiment",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase('EXPERIMENT OF? named ARROW named ("," named)*', _read_experiment),),
        write=_experiment,
        words=keyword("experiment"),
    ),
    example="experiment of signup > purchase by plan",
    about="variants of an exposure by who then reached a goal, with lift and interval",
    behind=_of_variant,
    body=_experimenting,
    since=4,
)


# -- usual


def _read_usual(read: list[Any]) -> Part:
    return Part({"usual": number_in(read, "level")}, at_of(read))


def _usual(writer: Writing) -> str:
    level = writer.take("level")
    text = f"{writer.nested(writer.value('of'))} vs usual"
    return text if level is None else f"{text} {level}"


def _of_point(question: Any, cell: Any, nested: Nested) -> str:
    return nested.subject(question.of, cell)


USUAL = Kind(
    name="usual",
    at="core.queries.composite.usual:WithUsual",
    shapes=("series",),
    wording=Wording(
        phrases=(),
        write=_usual,
        words=keyword("usual"),
        clauses=(Phrase("VS USUAL INT?", _read_usual),),
    ),
    example="signup vs usual",
    about="what is usual for each point of a question over time, and a forecast of the running one",
    behind=people_of,
    around=_of_point,
    over_time=lambda _: True,
    since=4,
)


KINDS = (SEVERAL, SAVED, EXPLAIN, AGAINST, EXPERIMENT, USUAL)
