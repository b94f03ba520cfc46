"""Answers, a board and a small shop made by hand for the drawing tests."""

from __future__ import annotations

import math
from datetime import date, timedelta

from core.answers import (
    Bin,
    Cohort,
    Column,
    Comparison,
    Grid,
    Histogram,
    Line,
    People,
    Person,
    Series,
    Step,
    StepGroup,
    Steps,
    Table,
    TimeBucket,
    Timeline,
    TimelineEvent,
    TimelineSession,
)
from core.definitions.board import Block, Board, Position
from core.errors import BadQuestion
from core.timeframe import DAY
from tests.worlds.world import Event, World

FIRST = date(2024, 4, 12)
START = (FIRST.toordinal() - date(1970, 1, 1).toordinal()) * DAY


def buckets(count: int, *, running: bool = True) -> tuple[TimeBucket, ...]:
    """Daily buckets from April 12, the last one unfinished."""
    return tuple(
        TimeBucket(
            label=(FIRST + timedelta(days=n)).isoformat(),
            start=START + n * DAY,
            end=START + (n + 1) * DAY,
            partial=running and n == count - 1,
        )
        for n in range(count)
    )


def wave(count: int, base: float, swing: float, shift: int = 0) -> tuple[float, ...]:
    """A weekly rhythm around a base, whole numbers."""
    return tuple(
        round(base + swing * math.sin((n + shift) / 7 * 2 * math.pi) + n % 5) for n in range(count)
    )


def signups(*, compared: bool = True) -> Series:
    """One line over 30 days, with the 30 days before."""
    now, before = wave(30, 44, 12), wave(30, 38, 9, 2)
    comparison = Comparison(mode="previous", first="2024-03-13", last="2024-04-11")
    return Series(
        title="Users of signup",
        first="2024-04-12",
        last="2024-05-11",
        unit="users",
        buckets=buckets(30),
        lines=(
            Line(
                values=(*now[:-1], 17),
                previous=before if compared else None,
                total=1284,
                previous_total=1145 if compared else None,
            ),
        ),
        comparison=comparison if compared else None,
    )


def by_source() -> Series:
    """Four lines by source, additive, with groups left out."""
    sources = (("organic", 17), ("google ads", 10), ("referral", 8), ("newsletter", 5))
    return Series(
        title="signup",
        first="2024-04-12",
        last="2024-05-11",
        unit="events",
        additive=True,
        breakdown=("source",),
        buckets=buckets(30),
        lines=tuple(
            Line(
                group=(name,),
                values=wave(30, base, base / 4, base),
                total=sum(wave(30, base, base / 4, base)),
            )
            for name, base in sources
        ),
        omitted=3,
    )


def lifecycle() -> Series:
    """New, returning, resurrected and dormant people by week."""
    first = date(2024, 3, 4)
    figures = {
        "new": (40, 35, 44, 51, 38, 30, 22, 12),
        "returning": (80, 86, 90, 104, 110, 101, 96, 40),
        "resurrected": (4, 6, 9, 5, 8, 12, 7, 2),
        "dormant": (30, 34, 41, 39, 51, 60, 58, 20),
    }
    day = START + (first - FIRST).days * DAY
    return Series(
        title="Lifecycle",
        first="2024-03-04",
        last="2024-04-28",
        granularity="weekly",
        buckets=tuple(
            TimeBucket(
                label=(first + timedelta(weeks=n)).isoformat(),
                start=day + n * 7 * DAY,
                end=day + (n + 1) * 7 * DAY,
                partial=n == 7,
            )
            for n in range(8)
        ),
        lines=tuple(
            Line(series=name, values=values, total=sum(values)) for name, values in figures.items()
        ),
    )


def activation(*, groups: bool = False) -> Steps:
    """A funnel of five steps, by plan when asked."""
    counts = (4812, 3609, 2608, 2011, 612)
    names = (
        "signup_started",
        "email_verified",
        "project_created",
        "teammate_invited",
        "plan_upgraded",
    )
    medians = (None, 130.0, 401.0, 97_200.0, 525_600.0)
    found = [StepGroup(steps=_steps(names, counts, medians), in_progress=188)]
    if groups:
        for plan, share in (("free", 0.6), ("team", 0.3), ("(none)", 0.1)):
            parts = tuple(int(c * share) for c in counts)
            found.append(StepGroup(group=(plan,), steps=_steps(names, parts, medians)))
    return Steps(
        title="Activation",
        first="2024-02-12",
        last="2024-05-11",
        breakdown=("plan",) if groups else (),
        window_seconds=14 * 86_400,
        groups=tuple(found),
    )


def _steps(
    names: tuple[str, ...], counts: tuple[int, ...], medians: tuple[float | None, ...]
) -> tuple[Step, ...]:
    return tuple(
        Step(
            step=n + 1,
            event=names[n],
            count=counts[n],
            step_rate=counts[n] / counts[n - 1] if n else 1.0,
            overall_rate=counts[n] / counts[0],
            drop_off=counts[n - 1] - counts[n] if n else 0,
            median_seconds=medians[n],
            p90_seconds=(medians[n] or 0) * 5 if n else None,
        )
        for n in range(len(names))
    )


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def retention(weeks: int = 9) -> Grid:
    """A triangle of weekly cohorts, the last cell of each unfinished."""
    first = date(2024, 2, 19)
    curve = (1.0, 0.38, 0.28, 0.24, 0.21, 0.2, 0.18, 0.17, 0.16, 0.15, 0.14, 0.14, 0.13)
    cohorts = []
    for n in range(weeks):
        size, seen = 232 + 14 * n, weeks - n
        counts = tuple(round(size * curve[p] * (1 + 0.02 * (n % 3))) for p in range(seen))
        counts = (size, *counts[1:])
        cohorts.append(
            Cohort(
                label=(first + timedelta(weeks=n)).isoformat(),
                size=size,
                counts=counts,
                rates=tuple(c / size for c in counts),
                incomplete=tuple(p == seen - 1 for p in range(seen)),
            )
        )
    sizes = tuple(sum(c.size for c in cohorts[: weeks - 1 - p]) for p in range(weeks - 1))
    sums = tuple(sum(c.counts[p] or 0 for c in cohorts[: weeks - 1 - p]) for p in range(weeks - 1))
    combined = Cohort(
        label="combined",
        size=sum(c.size for c in cohorts),
        counts=sums,
        rates=tuple(s / d for s, d in zip(sums, sizes, strict=True)),
        incomplete=(False,) * len(sums),
        sizes=sizes,
    )
    return Grid(title="Retention", periods=weeks, cohorts=tuple(cohorts), combined=combined)


def by_hour(measure: str = "users") -> Grid:
    """Weekdays by hour: busiest on Mondays at noon, hours after 20:00 of Sunday not come yet."""

    def row(label: str, most: int) -> Cohort:
        people = [max(most - 3 * abs(hour - 12), 0) for hour in range(24)]
        counts = [n if label != "Sunday" or at <= 20 else None for at, n in enumerate(people)]
        rates = [n if n is None or measure == "users" else 2.5 * n for n in counts]
        return Cohort(
            label=label,
            size=2 * most,
            counts=tuple(counts),
            rates=tuple(rates),
            incomplete=(False,) * 24,
        )

    return Grid(
        title="Active users by weekday and hour",
        granularity="hourly",
        periods=24,
        measure=measure,
        columns=tuple(f"{hour:02}:00" for hour in range(24)),
        cohorts=tuple(row(name, 40 - 4 * n) for n, name in enumerate(WEEKDAYS)),
        combined=row("combined", 240),
    )


def top_events() -> Table:
    """Four events with how often and by how many."""
    rows = (
        ("Earned Badge", 79_851, 22_104),
        ("Answered Question", 47_755, 11_062),
        ("Asked Question", 42_921, 23_380),
        ("Signed Up", 40_325, 40_325),
    )
    return Table(
        title="Top events",
        columns=(
            Column(name="event"),
            Column(name="count", type="count"),
            Column(name="users", type="count"),
        ),
        rows=rows,
        keys=tuple(row[0] for row in rows),
        people_column="users",
    )


def lengths() -> Histogram:
    """Sessions by length, one bin empty."""
    found = (
        ("0s-3s", 0, 3, 5210, 3100), ("3s-10s", 3, 10, 2841, 1502), ("10s-30s", 10, 30, 0, 0),
        ("30s-1m", 30, 60, 940, 700), ("1m-1h", 60, 3600, 12, 12),
    )  # fmt: skip
    total = sum(row[3] for row in found)
    return Histogram(
        title="Session length",
        unit="sessions",
        of="seconds",
        total=total,
        mean=12.5,
        median=2.0,
        p90=31.0,
        box=(0.0, 1.0, 2.0, 8.0, 31.0),
        bins=tuple(
            Bin(label=label, start=start, end=end, count=n, people=people, share=n / total)
            for label, start, end, n, people in found
        ),
    )


def people() -> People:
    """Twelve of forty people."""
    return People(
        title="Users of signup on Apr 30",
        total=40,
        limit=12,
        offset=0,
        columns=("country", "source"),
        rows=tuple(
            Person(
                user=f"u_{8213 + 4 * n}",
                first_seen=START + 18 * DAY + n * 1_900_000,
                last_seen=START + 25 * DAY + n * 9_000_000,
                events=20 + n * 7 % 60,
                values=(("DE", "US", "IN", "FR")[n % 4], ("google ads", "organic")[n % 2]),
            )
            for n in range(12)
        ),
    )


def timeline() -> Timeline:
    """A person with three sessions and a run of equal events."""
    noon = START + 18 * DAY + 10 * 3_600_000
    moments = [
        (noon, "signup_started", 1, {"source": "google ads"}),
        (noon + 128_000, "email_verified", 1, {}),
        (noon + 500_000, "project_created", 1, {"template": "blank"}),
        (noon + DAY, "page_view", 2, {"path": "/"}),
        *((noon + 3 * DAY + n * 40_000, "page_view", 3, {}) for n in range(8)),
        (noon + 3 * DAY + 700_000, "support_opened", 3, {"topic": "login"}),
    ]
    moments.reverse()
    return Timeline(
        title="u_08213",
        user="u_08213",
        first_seen=noon,
        last_seen=moments[0][0],
        total_events=13,
        total_sessions=3,
        usage_seconds=1200,
        traits={"plan": "trial", "seats": "1"},
        context={"country": "DE"},
        days=("2024-04-30", "2024-05-01", "2024-05-03"),
        sessions=(
            TimelineSession(number=1, start=noon, end=noon + 500_000, events=3),
            TimelineSession(number=2, start=noon + DAY, end=noon + DAY, events=1),
            TimelineSession(number=3, start=noon + 3 * DAY, end=noon + 3 * DAY + 700_000, events=9),
        ),
        events=tuple(
            TimelineEvent(ts=ts, event=event, session=session, properties=properties)
            for ts, event, session, properties in moments
        ),
    )


def block(x: int, y: int, width: int, height: int, **fields: object) -> Block:
    """A chart block at a place."""
    data = {"id": f"b{x}.{y}", "question": "dau", **fields}
    return Block(position=Position(x=x, y=y, width=width, height=height), **data)


def sample_board() -> tuple[Board, dict[str, object]]:
    """A board with every kind of tile and answers made by hand, one of them an error."""
    blocks = (
        block(0, 0, 3, 2, id="n1", title="Signups", chart="number"),
        block(3, 0, 3, 2, id="n2", title="Again", chart="number"),
        block(6, 0, 6, 2, id="note", type="note", content="# Read me\n- one\n- **two**"),
        block(0, 2, 8, 4, id="line", question="dau as line"),
        block(8, 2, 4, 4, id="bars", chart="bars"),
        block(0, 6, 5, 4, id="steps"),
        block(5, 6, 5, 4, id="grid"),
        block(10, 6, 2, 4, id="bad", title="日本語"),
    )
    answers = {
        "n1": signups(), "n2": signups(compared=False),
        "line": signups(), "bars": by_source(), "steps": activation(),
        "grid": retention(),
        "bad": BadQuestion("event 'x' is not in this workspace.", "Did you mean y?"),
    }  # fmt: skip
    return Board(title="Growth", description="How we grow.", blocks=blocks), answers


def shop(days: int, *, ago: int, country: bool = True) -> World:
    """Forty people of whom ever fewer go on from visit to signup to purchase."""
    now = 1_700_000_000_000
    start = now - (ago + days) * DAY
    events = []
    for person in range(40):
        first = start + (person * days // 40) * DAY
        went = ["visit", "signup", "purchase"][: 1 + (person % 2 == 0) + (person % 4 == 0)]
        for n, name in enumerate(went):
            where = {"country": ("NL", "DE")[person % 2]} if country else {}
            events.append(Event(name, first + n * DAY, f"u{person}", context=where))
    return World(tuple(events), now=now)
