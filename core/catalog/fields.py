"""The fields of events and people: where their values are stored, and their names."""

from __future__ import annotations

from typing import Literal, NamedTuple

from core.catalog import revenue
from core.columns import NONE

FieldKind = Literal[
    "context",
    "either",
    "property",
    "trait",
    "event",
    "user",
    "device",
    "session",
    "audience",
    "segment",
    "start",
    "paying",
    "revenue",
]

PROPERTIES = "properties."
"""The prefix of a name that can only be a property's."""

GROUPS = ("audience", "segment")
"""Fields for what a person belongs to; properties of the same name come first."""

PLAIN: dict[str, FieldKind] = {
    "event": "event", "event_name": "event", "user": "user", "user_id": "user",
    "distinct_id": "user", "device_id": "device", "session_id": "session", "session": "session",
    "paying": "paying",
}  # fmt: skip
"""Bare names of fields that are not columns."""

STARTS = {"start_version": "version"}
"""Names of context columns as of a person's first event."""


class Field(NamedTuple):
    """A field a question can filter or break down by.

    Attributes:
        kind: where its value is stored; "start": the context column on the person's first event,
            "paying": whether they had brought revenue by then, "revenue": the event's revenue.
        name: context column, property path, trait key, or the kind's own name.
        dimension: in `activity`, for a context column or property with stored sets; 0 if it has too
            many values or none at all.
        instead: for "either", the property used where the context column is empty.
    """

    kind: FieldKind
    name: str
    dimension: int = 0
    instead: str = ""

    @property
    def key(self) -> str:
        """Its canonical name in questions."""
        return {
            "property": f"properties.{self.name}", "trait": f"trait:{self.name}",
            "start": f"start_{self.name}", "either": self.instead,
        }.get(self.kind, self.name)  # fmt: skip

    @property
    def needs_properties(self) -> bool:
        """Whether its value is in the properties of an event."""
        return self.kind in ("property", "revenue", "either")

    @property
    def is_text(self) -> bool:
        """Whether its raw value is shown as it is, "(none)" if missing; else it is an id."""
        return self.kind in ("property", "trait", "paying", "either")

    @property
    def missing(self) -> int | str:
        """The raw value of a field that an event or a person does not have."""
        return NONE if self.is_text else 0


def asked_for(name: str) -> str:
    """Return a property's name as used in questions: by itself if that is unambiguous."""
    folded = name.strip().lower()
    taken = folded in PLAIN or folded in STARTS or name == revenue.AMOUNT
    prefixed = name.startswith((PROPERTIES, "trait:", "gp:"))
    return f"{PROPERTIES}{name}" if taken or prefixed or name.strip() in ("", ".") else name
