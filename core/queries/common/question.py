"""The model of a question, and its resolved time.

A question is a frozen model. `ask` is a generator: it yields statements, receives their rows and
returns its answer, so one kind reads top to bottom in one file and runs on any engine.
`people` writes the SQL of the actors behind one number of that answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, Field, SerializeAsAny, WithJsonSchema, field_validator

from core import answers
from core.answers import Cell, Model
from core.errors import BadQuestion
from core.filters import Clause, atoms
from core.queries.common.clauses import people_of_units
from core.queries.common.context import Context
from core.queries.common.periods import lone_note, newest_note, time_bucket
from core.sql.dialect import Binder, Statement
from core.timeframe import (
    CLOCK,
    COMPARISONS,
    Bucket,
    Calendar,
    Span,
    alike,
    clock_label,
    fit,
    granularity,
    may_run,
    shown_part,
    to_date,
)
from core.words.counted import PEOPLE, counts_units, is_people, many, title

Inner = Annotated[
    SerializeAsAny["Question"],
    WithJsonSchema(
        {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
    ),
]
"""A question of any kind inside another; its own schema defines its fields."""

MOST_TIMES = 10_000
"""How many events `at_least` and `at_most` can ask for."""

ALL_TIME = "all_time"

Found = TypeVar("Found")
Behind = Callable[[Context, Binder, Cell], str]
Rows = list[tuple[Any, ...]]
Ask = Generator[Statement, Rows, Any]


def _units(counting: str | None) -> str | None:
    if counting is None or is_people(counting):
        return None
    return {"devices": "device", "sessions": "session"}.get(counting.strip(), counting.strip())


Units = Annotated[str | None, AfterValidator(_units)]
"""A field whose values are counted in place of people (definitions 2.7); None means people."""


class Question(Model):
    """The fields that every kind has.

    Attributes:
        kind: the kind's name in JSON.
        range: a range text (definitions 1.3).
        conditions: all must hold.
        audience: name or id of a saved audience; only its members count.
        segment: a built-in segment; only its members count.
        among: a question, as an object with its kind; only its people count.
    """

    kind: str
    range: str = "30d"
    conditions: tuple[Clause, ...] = ()
    audience: str | None = None
    segment: str | None = None
    among: Inner | None = None

    needs: ClassVar[str] = "sets"
    """What it reads: "sets" (only bitmaps if conditions allow), or "events" and why."""

    def model_post_init(self, context: Any, /) -> None:
        """Let the kind be a field that was given, so that no JSON of a question is without it."""
        self.model_fields_set.add("kind")

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """Return its range texts, including those of inner questions."""
        return (self.range, *(self.among.ranges(ctx) if self.among is not None else ()))

    def by_the_minute(self) -> bool:
        """Whether the answer changes within a day even if the data does not."""
        rolling = self.range.strip().lower().endswith("h") or self.audience is not None
        rolling = rolling or (self.among is not None and self.among.by_the_minute())
        fields = (atom.field for clause in self.conditions for atom in atoms(clause))
        return rolling or any(field.strip().lower() == "audience" for field in fields)

    def ask(self, ctx: Context) -> Ask:
        """Yield statements, receive their rows, return the answer."""
        raise NotImplementedError

    def check(self, ctx: Context) -> None:
        """Look up its names, which happens before its first statement.

        Raises:
            BadQuestion, NotFound: it cannot be asked in this workspace.
        """
        next(self.ask(ctx.of(self)), None)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """Return SQL selecting `actor`, once each, for everybody behind one number; of units,
        everybody who ever had an event of one of them.

        Raises:
            BadQuestion: the cell is not one of this question's.
        """
        return self._of_units(ctx, bind, cell, self.actors)

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """Return the same for what the question counts: units, in the context of such a question.

        Raises:
            BadQuestion: the cell is not one of this question's.
        """
        raise NotImplementedError

    def members(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """Return the people of any address, also of those who came, went or stayed since the period
        it is compared with.

        Raises:
            BadQuestion: the cell is not one of this question's, or nothing is compared.
        """
        return self._of_units(ctx, bind, cell, self.counted)

    def _of_units(self, ctx: Context, bind: Binder, cell: Cell, counted: Behind) -> str:
        own = ctx.counting(self)
        if own is ctx:
            return counted(ctx, bind, cell)
        inside = bind.inside(own.dialect)
        return inside.whole(people_of_units(own, inside, counted(own, inside, cell)))

    def counted(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """Return what is counted at any address: people or, in the context of such a question,
        units.

        Raises:
            BadQuestion: the cell is not one of this question's, or nothing is compared.
        """
        if (cell.change or cell.previous) and not getattr(self, "compare", None):
            raise nothing_compared()
        if cell.change is None:
            return self.people(ctx, bind, cell)
        now = cell.model_copy(update={"change": None, "previous": False})
        then = self.compared_cell(ctx, now)
        one, other = (then, now) if cell.change == "went" else (now, then)
        test = "in" if cell.change == "stayed" else "not in"
        return f"""
            select actor from ({self.people(ctx, bind, one)}) one
            where actor {test} (select actor from ({self.people(ctx, bind, other)}) other)"""

    def compared_cell(self, ctx: Context, cell: Cell) -> Cell:
        """Return the address of the number that one of this period is compared with.

        Raises:
            BadQuestion: there is none.
        """
        return cell.model_copy(update={"previous": True})


def asked_in_units(ctx: Context, question: Question, ask: Callable[[Context], Ask]) -> Ask:
    """Ask a question that may count units: the context and the words of its answer are theirs.

    Args:
        ask: yields its statements and returns its answer in a context.
    """
    answer = yield from ask(ctx.counting(question, answering=True))
    if not counts_units(question):
        return answer
    units = many(question)
    unit = getattr(answer, "unit", PEOPLE)
    notes = answer.notes
    if (
        unit not in ("events", "sessions", "number", "currency")
        and units not in answer.title.lower()
    ):
        notes = (f"{title(question)} are counted, not people.", *notes)
    own = {"unit": units} if unit == PEOPLE else {}
    return answer.model_copy(update={"counted": units, "notes": notes, **own})


def check_inner(question: Question, names: Sequence[str], where: str) -> None:
    """Check that a question leaves some fields to the questions inside it.

    Args:
        where: which of them: "in the inner question".

    Raises:
        BadQuestion: it has one of them itself.
    """
    for name in names:
        if getattr(question, name) != type(question).model_fields[name].default:
            raise BadQuestion(
                f"{question.kind} takes no {name} of its own.",
                f"Write it inside the parentheses, {where}.",
                parameter=name,
            )


class TimedQuestion(Question):
    """A question answered over time.

    Attributes:
        granularity: one of timeframe.GRANULARITIES or an alias.
        breakdown: at most two fields to break down by.
        compare: "previous" or "yoy".
        limit: how many breakdown groups to keep.
    """

    granularity: str = "daily"
    breakdown: tuple[str, ...] = Field(default=(), max_length=2)
    compare: str | None = None
    limit: int = Field(default=10, ge=1, le=1000)

    def by_the_minute(self) -> bool:
        """See Question; buckets shorter than a day appear within it, and a running period is
        compared with the same part of the one before.
        """
        compared = self.compare is not None and may_run(self.range)
        return super().by_the_minute() or self.granularity in CLOCK or compared

    def compared_cell(self, ctx: Context, cell: Cell) -> Cell:
        """See Question; of a bucket the one at the same place."""
        time = frame(ctx, self)
        bucket = find_bucket(time.buckets, cell.bucket)
        label = None
        if bucket is not None:
            if bucket.index >= len(time.compared_buckets):
                raise BadQuestion(
                    "cell is compared with nothing: the compared period is shorter.",
                    parameter="cell",
                )
            label = time.compared_buckets[bucket.index].label
        return cell.model_copy(update={"previous": True, "bucket": label})

    @field_validator("granularity")
    @classmethod
    def _known_granularity(cls, word: str) -> str:
        return granularity(word)

    @field_validator("breakdown", mode="before")
    @classmethod
    def _one_or_two(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("compare")
    @classmethod
    def _known_comparison(cls, word: str | None) -> str | None:
        folded = {"prev": "previous", "previous_year": "yoy", "year": "yoy"}.get(word or "", word)
        if folded is not None and folded not in COMPARISONS:
            raise BadQuestion(
                f"compare {word!r} is not known.",
                f"Allowed: {', '.join(COMPARISONS)}.",
                parameter="compare",
            )
        return folded


@dataclass(frozen=True)
class Frame:
    """A timed question's resolved time: its span, granularity, buckets and comparison.

    Attributes:
        ended: the newest event's ms, of data that has ended.
        short: whether the buckets end with the data, before the span.
    """

    span: Span
    unit: str
    buckets: list[Bucket]
    compared: Span | None
    compared_buckets: list[Bucket]
    notes: tuple[str, ...]
    now: int = 0
    calendar: Calendar | None = None
    ended: int | None = None
    short: bool = False

    @property
    def time_buckets(self) -> tuple[answers.TimeBucket, ...]:
        """The buckets in the form of an answer."""
        now = self.now
        found = [
            time_bucket(b.label, b.start, b.end, b.partial or b.end > now) for b in self.buckets
        ]
        return tuple(found)

    def period_of(self, cell: Cell) -> tuple[Span, list[Bucket]]:
        """The span and buckets of a cell's number: those of the requested or the compared period.

        Raises:
            BadQuestion: the cell is in the compared period, and there is none.
        """
        if not cell.previous:
            return self.span, self.buckets
        if self.compared is None:
            raise nothing_compared()
        return self.compared, self.compared_buckets

    def comparison(self, mode: str | None) -> answers.Comparison | None:
        """The compared period in the form of an answer."""
        if self.compared is None or mode is None:
            return None
        return answers.Comparison(
            mode="yoy" if mode == "yoy" else "previous",
            first=to_date(self.compared.first_day).isoformat(),
            last=to_date(self.compared.last_day).isoformat(),
            until=self._until(self.compared),
            labels=tuple(b.label for b in self.compared_buckets),
            alike=tuple(
                alike(one, other, self.now, self.unit)
                for one, other in zip(self.buckets, self.compared_buckets, strict=False)
            ),
        )

    def _until(self, compared: Span) -> str | None:
        """Return the local minute at which a compared period is cut."""
        if not compared.cut or self.calendar is None:
            return None
        return clock_label(compared.end - 1, self.calendar)

    def known(self, values: Sequence[float | None]) -> tuple[float | None, ...]:
        """The buckets' values, None after the end of the data."""
        if self.ended is None:
            return tuple(values)
        return tuple(
            value if self._is_known(bucket) else None
            for bucket, value in zip(self.buckets, values, strict=False)
        )

    def earlier(self, values: Sequence[float | None]) -> tuple[float | None, ...]:
        """The compared period's values for the buckets, None past its end."""
        there = [self._is_known(bucket) for bucket in self.compared_buckets]
        return tuple(
            value if n < len(there) and there[n] else None
            for n, value in enumerate(values[: len(self.buckets)])
        )

    def known_total(self, total: float | None) -> float | None:
        """A figure over all buckets, None if the data ended before them."""
        known = not self.buckets or any(map(self._is_known, self.buckets))
        return total if known else None

    def earlier_total(self, total: float | None) -> float | None:
        """The same for the compared period."""
        known = not self.compared_buckets or any(map(self._is_known, self.compared_buckets))
        return total if known else None

    def is_unknown(self, slot: Bucket | None, slots: Sequence[Bucket]) -> bool:
        """Whether the data ended before a bucket or, if none is given, before all."""
        return not any(map(self._is_known, slots if slot is None else [slot])) and bool(slots)

    def _is_known(self, bucket: Bucket) -> bool:
        return self.ended is None or bucket.start <= self.ended

    def unknown(self) -> tuple[str, ...]:
        """Return a note on the end of the data if some of the buckets are not known, or absent."""
        if self.ended is None or self.calendar is None:
            return ()
        if not self.short and all(map(self._is_known, self.buckets)):
            return ()
        return (newest_note(self.calendar, self.ended),)


NOBODY = "select 0 as actor where 1 = 0"
"""SQL for the people behind a number that is not known."""


def nothing_compared() -> BadQuestion:
    """Return the error for a cell in the compared period if the question has no compare."""
    return BadQuestion(
        "cell is in the compared period, but the question has no comparison.",
        "Ask with vs prev or vs year.",
        parameter="cell",
    )


def frame(ctx: Context, question: TimedQuestion, *, whole: bool = False) -> Frame:
    """Resolve a timed question's time, with a coarser unit if it would have too many points."""
    span = ctx.span_to_today(question.range)
    unit = fit(question.granularity, span, ctx.now)
    coarser = f"Too many {question.granularity} points: shown {unit}."
    notes: tuple[str, ...] = (coarser,) if unit != question.granularity else ()
    every = ctx.buckets(span, unit, whole=whole)
    found = shown_buckets(ctx, question, every)
    if question.range.strip().lower() == ALL_TIME:
        notes += lone_note(ctx, span)
    present = (ctx.usual or ctx).now
    compared, compared_buckets = None, []
    if question.compare:
        compared = ctx.compared(question.range, question.compare, span)
        compared_buckets = ctx.buckets(compared, unit, whole=whole)
        shown = shown_part(compared, compared_buckets, len(found), unit, ctx.calendar)
        if shown != compared:
            compared, compared_buckets = shown, ctx.buckets(shown, unit, whole=whole)
    return Frame(
        span, unit, found, compared, compared_buckets, notes, present, ctx.calendar, ctx.ended,
        short=len(found) < len(every),
    )  # fmt: skip


def shown_buckets(ctx: Context, question: TimedQuestion, every: list[Bucket]) -> list[Bucket]:
    """Return the buckets of a series: all of history ends with the data (definitions 1.5)."""
    if question.range.strip().lower() != ALL_TIME:
        return every
    return list(filter(ctx.is_known, every))


def both_periods(
    time: Frame, ask: Callable[[Span, list[Bucket]], Generator[Statement, Rows, Found]]
) -> Generator[Statement, Rows, tuple[Found, Found | None]]:
    """Ask for the period of a question and for the compared one, None if there is none."""
    now = yield from ask(time.span, time.buckets)
    if time.compared is None:
        return now, None
    return now, (yield from ask(time.compared, time.compared_buckets))


def compared_dates(ctx: Context, mode: str | None, span: Span, before: Span | None) -> Any:
    """Return the Comparison of a question without points; None if it has no comparison."""
    return Frame(span, "daily", [], before, [], (), ctx.now, ctx.calendar).comparison(mode)


def find_bucket(found: list[Bucket], label: str | None) -> Bucket | None:
    """Return the bucket with a label, None for no label; BadQuestion if there is no such bucket."""
    if label is None:
        return None
    for bucket in found:
        if bucket.label == label:
            return bucket
    raise BadQuestion(f"cell names bucket {label!r}, which is not in the answer.", parameter="cell")
