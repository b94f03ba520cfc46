"""Sample questions of every kind, and a small workspace to ask them of.

The first sample of a kind is the example of its row (core.queries.kinds). So that every shape is
met that a kind may answer in, there are others: those in MORE, else what the row begins with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.language.questions import parse
from core.queries import KINDS, from_json
from core.queries.common.question import Question
from core.store.ingest.importer import Log, store_logs
from core.store.library.saved import Item, Saved
from core.store.workspace import open_writer
from tests.worlds.world import DAY, HOUR, Event, World, engine_of, store

ALL_KINDS = tuple(KINDS)

MORE: Mapping[str, tuple[str, ...]] = {
    "active_users": ("dau by country",),
    "trend": ("users of signup by country", "frequency of signup", "sum(purchase.amount)"),
    "stickiness": ("stickiness", "stickiness with mode = exact"),
    "formula": ('formula "A" of users', "HIST(purchase)"),
    "funnel": ("signup > purchase by country",),
    "correlation": ("correlation of signup > purchase with min_people = 1",),
    "retention": ("retention", "retention by country"),
    "paths": ("paths from signup within 7d", "paths of purchase.plan within 7d"),
    "sessions": ("sessions", "sessions volume", "sessions entry"),
    "user_search": ("users matching b",),
    "sql": ("select user_id from events_v1 limit 3",),
    "grouped": ("group events by country",),
    "segment": ("segment returning",),
    "several": ('several with series = json \'[{"question": {"kind": "active_users"}}]\'',),
    "experiment": ("experiment of signup > purchase by source",),
    "logs": ("logs", "raw logs", "top logs"),
}
"""kind -> further questions in text."""


@dataclass(frozen=True)
class Start:
    """What first questions about the workspace are about; see core.words.kinds.Beginning."""

    event: str = "signup"
    second: str = "purchase"
    steps: tuple[str, ...] = ("signup", "purchase")
    field: str = "country"
    shown: str = "signup"
    long: str = "90d"
    events: tuple[str, ...] = ("visit", "signup", "purchase")
    carried: tuple[str, ...] = ("source",)
    money: tuple[str, str] = ("purchase", "amount")
    has_logs: bool = True

    def numbers_of(self, event: str | None) -> list[str]:
        """See Beginning."""
        return ["amount"] if event in (None, "purchase") else []


def samples(kind: str) -> list[Question]:
    """Return the sample questions of a kind; the test fails where there is none."""
    row: Any = KINDS[kind]
    texts = [row.example, *MORE.get(kind, ())]
    try:
        found = [parse(text) for text in texts]
    except BadQuestion as error:
        pytest.fail(f"the samples of {kind} cannot be read: {error}")
    if any(question.kind != kind for question in found):
        pytest.fail(f"the samples of {kind} ask for another kind: {texts}")
    if kind not in MORE and len(row.shapes) > 1:
        found += [from_json({**first.body, "kind": kind}) for first in row.openings(Start())]
    return found


def fields(question: Question) -> dict[str, Any]:
    """Return what a question says, as a JSON object."""
    said = question.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**said, "kind": question.kind}


def about(question: Question, audience: str) -> Question:
    """Return the question of an audience's people."""
    return from_json({**fields(question), "audience": audience})


# -- the workspace

NOW = int(datetime(2025, 5, 11, 15, 0, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000

HAPPENED = """
25 0 ana NL web signup ads
25 1 ana NL web project_created
24 0 ana NL web purchase pro 20
6 4 ana NL ios signup
2 3 ana NL ios purchase pro 30
22 0 bob US web signup mail
21 2 bob US web purchase free 5
9 2 bob US web visit
20 5 cem US ios signup ads
20 6 cem US ios project_created
16 5 cem US ios purchase free 7
12 0 dee NL web signup
10 0 dee NL web project_created
55 1 eve DE web visit
54 1 eve DE web signup mail
40 1 eve DE web purchase pro 12
"""
"""Days and hours before now; who, country, platform, event; source or plan, and amount."""


def small_world() -> World:
    """Six people, one of whom comes every day, and two of whom are there right now."""
    found = [_event(*line.split()) for line in HAPPENED.strip().splitlines()]
    found += [
        Event("visit", NOW - day * DAY - hour * HOUR, "u_08213", context={"country": "DE"})
        for day in range(1, 10)
        for hour in (1, 3)
    ]
    found += [
        Event("visit", NOW - minutes * MINUTE, who, None, f"now-{who}", {"country": "NL"})
        for minutes, who in ((9, "dee"), (5, "ana"), (4, "ana"))
    ]
    traits = (("ana", "plan", "pro", NOW - 25 * DAY), ("bob", "plan", "free", NOW - 20 * DAY))
    return World(tuple(found), traits=traits, now=NOW)


def _event(
    days: str, hours: str, who: str, country: str, platform: str, name: str, *more: str
) -> Event:
    properties: dict[str, Any] = {}
    if more:
        properties["source" if name == "signup" else "plan"] = more[0]
    if len(more) > 1:
        properties["amount"] = int(more[1])
    moment = NOW - int(days) * DAY - int(hours) * HOUR
    context = {"country": country, "platform": platform}
    return Event(name, moment, who, None, None, context, properties)


def fill(path: Path) -> None:
    """Put logs, a chart and the audiences Paying (ana alone), Nobody and Everybody into a file."""
    logs = [
        Log(NOW - (1 + 1200 * n) * MINUTE, f"m {n}", ("INFO", "ERROR", "WARNING")[n % 3],
            (None, "api", "web")[n % 3], None, (None, "now-ana", "now-dee", "gone")[n % 4])
        for n in range(9)
    ]  # fmt: skip
    with closing(open_writer(path)) as connection:
        store_logs(connection, logs)
    saved = Saved(path, clock=lambda: NOW)
    saved.save_audience("Paying", {"events": [{"event": "purchase", "days": 7}]})
    saved.save_audience("Nobody", {"events": [{"event": "never seen"}]})
    saved.save_audience("Everybody", {})
    saved.save("charts", Item(title="Weekly signups", body={"question": "users of signup"}))


def workspace(path: Path) -> Path:
    """Write the workspace that the samples are asked of."""
    fill(store(small_world(), path))
    return path


@contextmanager
def asked() -> Iterator[SqliteEngine]:
    """An engine over that workspace for as long as the block runs."""
    with engine_of(small_world()) as engine:
        fill(engine.path)
        yield engine
