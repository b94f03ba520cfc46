"""Who is in an audience: the rules of semantics 5.2 as SQL.

Membership is always as of now: "in the last N days" is the rolling N x 86,400 s up to now, which
itself is included. Rules about traits and users are about the person; any other filter holds for
whoever has one event in the lookback (default: all of history) that satisfies it, so that two
filters may be met by two events. Unknown events, fields and traits have no members; that is no
error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError

from core.answers import Model
from core.engines.dialect import Binder
from core.errors import BadQuestion, did_you_mean
from core.filters import Clause, Condition, atoms
from core.queries.base import Context
from core.queries.select import Selection
from core.timeframe import DAY, Span

OPERATORS = {"gte": ">=", "lte": "<=", "eq": "=", "gt": ">", "lt": "<"}
NOBODY = "select 0 as actor where 1 = 0"


class EventRule(Model):
    """How often somebody did an event.

    Attributes:
        event: its name; None is any event.
        op, count: how many times: gte 1 by default; eq 0 is "did not".
        days: in the last so many days; None is in all of history up to now.
        filters: must all hold for an event to count.
    """

    event: str | None = None
    op: Literal["gte", "lte", "eq", "gt", "lt"] = "gte"
    count: int = Field(default=1, ge=0)
    days: int | None = Field(default=None, ge=1, le=36_500)
    filters: tuple[Clause, ...] = ()

    @property
    def holds_for_none(self) -> bool:
        """Whether somebody without any such event satisfies it."""
        return {
            "gte": self.count <= 0, "gt": False, "lte": True, "lt": self.count > 0,
            "eq": self.count == 0,
        }[self.op]  # fmt: skip


class Group(Model):
    """Rules that are combined; JSON name `not` for `not_`.

    Attributes:
        match: all of the rules, or any of them.
        not_: everybody else.
    """

    match: Literal["all", "any"] = "all"
    not_: bool = Field(default=False, alias="not")
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()


class Definition(Model):
    """An audience's rules. Without any, it is everybody.

    Attributes:
        match: all of the rules, or any of them.
        lookback_days: how far back filters on events look; None is all of history.
        static_ids: users who are in it by name; they count as one more rule.
    """

    match: Literal["all", "any"] = "all"
    lookback_days: int | None = Field(default=None, ge=1, le=36_500)
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()
    static_ids: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether it has no rule at all."""
        return not (self.filters or self.events or self.groups or self.static_ids)


def read_definition(body: dict[str, Any]) -> Definition:
    """Return the audience a JSON object defines.

    Raises:
        BadQuestion: naming the part that is unknown or out of bounds.
    """
    try:
        return Definition.model_validate(body)
    except ValidationError as error:
        raise _explained(error) from error


def _explained(error: ValidationError) -> BadQuestion:
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted({*Definition.model_fields, *EventRule.model_fields, "not"})
        hint = did_you_mean(str(first["loc"][-1]), known)
        return BadQuestion(f"audience: {where!r} is not known.", hint, parameter=where)
    return BadQuestion(f"audience: {where}: {first['msg']}.", parameter=where)


def audience_sql(ctx: Context, bind: Binder, definition: dict[str, Any] | Definition) -> str:
    """Return SQL selecting `actor`, once each, of everybody in an audience now.

    Raises:
        BadQuestion: the definition has unknown or impossible parts.
    """
    rules = definition if isinstance(definition, Definition) else read_definition(definition)
    return _Writer(ctx, bind, rules.lookback_days).members(rules)


class _Writer:
    """Writes the SQL of one definition."""

    def __init__(self, ctx: Context, bind: Binder, lookback_days: int | None) -> None:
        self.ctx = ctx
        self.bind = bind
        self.lookback = self._span(lookback_days)

    def members(self, rules: Definition) -> str:
        """Write the whole definition."""
        parts = self._parts(rules)
        if rules.static_ids:
            parts.append(self._named(rules.static_ids))
        return self._combined(parts, rules.match)

    def _parts(self, rules: Definition | Group) -> list[str]:
        found = [self._filter(clause) for clause in rules.filters]
        found += [self._event(rule) for rule in rules.events]
        return found + [self._group(group) for group in rules.groups]

    def _group(self, group: Group) -> str:
        inner = self._combined(self._parts(group), group.match)
        return self._others(inner) if group.not_ else inner

    def _combined(self, parts: Sequence[str], match: str) -> str:
        if not parts:
            return f"select actor from {self._everybody()} everybody"
        word = " intersect " if match == "all" else " union "
        return word.join(f"select actor from ({part})" for part in parts)

    def _others(self, members: str) -> str:
        return f"select actor from {self._everybody()} everybody where actor not in ({members})"

    def _everybody(self) -> str:
        """Everybody with an event up to now."""
        d, day = self.ctx.dialect, self.bind(self.ctx.today)
        if d.has_sets:
            known = f"select users from first_activity where event = 0 and day <= {day}"
            return f"({d.members(known)})"
        return f"(select distinct actor from events where actor <> 0 and day <= {day})"

    def _span(self, days: int | None) -> Span | None:
        if days is None:
            return None
        start, end = self.ctx.now - days * DAY, self.ctx.now + 1
        day_of = self.ctx.calendar.day_of
        return Span(start, end, day_of(start), self.ctx.today, whole_days=False)

    # -- rules

    def _filter(self, clause: Clause) -> str:
        if not self._known(clause):
            return NOBODY
        selection = Selection(self.ctx).narrowed([clause])
        if selection.members:
            inner = selection.members[0](self.bind)
            return f"select actor from {self._everybody()} e where actor in ({inner})"
        return f"""
            select distinct e.actor as actor
            from {selection.source()}
            where {selection.where(self.bind, self._until_now(self.lookback))}
              and e.actor <> 0"""

    def _event(self, rule: EventRule) -> str:
        names = self.ctx.names.events
        known = all(self._known(clause) for clause in rule.filters)
        if not known or (rule.event is not None and rule.event not in names):
            return self._others(NOBODY) if rule.holds_for_none else NOBODY
        events = () if rule.event is None else (names[rule.event],)
        selection = Selection(self.ctx, events).narrowed(rule.filters)
        test = f"count(*) {OPERATORS[rule.op]} {self.bind(rule.count)}"
        if rule.holds_for_none:
            test = f"not ({test})"
        counted = f"""
            select e.actor as actor
            from {selection.source()}
            where {selection.where(self.bind, self._until_now(self._span(rule.days)))}
              and e.actor <> 0
            group by e.actor
            having {test}"""
        return self._others(counted) if rule.holds_for_none else counted

    def _until_now(self, span: Span | None) -> Span:
        if span is not None:
            return span
        first = self.ctx.earliest if self.ctx.earliest is not None else 0
        day_of = self.ctx.calendar.day_of
        return Span(
            min(first, self.ctx.now), self.ctx.now + 1, day_of(first), self.ctx.today,
            whole_days=False,
        )  # fmt: skip

    def _named(self, users: Sequence[str]) -> str:
        """People by any of the ids they are known by."""
        wanted = self.ctx.dialect.member("key", self.bind.list(users))
        named = f"""
            with recursive named (id) as (
                select id from identities where {wanted}
                union
                select l.user from named n join links l on l.device = n.id
                union
                select a.new from named n join aliases a on a.old = n.id
            )
            select id from named"""
        return f"select actor from {self._everybody()} e where actor in ({named})"

    def _known(self, clause: Clause) -> bool:
        """Whether every field of a clause exists in this workspace."""
        return all(self._is_field(atom) for atom in atoms(clause))

    def _is_field(self, atom: Condition) -> bool:
        try:
            return bool(self.ctx.names.field(atom.field, "field"))
        except BadQuestion:
            return False
