"""Questions as text: what is understood, what is canonical, how a mistake is answered."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.filters import OPERATORS
from core.language.questions import (
    MAX_JSON,
    Parsed,
    check_chart,
    format_cell,
    format_parsed,
    format_question,
    parse,
    parse_any,
    parse_full,
    parse_kept,
)
from core.queries import KINDS as ALL_KINDS
from core.queries import from_json
from core.queries.kinds import charts
from core.queries.lexicon import RESERVED
from core.text import is_unsafe
from core.words.charts import CHARTS, NAMES, either
from core.words.names import MAX_LENGTH, SEGMENTS
from tests import ROOT

EXAMPLES: dict[str, dict[str, Any]] = {
    "dau": {"kind": "active_users"},
    "active users": {"kind": "active_users"},
    "mau last 12m monthly vs year": {
        "kind": "active_users", "metric": "mau", "range": "12m", "granularity": "monthly",
        "compare": "yoy",
    },
    "signup": {"kind": "trend", "event": "signup"},
    "SIGNUP Weekly": {"kind": "trend", "event": "SIGNUP", "granularity": "weekly"},
    "events": {"kind": "trend"},
    "users of signup by country top 5": {
        "kind": "trend", "event": "signup", "measure": "users", "breakdown": ["country"],
        "limit": 5,
    },
    "sessions of any event": {"kind": "trend", "measure": "sessions"},
    "sum(purchase.amount) weekly vs prev": {
        "kind": "trend", "event": "purchase", "measure": "sum", "property": "amount",
        "granularity": "weekly", "compare": "previous",
    },
    "median of purchase.amount": {
        "kind": "trend", "event": "purchase", "measure": "median", "property": "amount",
    },
    'avg("Asked Question"."the.score")': {
        "kind": "trend", "event": "Asked Question", "measure": "avg", "property": "the.score",
    },
    "p90(amount)": {"kind": "trend", "measure": "p90", "property": "amount"},
    "signup where country in (NL, BE)": {
        "kind": "trend", "event": "signup",
        "conditions": [{"field": "country", "operator": "in", "value": ["NL", "BE"]}],
    },
    "signup where trait:plan = pro and seats >= 5": {
        "kind": "trend", "event": "signup",
        "conditions": [
            {"field": "trait:plan", "value": "pro"},
            {"field": "seats", "operator": "gte", "value": 5},
        ],
    },
    "signup where plan = pro or not (seats > 5 and url ~ /^\\/a/)": {
        "kind": "trend", "event": "signup",
        "conditions": [{"any": [
            {"field": "plan", "value": "pro"},
            {"not": {"all": [
                {"field": "seats", "operator": "gt", "value": 5},
                {"field": "url", "operator": "regex", "value": "^/a"},
            ]}},
        ]}],
    },
    "signup where plan is set and source is not google": {
        "kind": "trend", "event": "signup",
        "conditions": [
            {"field": "plan", "operator": "is_set"},
            {"field": "source", "operator": "ne", "value": "google"},
        ],
    },
    "signup where version = 1.2.3 and day > 2025-01-01 and ok = true and n = '5'": {
        "kind": "trend", "event": "signup",
        "conditions": [
            {"field": "version", "value": "1.2.3"},
            {"field": "day", "operator": "gt", "value": "2025-01-01"},
            {"field": "ok", "value": True},
            {"field": "n", "value": "5"},
        ],
    },
    "users monthly": {"kind": "users", "granularity": "monthly"},
    "new users by country": {"kind": "users", "metric": "new", "breakdown": ["country"]},
    "known users with identified = true": {
        "kind": "users", "metric": "cumulative", "identified": True,
    },
    "composition by trait:plan": {"kind": "composition", "property": "trait:plan"},
    "composition of country last 90d limit 13": {
        "kind": "composition", "property": "country", "range": "90d", "limit": 13,
    },
    "realtime": {"kind": "realtime"},
    "sessions by country": {"kind": "sessions", "breakdown": ["country"]},
    "sessions per user weekly": {
        "kind": "sessions", "metric": "per_user", "granularity": "weekly",
    },
    "top 5 sessions with property = country": {
        "kind": "sessions", "metric": "top", "limit": 5, "property": "country",
    },
    "ltv weekly arppu with days = (1, 7)": {
        "kind": "ltv", "metric": "arppu", "granularity": "weekly", "days": [1, 7],
    },
    'stickiness of "Answered Question"': {"kind": "stickiness", "event": "Answered Question"},
    "stickiness with mode = exact, interval = month": {
        "kind": "stickiness", "mode": "exact", "interval": "month",
    },
    "attribution of purchase by source within 14d with model = linear": {
        "kind": "attribution", "to": "purchase", "property": "source", "lookback_days": 14,
        "model": "linear",
    },
    "engagement last 7d limit 5": {"kind": "engagement", "range": "7d", "limit": 5},
    "usage interval": {"kind": "usage_interval"},
    "usage interval of purchase last 90d with cumulative = true": {
        "kind": "usage_interval", "event": "purchase", "range": "90d", "cumulative": True,
    },
    "signup by week": {"kind": "trend", "event": "signup", "granularity": "weekly"},
    "signup last 2 weeks": {"kind": "trend", "event": "signup", "range": "2w"},
    "signup last month": {"kind": "trend", "event": "signup", "range": "last_month"},
    "signup this year": {"kind": "trend", "event": "signup", "range": "ytd"},
    "signup 7d": {"kind": "trend", "event": "signup", "range": "7d"},
    "signup 2025-01-01..2025-01-31": {
        "kind": "trend", "event": "signup", "range": "2025-01-01,2025-01-31",
    },
    "signup for power_user": {"kind": "trend", "event": "signup", "segment": "power_user"},
    'signup for "new"': {"kind": "trend", "event": "signup", "audience": "new"},
    "signup for audience Paying for churned": {
        "kind": "trend", "event": "signup", "audience": "Paying", "segment": "churned",
    },
    "signup > activate > purchase": {
        "kind": "funnel",
        "steps": [{"event": "signup"}, {"event": "activate"}, {"event": "purchase"}],
    },
    "signup > purchase[plan = pro] within 14d by plan last 90d": {
        "kind": "funnel", "window_seconds": 1_209_600, "breakdown": ["plan"], "range": "90d",
        "steps": [
            {"event": "signup"},
            {"event": "purchase", "filters": [{"field": "plan", "value": "pro"}]},
        ],
    },
    "a > b holding item, session counting totals": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}],
        "hold": ["item", "session"], "count_by": "totals",
    },
    "a > b > c strictly except x between 1 and 2, y after step 2, z[k = 1] whole person": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}, {"event": "c"}],
        "order": "sequential", "exclude": "person",
        "exclusions": [
            {"event": "x", "from_step": 1, "to_step": 2},
            {"event": "y", "from_step": 2},
            {"event": "z", "filters": [{"field": "k", "value": 1}]},
        ],
    },
    "a > b counting sessions for new users only complete windows": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}],
        "count_by": "sessions", "users": "new", "complete": True,
    },
    "a > b for new users on their first day": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}],
        "users": "new", "first_day": True,
    },
    "a > b by plan, country at step 2 top 3": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}],
        "breakdown": ["plan", "country"], "attribution": 2, "limit": 3,
    },
    "a > b by plan at all steps with users = new, resolution = \"1s\"": {
        "kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}],
        "breakdown": ["plan"], "attribution": "all", "users": "new", "resolution": "1s",
    },
    "a > b within 90 minutes": {
        "kind": "funnel", "window_seconds": 5400, "steps": [{"event": "a"}, {"event": "b"}],
    },
    "purchase[country = NL] / dau * 100": {
        "kind": "formula", "formula": "A / B * 100",
        "series": [
            {"metric": "event:purchase", "filters": [{"field": "country", "value": "NL"}]},
            {"metric": "dau"},
        ],
    },
    "group events by country size count shade p90 per actor top 5": {
        "kind": "grouped", "group_by": "country", "max_groups": 5,
        "intensity": {"type": "percentile_per_actor", "percentile": 0.9},
    },
    "retention of signup return purchase weekly 12": {
        "kind": "retention", "start_event": "signup", "return_event": "purchase", "periods": 12,
    },
    "retention daily 14 cohorts every": {
        "kind": "retention", "granularity": "daily", "periods": 14, "cohort": "every",
    },
    "lifecycle weekly": {"kind": "lifecycle", "granularity": "weekly"},
    "segments": {"kind": "segments"},
    "segment power_user": {"kind": "segment", "segment": "power_user"},
    "top events": {"kind": "top_events"},
    "top 20 events by users": {"kind": "top_events", "limit": 20, "order_by": "users"},
    "first time purchase by country": {
        "kind": "first_time", "event": "purchase", "breakdown": ["country"],
    },
    "first time of purchase with match_mode = true, lookback_days = 90": {
        "kind": "first_time", "event": "purchase", "match_mode": True, "lookback_days": 90,
    },
    "average of purchase with rolling_window = 7": {
        "kind": "trend", "event": "purchase", "measure": "average", "rolling_window": 7,
    },
    "pct_dau of purchase with rolling_average = 7": {
        "kind": "trend", "event": "purchase", "measure": "pct_dau", "rolling_average": 7,
    },
    "distinct(purchase.item) with cumulative = true": {
        "kind": "trend", "event": "purchase", "measure": "distinct", "property": "item",
        "cumulative": True,
    },
    "per actor p90 of purchase.amount weekly": {
        "kind": "per_actor", "event": "purchase", "property": "amount", "metric": "p90",
        "granularity": "weekly",
    },
    "per user of purchase": {"kind": "per_actor", "event": "purchase"},
    "events list": {"kind": "events_list"},
    "raw events of purchase limit 5 offset 10 with count_total = true": {
        "kind": "raw_events", "event": "purchase", "limit": 5, "offset": 10, "count_total": True,
    },
    "values of purchase.item top 5": {
        "kind": "properties", "event": "purchase", "property": "item", "limit": 5,
    },
    "user u_08213": {"kind": "user_activity", "user": "u_08213"},
    "activity of 00123 limit 5": {"kind": "user_activity", "user": "00123", "limit": 5},
    "audience Paying limit 5": {"kind": "audience", "audience": "Paying", "limit": 5},
    "users matching ana": {"kind": "user_search", "user": "ana"},
    "people of (signup by country) at bucket 2025-04-07, group NL": {
        "kind": "people", "of": {"kind": "trend", "event": "signup", "breakdown": ["country"]},
        "cell": {"bucket": "2025-04-07", "group": ["NL"]},
    },
    "people of (a > b) at step 2 dropped limit 20 offset 40": {
        "kind": "people", "of": {"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}]},
        "cell": {"step": 2, "outcome": "dropped"}, "limit": 20, "offset": 40,
    },
    "people of (retention) at cohort 2025-04-07 period 2 not returned": {
        "kind": "people", "of": {"kind": "retention"},
        "cell": {"cohort": "2025-04-07", "period": 2, "outcome": "not_returned"},
    },
}  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_text_means_the_same_as_json(text: str) -> None:
    assert parse(text) == from_json(EXAMPLES[text])


@pytest.mark.parametrize("text", EXAMPLES)
def test_canonical_text_is_stable_and_means_the_same(text: str) -> None:
    canonical = format_question(parse(text))
    assert parse(canonical) == parse(text)
    assert format_question(parse(canonical)) == canonical


def test_parts_come_in_any_order() -> None:
    one = parse("signup where plan = pro by country last 7d weekly vs prev for new")
    other = parse("signup for new vs prev weekly last 7d by country where plan = pro")
    assert one == other


def test_several_where_clauses_all_hold() -> None:
    assert parse("signup where a = 1 where b = 2") == parse("signup where a = 1 and b = 2")


def test_a_given_range_is_kept_though_it_is_the_usual_one() -> None:
    assert format_question(parse("signup last 30d")) == "signup last 30d"
    assert format_question(parse("signup")) == "signup"


def test_drawing_hint_is_apart_from_the_question() -> None:
    parsed = parse_full("signup as bars weekly")
    assert (parsed.question, parsed.chart) == (parse("signup weekly"), "bars")
    assert format_parsed(parsed) == "signup weekly as bars"
    for chart in CHARTS["series"]:
        assert parse_full(f"dau as {chart}").chart == chart


def test_every_operator_can_be_written() -> None:
    for operator in OPERATORS.values():
        value = {"none": "", "one": " 5", "list": " (5, a)"}[operator.takes]
        found = parse(f"signup where x {operator.sign}{value}").conditions[0]
        assert getattr(found, "operator", None) == operator.key


ASKED = {
    "series": "dau", "steps": "signup > purchase", "grid": "retention", "table": "top events",
    "histogram": "usage interval", "treemap": "group signup by country",
    "flow": "paths from signup", "people": "users matching ada", "timeline": "user u1",
    "number": "saved x",
}  # fmt: skip
"""Shape -> a question with such an answer; a saved chart may have any."""


@pytest.mark.parametrize(("shape", "chart"), [(s, c) for s, names in CHARTS.items() for c in names])
def test_every_chart_of_every_shape_is_asked_for_in_text(shape: str, chart: str) -> None:
    parsed = parse_full(f"{ASKED[shape]} as {chart.upper()}")
    assert parsed == Parsed(parse(ASKED[shape]), chart)
    assert parse_full(format_parsed(parsed)) == parsed


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_has_charts_and_refuses_all_others(kind: str) -> None:
    allowed = charts(kind)
    assert allowed
    for chart in NAMES:
        if chart in allowed:
            check_chart(kind, chart)
            continue
        with pytest.raises(BadQuestion) as caught:
            check_chart(kind, chart)
        assert str(caught.value.message).endswith(f"as {chart}, only as {either(allowed)}.")


def test_a_chart_that_does_not_suit_is_refused_in_a_sentence() -> None:
    for text, sentence in {
        "signup > purchase as bars": "Funnel cannot be drawn as bars, only as steps.",
        "paths to x as curve": "Paths cannot be drawn as curve, only as flow, table or edges.",
        "retention as edges weekly": "Retention cannot be drawn as edges, only as grid or curve.",
        "dau as pie": "There is no chart 'pie'.",
    }.items():
        with pytest.raises(BadQuestion) as caught:
            parse_full(text)
        assert caught.value.message == sentence
    assert "edges" in caught.value.hint
    with pytest.raises(BadQuestion) as caught:
        parse_full("retention as edges weekly")
    assert caught.value.hint == "\n  retention as edges weekly\n               ^"


def test_a_chart_that_does_not_suit_is_left_out_of_what_was_kept() -> None:
    kept = parse_kept("signup > purchase as bars")
    assert kept == Parsed(parse("signup > purchase"), "bars")
    assert format_parsed(kept) == "signup > purchase"


def test_words_of_charts_are_names_elsewhere() -> None:
    for word in NAMES:
        assert parse(f"signup where {word} = {word} by {word}") == from_json(
            {
                "kind": "trend", "event": "signup", "breakdown": [word],
                "conditions": [{"field": word, "operator": "eq", "value": word}],
            }
        )  # fmt: skip


def test_an_operator_that_is_torn_apart_is_a_mistake() -> None:
    with pytest.raises(BadQuestion, match="not expected here"):
        parse("signup where x not _in (a)")


@pytest.mark.parametrize("segment", SEGMENTS)
def test_words_of_segments_are_segments(segment: str) -> None:
    assert parse(f"dau for {segment}").segment == segment


def test_the_examples_of_the_documents_are_understood() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    section = page.split("## Questions\n")[1].split("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    texts = [re.split(r"  +", line)[0] for line in lines]
    assert len(texts) > 10
    for text in texts:
        assert parse(format_question(parse(text))) == parse(text)


def test_reserved_words_are_names_when_quoted() -> None:
    for word in sorted(RESERVED):
        assert parse(f'"{word}" by "{word}"') == from_json(
            {"kind": "trend", "event": word, "breakdown": [word]}
        )


def test_json_is_taken_where_text_is() -> None:
    assert parse_any(' {"kind": "trend", "event": "signup"}') == parse("signup")
    assert parse_any("signup") == parse("signup")


# -- any question comes back from its text

NASTY = st.one_of(
    st.sampled_from(
        [
            'say "hi"', "back\\slash\\", "two\nlines", "a\tb", "naïve 名前", "\u202eevil\u2066",
            "\x1b[31mred", "properties.x", "a.b", "1", "true", "new", "dau", "in", "", " ", "'",
            "ſ", "[x]", "a > b", "/x/", "x" * 300, "\u2028", "\\u0041", "properties.properties.x",
            "İn", "users of", "null", "1m", "-", "a-", "not", "is set", "is",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.from_regex(r"[a-z_]{1,8}(\.[a-z]{1,4})?", fullmatch=True),
)  # fmt: skip
SOME = NASTY.filter(bool)
VALUES = st.one_of(
    NASTY, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)


def plain(operator: str) -> st.SearchStrategy[dict[str, Any]]:
    values: st.SearchStrategy[Any] = VALUES
    if operator == "regex":
        values = st.sampled_from(["^a/b", "x+", '[\\]/"]', "\\d", "\n", "(?i)é", ""])
    takes = OPERATORS[operator].takes
    body = {"field": SOME, "operator": st.just(operator)}
    if takes == "one":
        body["value"] = values
    if takes == "list":
        body["value"] = st.lists(VALUES, max_size=3)
    return st.fixed_dictionaries(body)


CLAUSES = st.recursive(
    st.sampled_from(sorted(OPERATORS)).flatmap(plain),
    lambda inner: st.one_of(
        st.builds(lambda c: {"any": c}, st.lists(inner, max_size=3)),
        st.builds(lambda c: {"all": c}, st.lists(inner, max_size=3)),
        st.builds(lambda c: {"not": c}, inner),
    ),
    max_leaves=5,
)
RANGES = st.sampled_from(
    ["30d", "7d", "12m", "24h", "1y", "mtd", "last_week", "all_time", "2025-01-01,2025-01-31",
     "2025-01-01..2025-01-31", "nonsense", "last 7d"]
)  # fmt: skip


def bodies(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    shared = {
        "range": RANGES,
        "conditions": st.lists(CLAUSES, max_size=2),
        "audience": NASTY,
        "segment": st.one_of(st.sampled_from(SEGMENTS), NASTY),
    }
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional={**shared, **fields})


TIMED: dict[str, st.SearchStrategy[Any]] = {
    "granularity": st.sampled_from(["daily", "weekly", "hourly", "month", "yearly", "minute"]),
    "breakdown": st.lists(NASTY, max_size=2),
    "compare": st.sampled_from(["previous", "yoy"]),
    "limit": st.integers(1, 1000),
}
STEPS = st.fixed_dictionaries({"event": NASTY}, optional={"filters": st.lists(CLAUSES, max_size=2)})
EXCLUDED = st.one_of(
    st.fixed_dictionaries({"event": NASTY.map(lambda text: f"not {text}")}, optional={
        "filters": st.lists(CLAUSES, max_size=1), "from_step": st.just(1), "to_step": st.just(2),
    }),
    st.just({"event": "late", "from_step": 1}),
)  # fmt: skip
TRENDS = st.one_of(
    bodies(
        "trend",
        event=NASTY,
        **TIMED,
        rolling_window=st.integers(2, 12),
        measure=st.sampled_from(["users", "sessions", "count", "average", "pct_dau"]),
    ),
    bodies("trend", event=NASTY, cumulative=st.booleans(), **TIMED).flatmap(
        lambda body: st.builds(
            lambda m, p: {**body, "measure": m, "property": p},
            st.sampled_from(["sum", "avg", "min", "max", "median", "p90", "count", "distinct"]),
            SOME.filter(lambda p: p.removeprefix("properties.")),
        )
    ),
)
KINDS = {
    "active_users": bodies("active_users", metric=st.sampled_from(["dau", "wau", "mau"]), **TIMED),
    "trend": TRENDS,
    "funnel": bodies(
        "funnel",
        **TIMED,
        window_seconds=st.one_of(st.integers(1, 31_622_400), st.just(3600), st.none()),
        order=st.sampled_from(["ordered", "sequential"]),
        exclusions=st.lists(EXCLUDED, max_size=2),
        exclude=st.sampled_from(["attempt", "person"]),
        hold=st.lists(NASTY, max_size=3, unique=True),
        count_by=st.sampled_from(["uniques", "totals", "sessions"]),
        users=st.sampled_from(["active", "new"]),
        attribution=st.sampled_from(["entry", "first", "last", "all", 1, 2]),
        filters_on=st.sampled_from(["every", "first"]),
        resolution=st.sampled_from(["ms", "1s"]),
        complete=st.booleans(),
    ).flatmap(lambda body: st.builds(
        lambda steps: {
            **body,
            "steps": steps,
            "first_day": body.get("users") == "new",
            "complete": body.get("window_seconds", 1) is not None and body.get("complete", False),
        },
        st.lists(STEPS, min_size=2, max_size=4),
    )),
    "time_to_convert": bodies(
        "time_to_convert",
        **{**TIMED, "compare": st.none()},
        order=st.sampled_from(["ordered", "unordered", "sequential"]),
        to_step=st.none() | st.just(2),
    ).flatmap(lambda body: st.builds(
        lambda steps, size: {**body, **size, "steps": steps},
        st.lists(STEPS, min_size=2, max_size=4),
        st.one_of(
            st.just({}), st.builds(lambda n: {"bins": n}, st.integers(1, 90)),
            st.builds(lambda n: {"width": n}, st.integers(1, 90_000)),
        ),
    )),
    "funnel_trend": bodies(
        "funnel_trend",
        **TIMED,
        order=st.sampled_from(["ordered", "unordered", "sequential"]),
        measure=st.sampled_from(["conversion", "counts", "avg_seconds", "median_seconds"]),
    ).flatmap(lambda body: st.builds(
        lambda steps: {**body, "steps": steps}, st.lists(STEPS, min_size=2, max_size=4)
    )),
    "correlation": bodies(
        "correlation",
        **{**TIMED, "compare": st.none()},
        side=st.sampled_from(["both", "success", "failure"]),
        min_people=st.none() | st.integers(1, 99),
    ).flatmap(lambda body: st.builds(
        lambda steps: {**body, "steps": steps}, st.lists(STEPS, min_size=2, max_size=4)
    )),
    "grouped": bodies(
        "grouped", event=NASTY, max_groups=st.integers(1, 50),
        size=st.one_of(
            st.sampled_from(["count", "unique_actors"]),
            st.builds(lambda name: {"type": "sum", "property": name}, SOME),
        ),
        intensity=st.one_of(
            st.sampled_from(["avg_per_actor", "unique_actors", "percentile_per_actor(0.999)"]),
            st.builds(lambda name: {"type": "avg", "property": name}, SOME),
            st.builds(
                lambda p: {"type": "percentile_per_actor", "percentile": p}, st.floats(0, 1)
            ),
        ),
    ).flatmap(lambda body: st.builds(lambda by: {**body, "group_by": by}, SOME)),
    "formula": bodies("formula", **TIMED).flatmap(lambda body: st.builds(
        lambda series, formula: {**body, "series": series, "formula": formula},
        st.lists(
            st.one_of(
                st.builds(lambda event: {"metric": f"event:{event}"}, SOME),
                st.fixed_dictionaries(
                    {"metric": st.sampled_from(["dau", "mau", "events", "sessions", "users"])},
                    optional={"range": st.just("7d")},
                ),
            ),
            min_size=2, max_size=3,
        ),
        st.sampled_from(["A / B", "a/b", "(A + B) / A * 2.5", "-A", "round(A, B)", "B - A"]),
    )),
    "retention": bodies(
        "retention", start_event=NASTY, return_event=NASTY, periods=st.integers(1, 52),
        granularity=st.sampled_from(["daily", "weekly", "monthly"]),
        cohort=st.sampled_from(["first_ever", "first_in_range", "every"]),
        basis=st.sampled_from(["calendar", "24h"]),
        combined=st.sampled_from(["deduplicated", "sum"]),
        mode=st.sampled_from(["n_day", "unbounded", "on_or_before", "streak"]),
        start_filters=st.lists(CLAUSES, max_size=2), return_filters=st.lists(CLAUSES, max_size=2),
    ),
    "lifecycle": bodies(
        "lifecycle", event=NASTY, granularity=st.sampled_from(["daily", "weekly", "monthly"]),
        new_means=st.sampled_from(["activity", "product"]), compare=TIMED["compare"],
    ),
    "first_time": bodies(
        "first_time", match_mode=st.booleans(), lookback_days=st.integers(1, 3660), **TIMED
    ).flatmap(lambda body: st.builds(lambda event: {**body, "event": event}, NASTY)),
    "users": bodies(
        "users", metric=st.sampled_from(["active", "new", "cumulative"]),
        identified=st.booleans(), **TIMED,
    ),
    "composition": bodies(
        "composition", mode=st.sampled_from(["most_recent", "all_values"]),
        limit=st.integers(1, 1000),
    ).flatmap(lambda body: st.builds(lambda found: {**body, "property": found}, SOME)),
    "realtime": bodies("realtime", range=st.just("24h")),
    "sessions": st.one_of(
        bodies("sessions", **TIMED),
        bodies("sessions", metric=st.sampled_from(["volume", "average", "per_user", "bounce"]),
               **{**TIMED, "breakdown": st.just([])}),
        bodies("sessions", property=NASTY, limit=st.integers(1, 1000)).flatmap(
            lambda body: st.builds(
                lambda metric: {**body, "metric": metric}, st.sampled_from(["top", "entry", "exit"])
            )
        ),
        st.builds(
            lambda body, low, wide: {
                **body, "metric": "length", "bins": {"min": low, "max": low + wide},
            },
            bodies("sessions"), st.integers(0, 99), st.integers(1, 99),
        ),
    ),
    "ltv": bodies(
        "ltv", metric=st.sampled_from(["arpu", "arppu", "revenue", "paying_users"]), event=NASTY,
        granularity=st.sampled_from(["daily", "weekly", "monthly"]),
        days=st.lists(st.integers(1, 90), min_size=1, max_size=5, unique=True).map(sorted),
    ),
    "stickiness": st.one_of(
        bodies("stickiness", event=NASTY, interval=st.sampled_from(["day", "week"]),
               **{**TIMED, "granularity": st.sampled_from(["daily", "weekly", "monthly"])}),
        bodies("stickiness", event=NASTY, interval=st.sampled_from(["week", "month", "range"]))
        .flatmap(lambda body: st.builds(
            lambda mode: {**body, "mode": mode}, st.sampled_from(["exact", "cumulative"])
        )),
    ),
    "attribution": bodies(
        "attribution", lookback_days=st.integers(1, 366), value=SOME, limit=st.integers(1, 1000),
        model=st.sampled_from(["first", "last", "linear", "time_decay", "inverse_j"]),
    ).flatmap(lambda body: st.builds(
        lambda to, found: {**body, "to": to, "property": found}, SOME, SOME
    )),
    "engagement": bodies("engagement", limit=st.integers(1, 10_000)),
    "usage_interval": bodies(
        "usage_interval", event=NASTY, cumulative=st.booleans(),
        share=st.floats(0.01, 1),
    ),
    "per_actor": bodies(
        "per_actor", event=NASTY, property=NASTY, **TIMED,
        metric=st.sampled_from(["avg", "median", "min", "max", "sum", "p90", "p99.9"]),
    ),
    "events_list": bodies("events_list"),
    "raw_events": bodies(
        "raw_events", event=NASTY, limit=st.integers(1, 10_000), offset=st.integers(0, 9),
        count_total=st.booleans(),
    ),
    "properties": bodies(
        "properties", **{key: value for key, value in TIMED.items() if key != "breakdown"}
    ).flatmap(lambda body: st.builds(
        lambda event, found: {**body, "event": event, "property": found},
        NASTY, SOME.filter(lambda found: found.removeprefix("properties.")),
    )),
    "segments": bodies("segments"),
    "segment": bodies(
        "segment", limit=st.integers(1, 100), offset=st.integers(0, 9)
    ).flatmap(lambda body: st.builds(
        lambda segment: {**body, "segment": segment}, st.sampled_from(SEGMENTS)
    )),
    "user_activity": bodies(
        "user_activity", limit=st.integers(1, 100), offset=st.integers(0, 9),
        direction=st.sampled_from(["latest", "earliest"]), event=NASTY,
    ).flatmap(lambda body: st.builds(lambda user: {**body, "user": user}, SOME)),
    "saved": bodies("saved").flatmap(
        lambda body: st.builds(lambda chart: {**body, "chart": chart[:200]}, SOME)
    ),
    "several": bodies("several").flatmap(lambda body: st.builds(
        lambda event, name: {**body, "series": [
            {"name": name[:200], "question": {"kind": "trend", "event": event}, "range": "7d"},
            {"question": {"kind": "active_users"}, "display": {"axis_assignment": "right"}},
        ]},
        NASTY, NASTY,
    )),
    "audience": bodies(
        "audience", limit=st.integers(1, 100), offset=st.integers(0, 9)
    ).flatmap(lambda body: st.builds(
        lambda given: {**{k: v for k, v in body.items() if k != "audience"}, **given},
        st.one_of(
            st.builds(lambda name: {"audience": name}, NASTY),
            st.builds(lambda event: {"definition": {"events": [{"event": event}]}}, NASTY),
        ),
    )),
    "user_search": bodies(
        "user_search", limit=st.integers(1, 100)
    ).flatmap(lambda body: st.builds(lambda user: {**body, "user": user}, SOME)),
    "logs": st.one_of(
        bodies("logs", metric=st.just("volume"), level=st.sampled_from(["error", ["INFO", "2"]]),
               service=NASTY, source=st.lists(NASTY, min_size=1, max_size=2),
               **{**TIMED, "breakdown": st.sampled_from(["level", ["service", "pattern"]])}),
        bodies("logs", limit=st.integers(1, 10_000), service=NASTY).map(
            lambda body: {**body, "metric": "top"}
        ),
        bodies("logs", limit=st.integers(1, 10_000), offset=st.integers(0, 9),
               count_total=st.booleans()).map(lambda body: {**body, "metric": "raw"}),
    ),
    "sql": st.fixed_dictionaries(
        {"kind": st.just("sql"), "query": SOME.map(lambda text: f"select {text!r}")},
        optional={
            "limit": st.integers(1, 10_000),
            "variables": st.dictionaries(SOME, st.one_of(NASTY, st.integers(-9, 9)), max_size=2),
        },
    ),
    "top_events": bodies(
        "top_events", order_by=st.sampled_from(["count", "users"]), limit=st.integers(1, 10_000)
    ),
    "explain": bodies(
        "explain", event=NASTY, measure=st.sampled_from(["count", "users", "average"]),
        breakdown=st.lists(NASTY, max_size=3), limit=st.integers(1, 1000),
        compare=st.sampled_from(["previous", "yoy"]),
    ).map(lambda body: {"event": "signup", **body}),
    "paths": bodies(
        "paths", to=NASTY, steps=st.integers(2, 10), limit=st.integers(1, 50),
        scope=st.one_of(st.just("session"), st.integers(1, 366 * 86_400)),
        count_by=st.sampled_from(["uniques", "totals"]), collapse=st.booleans(),
        compare=st.sampled_from([None, "previous", "yoy"]),
    ).flatmap(lambda body: NASTY.map(lambda event: {**body, "from": event})),
}  # fmt: skip
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "group": st.lists(NASTY, max_size=2),
        "besides": st.lists(st.lists(NASTY, min_size=1, max_size=2), max_size=2),
        "series": NASTY,
        "bucket": st.one_of(NASTY, st.sampled_from(["2025-04-07", "2025-10-26T02:00+0200"])),
        "previous": st.booleans(),
        "step": st.integers(1, 10),
        "cohort": st.sampled_from(["2025-04-07", "x y"]),
        "period": st.integers(0, 90),
        "outcome": st.sampled_from(["reached", "dropped", "returned", "not_returned"]),
        "row": NASTY,
        "after": NASTY,
    },
)


def varied(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """A kind's example with any of the fields that kinds share."""
    example = parse(ALL_KINDS[kind].example)
    timed = TIMED if set(TIMED) <= set(type(example).model_fields) else {}
    fields = example.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return bodies(kind, **timed).map(lambda body: {**fields, **body})


OF_OTHERS = {"people"}
"""Kinds that hold any other."""

QUESTIONS = st.one_of(
    *(KINDS[kind] if kind in KINDS else varied(kind) for kind in sorted(set(ALL_KINDS) - OF_OTHERS))
)
SAID = ("range", "conditions", "audience", "segment")
"""Fields that people take from the question they are of."""

PEOPLE = bodies(
    "people",
    limit=st.integers(1, 10_000),
    offset=st.integers(0, 50),
    cell=CELLS,
    order=st.sampled_from(["last_seen", "first_seen", "user"]),
).flatmap(
    lambda body: st.builds(
        lambda of: {key: body[key] for key in body if key not in SAID} | {"of": of}, QUESTIONS
    )
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(QUESTIONS, PEOPLE))
def test_any_question_comes_back_from_its_text(body: dict[str, Any]) -> None:
    question = from_json(body)
    text = format_question(question)
    assert not any(is_unsafe(char) for char in text)
    if len(text) > MAX_LENGTH:
        return
    assert parse(text) == question
    assert format_question(parse(text)) == text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[a-z >().\"=,0-9\[\]~/]{0,40}", fullmatch=True))
def test_any_text_is_a_question_or_a_sentence(text: str) -> None:
    try:
        question = parse_any(text)
    except BadQuestion as error:
        said = str(error)
    else:
        said = "understood"
        assert parse(format_question(question)) == question
    assert said
    assert not any(is_unsafe(char) for char in said.replace("\n", ""))


# -- mistakes


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("signup foo", "foo", "a clause such as last 30d, where, by"),
        ("signup by country whree plan = pro", "whree", "a clause"),
        ("signup where plan pro", "pro", "a sign such as ="),
        ("signup last 7d mtd", "mtd", ""),
        ("signup within 7 purple", "7", "a length such as 30d"),
        ("people of signup", "signup", "("),
        ("a > b within 7y", "7y", "45s, 1h, 14d"),
    ],
)
def test_a_mistake_shows_the_line_a_caret_and_what_was_expected(
    text: str, place: str, expected: str
) -> None:
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    line, caret, *rest = caught.value.hint.strip("\n").splitlines()
    assert line == f"  {text}"
    assert caret.index("^") == line.index(place)
    assert expected in " ".join(rest)
    assert not any(word in caught.value.hint for word in ("WORD", "STRING", "LPAR", "__ANON"))


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("signup by country within 7d", "within", "'within' does not apply to trend."),
        ("dau holding session", "holding", "'holding' does not apply to active users."),
        ("signup by a, b, c", "by", "breakdown"),
        ("signup top 0", "top", "limit"),
        ("realtime by country", "by", "'by' does not apply to realtime."),
    ],
)
def test_a_clause_that_does_not_suit_is_pointed_at(text: str, place: str, said: str) -> None:
    with pytest.raises(BadQuestion, match=said) as caught:
        parse(text)
    line, caret, *_ = caught.value.hint.strip("\n").splitlines()
    assert caret.index("^") == line.index(place)


def test_the_caret_finds_the_place_in_a_long_line_of_many() -> None:
    text = "signup\nwhere " + " and ".join(f"f{i} = {i}" for i in range(60)) + " foo\nby country"
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    line, caret, *_ = caught.value.hint.strip("\n").splitlines()
    assert line[caret.index("^") :].startswith("foo")
    assert len(line) < 100


def test_an_unfinished_question_is_pointed_at_its_end() -> None:
    with pytest.raises(BadQuestion, match="not finished"):
        parse("signup where plan =")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "signup where " + "(" * 9_000,
        "signup where " + "not " * 4_000 + "a = 1",
        "signup where " + "(" * 200 + "a = 1" + ")" * 200 + " foo",
        "people of (" * 500 + "dau" + ")" * 500,
        '{"a":' * 100_000,
        '{"kind": "people", "of": ' * 90 + "1" + "}" * 90,
        '{"kind": "trend", "conditions": [' + '{"not":' * 95 + "1" + "}" * 95 + "]}",
        '{"kind": "trend", "event": "' + "x" * 10_000_000 + '"}',
        "[" * 1000,
        "signup where a = 1e9999",
        "signup where a in (" + ", ".join(["1"] * 6_000) + ", )",
        '"' + "\\" * 9_999,
        "\0",
        "\ud800",
        '"\udcff"',
        '{"kind": "trend", "event": "\\ud800"}',
        "",
        "   ",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_hostile_input_is_refused_quickly_with_a_sentence(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(BadQuestion) as caught:
        parse_any(text)
    assert time.perf_counter() - started < 2
    assert 0 < len(str(caught.value)) < 1_500


def test_deep_but_reasonable_nesting_is_understood() -> None:
    text = "signup where " + "(not (" * 10 + "a = 1 or b = 2" + "))" * 10
    assert format_question(parse(text)) == format_question(parse(format_question(parse(text))))


def test_a_bare_statement_is_sql() -> None:
    text = "select country, count(*) from events_v1 group by 1"
    assert parse(text) == from_json({"kind": "sql", "query": text})
    assert format_question(parse(text)) == text
    assert parse("select > signup").kind == "funnel"


def test_json_has_a_limit() -> None:
    with pytest.raises(BadQuestion, match="long"):
        parse_any("{" + " " * MAX_JSON)


# -- the address of a number in words


@pytest.mark.parametrize(
    ("text", "cell", "words"),
    [
        ("users of signup by country", {"bucket": "2025-04-30", "group": ("NL",)},
         "Users of signup on Apr 30, NL"),
        ("signup weekly", {"bucket": "2025-04-07"}, "Users of signup in the week of Apr 7"),
        ("dau", {}, "Active users in the last 30 days"),
        ("dau vs prev", {"bucket": "2025-04-30", "previous": True},
         "Active users on Apr 30, previous period"),
        ("signup > purchase", {"step": 2, "outcome": "dropped"},
         "Dropped before step 2, purchase, in the last 30 days"),
        ("retention weekly 8", {"cohort": "2025-04-07", "period": 2, "outcome": "returned"},
         "Returned in week 2 of the cohort of Apr 7"),
        ("retention", {"period": 1, "outcome": "returned"},
         "Returned in week 1 of all complete cohorts"),
        ("top events", {"row": "signup"}, "Users of signup in the last 30 days"),
        ("dau hourly last 24h", {"bucket": "2025-04-30T13:00"}, "Active users at Apr 30 13:00"),
        ("dau mtd", {}, "Active users this month"),
        ("dau 2025-01-01..2025-01-31", {}, "Active users from Jan 1, 2025 to Jan 31, 2025"),
        ("signup where plan = pro for churned for Paying", {"bucket": "2025-04-30"},
         "Users of signup on Apr 30, where plan is pro, in segment churned, in Paying"),
        ("dau where a = 1 and (b = 2 or c = 3)", {}, "Active users in the last 30 days, 2 filters"),
        ("dau last 2y", {"bucket": "2024-04-30"}, "Active users on Apr 30, 2024"),
    ],
)  # fmt: skip
def test_a_cell_in_words(text: str, cell: dict[str, Any], words: str) -> None:
    assert format_cell(parse(text), Cell(**cell)) == words


@settings(max_examples=60, deadline=None)
@given(QUESTIONS, CELLS)
def test_a_cell_in_words_is_one_harmless_line(body: dict[str, Any], cell: dict[str, Any]) -> None:
    words = format_cell(from_json(body), Cell.model_validate(cell))
    assert words
    assert not any(is_unsafe(char) for char in words)


def test_writing_loads_no_parser() -> None:
    code = (
        "import sys\n"
        "from core.language.questions import format_question\n"
        "from core.queries import from_json\n"
        "print(format_question(from_json({'kind': 'trend'})))\n"
        "assert not {'lark', 'core.language.parser'} & {*sys.modules}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("events\n", 0), done.stderr
