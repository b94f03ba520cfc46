"""One record of values to one event, identity statement, or a reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

import orjson

from core.errors import BadInput
from core.sources.fields import Plan, cannot_read, understand
from core.sources.mixpanel import DEVICE_PREFIX
from core.sources.moments import to_ms
from core.sources.rows import (
    NO_CONTEXT,
    Alias,
    Identify,
    MissingField,
    Occurrences,
    Record,
    Refused,
    Row,
    digest,
)

_EXACT: Final = 2**53
_MAX_PLANS: Final = 2_000
_MAX_CONTEXTS: Final = 100_000
_NOT_EVENTS: Final = {
    "identify": "identify", "$identify": "identify", "alias": "alias", "$create_alias": "alias",
}  # fmt: skip
_STATEMENTS: Final = frozenset(_NOT_EVENTS)
_TYPES: Final = frozenset({"track", "identify", "alias"})


class LineMaker(Protocol):
    """What a format needs of what makes its lines into records: events' Maker or logs'.

    Attributes:
        record: the class of the records that are stored in batches.
        mapping, understood, unseen: see `Maker`.
    """

    record: Any
    mapping: Mapping[str, str]
    understood: dict[str, str]
    unseen: set[str]

    def plan(self, names: tuple[str, ...]) -> Any:
        """What the names mean."""
        ...

    def lacking(self, where: str, names: Sequence[str]) -> BadInput:
        """The error for a file of which nothing can be made."""
        ...

    def make_all(
        self, plan: Any, many: Sequence[list[Any]], lines: Sequence[bytes] | None
    ) -> Sequence[Record] | None:
        """The records of several lines, or None when each is to be made on its own."""
        ...

    def make(self, plan: Any, values: list[Any], line: bytes | None) -> Record:
        """The record of one line."""
        ...


class Maker:
    """Makes records of one file's lines.

    Args:
        mapping: meaning -> name, given by the user.
        text_values: values come from delimited text: "" is missing and numbers are text.

    Attributes:
        understood: meaning -> name, of the first event.
        unseen: names in `mapping` that no record has had so far.
    """

    record = Row

    def __init__(self, mapping: Mapping[str, str], *, text_values: bool) -> None:
        self.mapping = mapping
        self._text = text_values
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._contexts: dict[tuple[Any, ...], tuple[str | None, ...]] = {}
        self._occurrences = Occurrences()
        self.understood: dict[str, str] = {}
        self.unseen = set(mapping.values())

    def plan(self, names: tuple[str, ...]) -> Plan:
        """Return what the names mean, remembered per set of names."""
        found = self._plans.get(names)
        if found is None:
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            found = self._plans[names] = understand(names, self.mapping)
            self.unseen.difference_update(names)
        return found

    def lacking(self, where: str, names: Sequence[str]) -> BadInput:
        """Return the error for a file whose event or time nobody can point at."""
        return cannot_read(where, names, self.mapping)

    def make_all(
        self, plan: Plan, many: Sequence[list[Any]], lines: Sequence[bytes] | None
    ) -> list[Row] | None:
        """Return the events of several records with one plan, column by column.

        The result is that of `make` for each, at two thirds of the cost. None when some of them
        need a closer look; then nothing has happened and each is to be made on its own.
        """
        if not plan.plain:
            return None
        try:
            return self._together(plan, many, lines)
        except (Refused, TypeError):
            return None

    def _together(
        self, plan: Plan, many: Sequence[list[Any]], lines: Sequence[bytes] | None
    ) -> list[Row] | None:
        columns = list(zip(*many, strict=True))
        events = columns[plan.event]
        distinct = set(events)
        if not all(name.__class__ is str and name for name in distinct) or distinct & _STATEMENTS:
            return None
        users = _texts(plan.user, columns, "user id")
        if any(user and user.startswith(DEVICE_PREFIX) for user in users):
            return None
        devices = _texts(plan.device, columns, "device id")
        sessions = _texts(plan.session, columns, "session id")
        own = _texts(plan.event_id, columns, "event id")
        times = list(map(to_ms, columns[plan.time[0]]))
        properties = [self._properties(plan, values) for values in many]
        contexts: Sequence[tuple[str | None, ...]] = [NO_CONTEXT] * len(many)
        if plan.context:
            contexts = [self._context(plan.context([*values, None])) for values in many]
        ids = [
            digest(text.encode())
            if text
            else self._occurrences.id_of(lines[i] if lines else _joined(many[i]))
            for i, text in enumerate(own)
        ]
        self._note(plan)
        traits = [None] * len(many)
        rows = zip(
            events, times, users, devices, sessions, ids, contexts, properties, traits, strict=True
        )
        return [tuple.__new__(Row, row) for row in rows]

    def make(self, plan: Plan, values: list[Any], line: bytes | None) -> Record:
        """Return what one record says.

        Args:
            values: as many as the plan has names; one None is appended.
            line: the raw line, which identifies an event that has no id of its own; None for
                delimited text, where the values do.

        Raises:
            Refused: with the reason.
        """
        values.append(None)
        if plan.type >= 0 or plan.previous >= 0:
            statement = self._statement(plan, values)
            if statement is not None:
                return statement
        if plan.event < 0:
            raise MissingField("no event name")
        event = values[plan.event]
        if event.__class__ is not str:
            event = as_text(event, "event name")
        if not event:
            raise Refused("no event name")
        if event in _NOT_EVENTS and plan.type < 0:
            statement = self._identity(plan, values, _NOT_EVENTS[event])
            if statement is not None:
                return statement
        user, device = _people(plan, values)
        session = first_text(plan.session, values, "session id") if plan.session else None
        own = first_text(plan.event_id, values, "event id") if plan.event_id else None
        traits = _object(values[plan.traits], "traits") if plan.traits >= 0 else None
        ts = _time(plan, values)
        properties = self._properties(plan, values)
        self._note(plan)
        if own:
            number = digest(own.encode())
        else:
            number = self._occurrences.id_of(_joined(values[:-1]) if line is None else line)
        context = self._context(plan.context(values)) if plan.context else NO_CONTEXT
        fields = (event, ts, user, device, session, number, context, properties, traits or None)
        return tuple.__new__(Row, fields)

    def _note(self, plan: Plan) -> None:
        if not self.understood:
            self.understood = dict(plan.understood)

    def _context(self, values: tuple[Any, ...]) -> tuple[str | None, ...]:
        """Return context values as text; equal ones are one object, which later steps gain by."""
        try:
            found = self._contexts.get(values)
        except TypeError:
            return self._context_texts(values)
        if found is None:
            if len(self._contexts) >= _MAX_CONTEXTS:
                self._contexts.clear()
            found = self._contexts[values] = self._context_texts(values)
        return found

    def _context_texts(self, values: tuple[Any, ...]) -> tuple[str | None, ...]:
        return tuple(
            (value or None if self._text else value)
            if value is None or value.__class__ is str
            else orjson.dumps(value).decode()
            for value in values
        )

    def _statement(self, plan: Plan, values: Sequence[Any]) -> Record | None:
        kind = values[plan.type] if plan.type >= 0 else None
        if kind in ("identify", "alias"):
            return self._identity(plan, values, kind)
        return None

    def _identity(self, plan: Plan, values: Sequence[Any], kind: str) -> Record | None:
        user, device = _people(plan, values)
        ts = _time(plan, values)
        if kind == "alias":
            old = (
                first_text((plan.previous,), values, "previous id") if plan.previous >= 0 else None
            )
            if not old or not user:
                raise Refused("alias without both ids")
            return Alias(old, user, ts)
        traits = _object(values[plan.traits], "traits") if plan.traits >= 0 else None
        if not user and not (device and traits):
            raise Refused("identify without a user")
        return Identify(user, device, ts, traits or None)

    def _properties(self, plan: Plan, values: Sequence[Any]) -> str | None:
        given = values[plan.properties] if plan.properties >= 0 else None
        if not plan.extras:
            if not given:
                return None
            if given.__class__ is str:
                return _checked_text(given)
            return dump(_object(given, "properties"))
        if self._text:
            found = {name: typed(v) for name, i in plan.extras if (v := values[i])}
        else:
            found = {name: v for name, i in plan.extras if (v := values[i]) is not None}
        if plan.type >= 0 and values[plan.type] in _TYPES:
            found.pop(plan.names[plan.type], None)
        if given:
            if not found and given.__class__ is str:
                return _checked_text(given)
            found.update(_object(given, "properties") or {})
        return dump(found)


def _joined(values: Sequence[str]) -> bytes:
    return "\x1f".join(values).encode()


def _texts(
    places: Sequence[int], columns: Sequence[Sequence[Any]], what: str
) -> Sequence[str | None]:
    """Return one text per record, or None, from the first place that has one."""
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


def as_text(value: Any, what: str) -> str | None:
    """Return a name or id as text: numbers as they are written, 123.0 as "123", nothing as None.

    Raises:
        Refused: for an object or list, or a number too large to be exact.
    """
    if value is None or value.__class__ is str:
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if abs(value) >= _EXACT or value != value:
            raise Refused(f"{what} is a number too large to be exact; write it as text")
        return str(int(value)) if value == int(value) else repr(value)
    raise Refused(f"{what} is not text")


def first_text(places: Sequence[int], values: Sequence[Any], what: str) -> str | None:
    """Return the first of several values that is there, as text."""
    for place in places:
        value = values[place]
        if value.__class__ is not str:
            value = as_text(value, what)
        if value:
            return value  # type: ignore[no-any-return]
    return None


def _people(plan: Plan, values: Sequence[Any]) -> tuple[str | None, str | None]:
    user = first_text(plan.user, values, "user id") if plan.user else None
    device = first_text(plan.device, values, "device id") if plan.device else None
    if user and user.startswith(DEVICE_PREFIX):
        return None, device or user[len(DEVICE_PREFIX) :] or None
    return user, device


def _time(plan: Plan, values: Sequence[Any]) -> int:
    for place in plan.time:
        value = values[place]
        if value is not None and value != "":
            return to_ms(value)
    if plan.time:
        raise Refused("no time")
    raise MissingField("no time")


def _object(value: Any, what: str) -> dict[str, Any] | None:
    if value.__class__ is str:
        value = load(value, what) if value.strip() else None
    if value is None or value.__class__ is dict:
        return value
    raise Refused(f"{what} not a JSON object")


def load(text: str, what: str) -> Any:
    """Parse JSON text; Refused when it is none."""
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise Refused(f"{what} not a JSON object") from error


def _checked_text(text: str) -> str | None:
    found = _object(text, "properties")
    if found and (text.count("[") + text.count("{") > 250):
        dump(found)
    return text if found else None


def dump(value: Any) -> str | None:
    """Return JSON text of an object, None for an empty one; Refused beyond 250 levels."""
    if not value:
        return None
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise Refused("nested too deep") from error


@lru_cache(maxsize=65536)
def typed(text: str) -> Any:
    """Return a number for text that is written exactly as JSON would write it, else the text.

    So "35.0" can be summed, while "007", "1e9" and 20-digit numbers stay text.
    """
    if len(text) > 15 or not (text[0].isdigit() or text[0] == "-") or not text.isascii():
        return text
    whole, dot, fraction = text.lstrip("-").partition(".")
    if not whole.isdigit() or (len(whole) > 1 and whole[0] == "0") or text.startswith("--"):
        return text
    if not dot:
        return int(text)
    return float(text) if fraction.isdigit() else text
