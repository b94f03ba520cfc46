"""The rows of the kinds of question that contain other questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from core.words.reading import Body

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


KINDS = (SEVERAL, SAVED, EXPLAIN)
