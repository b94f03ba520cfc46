"""Which vendor's format a file is in, and what that vendor's own names mean.

The names in `fields.NAMES` have the same meaning in any file. A vendor's own names have a meaning
only in a file recognised as that vendor's, and only there are fields lifted out of `properties`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.sources import amplitude, mixpanel, posthog, segment, snowplow


@dataclass(frozen=True)
class Vendor:
    """How one vendor writes events.

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
        calls: `type` names the library call behind a line.
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
    calls: bool = False

    def names_are_its(self, names: Collection[str]) -> bool:
        """Whether the keys of a line, or a header, are this vendor's."""
        present = frozenset(names)
        return present >= self.sign and (not self.marks or bool(present & self.marks))

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
SEGMENT: Final = Vendor(segment.SIGN, segment.MARKS, calls=True)
SNOWPLOW: Final = Vendor(snowplow.SIGN, renames=snowplow.RENAMES)

FLAT: Final = (AMPLITUDE, MIXPANEL_TABLE, SEGMENT, SNOWPLOW)
"""Vendors with flat fields, recognised by each line's names."""

NESTED: Final = (MIXPANEL, POSTHOG)
"""Vendors with fields inside `properties`, recognised by the first lines of a file."""


def of_names(names: Collection[str]) -> Vendor | None:
    """Return the vendor whose names a line or header has."""
    return next((vendor for vendor in FLAT if vendor.names_are_its(names)), None)


def of_lines(lines: Iterable[Mapping[str, Any]]) -> Vendor | None:
    """Return the vendor whose fields some of the objects have inside `properties`."""
    for found in lines:
        for vendor in NESTED:
            if vendor.file_is_its(found):
                return vendor
    return None
