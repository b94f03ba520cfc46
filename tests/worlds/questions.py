"""Random questions of every kind, as JSON objects, with names that nobody should choose."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.filters import OPERATORS
from core.language.questions import parse
from core.queries import KINDS as ALL_KINDS
from core.words.names import SEGMENTS

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
        "among": st.builds(
            lambda event: {"kind": "people", "of": {"kind": "trend", "event": event}}, NASTY
        ),
    }
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional={**shared, **fields})


TIMED: dict[str, st.SearchStrategy[Any]] = {
    "granularity": st.sampled_from(["daily", "weekly", "hourly", "month", "yearly", "minute"]),
    "breakdown": st.lists(NASTY, max_size=2),
    "compare": st.sampled_from(["previous", "yoy"]),
    "limit": st.integers(1, 1000),
}
STEPS = st.fixed_dictionaries(
    {"event": NASTY},
    optional={"filters": st.lists(CLAUSES, max_size=2), "name": NASTY.map(lambda text: text[:200])},
)
EXCLUDED = st.one_of(
    st.fixed_dictionaries(
        {"event": NASTY.map(lambda text: f"not {text}")},
        optional={
            "filters": st.lists(CLAUSES, max_size=1),
            "from_step": st.just(1),
            "to_step": st.just(2),
        },
    ),
    st.just({"event": "late", "from_step": 1}),
)
TRENDS = st.one_of(
    bodies(
        "trend",
        event=NASTY,
        **TIMED,
        rolling_window=st.integers(2, 12),
        measure=st.sampled_from(["users", "sessions", "count", "average", "pct_dau"]),
    ),
    bodies("trend", event=NASTY, cumulative=st.booleans(), counting=NASTY, **TIMED).flatmap(
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
        order=st.sampled_from(["ordered", "unordered", "sequential", "allow_reentry"]),
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
        order=st.sampled_from(["ordered", "unordered", "sequential", "allow_reentry"]),
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
    )) | bodies("formula", **TIMED, cumulative=st.booleans()).map(lambda body: {
        **body, "series": [{"metric": "events"}, {"metric": "dau"}], "formula": "A / B",
    }),
    "retention": bodies(
        "retention", granularity=st.just("hourly"), periods=st.integers(1, 52)
    ) | bodies(
        "retention", start_event=NASTY, return_event=NASTY, periods=st.integers(1, 52),
        granularity=st.sampled_from(["daily", "weekly", "monthly"]),
        cohort=st.sampled_from(["first_ever", "first_in_range", "every"]),
        basis=st.sampled_from(["calendar", "24h"]),
        combined=st.sampled_from(["deduplicated", "sum"]),
        mode=st.sampled_from(["n_day", "unbounded", "on_or_before", "streak"]),
        start_filters=st.lists(CLAUSES, max_size=2), return_filters=st.lists(CLAUSES, max_size=2),
        at_least=st.integers(1, 10_000),
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
        bodies("stickiness", event=NASTY, interval=st.sampled_from(["week", "month", "range"]),
               unit=st.sampled_from(["hour", "day"]), at_least=st.integers(1, 3),
               at_most=st.sampled_from([None, 3, 40]))
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
    "unusual": bodies(
        "unusual", measure=st.sampled_from(["count", "users"]), limit=st.integers(1, 10_000),
        breakdown=st.lists(SOME, max_size=3),
    ),
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
        session=st.integers(-9, 9), changes=st.booleans(),
        audiences=st.lists(NASTY, max_size=2),
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
    "differences": st.builds(
        lambda one, other, rest: {
            "kind": "differences", "of": {"kind": "trend", "event": one}, **rest,
            **({"other": {"kind": "people", "of": {"kind": "trend", "event": other}}}
               if other else {}),
        },
        SOME,
        st.one_of(st.none(), SOME),
        st.fixed_dictionaries({}, optional={
            "breakdown": st.lists(NASTY, max_size=3), "limit": st.integers(1, 1000),
            "min_people": st.integers(1, 99),
        }),
    ),
    "against": bodies("against").flatmap(lambda body: st.builds(
        lambda one, other, steps, others: {
            **body, "of": {"kind": "funnel", "steps": steps},
            "against": {"among": {"kind": "trend", "event": other}} if other else others,
        },
        NASTY,
        st.one_of(st.none(), SOME),
        st.lists(STEPS, min_size=2, max_size=3),
        st.one_of(
            st.just({}), st.just({"others": True}),
            st.builds(lambda name: {"audience": name}, NASTY),
            st.builds(lambda name: {"segment": name}, st.sampled_from(SEGMENTS)),
        ),
    )),
    "usual": bodies("usual", level=st.sampled_from((95, 98, 99))).flatmap(lambda body: st.builds(
        lambda event: {**body, "of": {"kind": "trend", "event": event, "measure": "users"}}, NASTY
    )),
    "experiment": bodies(
        "experiment", window_seconds=st.integers(1, 90_000), control=NASTY,
        split=st.lists(st.integers(1, 9), max_size=3),
    ).flatmap(lambda body: st.builds(
        lambda exposure, goals, variant: {
            **body, "exposure": exposure, "goals": goals, "variant": variant,
        },
        STEPS, st.lists(STEPS, min_size=1, max_size=2), SOME,
    )),
    "audience": bodies(
        "audience", limit=st.integers(1, 100), offset=st.integers(0, 9)
    ).flatmap(lambda body: st.builds(
        lambda given: {**{k: v for k, v in body.items() if k != "audience"}, **given},
        st.one_of(
            st.builds(lambda name: {"audience": name}, NASTY),
            st.builds(lambda event: {"definition": {"events": [{"event": event}]}}, NASTY),
            st.builds(lambda clause: {"definition": {"filters": [clause]}}, CLAUSES),
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
    ).flatmap(lambda body: NASTY.map(lambda event: {**body, "from": event})) | bodies(
        "paths", to=NASTY, event=NASTY
    ).flatmap(lambda body: SOME.map(lambda name: {**body, "property": name})),
}  # fmt: skip
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "group": st.lists(NASTY, max_size=2),
        "besides": st.lists(st.lists(NASTY, min_size=1, max_size=2), max_size=2),
        "series": NASTY,
        "bucket": st.one_of(NASTY, st.sampled_from(["2025-04-07", "2025-10-26T02:00+0200"])),
        "previous": st.booleans(),
        "change": st.sampled_from(["came", "went", "stayed"]),
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


OF_OTHERS = {"people", "units"}
"""Kinds that hold any other."""

QUESTIONS = st.one_of(
    *(KINDS[kind] if kind in KINDS else varied(kind) for kind in sorted(set(ALL_KINDS) - OF_OTHERS))
)
SAID = ("range", "conditions", "audience", "segment", "among")
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
