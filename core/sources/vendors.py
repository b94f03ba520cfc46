"""Which vendor's format a file is in, and what that vendor's own names mean.

The names in `fields.NAMES` have the same meaning in any file. A vendor's own names have a meaning
only in a file recognised as that vendor's, and only there are fields lifted out of `properties`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.records import LeftOut
from core.sources import amplitude, mixpanel, posthog, segment, snowplow
from core.sources.web import ahoy, goatcounter, matomo, umami

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
        alone: whether some line has the names of `sign` and no others.
        renames: its names and what they mean; None for those that only describe the delivery.
        inside: names inside `properties` that belong to the vendor, not to the sender.
        inside_sign: the names of `inside` that every line has.
        inside_marks: those of which some line has one; empty if the sign is enough.
        inside_of: event -> name inside its `properties` -> our name for it.
        device_prefix: the prefix of user ids that are devices.
        reshape: returns the plain lines in one of its objects or rows.
        shows: whether an object with these names is the vendor's, if the names are ambiguous.
        name: its name in the report of an import.
    """

    sign: frozenset[str]
    marks: frozenset[str] = frozenset()
    renames: Mapping[str, str | None] = field(default_factory=dict)
    alone: bool = False
    inside: frozenset[str] = frozenset()
    inside_sign: frozenset[str] = frozenset()
    inside_marks: frozenset[str] = frozenset()
    inside_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    device_prefix: str = ""
    reshape: Reshape | None = None
    shows: Callable[[Mapping[str, Any]], bool] | None = None
    name: str = ""

    def names_are_its(self, names: Collection[str]) -> bool:
        """Whether the keys of a line, or a header, are this vendor's."""
        present = frozenset(names)
        return present >= self.sign and (not self.marks or bool(present & self.marks))

    def object_is_its(self, found: Mapping[str, Any]) -> bool:
        """Whether an object or row to be reshaped is this vendor's."""
        return self.names_are_its(found) and (self.shows is None or self.shows(found))

    def line_is_its(self, found: Mapping[str, Any]) -> bool:
        """Whether an object has its fields where this vendor puts them, inside `properties`."""
        if not self.inside or not found.keys() >= self.sign:
            return False
        inside = found["properties"]
        return inside.__class__ is dict and inside.keys() >= self.inside_sign

    def file_is_its(self, found: Mapping[str, Any]) -> bool:
        """Whether an object shows that its file is this vendor's."""
        if not self.line_is_its(found) or (self.alone and found.keys() != self.sign):
            return False
        return not self.inside_marks or bool(self.inside_marks & found["properties"].keys())


AMPLITUDE: Final = Vendor(amplitude.SIGN, amplitude.MARKS, amplitude.RENAMES)
MIXPANEL: Final = Vendor(
    mixpanel.SIGN,
    alone=True,
    renames=mixpanel.RENAMES,
    inside=mixpanel.INSIDE,
    inside_sign=mixpanel.INSIDE_SIGN,
    inside_of=mixpanel.INSIDE_OF,
    device_prefix=mixpanel.DEVICE_PREFIX,
)
MIXPANEL_TABLE: Final = Vendor(
    mixpanel.TABLE_SIGN,
    mixpanel.TABLE_MARKS,
    mixpanel.RENAMES,
    device_prefix=mixpanel.DEVICE_PREFIX,
)
POSTHOG: Final = Vendor(
    posthog.SIGN, inside=posthog.INSIDE, inside_marks=posthog.INSIDE_MARKS, renames=posthog.RENAMES
)
SEGMENT: Final = Vendor(
    segment.SIGN,
    segment.MARKS,
    reshape=segment.reshape,
    shows=segment.is_call,
    name="Segment calls",
)
SNOWPLOW: Final = Vendor(snowplow.SIGN, renames=snowplow.RENAMES)

UMAMI: Final = Vendor(umami.SIGN, reshape=umami.reshape, name="Umami events")
GOATCOUNTER: Final = Vendor(
    goatcounter.SIGN, reshape=goatcounter.reshape, name="GoatCounter export"
)
AHOY_EVENTS: Final = Vendor(ahoy.EVENTS, reshape=ahoy.reshape_event, name="Ahoy events")
AHOY_VISITS: Final = Vendor(ahoy.VISITS, reshape=ahoy.reshape_visit, name="Ahoy visits")
MATOMO: Final = Vendor(matomo.SIGN, reshape=matomo.reshape, name="Matomo visits")

FLAT: Final = (AMPLITUDE, MIXPANEL_TABLE, SNOWPLOW)
"""Vendors with flat fields, recognised by each line's names."""

NESTED: Final = (MIXPANEL, POSTHOG)
"""Vendors with fields inside `properties`, recognised by the first lines of a file."""

RESHAPED: Final = (SEGMENT, UMAMI, GOATCOUNTER, AHOY_EVENTS, AHOY_VISITS, MATOMO)
"""Vendors with reshaped objects, recognised by the first lines of a file or its header."""


def of_names(names: Collection[str]) -> Vendor | None:
    """Return the vendor whose names a line or header has."""
    return next((vendor for vendor in FLAT if vendor.names_are_its(names)), None)


def of_header(names: Collection[str]) -> Vendor | None:
    """Return the vendor with reshaped rows that has this header."""
    return next((vendor for vendor in RESHAPED if vendor.names_are_its(names)), None)


def of_lines(lines: Iterable[Mapping[str, Any]]) -> Vendor | None:
    """Return the vendor recognised from some of the objects."""
    for found in lines:
        for vendor in RESHAPED:
            if vendor.object_is_its(found):
                return vendor
        for vendor in NESTED:
            if vendor.file_is_its(found):
                return vendor
    return None
