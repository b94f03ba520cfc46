"""Starter boards: something worth looking at, made from whatever events a workspace has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from core.columns import CONTEXT
from core.definitions.board import DEFAULT_RANGE, Block, Board, Position
from core.queries.terms import duration_words, name, range_words
from core.sql.sets import load
from core.text import cut
from core.timeframe import add_months, to_date, to_day

CANDIDATES = 8
"""How many events to consider for a funnel, the most widespread first."""

STEPS = 4
SHARED = 0.2
"""A funnel step must be reached by at least this share of those on the step before."""

SAMPLED = 400
"""How many people's order of events to consider."""

LONG_RANGE = "90d"
STALE_DAYS = 30
LONG_DAYS = 180


@dataclass(frozen=True)
class Facts:
    """What starter boards need to know about a workspace.

    Attributes:
        events: names, most frequent first.
        steps: a guess at a funnel: events in the order people usually begin with them.
        range: a range text that contains data; `long` is one of 90 days, for cohorts.
        unit: the granularity that suits it.
        field: a context column with a few values, or "".
    """

    events: tuple[str, ...]
    steps: tuple[str, ...]
    range: str
    long: str
    unit: str
    field: str


def starter_boards(engine: Any) -> list[Board]:
    """Return boards made from an engine's events, the one to open first being the first.

    Reads event totals and the sets of first activity, never the events; an empty workspace
    gets one board with a note.
    """
    facts = look_around(engine)
    if not facts.events:
        text = "No events yet. Import some with `footfall import FILE --into DB`."
        note = Block(type="note", content=text, position=Position(width=12, height=3))
        return [Board(title="Overview", blocks=(note,))]
    return [_overview(facts), _people(facts)]


def look_around(engine: Any) -> Facts:
    """Return the facts about an engine's workspace."""
    ctx = engine.context()
    totals = engine.read(
        """
        select n.name, n.id, sum(a.total) as events
        from activity a join event_names n on n.id = a.event
        where a.dimension = 0 and n.hidden = 0 and n.inactive = 0 and n.deleted = 0
        group by n.id
        order by events desc, n.name
        """
    )
    range_, long, unit = _usual_range(ctx)
    firsts = _first_days(engine, [id_ for _, id_, _ in totals])
    names = {id_: str(text) for text, id_, _ in totals}
    steps = tuple(names[id_] for id_ in _funnel(engine, firsts))
    return Facts(
        tuple(str(text) for text, _, _ in totals), steps, range_, long, unit, _field(engine, ctx)
    )


def _usual_range(ctx: Any) -> tuple[str, str, str]:
    """Return range, long range and granularity: the last 30 and 90 days by day.

    If the newest event is older than that, they are dates that end with it; data over half a year
    or more is then shown by week over its last 12 months.
    """
    if ctx.latest is None or ctx.earliest is None:
        return DEFAULT_RANGE, LONG_RANGE, "daily"
    first, last = ctx.calendar.day_of(ctx.earliest), ctx.calendar.day_of(ctx.latest)
    if ctx.today - STALE_DAYS < last <= ctx.today:
        return DEFAULT_RANGE, LONG_RANGE, "daily"
    last = min(last, ctx.today)
    if last - first >= LONG_DAYS:
        year = to_day(add_months(to_date(last), -12)) + 1
        start, unit = ctx.calendar.period_start(year, "weekly"), "weekly"
    else:
        start, unit = last - 29, "daily"
    return _dates(start, last), _dates(last - 89, last), unit


def _dates(first: int, last: int) -> str:
    return f"{to_date(first).isoformat()},{to_date(last).isoformat()}"


def _first_days(engine: Any, events: list[int]) -> dict[int, list[tuple[int, BitMap]]]:
    """Return event -> (day, who did it first then), for the events that most people did."""
    found: dict[int, list[tuple[int, BitMap]]] = {}
    for event in events[: 3 * CANDIDATES]:
        rows = engine.read("select day, users from first_activity where event = ?", (event,))
        found[event] = [(day, load(users)) for day, users in rows]
    spread = sorted(found, key=lambda e: (-sum(len(users) for _, users in found[e]), e))
    return {event: found[event] for event in spread[:CANDIDATES]}


def _funnel(engine: Any, firsts: dict[int, list[tuple[int, BitMap]]]) -> list[int]:
    """Return two to four events that many people share, in the order they are first done.

    Starts with the most widespread and keeps adding the one that keeps the most people.
    """
    people = {
        event: BitMap().union(*(u for _, u in days)) for event, days in firsts.items() if days
    }
    if len(people) < 2:
        return []
    chosen = [next(iter(people))]
    shared = people[chosen[0]]
    while len(chosen) < STEPS:
        rest = {e: shared.intersection_cardinality(p) for e, p in people.items() if e not in chosen}
        best = max(rest, key=lambda e: (rest[e], -e), default=None)
        if best is None or rest[best] < max(2, SHARED * len(shared)):
            break
        chosen.append(best)
        shared = shared & people[best]
    if len(chosen) < 2:
        return []
    places = _mean_places(engine, chosen, shared)
    return sorted(chosen, key=lambda e: (places[e], -len(people[e]), e))


def _mean_places(engine: Any, events: list[int], people: BitMap) -> dict[int, float]:
    """Return event -> its mean rank when people's first times are sorted.

    Considers only some people; equal first times share their rank, so that simultaneous events do
    not seem to follow each other.
    """
    rows = engine.read(
        """
        select p.value as actor, e.value as event,
               (select min(ts) from events where event = e.value and actor = p.value) as first
        from json_each(?) p, json_each(?) e
        """,
        (str(list(people[:SAMPLED])), str(events)),
    )
    firsts: dict[int, list[tuple[int, int]]] = {}
    for actor, event, first in rows:
        firsts.setdefault(actor, []).append((first, event))
    places = dict.fromkeys(events, 0.0)
    for found in firsts.values():
        for first, event in found:
            earlier = sum(other < first for other, _ in found)
            equal = sum(other == first for other, _ in found)
            places[event] += earlier + (equal - 1) / 2
    return places


def _field(engine: Any, ctx: Any) -> str:
    """Return the first context column with 2 to 50 values."""
    counts = dict(
        engine.read(
            """
            select d.field, count(*) from dimensions d
            join dimension_values v on v.dimension = d.id
            where d.state = 'sets'
            group by d.field
            """
        )
    )
    return next((column for column in CONTEXT if 2 <= counts.get(column, 0) <= 50), "")


def _chart(title: str, question: str, place: tuple[int, int, int, int], chart: str = "") -> Block:
    x, y, width, height = place
    position = Position(x=x, y=y, width=width, height=height)
    return Block(
        id=f"t{y}{x}", title=cut(title, 200), question=question, chart=chart, position=position
    )


def _overview(facts: Facts) -> Board:
    """Numbers on top, active users beside top events, funnel beside retention."""
    shown = facts.events[:3]
    width = 12 // (len(shown) + 1)
    unit = f"{facts.unit} vs prev"
    blocks = [_chart("Active users", f"dau {unit}", (0, 0, width, 2), "number")]
    blocks += [
        _chart(event, f"{name(event)} {unit}", ((at + 1) * width, 0, width, 2), "number")
        for at, event in enumerate(shown)
    ]
    blocks += [
        _chart(_each("Active users", facts), f"dau {unit}", (0, 2, 8, 4), "line"),
        _chart("Top events", "top events", (8, 2, 4, 4), "table"),
    ]
    return _board("Overview", facts, [*blocks, *_last_row(facts)])


def _last_row(facts: Facts) -> list[Block]:
    if not facts.steps:
        return [_retention(facts, (0, 6, 12, 4))]
    return [_chart("Funnel", _funnel_text(facts), (0, 6, 6, 4)), _retention(facts, (6, 6, 6, 4))]


def _funnel_text(facts: Facts) -> str:
    days = 30 if facts.unit == "weekly" else 7
    steps = " > ".join(name(step) for step in facts.steps)
    return f"{steps} within {duration_words(days * 86_400)}"


def _retention(facts: Facts, place: tuple[int, int, int, int]) -> Block:
    return _chart("Weekly retention", f"retention weekly 12 {range_words(facts.long)}", place)


def _each(title: str, facts: Facts) -> str:
    return f"{title} by {'week' if facts.unit == 'weekly' else 'day'}"


def _people(facts: Facts) -> Board:
    """People who come, stay and leave; and people who do the most frequent events."""
    top = facts.events[0]
    cycle = f"lifecycle weekly {range_words(facts.long)}"
    blocks = [
        _chart("New, returning, resurrected, dormant", cycle, (0, 0, 6, 4), "bars"),
        _chart("Active in 30 days", f"mau {facts.unit} vs prev", (6, 0, 6, 4), "line"),
        _retention(facts, (0, 4, 12, 5)),
        _chart(f"People of {top}", f"users of {name(top)} {facts.unit}", (0, 9, 6, 4), "line"),
        _chart("Segments", "segments", (6, 9, 6, 4)),
    ]
    if facts.field:
        by = f"dau {facts.unit} by {facts.field} top 8"
        blocks.append(_chart(f"Active users by {facts.field}", by, (0, 13, 12, 4), "bars"))
    return _board("People", facts, blocks)


def _board(title: str, facts: Facts, blocks: list[Block]) -> Board:
    return Board(
        id=f"brd_{title.lower()}",
        title=title,
        description="Made from the events in this workspace.",
        default_range=facts.range,
        blocks=tuple(blocks),
    )
