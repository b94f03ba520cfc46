"""Texts that are no questions, and what they are taken for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.engines.sqlite.engine import SqliteEngine
from core.language.guesses import Names, askable, guesses
from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests.worlds.effort import effort

READ_AS = {
    "raw signup": "raw events of signup",
    "events of signup": "raw events of signup",
    "per actor signup": "per actor avg of signup",
    "signups per user": "per actor avg of signup",
    "top sessions by country": "top sessions with property = country",
    "signup by country and platform": "signup by country, platform",
    "signup split by country": "signup by country",
    "signup from 2025-06-01 to 2025-06-05": "signup 2025-06-01..2025-06-05",
    "signup between 2025-06-01 and 2025-06-05": "signup 2025-06-01..2025-06-05",
    "signup since monday": "signup this week",
    "signups per day": "signup daily",
    "How many sign ups last week?": "signup last week",
    "show me the number of signups by country": "signup by country",
    "compare signup to last month": "signup mtd vs prev",
    "compare signup > purchase for new and everyone": "signup > purchase for new against everyone",
    "a/b test of signup > purchase by plan": "experiment of signup > purchase by plan",
    "forecast of signup": "signup vs usual",
    "step matrix from signup": "paths from signup as matrix",
    "matrix of signup.path": "paths of signup.path as matrix",
    "signup rolling 7": "signup with rolling_window = 7",
    "signup rolling average 7 days": "signup with rolling_average = 7",
    "running total of signup": "signup with cumulative = true",
    "signup lookback 5d": "first time signup with lookback_days = 5",
    "first signup": "first time signup",
    "daily active users": "dau",
    "weekly active users by country": "wau by country",
    "monthly actives": "mau",
    "dau rolling 7": "wau",
    "users who signed up": "people of (signup)",
    "people that did email verified": "people of (email_verified)",
    "timeline of u01": "user u01",
    "what did u01 do": "user u01",
    "most active users": "segment power_user",
    "churn": "lifecycle",
    "anomalies today": "unusual today",
    "what changed most?": "unusual",
    "new vs returning": "lifecycle",
    "growth accounting": "lifecycle",
    "average session length": "sessions average",
    "session duration": "sessions length",
    "unique sessions": "sessions volume",
    "bounce rate": "sessions bounce",
    "landing pages": "sessions entry",
    "arpu": "ltv arpu",
    "average revenue per user": "ltv arpu",
    "revenue last month": "sum(revenue:amount) last month",
    "sum of amount of purchase": "sum(purchase.amount)",
    "average amount of purchase by country": "avg(purchase.amount) by country",
    "median amount": "median(amount)",
    "signup -> email_verified -> purchase": "signup > email_verified > purchase",
    "funnel signup, email verified, purchase": "signup > email_verified > purchase",
    "signup then purchase by country": "signup > purchase by country",
    "conversion rate from signup to purchase last 90d": "signup > purchase last 90d",
    "drop off signup > purchase": "signup > purchase",
    "conversion of signup > purchase over time": "trend of signup > purchase",
    "purchase after signup": "signup > purchase",
    "time from signup to purchase": "time to convert signup > purchase",
    "what happens after signup": "paths from signup",
    "weekly retention of signup": "retention of signup weekly",
    "top countries": "events by country top 10",
    "top 3 plans": "events by plan top 3",
    "top pages": "events by path top 10",
    "page viewed": '"page view"',
    "page view by country": '"page view" by country',
    "big spender": '"ce:Big spender"',
}
"""What people type -> the question that it is."""

OFFERED = {
    "signup vs purchase": ["signup / purchase", "signup > purchase"],
    "signup in atlantis": ["signup"],
}
"""What has no one meaning -> the first questions that are offered."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteEngine]:
    path = tmp_path_factory.mktemp("guesses") / "w.db"
    context = {"country": "DE", "platform": "ios"}
    said = {"amount": 5, "plan": "pro", "path": "/", "$revenue": 5}
    names = ("signup", "email_verified", "purchase", "page view")
    with closing(open_writer(path, zone="UTC")) as connection:
        store_events(
            connection,
            [Event(name, 1_750_000_000_000, "u01", context=context, properties=said)
             for name in names],
        )  # fmt: skip
    with closing(SqliteEngine(path, clock=lambda: 1_750_000_000_000)) as found:
        yield found


@pytest.mark.parametrize("text", READ_AS)
def test_what_people_type_is_read_as_the_question_that_it_is(
    engine: SqliteEngine, text: str
) -> None:
    names = Names(
        ("signup", "email_verified", "purchase", "page view", "ce:Big spender"),
        ("country", "platform", "amount", "plan", "path"),
    )
    first = guesses(text, names)[0]
    assert (first.text, first.sure) == (READ_AS[text], True)
    if "Big" not in first.text:
        assert first in askable(text, engine.context())


@pytest.mark.parametrize("text", OFFERED)
def test_what_may_be_several_questions_is_none_of_them_for_sure(
    engine: SqliteEngine, text: str
) -> None:
    found = askable(text, engine.context())
    assert [guess.text for guess in found[: len(OFFERED[text])]] == OFFERED[text]
    assert not found[0].sure


def test_what_means_nothing_has_no_guess(engine: SqliteEngine) -> None:
    for text in ("lorem ipsum dolor", "", "()", "'", "sum of nothing of nobody"):
        assert askable(text, engine.context()) == []


def test_what_is_longer_than_any_sentence_is_not_read(engine: SqliteEngine) -> None:
    ctx = engine.context()
    assert askable("how many people signed up last week", ctx)
    with effort() as work:
        assert askable("how many people signed up last week" + " please" * 99_999, ctx) == []
    assert work.calls < 5_000
