"""Retention by cohorts of calendar days (definitions 7), in plain loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.filters import Clause
from core.timeframe import Span
from tests.oracles.conditions import matching, people_of, satisfies
from tests.oracles.seen import Seen, as_asked, calendar_of, ended, known_until, local_day, newest
from tests.oracles.times import date_of, later, period_of, span_of, within
from tests.worlds.world import World


@dataclass
class Cohorts:
    """Who started and who came back.

    Attributes:
        members: cohort label -> people.
        returned: (label, period) -> those of them who came back; for windows that have begun.
        incomplete: (label, period) -> whether the window ends after now.
    """

    members: dict[str, set[str]]
    returned: dict[tuple[str, int], set[str]]
    incomplete: dict[tuple[str, int], bool]

    def used(self, period: int, every: bool = False) -> list[str]:
        """The cohorts that the combined row counts at a period."""
        begun = [label for label in self.members if (label, period) in self.returned]
        return [c for c in begun if every or not self.incomplete[c, period]] or begun

    def combined(self, period: int, every: bool = False) -> tuple[set[str], set[str]]:
        """(everybody, those who came back) of the combined row at a period."""
        used = self.used(period, every)
        everybody = set().union(*(self.members[c] for c in used))
        return everybody, set().union(*(self.returned[c, period] for c in used))


@as_asked
def retention(world: World, question: Any, members: set[str] | None = None) -> Cohorts:
    """Calendar periods, returns in the N-th one."""
    unit, week = question.granularity, world.week_start
    calendar, span = calendar_of(world), span_of(world, question)
    found = Cohorts({}, {}, {})
    firsts: dict[str, int] = {}
    for item in _starts(world, question, span, members):
        first = period_of(item.day, unit, week)
        found.members.setdefault(date_of(first), set()).add(str(item.actor))
        firsts[date_of(first)] = first
    back = matching(world, question.return_event, return_clauses(question))
    for label, first in firsts.items():
        for n in range(question.periods):
            begin, end = later(first, unit, week, n), later(first, unit, week, n + 1)
            if not begun(world, question, calendar.day_start(begin)):
                break
            came = people_of(item for item in back if begin <= item.day < end)
            own = found.members[label]
            found.returned[label, n] = own & came if n else own
            found.incomplete[label, n] = calendar.day_start(end) > known_until(world)
    return found


def begun(world: World, question: Any, instant: int) -> bool:
    """Whether a window has begun: days until now, or until the data ended; others by its end."""
    if ended(world) is None and (question.granularity in ("hourly", "daily") or question.brackets):
        return instant <= world.now
    return instant <= (newest(world) or world.now)


def return_clauses(question: Any) -> tuple[Clause, ...]:
    """What must hold of an event for it to be a return."""
    both = question.conditions if question.filters_on == "both" else ()
    return (*question.return_filters, *both)


@as_asked
def _starts(world: World, question: Any, span: Span, members: set[str] | None) -> list[Seen]:
    """The starts that put people in cohorts; conditions are held against the first one."""
    new = question.start_event == "_new"
    before, after = ((), question.start_filters) if new else (question.start_filters, ())
    start = "_all" if new else question.start_event
    items = [item for item in matching(world, start, before) if item.actor]
    if question.cohort == "first_in_range":
        items = within(items, span.start, span.end)
    if question.cohort != "every":
        first: dict[str, Seen] = {}
        for item in items:
            first.setdefault(str(item.actor), item)
        items = list(first.values())
    today_end = local_day(world.now, calendar_of(world)) + 1
    return [
        item
        for item in within(items, span.start, span.end)
        if (members is None or item.actor in members)
        and item.day < today_end
        and all(satisfies(world, item, clause) for clause in (*question.conditions, *after))
    ]
