"""Values of a funnel's attempts: breakdown values and held values (definitions 6.3)."""

from __future__ import annotations

from core.catalog.fields import Field
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.funnel.plan import Plan
from core.sql.dialect import Binder

UNREACHED = "(did not reach step)"
SEVERAL = "(several values)"
"""Labels for attempts without an event at the step of the values, and for differing events."""

_CODES = {UNREACHED: -1, SEVERAL: -2}
"""What stands for them among values that are numbers."""


def with_values(plan: Plan, bind: Binder, by: list[Field], attempts: str) -> str:
    """Return a relation of attempts with their raw values v0 and v1."""
    if plan.by_path and not plan.ctx.dialect.seeks:
        return _of_paths(plan, bind, by, attempts)
    if plan.by_path:
        columns = [f"{_of_path(plan, bind, by, n)} as v{n}" for n in range(len(by))]
        return f"select a.*, {', '.join(columns)} from ({attempts}) a"
    join = plan.ctx.dialect.properties_join() if any(f.needs_properties for f in by) else ""
    columns = [f"{plan.shared.value(bind, field)} as v{n}" for n, field in enumerate(by)]
    return f"""
            select a.*, {", ".join(columns)}
            from ({attempts}) a
            join events e on e.actor = a.actor and e.ts = a.s1 and e.seq = a.x1 {join}"""


def _of_path(plan: Plan, bind: Binder, by: list[Field], number: int) -> str:
    """Return the SQL of a field's value on the events chosen by the question's attribution.

    For the first or last event, all values come from one event, among those with the most of the
    fields.
    """
    touch, field = plan.question.attribution, by[number]
    unreached, several = (bind(raw_of(field, said)) for said in (UNREACHED, SEVERAL))
    if isinstance(touch, int):
        found = _on_path(plan, bind, [field], f"where j.value ->> 2 = {bind(touch)}")
        return f"coalesce(({found}), {unreached})"
    if touch == "all":
        return f"""(
            select iif(min(value0) = max(value0), min(value0), {several})
            from ({_on_path(plan, bind, [field], "")}))"""
    way = "desc" if touch == "last" else "asc"
    present = [f"(value{n} <> {bind(each.missing)})" for n, each in enumerate(by)]
    return f"""(
            select value{number} from ({_on_path(plan, bind, by, "")})
            order by {" + ".join(present)} desc, place {way} limit 1)"""


def _of_paths(plan: Plan, bind: Binder, by: list[Field], attempts: str) -> str:
    """Return the same relation where the events of all attempts are looked at together."""
    touch = plan.question.attribution
    raws = [plan.shared.value(bind, field) for field in by]
    missing = [bind(field.missing) for field in by]
    some = any(field.needs_properties for field in by)
    join = plan.ctx.dialect.properties_join() if some else ""
    if isinstance(touch, int):
        test = f"p.event.3 = {bind(touch)}"
        chosen = [
            f"if(countIf({test}) = 0, {bind(raw_of(field, UNREACHED))}, anyIf({raw}, {test}))"
            for field, raw in zip(by, raws, strict=True)
        ]
    elif touch == "all":
        chosen = [
            f"if(min({raw}) = max({raw}), min({raw}), {bind(raw_of(field, SEVERAL))})"
            for field, raw in zip(by, raws, strict=True)
        ]
    else:
        present = " + ".join(f"({r} != {none})" for r, none in zip(raws, missing, strict=True))
        sign = "-" if touch == "last" else ""
        chosen = [f"argMin({raw}, (-({present}), {sign}toInt64(p.place)))" for raw in raws]
    values = ", ".join(f"{sql} as v{n}" for n, sql in enumerate(chosen))
    return f"""
        select a.*, {", ".join(f"v.v{n} as v{n}" for n in range(len(by)))}
        from ({attempts}) a
        join (
            select p.actor as actor, p.path as path, {values}
            from (
                select actor, path, event, place
                from (select distinct actor, path from ({attempts}))
                array join path as event, arrayEnumerate(path) as place
            ) p
            join events e on e.actor = p.actor and e.ts = p.event.1 and e.seq = p.event.2 {join}
            group by p.actor, p.path
        ) v on v.actor = a.actor and v.path = a.path"""


def _on_path(plan: Plan, bind: Binder, fields: list[Field], where: str) -> str:
    """Return the SQL of values on an attempt's events; `place` is in order of time."""
    some = any(field.needs_properties for field in fields)
    join = plan.ctx.dialect.properties_join() if some else ""
    values = [f"{plan.shared.value(bind, field)} as value{n}" for n, field in enumerate(fields)]
    place = [] if where else ["j.key as place"]
    return f"""
            select {", ".join([*values, *place])}
            from json_each(a.path) j
            cross join events e on e.actor = a.actor
              and e.ts = j.value ->> 0 and e.seq = j.value ->> 1 {join}
            {where}"""


def raw_of(field: Field, said: str) -> int | str:
    """Return the raw value that stands for UNREACHED or SEVERAL, of the type of the field's."""
    return said if field.is_text else _CODES[said]


def value_label(ctx: Context, field: Field, raw: object) -> str:
    """Return the label of a raw value."""
    said = next((said for said in _CODES if raw == raw_of(field, said)), None)
    return said or label(ctx, field, raw)


def has_value(ctx: Context, bind: Binder, field: Field, column: str, wanted: str) -> str:
    """Test a raw value for its label."""
    if wanted not in (UNREACHED, SEVERAL):
        return in_group(ctx, bind, field, column, wanted)
    test = f"{column} = {bind(raw_of(field, wanted))}"
    if field.kind == "event":
        return test
    return f"({test} or {in_group(ctx, bind, field, column, wanted)})"
