"""What a workspace has to show: its events, a funnel, the fields and numbers worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyroaring import BitMap

from core.boards.periods import Period, period
from core.columns import CONTEXT, has_table
from core.queries import from_json
from core.sql.sets import load

CANDIDATES = 8
"""How many events to consider for a funnel, the most widespread first."""

LOOKED_AT = 8
"""How many events to look at for numeric properties, most frequent first."""

STEPS = 4
SHARED = 0.2
"""A funnel step must be reached by at least this share of those on the step before."""

SAMPLED = 400
"""How many people's order of events to consider."""

ROWS = 100
"""How many of the latest occurrences of an event to look at for its properties."""

MONEY = (
    "revenue", "amount", "price", "value", "total", "sales", "umsatz", "betrag", "preis", "montant",
    "prix", "bedrag", "prijs", "importe", "precio",
)  # fmt: skip
WORDS = (
    "path", "page", "page_path", "url", "page_url", "screen", "referrer", "product", "item",
    "title", "name", "category", "plan", "type", "status",
)  # fmt: skip
"""Properties worth a breakdown if they have several values; those of others must repeat."""

KINDS = 20
"""Up to how many values a property may have for a breakdown."""


class Facts(NamedTuple):
    """What starter boards need to know about a workspace.

    Attributes:
        events: names, most frequent first.
        steps: a guess at a funnel: events in the order people usually begin with them.
        period: which range, and how.
        field: a context column with a few values, or "".
        people: whether anybody is known behind the events.
        number: (event, property) of a property about money, or None.
        words: (event, property) of up to two worth a breakdown, best first.
        logs: whether there are logs.
    """

    events: tuple[str, ...]
    steps: tuple[str, ...]
    period: Period
    field: str
    people: bool
    number: tuple[str, str] | None
    words: tuple[tuple[str, str], ...]
    logs: bool


def look_around(engine: Any) -> Facts:
    """Return the facts about an engine's workspace.

    Reads totals and the sets of first activity, and of single events only the latest of a few; all
    from the workspace file, also where a server answers.
    """
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
    firsts = _first_days(engine, [id_ for _, id_, _ in totals])
    names = {id_: str(text) for text, id_, _ in totals}
    events = tuple(names.values())
    logs = _log_days(engine)
    days = dict(engine.read("select day, total from activity where event = 0 and dimension = 0"))
    found = [(event, sample(engine, event)) for event in events[:LOOKED_AT]]
    return Facts(
        events,
        tuple(names[id_] for id_ in _funnel(engine, firsts)),
        period(days or logs, ctx.today, ctx.calendar),
        _field(engine, ctx),
        any(users for days in firsts.values() for _, users in days),
        _number(found),
        _words(found[:1]),
        bool(logs),
    )


def sample(engine: Any, event: str) -> list[dict[str, Any]]:
    """Return the properties of an event's latest occurrences, from the workspace file."""
    body = {"kind": "raw_events", "event": event, "limit": ROWS, "range": "all_time"}
    return [row[-1] for row in engine.workspace.answer(from_json(body)).rows]


def has_logs(engine: Any) -> bool:
    """Whether any logs are stored."""
    return bool(_log_days(engine, limit=1))


def log_count(engine: Any) -> int:
    """Return how many logs are stored."""
    return sum(_log_days(engine).values())


def _log_days(engine: Any, limit: int = -1) -> dict[int, int]:
    """Return local day -> logs on it, of all days or the first ones."""
    if not has_table(engine.read, "log_days"):
        return {}
    return dict(engine.read("select day, sum(total) from log_days group by day limit ?", (limit,)))


Found = Sequence[tuple[str, Sequence[dict[str, Any]]]]
"""(event, the properties of some occurrences), most frequent event first."""


def _number(found: Found) -> tuple[str, str] | None:
    """Return the event and property that suggest money most, of those that are numbers."""
    best = [
        (MONEY.index(key.lower()), event, key)
        for event, rows in found
        for key in dict.fromkeys(key for row in rows for key in row)
        if key.lower() in MONEY and any(_is_number(row.get(key)) for row in rows)
    ]
    return min(best, key=lambda each: each[0])[1:] if best else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(found: Found) -> tuple[tuple[str, str], ...]:
    """Return properties worth a breakdown: of a usual name, else with a few repeated values."""
    for event, rows in found:
        if words := worth_a_breakdown(rows):
            return tuple((event, key) for key in words[:2])
    return ()


def worth_a_breakdown(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the properties of some occurrences that break numbers down well, best first."""
    values: dict[str, list[str]] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, str) and value:
                values.setdefault(key, []).append(value)
    values = {key: all_ for key, all_ in values.items() if len(set(all_)) > 1}
    usual = [key for name_ in WORDS for key in values if key.lower() == name_]
    several = [
        key
        for key, all_ in values.items()
        if len(set(all_)) <= min(KINDS, len(all_) // 2) and 2 * len(all_) >= len(rows)
    ]
    return list(dict.fromkeys((*usual, *several)))


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
