"""Which vendor's format a file is in, and what that vendor's own names mean.

The names in `fields.NAMES` have the same meaning in any file. A vendor's own names have a meaning
only in a file recognised as that vendor's, and only there are fields lifted out of `properties`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.records import LeftOut
from core.sources.products import (
    amplitude,
    countly,
    ga4,
    heap,
    mixpanel,
    people,
    posthog,
    segment,
    snowplow,
    warehouse,
)
from core.sources.values import typed
from core.sources.web import ahoy, goatcounter, matomo, simple, umami

Plain = dict[str, Any]
"""A plain line: an event under the first names of `fields.NAMES` and the context columns, with its
properties in `properties`; or {"type": "identify" or "alias", ...}, a statement about people.
"""

Reshape = Callable[[dict[str, Any]], Iterable[Plain | LeftOut]]
"""From one object of a vendor, or one row of a table as header -> text of its non-empty cells, to
plain lines. The first is the object itself; statements after it are additional. What is neither an
event nor a statement is left out by name. Refused, with the reason, if it cannot be used.
"""


@dataclass(frozen=True)
class Vendor:
    """How one vendor writes events.

    A vendor with `reshape` needs only that and how it is recognised.

    Attributes:
        sign: names that all its lines, or its header, have.
        marks: names of which they have at least one; empty if none is needed.
        renames: its names and what they mean; None for those that only describe the delivery.
        device_prefix: the prefix of user ids that are devices.
        reshape: returns the plain lines in one of its objects or rows.
        begin: returns such a function for one file, where it has to remember what came before.
        header: whether names are its, where that is more than a sign and marks.
        shows: whether an object with these names is the vendor's, if the names are ambiguous.
        rows: whether a table with these names is its.
        name: its name in the report of an import.
        says: the fields that tell people, events and times, for the same report.
        events: whether its tables are of events.
        is_whole: whether the rest of a file cannot be understood without what comes before.
        window: how many ms apart it takes two events with one id for the same, None for any.
    """

    sign: frozenset[str]
    marks: frozenset[str] = frozenset()
    renames: Mapping[str, str | None] = field(default_factory=dict)
    device_prefix: str = ""
    reshape: Reshape | None = None
    begin: Callable[[], Reshape] | None = None
    header: Callable[[Collection[str]], bool] | None = None
    shows: Callable[[Mapping[str, Any]], bool] | None = None
    rows: bool = True
    name: str = ""
    says: str = ""
    window: int | None = None
    is_whole: bool = False
    events: bool = True

    def names_are_its(self, names: Collection[str]) -> bool:
        """Whether the keys of a line, or a header, are this vendor's."""
        if self.header is not None:
            return self.header(names)
        present = frozenset(names)
        return present >= self.sign and (not self.marks or bool(present & self.marks))

    @property
    def reshapes(self) -> bool:
        """Whether its objects or rows are reshaped."""
        return self.reshape is not None or self.begin is not None

    def object_is_its(self, found: Mapping[str, Any]) -> bool:
        """Whether an object or row to be reshaped is this vendor's."""
        return self.names_are_its(found) and (self.shows is None or self.shows(found))


AMPLITUDE: Final = Vendor(
    amplitude.SIGN,
    amplitude.MARKS,
    begin=lambda: amplitude.Events().reshape,
    name="Amplitude export",
    says="user_id, device_id, amplitude_id, $insert_id; times in UTC",
    window=amplitude.SAME_FOR,
)
AMPLITUDE_SENT: Final = Vendor(
    frozenset(),
    begin=lambda: amplitude.Events().reshape_sent,
    header=amplitude.is_sent,
    rows=False,
    name="Amplitude events as they are sent",
    says="user_id, device_id, insert_id",
    window=amplitude.SAME_FOR,
)
AMPLITUDE_MERGED: Final = Vendor(
    amplitude.MERGED, reshape=amplitude.reshape_merged, name="Amplitude merged ids", events=False
)
GA4: Final = Vendor(
    ga4.SIGN,
    ga4.MARKS,
    reshape=ga4.reshape,
    name="GA4 export to BigQuery",
    says="user_id, user_pseudo_id, event_timestamp in UTC",
)
GA4_FLAT: Final = Vendor(
    ga4.FLAT,
    reshape=ga4.reshape_flat,
    name="GA4 events as a flat table",
    says="user_id, user_pseudo_id, event_timestamp in UTC",
)
MIXPANEL: Final = Vendor(
    mixpanel.SIGN,
    reshape=mixpanel.reshape,
    shows=mixpanel.shows,
    rows=False,
    name="Mixpanel raw export",
    says="distinct_id, $insert_id; times in UTC",
)
MIXPANEL_WAREHOUSE: Final = Vendor(
    frozenset(),
    reshape=mixpanel.reshape_nested,
    header=mixpanel.is_nested,
    name="Mixpanel events of a warehouse",
    says="distinct_id, insert_id; times in UTC",
)
MIXPANEL_PEOPLE: Final = Vendor(
    frozenset(),
    begin=lambda: people.Profiles().reshape,
    header=people.is_people,
    name="Mixpanel people profiles",
    events=False,
    is_whole=True,
)
MIXPANEL_GROUPS: Final = Vendor(
    people.GROUPS, reshape=people.reshape_group, name="Mixpanel profiles of groups", events=False
)
MIXPANEL_TABLE: Final = Vendor(
    mixpanel.TABLE_SIGN,
    mixpanel.TABLE_MARKS,
    mixpanel.RENAMES,
    device_prefix=mixpanel.DEVICE_PREFIX,
    name="Mixpanel table",
    says="distinct_id, $insert_id; times in UTC",
)
POSTHOG: Final = Vendor(
    frozenset(),
    begin=lambda: posthog.Events().event,
    header=posthog.is_event,
    shows=posthog.shows,
    name="PostHog events",
    says="distinct_id, uuid, timestamp",
    is_whole=True,
)
POSTHOG_TABLE: Final = Vendor(
    frozenset(),
    begin=lambda: posthog.Events().row,
    header=posthog.is_table,
    name="PostHog page as CSV",
    says="distinct_id, uuid, timestamp",
    is_whole=True,
)
POSTHOG_PERSONS: Final = Vendor(
    frozenset(),
    begin=lambda: posthog.Events().person,
    header=posthog.is_person,
    name="PostHog persons",
    events=False,
    is_whole=True,
)
SEGMENT: Final = Vendor(
    segment.SIGN,
    segment.MARKS,
    reshape=segment.reshape,
    shows=segment.is_call,
    name="Segment calls",
    says="userId, anonymousId, messageId, timestamp",
)
SEGMENT_TABLE: Final = Vendor(
    frozenset(),
    reshape=warehouse.reshape,
    header=warehouse.is_table,
    name="Segment or RudderStack table",
    says="user_id, anonymous_id, id, timestamp",
)
SNOWPLOW: Final = Vendor(
    snowplow.SIGN,
    snowplow.MARKS,
    reshape=snowplow.reshape,
    name="Snowplow events",
    says="user_id, domain_userid, event_id; times in UTC",
)

HEAP: Final = Vendor(
    heap.SIGN, heap.MARKS, reshape=heap.reshape, name="Heap events", says="user_id, event_id, time"
)
COUNTLY: Final = Vendor(
    countly.SIGN, countly.MARKS, reshape=countly.reshape, name="Countly events", says="did, ts"
)
SIMPLE: Final = Vendor(
    simple.SIGN,
    reshape=simple.reshape,
    name="Simple Analytics datapoints",
    says="session_id, uuid, added_iso",
)
UMAMI: Final = Vendor(
    frozenset(),
    reshape=umami.reshape,
    header=umami.is_events,
    name="Umami events",
    says="session_id the visitor, visit_id the session, created_at",
)
UMAMI_OTHERS: Final = Vendor(
    frozenset(),
    reshape=umami.reshape_other,
    header=umami.is_other,
    name="Umami sessions or properties of events",
    events=False,
)
GOATCOUNTER: Final = Vendor(
    goatcounter.SIGN,
    reshape=goatcounter.reshape,
    name="GoatCounter export",
    says="Session the visitor, Date",
)
AHOY_EVENTS: Final = Vendor(
    ahoy.EVENTS,
    ahoy.OF_VISITS,
    reshape=ahoy.reshape_event,
    name="Ahoy events",
    says="user_id, visit_id the session, name, time",
)
AHOY_VISITS: Final = Vendor(
    ahoy.VISITS, reshape=ahoy.reshape_visit, name="Ahoy visits", events=False
)
MATOMO: Final = Vendor(
    matomo.SIGN,
    reshape=matomo.reshape,
    name="Matomo visits",
    says="userId, visitorId, idVisit the session",
)
MATOMO_TABLE: Final = Vendor(
    frozenset(), reshape=matomo.reshape_row, header=matomo.is_table, name="Matomo visits as a table"
)

FLAT: Final = (MIXPANEL_TABLE,)
"""Vendors with flat fields, recognised by each line's names."""

RESHAPED: Final = (
    AMPLITUDE, AMPLITUDE_SENT, AMPLITUDE_MERGED, GA4, GA4_FLAT, POSTHOG, POSTHOG_TABLE,
    POSTHOG_PERSONS, MIXPANEL_PEOPLE, MIXPANEL_GROUPS, MIXPANEL, MIXPANEL_WAREHOUSE, SEGMENT,
    SEGMENT_TABLE, SNOWPLOW, HEAP, COUNTLY, UMAMI, UMAMI_OTHERS, SIMPLE, GOATCOUNTER, AHOY_EVENTS,
    AHOY_VISITS, MATOMO, MATOMO_TABLE,
)  # fmt: skip
"""Vendors with reshaped objects, recognised by the first lines of a file or its header."""


_OBJECTS: Final = frozenset({
    "properties", "event_properties", "user_properties", "traits", "context", "groups",
})  # fmt: skip
"""Objects whose parts are columns of their own where objects were laid out flat, as pandas does."""


def is_statement(line: Plain) -> bool:
    """Whether a plain line is a statement about people, not an event."""
    return "type" in line and not line.get("event")


def of_names(names: Collection[str]) -> Vendor | None:
    """Return the vendor whose names a line or header has."""
    return next((vendor for vendor in FLAT if vendor.names_are_its(names)), None)


def of_header(names: Collection[str]) -> Vendor | None:
    """Return the vendor with reshaped rows that has this header, in upper case too."""
    found = next((v for v in RESHAPED if v.rows and v.names_are_its(names)), None)
    if found is None and "".join(names).isupper():
        found = of_header([name.lower() for name in names])
        return _in_upper_case(found) if found else None
    if found in (None, SEGMENT) and any(_part_of(name) for name in names):
        return _changed(found, _nested) if found else _of_dotted(names)
    return found


def _of_dotted(names: Collection[str]) -> Vendor | None:
    """Return the vendor of which objects were laid out flat, as `properties.distinct_id`."""
    shape = _nested(dict.fromkeys(names, "x"))
    vendor = next((vendor for vendor in RESHAPED if vendor.object_is_its(shape)), None)
    return _changed(vendor, _nested) if vendor else None


def _changed(vendor: Vendor, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Vendor:
    """Return a vendor whose rows are changed before they are reshaped."""

    def begin() -> Reshape:
        reshape = vendor.begin() if vendor.begin else vendor.reshape
        assert reshape is not None
        return lambda found: reshape(change(found))

    return replace(vendor, reshape=None, begin=begin, header=None, shows=None)


def _part_of(name: str) -> str:
    """Return the object that a column is a part of; "" if it is none of a known one."""
    whole, dot, part = name.partition(".")
    return whole if dot and part and whole in _OBJECTS else ""


def _nested(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the columns that are parts of an object in that object."""
    made = {name: value for name, value in found.items() if not _part_of(name)}
    for name, value in found.items():
        if whole := _part_of(name):
            path = name.split(".") if whole == "context" else name.split(".", 1)
            inner: Any = made
            for key in path[:-1]:
                inner = inner.setdefault(key, {}) if isinstance(inner, dict) else None
            if isinstance(inner, dict):
                inner[path[-1]] = typed(value) if isinstance(value, str) else value
    return made


def of_lines(lines: Iterable[Mapping[str, Any]]) -> Vendor | None:
    """Return the vendor recognised from some of the objects."""
    for found in lines:
        for vendor in RESHAPED:
            if vendor.object_is_its(found):
                return vendor
        if "".join(found).isupper():
            lowered = of_lines([{name.lower(): value for name, value in found.items()}])
            return _in_upper_case(lowered) if lowered else None
    return None


def _in_upper_case(vendor: Vendor) -> Vendor:
    """Return a vendor whose names are in upper case, as Snowflake writes them."""

    def header(names: Collection[str]) -> bool:
        return vendor.names_are_its([name.lower() for name in names])

    lowered = _changed(vendor, lambda found: {n.lower(): value for n, value in found.items()})
    return replace(lowered, header=header)
