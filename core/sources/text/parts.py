"""Parts of a line, by the plan of its values: ids, moments, traits and merged properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.sources.fields import Plan
from core.sources.text.looks import day_of
from core.sources.values import NotAnObject, as_json, as_object, as_text, first_text


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


def moment(date: Any, clock: Any) -> Any:
    """Return a date and its time of day as one value; the date alone where that is missing."""
    if date is None or date == "":
        return None
    day = day_of(str(date))
    if clock is None or clock == "":
        return day
    time = str(clock).strip()
    return f"{day} {time}:00" if time.isdecimal() else f"{day} {time}"


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
        return [
            value if value and value.__class__ is str else as_text(value, what)
            for value in columns[places[0]]
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
