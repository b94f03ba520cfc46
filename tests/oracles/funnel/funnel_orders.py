"""Slow, obvious funnels of every sort (definitions 6.3): every possible attempt is tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

from core.timeframe import Span
from tests.oracles.conditions import label_of, matching, people_of, texts_of, value_of
from tests.oracles.seen import Group, Seen, as_asked, seen
from tests.oracles.times import within
from tests.worlds.world import World

Attempt = list[Seen]
"""The events of an attempt, by step."""

UNREACHED = "(did not reach step)"
SEVERAL = "(several values)"


@dataclass
class Told:
    """What a funnel should show of some attempts.

    Attributes:
        attempts: (who, their attempt).
    """

    question: Any
    now: int
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self.question.steps)

    def count(self, step: int) -> int:
        """How many attempts did steps 1 to `step`."""
        return sum(len(own) >= step for _, own in self.attempts)

    def reached(self, step: int) -> set[str]:
        """Whose attempts did."""
        return {actor for actor, own in self.attempts if len(own) >= step}

    def dropped(self, step: int) -> set[str]:
        """Who has an attempt that ended with the step before."""
        return {actor for actor, own in self.attempts if len(own) == step - 1}

    def waits(self, first: int, last: int) -> list[float]:
        """Seconds between the nth and the mth event of attempts with that many, ascending."""
        found = []
        for _, own in self.attempts:
            times = sorted(instant(self.question, item) for item in own)
            if len(own) >= last:
                found.append((times[last - 1] - times[first - 1]) / 1000)
        return sorted(found)

    @property
    def in_progress(self) -> int:
        """How many did not convert and still have time from step 1 on."""
        return sum(
            len(own) < self.steps
            and instant(self.question, own[0]) + window(self.question) > self.now
            for _, own in self.attempts
        )


def window(question: Any) -> int:
    """The question's, in ms."""
    return (10**12 if question.window_seconds is None else question.window_seconds) * 1000


def tick(question: Any) -> int:
    """How many ms are one instant."""
    return 1000 if question.resolution == "1s" else 1


def instant(question: Any, item: Seen) -> int:
    """When an event was, rounded down."""
    return item.ts // tick(question) * tick(question)


@as_asked
def funnel(world: World, question: Any, span: Span) -> dict[Group, Told]:
    """The funnel of each group and, under (), of everybody."""
    found = {(): Told(question, world.now)}
    for actor, attempt in reported(world, question, span):
        for group in {(), group_of(world, question, attempt)}:
            part = found.setdefault(group, Told(question, world.now))
            part.attempts.append((actor, attempt))
    return found


@as_asked
def group_of(world: World, question: Any, attempt: Attempt) -> Group:
    """The labels of the breakdown values that an attempt counts for."""
    if question.attribution in ("first", "last"):
        return one_touch(world, question, attempt)
    return tuple(touched(world, question, attempt, name) for name in question.breakdown)


@as_asked
def one_touch(world: World, question: Any, attempt: Attempt) -> Group:
    """The labels of the first or last event that has all fields, else of one that has any."""
    by_time = sorted(attempt, key=lambda item: (item.ts, item.number))
    labels = [
        tuple(label_of(value_of(world, item, name)) for name in question.breakdown)
        for item in (by_time if question.attribution == "first" else by_time[::-1])
    ]
    every = [group for group in labels if "(none)" not in group]
    some = [group for group in labels if set(group) != {"(none)"}]
    return (every or some or labels)[0]


@as_asked
def touched(world: World, question: Any, attempt: Attempt, name: str) -> str:
    """The label of one field's value, on the event that the question says."""
    touch = question.attribution
    if isinstance(touch, int):
        if len(attempt) < touch:
            return UNREACHED
        return label_of(value_of(world, attempt[touch - 1], name))
    if touch == "entry":
        return label_of(value_of(world, attempt[0], name))
    labels = {label_of(value_of(world, item, name)) for item in attempt}
    return labels.pop() if len(labels) == 1 else SEVERAL


# -- what is reported


@as_asked
def reported(world: World, question: Any, span: Span) -> Iterable[tuple[str, Attempt]]:
    """Yield (who, attempt) for each attempt that is reported."""
    common = question.conditions if question.filters_on == "every" else ()
    fits = [
        matching(world, step.event, [*(common if number else question.conditions), *step.filters])
        for number, step in enumerate(question.steps)
    ]
    spoiling = [
        matching(world, each.event, [*common, *each.filters]) for each in question.exclusions
    ]
    everything = matching(world, None, common)
    for items in (*fits, *spoiling):
        everything += [item for item in items if item not in everything]
    entered = newcomers(world, question, span)
    for actor in people_of(within(fits[0], span.start, span.end)):
        if question.users == "new" and actor not in entered:
            continue
        if question.first_day:
            first = min(item.day for item in seen(world) if item.actor == actor)
            fits = [[i for i in fits[0] if i.actor != actor or i.day == first], *fits[1:]]
        for value in values_of(world, question, fits[0], actor):
            own = partial(having, world, question, actor, value)
            search = Search(
                question,
                [own(items) for items in fits],
                own(everything),
                [own(items) for items in spoiling],
                world.now,
            )
            for attempt in search.reported(span):
                yield actor, attempt


@as_asked
def newcomers(world: World, question: Any, span: Span) -> set[str]:
    """Whose first event of all lies in a span."""
    firsts: dict[str, Seen] = {}
    for item in seen(world):
        if item.actor is not None:
            firsts.setdefault(item.actor, item)
    return {who for who, item in firsts.items() if span.start <= item.ts < span.end}


@as_asked
def values_of(world: World, question: Any, items: list[Seen], actor: str) -> set[Any]:
    """The combinations of held values that somebody's events have."""
    return {v for i in items if i.actor == actor for v in combinations(world, question, i)}


@as_asked
def having(world: World, question: Any, actor: str, value: Any, items: list[Seen]) -> list[Seen]:
    """One person's of some events, of one combination of held values."""
    own = [item for item in items if item.actor == actor]
    return [item for item in own if value in combinations(world, question, item)]


@as_asked
def combinations(world: World, question: Any, item: Seen) -> set[Any]:
    """Every combination of an event's held values; an element of a list is a value."""
    names = list(question.hold)
    if question.count_by == "sessions" and "session" not in names:
        names.append("session")
    found: list[Any] = []
    for name in names:
        if name == "session":
            found.append([item.session] if item.session is not None else [])
        else:
            found.append(texts_of(value_of(world, item, name)) or [])
    return set(product(*found))


@dataclass
class Search:
    """One person's events, of one held value: those that fit each step, all, and excluded ones."""

    question: Any
    fits: list[list[Seen]]
    everything: list[Seen]
    spoiling: list[list[Seen]]
    now: int

    def reported(self, span: Span) -> list[Attempt]:
        """The attempts that count."""
        starts = [item for item in within(self.fits[0], span.start, span.end) if self.over(item)]
        if not starts:
            return []
        if self.question.count_by == "totals":
            found = self.in_turn(starts)
        else:
            found = [best(self.question, [a for s in starts for a in self.continued([s])])]
        if self.question.exclude == "person":
            return [attempt for attempt in found if not self.left_out(attempt)]
        return found

    def over(self, item: Seen) -> bool:
        """Whether an attempt that begins with an event may count."""
        ends = instant(self.question, item) + window(self.question)
        return not self.question.complete or ends <= self.now

    def in_turn(self, starts: list[Seen]) -> list[Attempt]:
        """One attempt after another: the next starts where the one before is over."""
        found, since = [], -(10**18)
        for start in starts:
            if instant(self.question, start) >= since:
                attempt = best(self.question, self.continued([start], since))
                found.append(attempt)
                since = self.over_at(attempt, since)
        return found

    def over_at(self, attempt: Attempt, since: int) -> int:
        """The first instant at which another attempt may start."""
        if len(attempt) == len(self.fits):
            return max(instant(self.question, item) for item in attempt) + 1
        entered = instant(self.question, attempt[0])
        ends = entered + window(self.question) + 1
        later = {
            instant(self.question, i)
            for i in [*self.everything, *(i for items in self.spoiling for i in items)]
        }
        for moment in sorted(t for t in later if entered < t < ends):
            if self.question.order == "unordered":
                if self.gaps and self.between(entered, moment + 1):
                    return moment
            elif not any(
                self.open_after(own, moment) for own in self.continued([attempt[0]], since)
            ):
                return moment
        return ends

    def open_after(self, attempt: Attempt, moment: int) -> bool:
        """Whether an attempt without its next step may go on later than a moment."""
        times = [instant(self.question, item) for item in attempt]
        return times[-1] <= moment and not self.spoiled(times[-1], moment + 1, len(attempt))

    @property
    def gaps(self) -> bool:
        """Whether excluded events spoil attempts, rather than leave people out."""
        return self.question.exclude == "attempt"

    def between(self, low: int, high: int) -> bool:
        """Whether any excluded event lies strictly in between."""
        return any(low < instant(self.question, i) < high for items in self.spoiling for i in items)

    def spoiled(self, low: int, high: int, gap: int) -> bool:
        """Whether something lies strictly in between that must not, after step `gap`."""
        strict = self.question.order == "sequential"
        if strict and any(low < instant(self.question, i) < high for i in self.everything):
            return True
        if any(low < instant(self.question, i) < high for i in self.breaking(gap)):
            return True
        for each, items in zip(self.question.exclusions, self.spoiling, strict=True):
            scoped = self.gaps and each.from_step <= gap < (each.to_step or len(self.fits))
            if scoped and any(low < instant(self.question, i) < high for i in items):
                return True
        return False

    def breaking(self, gap: int) -> list[Seen]:
        """The events that an order does not allow after step `gap`."""
        taken = [item for items in self.fits[:gap] for item in items]
        if self.question.order == "strict_deduplication":
            return taken
        if self.question.order == "strict_order":
            return [item for items in self.fits for item in items]
        if self.question.order == "allow_reentry":
            expected = [*taken, *self.fits[gap]]
            later = [item for items in self.fits[gap + 1 :] for item in items]
            return [item for item in later if item not in expected]
        return []

    def continued(self, begun: Attempt, since: int = -(10**18)) -> list[Attempt]:
        """An attempt and all that continue it, by definition 6.3."""
        found = [begun]
        for item in self.fits[len(begun)] if len(begun) < len(self.fits) else []:
            early = instant(self.question, item) < since
            if not early and item not in begun and self.continues(begun, item):
                found += self.continued([*begun, item], since)
        return found

    def continues(self, begun: Attempt, item: Seen) -> bool:
        """Whether an attempt may go on with an event."""
        times = [instant(self.question, x) for x in [*begun, item]]
        if max(times) - min(times) > window(self.question):
            return False
        if self.question.order == "unordered":
            return not (self.gaps and self.between(min(times), max(times)))
        if self.question.order == "strict_increase" and times[-1] == times[-2]:
            return False
        return times[-1] >= times[-2] and not self.spoiled(times[-2], times[-1], len(begun))

    def left_out(self, attempt: Attempt) -> bool:
        """Whether an excluded event lies in a scope that an attempt has begun."""
        times = [instant(self.question, item) for item in attempt]
        ends = times[0] + window(self.question)
        whole = len(attempt) == len(self.fits)
        for each, items in zip(self.question.exclusions, self.spoiling, strict=True):
            excluded = [instant(self.question, item) for item in items]
            last = each.to_step or len(self.fits)
            if self.question.order == "unordered":
                spoiled = any(min(times) < t < max(times) for t in excluded)
                if spoiled or (not whole and any(times[0] < t <= ends for t in excluded)):
                    return True
            elif len(attempt) >= each.from_step:
                over = times[last - 1] if len(attempt) >= last else ends + 1
                if any(times[each.from_step - 1] < t < over for t in excluded):
                    return True
        return False


def best(question: Any, tries: list[Attempt]) -> Attempt:
    """The deepest, of these the earliest event of step 1, then of step 2 and so on."""
    return min(
        tries,
        key=lambda a: (
            -len(a), a[0].ts, a[0].number, [instant(question, x) for x in a],
            [(x.ts, x.number) for x in a],
        ),
    )  # fmt: skip
