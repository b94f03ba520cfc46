"""Event selectors (definitions 2.4): one resolver for every place that names an event.

    NAME                an event in the data
    _active             any event that is not marked inactive
    _all                any event at all
    revenue_amount      revenue events (see core.catalog.revenue); verified_revenue,
                        unverified_revenue: those with a validated receipt, and the others
    ce:NAME             a custom event: any of its events, each with its own filters
    event:NAME          the event in the data with exactly that name, whatever it is

None of them includes deleted events. The words above keep their meaning even if the data has an
event of that name: the meaning of a question does not change with what is imported. Such an event
is written `event:_active`; events named like the revenue words are revenue events. `_new`, the
first event ever of a person, is only valid as the start of retention.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import Field, ValidationError, field_validator

from core.answers import Model
from core.catalog import revenue
from core.catalog.catalog import Catalog
from core.catalog.events import NO_EVENT
from core.columns import has_table
from core.errors import BadQuestion, did_you_mean, not_as_written
from core.filters import AllOf, AnyOf, Clause, Condition, NotOf
from core.values.json_text import stored_object

ANY_ACTIVE = "_active"
ANY = "_all"
NEW = "_new"
CUSTOM = "ce:"
EXACT = "event:"

VERIFIED_PROPERTIES = ("$verified", "verified", "receipt_validated")
"""The receipt of an event was validated if one of these is true."""

MOST_BRANCHES = 20


class Meaning(NamedTuple):
    """The events a selector means.

    Attributes:
        events: event ids; () means any event, (ACTIVE,) any active one.
        matching: conditions that must also hold; they are part of the event's definition.
    """

    events: tuple[int, ...] = ()
    matching: tuple[Clause, ...] = ()


class Branch(Model):
    """One of the events that a custom event consists of; all `filters` must hold for it."""

    event: str = Field(min_length=1)
    filters: tuple[Clause, ...] = ()

    @field_validator("event")
    @classmethod
    def _of_the_data(cls, name: str) -> str:
        if name.startswith(CUSTOM) or name in (ANY_ACTIVE, ANY, NEW, *revenue.SELECTORS):
            raise BadQuestion(
                f"A custom event cannot contain {name!r}.",
                "It can contain events in the data, each with filters.",
                parameter="events",
            )
        return name


class CustomEvent(Model):
    """A custom event's definition: an event that matches several branches counts once."""

    events: tuple[Branch, ...] = Field(min_length=1, max_length=MOST_BRANCHES)


def check_custom(body: dict[str, Any]) -> CustomEvent:
    """Return a definition, checked.

    Raises:
        BadQuestion: it is not one; the sentence names the parameter.
    """
    try:
        return CustomEvent.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "custom event"
        raise BadQuestion(
            f"{place}: {first['msg'].lower()}.",
            'A custom event is {"events": [{"event": "signup", "filters": []}, ...]}.',
            parameter=place,
        ) from error


def meaning(
    catalog: Catalog, name: str | None, parameter: str = "event", *, absent: str = ANY_ACTIVE
) -> Meaning:
    """Return what a selector means in a workspace.

    Args:
        absent: the selector used if none is given.

    Raises:
        BadQuestion: it names nothing in the workspace; with the nearest names.
    """
    name = absent if name is None else name
    if name == ANY:
        return Meaning()
    if name == ANY_ACTIVE:
        return Meaning(catalog.events.active)
    if name in revenue.SELECTORS:
        return Meaning((), _revenue(name))
    if name.startswith(CUSTOM):
        return _custom(catalog, name.removeprefix(CUSTOM), parameter)
    if name == NEW:
        raise BadQuestion(
            f"event {NEW!r} is the first event of a person and can only start retention.",
            f"The event in the data of that name is {EXACT}{NEW}.",
            parameter=parameter,
        )
    return Meaning((catalog.events.id_of(_bare(catalog, name), parameter),))


def exactly(name: str) -> str:
    """Return the selector of the event in the data with a name, whatever the name is."""
    return f"{EXACT}{name}"


def titled(catalog: Catalog, name: str | None, absent: str = "Any event") -> str:
    """Return the name of an event selector in titles."""
    words = {
        None: absent, ANY: "Any event", ANY_ACTIVE: "Any active event", NEW: "New users",
        "revenue_amount": "Revenue", "verified_revenue": "Verified revenue",
        "unverified_revenue": "Unverified revenue",
    }  # fmt: skip
    if name in words:
        return words[name]
    assert name is not None
    if name.startswith(CUSTOM):
        return name.removeprefix(CUSTOM)
    return catalog.events.display(_bare(catalog, name))


def in_title(catalog: Catalog, title: str, *events: str | None) -> str:
    """Return a title with its events under their display names."""
    for event in dict.fromkeys(filter(None, events)):
        shown = titled(catalog, event)
        if shown != event:
            word = rf"(?<!\w){re.escape(event)}(?!\w)"
            title = re.sub(word, lambda _, shown=shown: shown, title)  # type: ignore[misc]
    return title


def together(catalog: Catalog, parts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the events of several selections as one, as ids in the data if needed."""
    found = tuple(dict.fromkeys(id_ for part in parts for id_ in part))
    if not parts or any(not part for part in parts):
        return ()
    active = catalog.events.active
    if found in ((), active) or active not in [tuple(part) for part in parts]:
        return found
    flagged = {*catalog.events.deleted, *catalog.events.inactive}
    unflagged = (id_ for id_ in catalog.events.flags if id_ not in flagged)
    return tuple(dict.fromkeys([*unflagged, *(id_ for id_ in found if id_ > 0)]))


def _revenue(name: str) -> tuple[Clause, ...]:
    brings = Condition(field=revenue.AMOUNT, operator="is_set")
    called = Condition(field="event", operator="in", value=revenue.EVENTS)
    any_: Clause = AnyOf(any=(called, brings))
    if name == "revenue_amount":
        return (any_,)
    true = [Condition(field=f"properties.{p}", value="true") for p in VERIFIED_PROPERTIES]
    verified: Clause = AnyOf(any=(Condition(field="event", value="verified_revenue"), *true))
    return (
        any_,
        verified if name == "verified_revenue" else NotOf.model_validate({"not": verified}),
    )


def _custom(catalog: Catalog, title: str, parameter: str) -> Meaning:
    branches = _definition(catalog, title, parameter).events
    ids = [catalog.events.ids.get(_bare(catalog, branch.event)) for branch in branches]
    known = [(id_, b) for id_, b in zip(ids, branches, strict=True) if id_ is not None]
    events = tuple(dict.fromkeys(id_ for id_, _ in known))
    if not known:
        return Meaning((NO_EVENT,))
    if not any(branch.filters for _, branch in known):
        return Meaning(events)
    tests = [
        AllOf(all=(Condition(field="event", value=_bare(catalog, b.event)), *b.filters))
        for _, b in known
    ]
    return Meaning(events, (AnyOf(any=tuple(tests)),))


def _bare(catalog: Catalog, name: str) -> str:
    bare = name.removeprefix(EXACT)
    return name if name in catalog.events.ids and bare not in catalog.events.ids else bare


def _definition(catalog: Catalog, title: str, parameter: str) -> CustomEvent:
    saved = custom_events(catalog)
    folded = {known.casefold(): known for known in saved}
    known = title if title in saved else folded.get(title.casefold())
    if known is None:
        near = did_you_mean(title, saved)
        hint = near or (
            f"There are {', '.join(sorted(saved)[:8])}."
            if saved
            else "Create one with footfall event create."
        )
        raise BadQuestion(f"There is no custom event {title!r}.", hint, parameter=parameter)
    return saved[known]


def custom_events(catalog: Catalog) -> dict[str, CustomEvent]:
    """Return the saved custom events by title; none if an older file lacks their table."""
    if not has_table(catalog.read, "custom_events"):
        return {}
    rows = catalog.read("select title, body from custom_events where deleted_at is null", ())
    return {str(title): _custom_event(body) for title, body in rows}


def _custom_event(body: Any) -> CustomEvent:
    try:
        return CustomEvent.model_validate(stored_object(body))
    except ValueError as error:
        raise not_as_written("a custom event") from error
