"""The row of the kind of question about paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.queries.trend.words import dotted
from core.text import cut
from core.words.kinds import (
    Beginning,
    Figures,
    Kind,
    Lead,
    Opening,
    Phrase,
    Wording,
    Writing,
    about,
    keyword,
)
from core.words.reading import Body, Part

PATHS_SECTION = "paths"


def _write(writer: Writing) -> str:
    text = "paths"
    event, found = writer.take("event"), writer.take("property")
    if found is not None:
        text += f" of {dotted(writer, event, found)}"
    for key, word in (("from_", "from"), ("to", "to")):
        event = writer.take(key)
        text += "" if event is None else f" {word} {writer.name(event)}"
    steps, scope = writer.take("steps"), writer.take("scope")
    text += "" if steps is None else f" {steps} steps"
    return text if scope is None else f"{text} within {writer.duration(scope)}"


def _of_values(read: list[Any]) -> Body:
    event, found, lone = read[-1]
    return {"property": event} if lone else {"event": event, "property": found}


def _steps(read: list[Any]) -> Body:
    return {"steps": int(str(read[0]).split()[0])}


def _within(part: Part) -> Part:
    """Return a clause of paths, whose window is their scope."""
    window = part.fields.get("window_seconds")
    return Part({"scope": window}, part.at) if window else part


def _behind(question: Any, cell: Any) -> str:
    whose = _followed(question)
    if cell.outcome == "reached":
        return f"Completed {whose}"
    if cell.outcome == "dropped":
        return f"Did not complete {whose}" + (f", ended with {cell.row}," if cell.row else "")
    if cell.step is None or cell.row is None:
        return f"Everybody with {whose}"
    ended = {"(end)": "ended", "(start)": "began"}.get(cell.row)
    at = f"{ended} before step {cell.step}" if ended else f"{cell.row} at step {cell.step}"
    if ended == "began":
        at = f"began after step {cell.step}, seen from the end"
    after = f" after {cell.after}" if cell.after is not None else ""
    return f"Users of {whose}: {at}{after},"


def _followed(question: Any) -> str:
    """Return the words for the paths of a question."""
    said = "paths"
    if question.property is not None:
        of = (question.event, question.property.removeprefix("properties."))
        said += f" of {' '.join(filter(None, of))}"
    for word, end in (("from", question.from_), ("to", question.to)):
        said += "" if end is None else f" {word} {end}"
    return said


def _between(steps: list[Any]) -> tuple[str, str] | None:
    """Return the first and the last event of some steps; None if they are the same or not named."""
    ends = [step.get("event") for step in steps if isinstance(step, dict)]
    if len(ends) > 1 and ends[0] and ends[-1] and ends[0] != ends[-1]:
        return ends[0], ends[-1]
    return None


def _openings(start: Beginning) -> Iterator[Opening]:
    yield Opening(PATHS_SECTION, 10, f"What follows {start.shown}", {"from": start.event})
    yield Opening(PATHS_SECTION, 20, f"What leads to {start.shown}", {"to": start.event})
    ends = _between(start.steps)
    if ends is not None:
        title = f"From {cut(ends[0], 14)} to {cut(ends[1], 14)}"
        yield Opening(PATHS_SECTION, 30, title, {"from": ends[0], "to": ends[1]})


def _of_funnel(question: Any, _: Any) -> Body | None:
    """Lead from a funnel to the paths from its first step to its last."""
    ends = _between(question.model_dump(by_alias=True)["steps"])
    return None if ends is None else {"from": ends[0], "to": ends[1]}


PATHS = Kind(
    name="paths",
    at="core.queries.paths.paths:Paths",
    shapes=("flow",),
    wording=Wording(
        phrases=(Phrase("PATHS", lambda _: {}), Phrase("PATHS OF target", _of_values)),
        write=_write,
        words=keyword("paths") | {"PATH_STEPS": r"\d{1,3}\s+steps?"},
        meanings={"PATH_STEPS": "5 steps"},
        clauses=(Phrase("PATH_STEPS", _steps),),
    ),
    example="paths from signup to purchase 7 steps within 1d",
    about="what people do next; from, to, or both; `paths of page_view.path` follows values",
    behind=_behind,
    figures=Figures("count_by", (("uniques", "people"), ("totals", "paths")), said=False),
    openings=_openings,
    leads=(
        Lead("event", 20, "f", "what follows {event}", about("from")),
        Lead("event", 30, "l", "what leads to {event}", about("to")),
        Lead(
            "funnel", 50, "w", "the paths from its first step to its last", _of_funnel, fresh=True
        ),
    ),
    rows_are_events=lambda question: question.property is None,
    clause=_within,
)


KINDS = (PATHS,)
