"""The SQL of a field's values and of conditions, on an event `e` or on a person.

Fields derived from what a person did are written here too (core.queries.common.derived); names of
events and conditions decide which of their events count for that.
"""

from __future__ import annotations

from typing import Final

from core.catalog.fields import GROUPS, Field
from core.catalog.selectors import meaning
from core.columns import ACTIVE
from core.errors import BadQuestion
from core.filters import AnyOf, Clause, Condition, NotOf, atoms
from core.queries.common.context import Context
from core.queries.common.derived import FALSE, TRUE, first_times, has_begun, on_first_event
from core.queries.common.revenue import bringers, brings
from core.sql.dialect import Binder, Relation, whoever
from core.timeframe import Span

ANY_EVENT: tuple[tuple[int, ...], ...] = ((), (ACTIVE,))
"""Events of a Selection that are not selected by name, only by flags: any, and any active one."""

_SHORT: Final = 8
"""Among those of any event on so many days only the events of people who did some are read."""

ACTOR_FIELDS = frozenset({"user", "trait", "start", *GROUPS})
"""The kinds of fields that are of a person, not of single events."""


def is_on_people(ctx: Context, clause: Clause) -> bool:
    """Whether a clause is about people, whatever they did."""
    kinds = {ctx.catalog.field(atom.field, "field").kind for atom in atoms(clause)}
    return bool(kinds) and kinds <= ACTOR_FIELDS


def event_tests(ctx: Context, bind: Binder, events: tuple[int, ...], column: str) -> list[str]:
    """Return the tests for a column of event ids to be one of a Selection's `events`."""
    if events in ANY_EVENT:
        out = [*ctx.catalog.events.deleted, *(ctx.catalog.events.inactive if events else ())]
        return [f"not {ctx.dialect.member(column, bind.list(out))}"] if out else []
    if len(events) == 1:
        return [f"{column} = {bind(events[0])}"]
    return [ctx.dialect.member(column, bind.list(events))]


def people_tests(
    ctx: Context, bind: Binder, events: tuple[int, ...], span: Span, event: str
) -> list[str]:
    """Return a test that an event is of somebody who did one of a Selection's `events` on the days
    of a span, or of nobody. Events are stored by person, so only those of these people are read.
    """
    dialect = ctx.dialect
    whole = events in ANY_EVENT
    if not (dialect.seeks and dialect.has_sets) or (whole and span.days > _SHORT):
        return []
    days = (span.first_day, span.last_day)
    named = (0,) if whole else events

    def write(bind: Binder) -> str:
        activity = "activity" if dialect.present is None else "main.activity"
        return whoever(
            dialect,
            f"""
            select users from {activity}
            where {dialect.member("event", bind.list(list(named)))}
              and dimension = 0 and value = 0
              and day between {bind(days[0])} and {bind(days[1])}""",
        )

    people = bind.relation(Relation(("people who did", named, days), write))
    return [f"{event}.actor in (select actor from {people})"]


def people_of_units(ctx: Context, bind: Binder, units: str) -> str:
    """Return SQL of the people who had an event of one of some units, in their context.

    Args:
        units: SQL selecting their numbers as `actor`.
    """
    tests = event_tests(ctx, bind, (), "e.event")
    kept = "".join(f" and {test}" for test in tests)
    return f"""
        select distinct e.person as actor from events e
        where e.actor in (select actor from ({units}) u) and e.person <> 0{kept}"""


class Clauses:
    """Writes values and conditions into one statement.

    Args:
        range: the range at whose end segments named in conditions are evaluated.
    """

    def __init__(self, ctx: Context, bind: Binder, range: str = "30d") -> None:
        self.ctx = ctx
        self.bind = bind
        self.range = range
        self.who = ctx.person

    # -- values

    def value(self, field: Field) -> str:
        """Return the SQL of a field's raw value on `events e`; `label` reads it back."""
        dialect, bind = self.ctx.dialect, self.bind
        if field.kind == "context":
            return f"e.{field.name}"
        if field.kind == "either":
            texts = self.ctx.catalog.values.of(field.name)
            own = dialect.dictionary(f"e.{field.name}", texts, bind)
            return _either(field, own, self.value(Field("property", field.instead)))
        if field.kind == "property":
            return dialect.json_label(dialect.json_property(field.name, bind))
        if field.kind == "trait":
            return dialect.trait_label(field.name, bind, self.who)
        if field.kind in ("start", "paying"):
            _of_people_alone(self.ctx, field)
        if field.kind == "start":
            return self._on_first_event(field, self.who)
        if field.kind == "paying":
            return f"(case when {self._is_paying()} then '{TRUE}' else '{FALSE}' end)"
        return {"event": "e.event", "device": "e.device", "session": "e.session"}.get(
            field.kind, self.who
        )

    def _on_first_event(self, field: Field, actor: str) -> str:
        own = " and ".join(event_tests(self.ctx, self.bind, (), "x.event")) or "1 = 1"
        return on_first_event(self.ctx.dialect, field.name, actor, own)

    def _is_paying(self) -> str:
        """Whether the person of an event had brought revenue by then."""
        payers = self.bind.relation(Relation(("payers",), lambda _: self._payers()))
        return has_begun(self.ctx.dialect, payers)

    def _payers(self) -> str:
        """The SELECT of people's first revenue events."""
        revenue = meaning(self.ctx.catalog, "revenue_amount")
        tests = event_tests(self.ctx, self.bind, revenue.events, "e.event")
        tests += [self.clause(clause) for clause in revenue.matching]
        possible = bringers(self.ctx)
        if possible is not None:
            tests.append(self._member("e.event", possible))
        d = self.ctx.dialect
        source = d.many(f"events e {d.properties_join()}")
        return first_times(source, " and ".join(tests))

    # -- conditions

    def clause(self, clause: Clause, column: str | None = None, actor: str = "") -> str:
        """Return the SQL of whether a clause holds.

        Args:
            column: the column of value ids in the stored sets; None for events.
            actor: the SQL of the person it is about, "" for that of an event `e`.

        Raises:
            BadQuestion: it names no field, or its operator does not apply to the field.
        """
        actor = actor or self.who
        if isinstance(clause, Condition):
            field = self.ctx.catalog.field(clause.field, "field")
            return self._condition(field, clause, column, actor)
        if isinstance(clause, NotOf):
            return f"not {self.clause(clause.not_, column, actor)}"
        inner = clause.any if isinstance(clause, AnyOf) else clause.all
        word, empty = (" or ", "1 = 0") if isinstance(clause, AnyOf) else (" and ", "1 = 1")
        return f"({word.join(self.clause(c, column, actor) for c in inner) or empty})"

    def _condition(self, field: Field, condition: Condition, column: str | None, actor: str) -> str:
        if field.kind in ("context", "property", "either", "event"):
            return self._of_event(field, condition, column)
        if field.kind in ("start", "paying"):
            _of_people_alone(self.ctx, field)
        if field.kind == "start":
            ids = self.ctx.catalog.values.matching(field.name, condition)
            return self._member(self._on_first_event(field, actor), ids)
        if field.kind == "paying":
            return self._pays(condition)
        if field.kind == "revenue":
            return self._brings(condition)
        if field.kind in GROUPS:
            return self._belongs(field, condition, actor)
        column, ids, missing = self._listed(field, condition, actor)
        test = self._member(column, ids)
        return f"not {test}" if missing else test

    def _member(self, expression: str, ids: list[int]) -> str:
        return self.ctx.dialect.member(expression, self.bind.list(ids))

    def _of_event(self, field: Field, condition: Condition, column: str | None) -> str:
        """A condition on a field of one event."""
        catalog = self.ctx.catalog
        if field.kind == "event":
            found = [i for name, i in catalog.events.ids.items() if condition.holds((name,))]
            return self._member("e.event", found)
        if field.kind == "context":
            return self._member(
                column or f"e.{field.name}", catalog.values.matching(field.name, condition)
            )
        if field.kind == "property" and column:
            return self._member(column, catalog.values.holding(field.dimension, condition))
        if field.kind == "property":
            return self._holds(field.name, condition)
        own = self._member(f"e.{field.name}", catalog.values.matching(field.name, condition))
        return _either(field, own, self._holds(field.instead, condition))

    def _holds(self, name: str, condition: Condition) -> str:
        """Whether a property satisfies a condition."""
        d = self.ctx.dialect
        return d.holds(condition, d.json_property(name, self.bind), self.bind)

    def _pays(self, condition: Condition) -> str:
        yes, no = condition.holds((TRUE,)), condition.holds((FALSE,))
        if yes == no:
            return "1 = 1" if yes else "1 = 0"
        return f"{'' if yes else 'not '}({self._is_paying()})"

    def _brings(self, condition: Condition) -> str:
        """Whether an event brought revenue, whatever the amount."""
        if condition.operator not in ("is_set", "is_not_set"):
            raise BadQuestion(
                f"operator {condition.operator} does not apply to {condition.field}.",
                "Allowed: is_set, is_not_set.",
                parameter="operator",
            )
        return f"{'' if condition.operator == 'is_set' else 'not '}{brings(self.ctx, self.bind)}"

    def _belongs(self, field: Field, condition: Condition, actor: str) -> str:
        """Whether a person is in one of the audiences or segments named in a condition."""
        if condition.operator not in ("eq", "in", "ne", "not_in"):
            raise BadQuestion(
                f"operator {condition.operator} does not apply to {field.name}.",
                "Allowed: eq, ne, in, not_in.",
                parameter="operator",
            )
        ctx, tests = self.ctx, ["1 = 0"]
        for name in condition.wanted:
            members = (
                ctx.in_audience(ctx, name)
                if field.kind == "audience"
                else ctx.in_segment(ctx, name, self.range)
            )
            tests.append(f"{actor} in (select actor from {self._among(members)})")
        found = f"({' or '.join(tests)})"
        return f"not {found}" if condition.holds(None) else found

    def _among(self, members: Relation) -> str:
        """A relation of people, who are not the actors of the events if units are
        counted.
        """
        if self.ctx.dialect.counted is None:
            return self.bind.relation(members)
        return self.ctx.people_of(self.bind, members)

    def _listed(
        self, field: Field, condition: Condition, actor: str
    ) -> tuple[str, list[int], bool]:
        """Column, ids, and whether they are to be left out (missing values match)."""
        catalog = self.ctx.catalog
        missing = condition.holds(None)
        if field.kind == "trait":
            stored = catalog.people.traits(field.name)
            return actor, [i for i, v in stored if condition.holds((v,)) != missing], missing
        column = {"user": actor, "device": "e.device", "session": "e.session"}[field.kind]
        return column, catalog.people.keys_where(field.kind, condition, wanted=not missing), missing


def _of_people_alone(ctx: Context, field: Field) -> None:
    """Refuse a field that follows from what a person did, where the actors are units.

    Raises:
        BadQuestion: they are.
    """
    if ctx.dialect.counted is not None:
        raise BadQuestion(
            f"{field.key} is of people: it cannot be asked for single events while other units "
            "are counted.",
            "Leave out counting, or ask for another field.",
            parameter="counting",
        )


def _either(field: Field, own: str, other: str) -> str:
    """A condition on a context column where it is set, else on a property."""
    return f"(case when e.{field.name} <> 0 then {own} else {other} end)"
