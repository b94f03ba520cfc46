"""Questions as text: what is understood, and what is canonical."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from core.errors import BadQuestion
from core.filters import OPERATORS
from core.language.questions import (
    Parsed,
    check_chart,
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
from core.words.charts import CHARTS, NAMES, either
from core.words.names import SEGMENTS
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
    "unusual users today by event, country": {
        "kind": "unusual", "measure": "users", "range": "today", "breakdown": ["event", "country"],
    },
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
        "signup > purchase as bars": "Funnel cannot be drawn as bars, only as steps or small.",
        "paths to x as map": "Paths cannot be drawn as map, only as flow, table, edges or matrix.",
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
