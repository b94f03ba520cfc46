"""Units in place of people on ClickHouse: a relation that statements read under the name `events`.

Inside a relation its own name is the table's, so what else it reads is written into it. Whose
events count is found before, by a statement of its own, once for all statements of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Final

from core.catalog.fields import Field
from core.columns import EMPTY, NONE
from core.queries.common.context import Context
from core.queries.common.people_page import in_state, state_of
from core.sql.dialect import Binder, Counted, Relation

NUMBERED: Final = ("context", "device", "start")
"""The kinds of fields whose values are numbers; those of others are texts."""


def relation_of_units(
    ctx: Context,
    field: Field,
    raw: Callable[[Context, Binder], str],
    members: Sequence[Relation],
) -> Counted:
    """Return the events of all times by unit, with the unit of each as `unit`.

    Args:
        raw: writes the value of the field for an event `e`.
        members: relations of the people whose events count; everybody if empty.
    """
    numbered = field.kind in NUMBERED
    whole = ctx.whole or ctx
    whose = cache(partial(_state_found, ctx, members))

    def write(bind: Binder) -> str:
        inside = bind.inside(whole.dialect)
        unit = raw(whole, inside)
        number = f"toUInt32(greatest(ifNull({unit}, 0), 0))" if numbered else _number(unit)
        present = bind.dialect.present
        tests = [f"e.ts <= {inside(present.now)}"] if present else []
        if members:
            tests.append(f"e.actor in ({in_state(inside, whose())})")
        return inside.whole(f"""
            select {number} as actor, e.actor as person, {unit} as unit, e.* except (actor)
            from events e
            where {" and ".join(tests) or "1 = 1"}""")

    return Counted(Relation(("units",), write), None, numbered=numbered)


def _number(unit: str) -> str:
    """The place of a text among those of all events, 0 for none."""
    none = f"('', '{NONE}', '{EMPTY}')"
    texts = f"""(
            select arrayPushFront(arraySort(groupUniqArrayIf(unit, unit not in {none})), '')
            from (select toString(ifNull({unit}, '')) as unit from events e))"""
    places = f"arrayMap(place -> toUInt32(place - 1), arrayEnumerate({texts}))"
    return f"transform(toString(ifNull({unit}, '')), {texts}, {places}, toUInt32(0))"


def people_found(ctx: Context, bind: Binder, members: Sequence[Relation]) -> str:
    """Return a relation of the people who are in all of some relations, who are found at once."""
    return f"({in_state(bind, _state_found(ctx, members))})"


def _state_found(ctx: Context, members: Sequence[Relation]) -> str:
    """Find the people who are in all of some relations, as the text for `in_state`."""
    own = ctx.binder()
    tests = [f"i.actor in (select actor from {own.relation(each)})" for each in members]
    found = own.statement(
        f"""
        select {state_of("i.actor")}
        from {ctx.dialect.actors()} i
        where {" and ".join(tests)}""",
        "whose events count",
    )
    assert ctx.dialect.program is not None
    ((people,),) = ctx.dialect.program.rows(found)
    return str(people)
