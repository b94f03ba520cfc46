"""Strategies that make small nasty worlds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.worlds.world import CUSTOM, DAY, HOUR, Event, World, utc_ms

ZONES = (
    ("UTC", "2025-03-30"),
    ("America/New_York", "2025-03-09"),
    ("America/New_York", "2025-11-02"),
    ("Europe/Amsterdam", "2025-03-30"),
    ("Europe/Amsterdam", "2025-10-26"),
    ("Asia/Kathmandu", "2025-03-30"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("America/Santiago", "2025-09-07"),
    ("Africa/Monrovia", "1972-01-07"),
)
"""Zones with a day to be around: most change their clocks on it, Santiago at midnight.

Until that day Monrovia was 44 minutes and 30 seconds behind UTC.
"""


EVENTS = ("signup", "view", "cart", "pay")
USERS = ("ann", "bob", "cem", "dee")
DEVICES = ("phone", "laptop", "tablet")
COUNTRIES = ("NL", "US", "")
ITEMS: tuple[Any, ...] = ("hat", "Hat", "", 1, 1.0, "1", True, None, ["hat", "shirt"], [], {"x": 1})
AMOUNTS: tuple[Any, ...] = (0, 9, 10, "9", "10", 2.5, -3, "junk", None, True)


def instants(zone: str, middle: str, days: int) -> st.SearchStrategy[int]:
    """Instants around a day: midnights and clock changes to the ms, whole hours, and between."""
    midnight = utc_ms(f"{middle}T00:00", zone)
    day = st.integers(-days, days).map(lambda n: n * DAY)
    half = HOUR // 2
    off = st.sampled_from((-1, 0, 0, 0, 1, half, half + 1, HOUR, 2 * HOUR, 3 * HOUR, 13 * HOUR))
    usual = st.builds(lambda d, o: midnight + d + o, day, off)
    old = st.integers(15, 80).map(lambda n: midnight - n * DAY)
    return st.one_of(usual, usual, usual, old)


@st.composite
def events(draw: st.DrawFn, moments: st.SearchStrategy[int]) -> Event:
    """One event: of a user, a device, both, or nobody."""
    who = draw(st.sampled_from(("user", "user", "device", "both", "nobody")))
    context: dict[str, str] = {}
    country = draw(st.sampled_from((*COUNTRIES, None)))
    if country is not None:
        context["country"] = country
    properties: dict[str, Any] = {}
    for name, choices in (("item", ITEMS), ("amount", AMOUNTS)):
        if draw(st.booleans()):
            properties[name] = draw(st.sampled_from(choices))
    if draw(st.integers(0, 7)) == 7:
        name, choices = draw(st.sampled_from((("country", COUNTRIES), ("item.x", ITEMS))))
        properties[name] = draw(st.sampled_from(choices))
    return Event(
        draw(st.sampled_from(EVENTS)),
        draw(moments),
        draw(st.sampled_from(USERS)) if who in ("user", "both") else None,
        draw(st.sampled_from(DEVICES)) if who in ("device", "both") else None,
        draw(st.sampled_from((None, None, None, "s1", "s2"))),
        context,
        properties,
    )


def _flags(found: tuple[Event, ...]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    names = sorted({event.event for event in found})
    if not names:
        return st.just(())
    one = st.tuples(
        st.sampled_from(names),
        st.sampled_from(("inactive", "inactive", "inactive", "deleted", "hidden", "flow_hidden")),
    )
    return st.lists(one, max_size=3, unique=True).map(tuple)


@st.composite
def worlds(
    draw: st.DrawFn, max_events: int = 24, days: int = 10, *, flagged: bool = False
) -> World:
    """A small nasty world around a day on which its zone may change its clocks.

    Args:
        flagged: events may be inactive or deleted, and there are the custom events CUSTOM.
    """
    zone, middle = draw(st.sampled_from(ZONES))
    moments = instants(zone, middle, days)
    fewest = draw(st.sampled_from((0, 1, 6, 12, 12)))
    crowded = draw(st.lists(moments, max_size=2))
    at = st.one_of(moments, *(st.just(moment) for moment in crowded))
    found = tuple(draw(st.lists(events(at), min_size=min(fewest, max_events), max_size=max_events)))
    links = draw(
        st.lists(st.tuples(st.sampled_from(DEVICES), st.sampled_from(USERS), moments), max_size=2)
    )
    pairs = [(old, new) for i, old in enumerate(USERS) for new in USERS[i + 1 :]]
    merged = draw(st.lists(st.sampled_from(pairs), max_size=2, unique_by=lambda pair: pair[0]))
    traits = draw(st.lists(
        st.tuples(
            st.sampled_from(USERS), st.sampled_from(("plan", "seats")),
            st.sampled_from(("pro", "free", "", "9", "10")), moments,
        ),
        max_size=4, unique_by=lambda t: (t[0], t[1]),
    ))  # fmt: skip
    ahead = draw(st.sampled_from((0, 1, 12 * HOUR, 3 * DAY, 11 * DAY, 11 * DAY, 20 * DAY)))
    return World(
        found,
        tuple(links),
        tuple((old, new, draw(moments)) for old, new in merged),
        tuple(traits),
        zone,
        draw(st.sampled_from((0, 6))),
        utc_ms(f"{middle}T00:00", zone) + ahead,
        draw(st.integers(1, 3)),
        draw(_flags(found)) if flagged else (),
        tuple(CUSTOM.items()) if flagged else (),
    )


RANGES = ("today", "yesterday", "7d", "3w", "30d", "3m", "wtd", "mtd", "last_week", "all_time")
EXACT_RANGES = ("1h", "5h", "24h", "49h")
CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [],
    [],
    [{"field": "country", "operator": "eq", "value": "NL"}],
    [{"field": "country", "operator": "is_not_set"}],
    [{"field": "properties.item", "operator": "is_set"}],
    [{"field": "trait:plan", "operator": "ne", "value": "pro"}],
    [{"field": "user", "operator": "in", "value": ["ann", "phone"]}],
)
