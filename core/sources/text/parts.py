"""Parts of a line, by the plan of its values: ids, moments, traits and merged properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.sources.fields import Plan
from core.sources.placeholders import names_an_event
from core.sources.text.looks import day_of
from core.sources.values import NotAnObject, as_json, as_object, as_text, first_text

_ENOUGH: Final = 20
_FEW: Final = 0.1
"""From _ENOUGH events on, ids of which more than this share stand for several events are not ids of
single events.
"""

_SHORT: Final = 12
"""From how many characters on an id is not the number of a kind of event."""

_FRACTION: Final = re.compile(r"0[.,]\d+")
"""A time of day as a spreadsheet's fraction of a day."""


def columns_of(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return name -> one value per object, None where it has none."""
    objects = list(lines)
    names = dict.fromkeys(name for found in objects for name in found)
    return {name: [found.get(name) for found in objects] for name in names}


def times_of(plan: Plan, columns: Mapping[str, Sequence[Any]]) -> list[Any]:
    """Return the values of the column that is the time, or its date, that are not missing."""
    place = plan.date if plan.date >= 0 else next(iter(plan.time), -1)
    values = columns[plan.names[place]] if place >= 0 else ()
    return [value for value in values if value is not None and value != ""]


def ids_hold(plan: Plan, columns: Mapping[str, Sequence[Any]]) -> bool:
    """Whether the ids of the first events are those of single events: unless too many of them stand
    for several persons or times or, where there are few events, they number kinds of events.
    """

    def given(places: Sequence[int]) -> list[Any]:
        rows = zip(*(columns[plan.names[place]] for place in places), strict=True)
        return [next((v for v in row if v is not None and v != ""), None) for row in rows]

    if not plan.event_id:
        return True
    ids = [None if id_ is None else str(id_) for id_ in given(plan.event_id)]
    others = [p for p in (*plan.user, *plan.device, plan.date, *plan.time) if p >= 0]
    told = zip(ids, *(columns[plan.names[place]] for place in others), strict=True)
    rows = {(id_, str(other)) for id_, *other in told if id_ is not None and names_an_event(id_)}
    repeated = len(rows) - len({id_ for id_, _ in rows})
    if len(rows) >= _ENOUGH:
        return repeated <= len(rows) * _FEW
    return not repeated or plan.event < 0 or not _are_kinds(ids, given([plan.event]), len(rows))


def _are_kinds(ids: Sequence[str | None], names: Sequence[Any], events: int) -> bool:
    """Whether ids number kinds of events: short ones, each of one name and the only one of it, and
    fewer than half as many as events.
    """
    pairs = {(id_, str(name)) for id_, name in zip(ids, names, strict=True) if id_ is not None}
    kinds = len({id_ for id_, _ in pairs})
    short = all(len(id_) < _SHORT for id_, _ in pairs if id_)
    return (
        short
        and len(pairs) == kinds == len({name for _, name in pairs})
        and (1 < kinds <= events / 2)
    )


def moment(date: Any, clock: Any) -> Any:
    """Return a date and its time of day as one value; the date alone where that is missing."""
    if date is None or date == "":
        return None
    day = day_of(str(date))
    if clock is None or clock == "":
        return day
    time = str(clock).strip()
    if _FRACTION.fullmatch(time) and day.isdecimal():
        return f"{day}.{time[2:]}"
    return f"{day} {time}:00" if time.isdecimal() else f"{day} {time}"


def is_name(value: Any) -> bool:
    """Whether an event's name is a text as it is stored."""
    return value.__class__ is str and value != "" and value == value.strip()


def is_object(value: Any) -> bool:
    """Whether a value is an object, the JSON text of one, or missing."""
    try:
        as_object(value, "")
    except NotAnObject:
        return False
    return True


def merged(beside: Mapping[str, Any], inside: dict[str, Any]) -> dict[str, Any]:
    """Return both merged; a name that clashes with a different value becomes name_2, name_3, ..."""
    found = dict(inside)
    for name, value in beside.items():
        count, free = 2, name
        while free in found and found[free] != value:
            free = f"{name}_{count}"
            count += 1
        found[free] = value
    return found


def traits_of(plan: Plan, values: Sequence[Any]) -> dict[str, Any] | None:
    """Return what a line says about its person; Refused if that is no object."""
    found = as_object(values[plan.traits], "traits") if plan.traits >= 0 else None
    for value in found.values() if found else ():
        if value.__class__ is dict or value.__class__ is list:
            as_json(value)
    return found


def joined(values: Sequence[str]) -> bytes:
    """Return the cells of a row as bytes that no other row has."""
    return "\x1f".join(values).encode()


def texts(
    places: Sequence[int], columns: Sequence[Sequence[Any]], what: str
) -> Sequence[str | None]:
    """Return one text per record, or None, from the first position that has one."""
    if not places:
        return [None] * len(columns[0])
    if len(places) == 1:
        found = columns[places[0]]
        if set(map(type, found)) == {str} and all(found):
            return found
        return [
            value if value and value.__class__ is str else as_text(value, what) for value in found
        ]
    return [
        first_text(range(len(places)), v, what)
        for v in zip(*map(columns.__getitem__, places), strict=True)
    ]


def people(plan: Plan, values: Sequence[Any]) -> tuple[str | None, str | None]:
    """Return the user and the device of a line; None for one that it does not have."""
    user = first_text(plan.user, values, "user id") if plan.user else None
    device = first_text(plan.device, values, "device id") if plan.device else None
    prefix = plan.device_prefix
    if user and prefix and user.startswith(prefix):
        return None, device or user[len(prefix) :] or None
    return user, device
