"""No parameter of the Dashboard REST API is dropped: each changes the answer to its request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.api import Backend
from core.api.amplitude.routes import ROUTES
from core.definitions.saved import Item
from core.store.library.saved import Saved
from tests.worlds.api.amplitude import (
    BACK,
    BUY,
    COMPOSITION,
    DATES,
    FUNNEL,
    LENGTH,
    LTV,
    NL,
    RATIO,
    REALTIME,
    RETENTION,
    SEGMENTATION,
    STEPS,
    US,
    USERS,
    event,
    small,
)
from tests.worlds.api.parameters import Row, told, unlisted
from tests.worlds.world import engine_of


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with engine_of(small()) as engine:
        saved = Saved(engine.path, clock=engine.clock)
        for title, question in (("Buyers", "users of buy"), ("Carts", "users of cart")):
            saved.save("charts", Item(title=title, body={"question": f"{question} {RANGE_TEXT}"}))
        yield Backend(engine, saved)


RANGE_TEXT = "2025-04-07..2025-04-20"
AVERAGE, PER_USER = "GET /api/2/sessions/average", "GET /api/2/sessions/peruser"
ACTIVITY, SEARCH = "GET /api/2/useractivity", "GET /api/2/usersearch"
QUERY, CSV = "GET /api/3/chart/:chart_id/query", "GET /api/3/chart/:chart_id/csv"

BINS = "timeHistogramConfigBin"
CUSTOM = {**DATES, f"{BINS}TimeUnit": "minutes", f"{BINS}Min": "0", f"{BINS}Max": "60"}


def dated(request: str, given: dict[str, Any]) -> list[Row]:
    """Both ends of the range."""
    return [Row(request, "start", "20250408", given), Row(request, "end", "20250409", given)]


ROWS = [
    Row(QUERY, "chart_id", "Carts", {"chart_id": "Buyers"}),
    Row(CSV, "chart_id", "Carts", {"chart_id": "Buyers"}),
    *dated(USERS, DATES),
    Row(USERS, "m", "new", DATES),
    Row(USERS, "i", "7", DATES),
    Row(USERS, "s", NL, DATES),
    Row(USERS, "s", [NL, US], {**DATES, "s": NL}),
    Row(USERS, "g", "country", DATES),
    Row(USERS, "g", ["country", "platform"], {**DATES, "g": "country"}),
    Row(USERS, "limit", 1, {**DATES, "g": "country"}),
    *dated(LENGTH, DATES),
    Row(LENGTH, f"{BINS}TimeUnit", "hours", CUSTOM),
    Row(LENGTH, f"{BINS}Min", "10", CUSTOM),
    Row(LENGTH, f"{BINS}Max", "10", CUSTOM),
    Row(LENGTH, f"{BINS}Size", "1", CUSTOM),
    *dated(AVERAGE, DATES),
    *dated(PER_USER, DATES),
    Row(COMPOSITION, "start", "20250416", {**DATES, "p": "country"}),
    Row(COMPOSITION, "end", "20250407", {**DATES, "p": "country"}),
    Row(COMPOSITION, "p", "platform", {**DATES, "p": "country"}),
    Row(COMPOSITION, "limit", 1, {**DATES, "p": "country"}),
    *dated(SEGMENTATION, BUY),
    Row(SEGMENTATION, "e", event("cart"), BUY),
    Row(SEGMENTATION, "e", event("buy", item="hat"), BUY),
    Row(SEGMENTATION, "e", event("buy", "item"), BUY),
    Row(SEGMENTATION, "e", event("buy", "item", "amount"), {**DATES, "e": event("buy", "item")}),
    Row(SEGMENTATION, "e", [event("buy"), event("cart")], BUY),
    Row(SEGMENTATION, "e2", event("cart"), BUY),
    Row(SEGMENTATION, "e2", event("cart", item="hat"), {**BUY, "e2": event("cart")}),
    *(
        Row(SEGMENTATION, "m", metric, {**DATES, "e": event("buy", "amount")})
        for metric in ("totals", "pct_dau", "average", "histogram", "sums", "value_avg")
    ),
    Row(SEGMENTATION, "formula", "TOTALS(A)/UNIQUES(B)", RATIO),
    Row(SEGMENTATION, "n", "active", {**DATES, "e": event("ping")}, refused=True),
    Row(SEGMENTATION, "n", "active", {**DATES, "e": event("_all")}, refused=True),
    Row(SEGMENTATION, "i", "7", BUY),
    Row(SEGMENTATION, "i", "-3600000", BUY),
    Row(SEGMENTATION, "i", "-300000", BUY),
    Row(SEGMENTATION, "i", "30", BUY),
    Row(
        SEGMENTATION,
        "i",
        "7",
        {**DATES, "e": event("buy", "amount"), "m": "histogram"},
        refused=True,
    ),
    Row(SEGMENTATION, "s", NL, BUY),
    Row(SEGMENTATION, "s", [NL, US], {**BUY, "s": NL}),
    Row(SEGMENTATION, "g", "country", BUY),
    Row(SEGMENTATION, "g", ["country", "platform"], {**BUY, "g": "country"}),
    Row(SEGMENTATION, "limit", 1, {**BUY, "g": "country"}),
    Row(SEGMENTATION, "rollingWindow", 3, BUY),
    Row(SEGMENTATION, "rollingAverage", 3, BUY),
    *dated(SEGMENTATION, RATIO),
    Row(SEGMENTATION, "e", event("buy", item="shoe"), RATIO),
    Row(SEGMENTATION, "e", event("buy", "item"), RATIO),
    Row(SEGMENTATION, "e2", event("view", item="hat"), RATIO),
    Row(SEGMENTATION, "e2", event("view", "item"), RATIO),
    Row(SEGMENTATION, "i", "7", RATIO),
    Row(SEGMENTATION, "i", "-3600000", RATIO),
    Row(SEGMENTATION, "s", NL, RATIO),
    Row(SEGMENTATION, "s", [NL, US], {**RATIO, "s": NL}),
    Row(SEGMENTATION, "g", "country", RATIO),
    Row(SEGMENTATION, "g", ["country", "platform"], {**RATIO, "g": "country"}),
    Row(SEGMENTATION, "limit", 1, {**RATIO, "g": "country"}),
    Row(SEGMENTATION, "rollingWindow", 3, RATIO),
    Row(SEGMENTATION, "rollingAverage", 3, RATIO),
    Row(SEGMENTATION, "rollingAverage", 2, {**RATIO, "i": "-3600000"}),
    Row(SEGMENTATION, "rollingAverage", 3, {**RATIO, "rollingWindow": 3}, refused=True),
    Row(SEGMENTATION, "rollingWindow", 3, {**RATIO, "formula": "HIST(A)"}, refused=True),
    Row(SEGMENTATION, "formula", "UNIQUES(A)", BUY, refused=True),
    Row(
        SEGMENTATION,
        "e",
        event("buy", "amount", "item"),
        {**RATIO, "e": event("buy", "amount"), "formula": "PROPSUM(A)"},
    ),
    *dated(FUNNEL, STEPS),
    Row(FUNNEL, "e", [event("signup"), event("buy")], STEPS),
    Row(FUNNEL, "e", [event("signup"), event("cart", item="hat"), event("buy")], STEPS),
    Row(FUNNEL, "e", [event("signup", "source"), event("cart"), event("buy")], STEPS),
    Row(FUNNEL, "e", [event("signup"), event("cart", "item"), event("buy")], STEPS),
    Row(FUNNEL, "e", [event("signup"), event("cart"), event("buy", "item")], STEPS),
    Row(
        FUNNEL,
        "e",
        [event("signup"), event("cart"), event("buy", "item", "amount")],
        {**STEPS, "e": [event("signup"), event("cart"), event("buy", "item")]},
    ),
    Row(
        FUNNEL,
        "e",
        [event("signup"), event("cart", "item"), event("buy", "item")],
        STEPS,
        refused=True,
    ),
    Row(FUNNEL, "mode", "unordered", STEPS),
    Row(FUNNEL, "mode", "sequential", STEPS),
    Row(FUNNEL, "n", "new", {**STEPS, "start": "20250408", "e": [event("view"), event("buy")]}),
    Row(FUNNEL, "i", "7", STEPS),
    Row(FUNNEL, "i", "-300000", STEPS),
    Row(FUNNEL, "s", NL, STEPS),
    Row(FUNNEL, "s", [NL, US], {**STEPS, "s": NL}),
    Row(FUNNEL, "g", "country", STEPS),
    Row(FUNNEL, "g", ["country", "platform"], {**STEPS, "g": "country"}),
    Row(FUNNEL, "cs", 3600, STEPS),
    Row(FUNNEL, "limit", 1, {**STEPS, "g": "country"}),
    *dated(RETENTION, BACK),
    Row(RETENTION, "se", event("view"), BACK),
    Row(RETENTION, "se", '{"event_type":"_new"}', BACK),
    Row(RETENTION, "se", event("cart", item="hat"), {**BACK, "se": event("cart")}),
    Row(RETENTION, "se", event("signup", "source"), BACK),
    Row(RETENTION, "re", '{"event_type":"_active"}', BACK),
    Row(RETENTION, "re", event("view", item="hat"), BACK),
    Row(RETENTION, "re", event("view", "item"), BACK),
    Row(RETENTION, "re", event("view", "item"), {**BACK, "g": "country"}, refused=True),
    Row(RETENTION, "rm", "rolling", BACK),
    Row(RETENTION, "rb", "[[0,9]]", {**BACK, "rm": "bracket", "rb": "[[0,1]]"}),
    Row(RETENTION, "rb", "[[0,2]]", BACK, refused=True),
    Row(RETENTION, "i", "7", BACK),
    Row(RETENTION, "i", "30", BACK),
    Row(RETENTION, "s", NL, BACK),
    Row(RETENTION, "s", [NL, US], {**BACK, "s": NL}),
    Row(RETENTION, "g", "country", BACK),
    Row(RETENTION, "limit", 1, {**BACK, "g": "country"}),
    Row(ACTIVITY, "user", "bob", {"user": "ann"}),
    Row(ACTIVITY, "offset", 4, {"user": "ann"}),
    Row(ACTIVITY, "limit", 1, {"user": "ann"}),
    Row(ACTIVITY, "direction", "earliest", {"user": "ann"}),
    Row(SEARCH, "user", "bob", {"user": "ann"}),
    Row(REALTIME, "i", "10", {}, refused=True),
    *dated(LTV, DATES),
    Row(LTV, "m", "1", DATES),
    Row(LTV, "m", "2", DATES),
    Row(LTV, "m", "3", DATES),
    Row(LTV, "i", "7", DATES),
    Row(LTV, "i", "30", DATES),
    Row(LTV, "s", NL, DATES),
    Row(LTV, "s", [NL, US], {**DATES, "s": NL}),
    Row(LTV, "g", "country", DATES),
    Row(LTV, "limit", 1, {**DATES, "g": "country"}),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.named for row in ROWS])
def test_the_answer_depends_on_the_parameter(backend: Backend, row: Row) -> None:
    assert told(backend, row) == ""


def test_every_parameter_has_a_row() -> None:
    assert unlisted(ROUTES, ROWS) == []
