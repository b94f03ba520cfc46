"""Units in place of people: devices, sessions, or the values of any property (definitions 2.7).

The question is asked of events that were rewritten: the unit is their actor, and only the events of
those people are there whom its audience, segment, inner question and conditions on people allow.
Everything else that it asks is asked of these events as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Final

from core.catalog.catalog import Catalog
from core.catalog.fields import Field
from core.catalog.revenue import SELECTORS
from core.catalog.selectors import ANY, ANY_ACTIVE, NEW
from core.columns import CONTEXT
from core.errors import BadQuestion
from core.queries.common.clauses import Clauses, is_on_people
from core.queries.common.context import Context
from core.queries.common.select import members_of
from core.queries.common.selection import Selection
from core.queries.common.session_key import session_key
from core.sql.dialect import Binder, Counted, Made, Relation

KINDS: Final = ("context", "either", "property", "trait", "device", "session", "start")
"""The kinds of fields whose values can be counted."""

ALLOWED: Final = "Allowed: device, session, properties, traits and the columns of events."

OWN: Final = ("actor", "ts", "seq", "event", "day", "session", "user", "device", "person")
"""The columns of the events besides those of their context."""


SOUGHT: Final = ("funnel", "funnel_trend", "time_to_convert")
"""The kinds of questions that seek single events, one after the other."""

ORDERS: Final = ("ordered", "unordered")
"""The orders of steps for which no other events matter."""

MEASURES: Final = ("users", "average", "frequency")
"""The measures of an event for which no other events matter."""

WORDS: Final = (None, ANY, ANY_ACTIVE, NEW, *SELECTORS)
"""Selectors that are no names of events."""

_ENDS: Final = (("ies", "y"), ("ses", "s"), ("s", ""))
"""Ends of plurals, and of their singulars."""


def unit_field(catalog: Catalog, name: str) -> Field | None:
    """Return the field whose values a question counts, None for people.

    A plural counts the field in the singular if there is none of its own name, and what has an id
    is called without it: accounts is account or account_id.

    Raises:
        BadQuestion: there is no such field, or its values cannot be counted.
    """
    text = _in_singular(catalog, name.strip())
    if text.lower() == "device":
        return Field("device", "device")
    found = catalog.existing(text, "counting")
    if found.kind == "user":
        return None
    if found.kind not in KINDS:
        raise BadQuestion(f"{name} cannot be counted.", ALLOWED, parameter="counting")
    return found


def _in_singular(catalog: Catalog, name: str) -> str:
    if name.lower() in ("device", "devices", "session", "sessions"):
        return name.lower().removesuffix("s")
    if _is_field(catalog, name):
        return name
    ways = [name, *(name.removesuffix(e) + i for e, i in _ENDS if name.endswith(e))]
    found = (
        way + end for way in ways for end in ("", "_id", "Id") if _is_field(catalog, way + end)
    )
    return next(found, name)


def _is_field(catalog: Catalog, name: str) -> bool:
    strict = copy(catalog)
    strict.missed = None
    try:
        strict.existing(name, "counting")
    except BadQuestion:
        return False
    return True


def units_of(ctx: Context, question: Any, *, answering: bool = False) -> Context:
    """Return the context in which the actors of a question are the units that it counts.

    Args:
        answering: whether it is for the answer alone, for which there need be only the events that
            the question names.

    Raises:
        BadQuestion: what it counts is not a field.
    """
    field = unit_field(ctx.catalog, question.counting)
    if field is None:
        return ctx
    members = _members(ctx, question)
    if ctx.dialect.name == "clickhouse":
        return _of_clickhouse(ctx, field, members)
    kept = [column for column in CONTEXT if ctx.catalog.values.of(column)]
    missing = tuple(column for column in CONTEXT if column not in kept)
    rows = _rows(ctx, field, kept, _named_by(ctx, question) if answering else (),
                 sought=question.kind in SOUGHT)  # fmt: skip
    people = people_of(ctx, members) if members else None
    counted = Counted(rows, people, (*OWN, *kept), missing)

    def among(bind: Binder, members: Relation) -> str:
        return f"temp.{bind.made(people_of(ctx, [members]))}"

    return replace(ctx, dialect=ctx.dialect.counting(counted), people_of=among)


def _of_clickhouse(ctx: Context, field: Field, members: Sequence[Relation]) -> Context:
    from core.queries.people.units_clickhouse import people_found, relation_of_units

    def raw(whole: Context, bind: Binder) -> str:
        return _raw(whole, field, Clauses(whole, bind))

    def among(bind: Binder, members: Relation) -> str:
        return people_found(ctx, bind, [members])

    counted = relation_of_units(ctx, field, raw, members)
    return replace(ctx, dialect=ctx.dialect.counting(counted), people_of=among)


def _named_by(ctx: Context, question: Any) -> tuple[int, ...]:
    """Return the events that a question's answer is of; () if it may be of any."""
    if question.kind in SOUGHT and question.order in ORDERS and question.users == "active":
        names = [step.event for step in (*question.steps, *question.exclusions)]
    elif question.kind == "first_time" or getattr(question, "measure", "") in MEASURES:
        names = [question.event]
    else:
        return ()
    found = [None if name in WORDS else ctx.catalog.events.ids.get(name) for name in names]
    return tuple(sorted(event for event in found if event)) if all(found) else ()


def _rows(
    ctx: Context, field: Field, kept: Iterable[str], events: Sequence[int], *, sought: bool
) -> Made:
    """The events of all times by unit; of some events only theirs.

    An index takes longer than the table. Only chains of events, which are sought one by one, are
    worth it.
    """
    whole = ctx.whole or ctx
    bind = whole.binder()
    noted: tuple[str, ...] = ()
    join, unit = "", "unit_at(:unit, e.seq)"
    if field.kind == "property":  # in the order they are stored in, which is not that of events
        text = whole.dialect.json_property(field.name, bind)
        noted = (f"select count(unit_note(:unit, p.seq, {text})) from event_properties p",)
    else:
        join = whole.dialect.properties_join() if field.needs_properties else ""
        unit = f"unit_code(:unit, {_raw(whole, field, Clauses(whole, bind))})"
    plain = ", ".join(f"e.{column}" for column in (*OWN[1:-1], *kept))
    listed = ", ".join(map(str, events))
    select = bind.whole(f"select {unit} as actor, {plain}, e.actor as person from events e {join}"
                        f"{f' where e.event in ({listed})' if events else ''}")  # fmt: skip
    name = _named("units" if sought else "rows", "".join(noted) + select, bind.values)
    typed = ", ".join(f"{column} integer" for column in (*OWN[:-1], *kept, OWN[-1]))
    made = (f"create temp table {name} ({typed})", f"insert into temp.{name} {select}")
    index = f"create index temp.{name}_by_event on {name} (event, actor, ts, seq, day, person)"
    steps = (*noted, *made, *((index,) if sought else ()))
    return Made(name, steps, {**bind.values, "unit": name})


def _raw(ctx: Context, field: Field, write: Clauses) -> str:
    """The SQL of an event's unit; that of sessions is a text."""
    if field.kind == "session":
        return session_key(ctx)
    raw = write.value(field)
    if field.kind in ("context", "start"):
        texts = ctx.catalog.values.of(field.name)
        for empty in (number for number, text in texts.items() if not text):
            raw = f"nullif({raw}, {write.bind(empty)})"
    return raw


def _members(ctx: Context, question: Any) -> Sequence[Relation]:
    """Those whose events count; everybody if empty."""
    clauses = [clause for clause in question.conditions if is_on_people(ctx, clause)]
    whose = Selection(ctx, members=members_of(ctx, question), range=question.range)
    return whose.narrowed(clauses).members


def by_person(ctx: Context) -> Made | None:
    """Return a table of how many events each unit has of each person, and when the latest was; None
    if no table of the events of units is kept.

    Nothing in it depends on what is asked, so it is made once.
    """
    counted = ctx.dialect.counted
    if counted is None or not isinstance(counted.rows, Made) or ctx.dialect.present is not None:
        return None
    bind = Binder(ctx.dialect)
    kept = Selection(ctx).own(bind, "e")
    select = bind.whole(f"""
        select e.actor, e.person, count(*), max(e.ts)
        from temp.{counted.rows.name} e
        where {kept}
        group by e.actor, e.person""")
    name = _named("by_person", select, bind.values)
    create = (
        f"create temp table {name} (actor, person, events, latest, primary key (actor, person))"
    )
    return Made(name, (f"{create} without rowid", f"insert into temp.{name} {select}"), bind.values)


def people_of(ctx: Context, members: Sequence[Relation]) -> Made:
    """Return a table of the people who are in all of some relations."""
    bind = ctx.binder()
    tests = [f"i.actor in (select actor from {bind.relation(each)})" for each in members]
    select = bind.whole(f"select i.actor from {ctx.dialect.actors()} i where {' and '.join(tests)}")
    name = _named("people", select, bind.values)
    create = f"create temp table {name} (actor integer primary key)"
    return Made(name, (create, f"insert into temp.{name} {select}"), bind.values)


def _named(what: str, text: str, values: dict[str, Any]) -> str:
    """Return a name for a table that has what a statement selects."""
    key = json.dumps([text, values], sort_keys=True)
    return f"{what}_{hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()[:20]}"
