"""From the values of one record to an event, an identity statement, or a reason for refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from core.errors import BadInput
from core.records import (
    NO_CONTEXT,
    Alias,
    Identify,
    LeftOut,
    MissingField,
    Occurrences,
    Record,
    Refused,
    Row,
    own_id,
    own_ids,
)
from core.sources.fields import Choice, Plan, cannot_read, understand
from core.sources.flow.gathered import Events
from core.sources.flow.spread import once
from core.sources.making import Table
from core.sources.moments import Moments
from core.sources.placeholders import names_an_event
from core.sources.text.choose import choose
from core.sources.text.contexts import Contexts
from core.sources.text.parts import (
    columns_of,
    ids_hold,
    is_name,
    is_object,
    joined,
    merged,
    moment,
    people,
    texts,
    times_of,
    traits_of,
)
from core.sources.text.reading import Notes, Reading
from core.sources.values import (
    NotAnObject,
    as_object,
    as_text,
    checked_text,
    dump,
    first_text,
    typed,
    typed_comma,
)
from core.sources.vendors import Plain, Reshape, Vendor, is_statement, of_header, of_lines, of_names
from core.timeframe import Calendar

_MAX_PLANS: Final = 2_000
_MAX_STATED: Final = 100_000
_NOT_EVENTS: Final = {
    "identify": "identify", "$identify": "identify", "alias": "alias", "$create_alias": "alias",
}  # fmt: skip
_STATEMENTS: Final = frozenset(_NOT_EVENTS)


class Maker:
    """Makes records from one file's lines.

    Args:
        mapping: meaning -> name, given by the user.
        text_values: values come from delimited text: "" is missing and numbers are text.
        calendar: the workspace's, in which a date without a time is a day; None for UTC.
        reading: what the user says about the file.
        notes: what reading the file shows.

    Attributes:
        understood: meaning -> name, of the first event.
        ids_hold: whether ids of events are those of single events, by the first ones.
        names: the names of the first line.
        unseen: names in `mapping` that no record has had so far.
    """

    record = Row
    exact = False

    def __init__(
        self,
        mapping: Mapping[str, str],
        *,
        text_values: bool,
        calendar: Calendar | None = None,
        reading: Reading | None = None,
        notes: Notes | None = None,
    ) -> None:
        self.mapping = mapping
        self._text = self.tabular = text_values
        self._notes = notes or Notes()
        self._reading = reading or Reading()
        self._moments = Moments(calendar, reading, notes)
        self._choice = Choice(event=self._reading.event)
        self._typed = typed
        self._vendor: Vendor | None = None
        self._reshape: Reshape | None = None
        self._table = False
        self._stated: dict[Any, Any] = {}
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._contexts = Contexts(text_values=text_values)
        self._occurrences = Occurrences()
        self.ids_hold = True
        self.understood: dict[str, str] = {}
        self.names: tuple[str, ...] = ()
        self.unseen = set(mapping.values())

    @property
    def recognised(self) -> str:
        """The file's vendor and the fields that tell people and events, "" if there is none."""
        vendor = self.vendor
        return ": ".join(filter(None, (vendor.name, vendor.says))) if vendor else ""

    @property
    def vendor(self) -> Vendor | None:
        """The vendor whose export the file is, None if there is none."""
        return self._vendor or of_names(self.names)

    @property
    def reshapes(self) -> bool:
        """Whether the file's vendor has a function that returns plain lines."""
        return self._reshape is not None

    def _take(self, vendor: Vendor | None) -> None:
        self._vendor = vendor
        if vendor is not None:
            self._reshape = vendor.begin() if vendor.begin else vendor.reshape

    def recognise_header(self, names: Sequence[str]) -> None:
        """Detect a vendor with reshaped rows from the header of a table."""
        self._take(of_header(names))
        self._table = True

    def reshaped(self, found: dict[str, Any]) -> Iterable[Plain | LeftOut]:
        """Return the plain lines in an object or a row of the vendor; any other unchanged.

        Names in the mapping keep their values, whatever the vendor's reshaping does.

        Raises:
            Refused: the object cannot be used, with the reason.
        """
        vendor, reshape = self._vendor, self._reshape
        if vendor is None or reshape is None:
            return (found,)
        if not (self._table or vendor.names_are_its(found)):
            return (found,)
        plain = reshape(found)
        if not self.mapping:
            return plain
        given = self._mapped(found)
        return [
            line if isinstance(line, LeftOut) or is_statement(line) else {**line, **given}
            for line in plain
        ]

    def is_news(self, made: Any) -> bool:
        """Return whether a record is not a statement beside an event that was made before.

        A link holds from the earliest time it was stated; an alias until another one is.
        """
        if not isinstance(made, (Identify, Alias)) or not made.beside:
            return True
        stated = self._stated
        if len(stated) >= _MAX_STATED:
            stated.clear()
        if isinstance(made, Alias):
            news = stated.get(made.old) != made.new
            stated[made.old] = made.new
            return news
        earliest = stated.get(made[:2])
        if made.traits or earliest is None or made.ts < earliest:
            stated[made[:2]] = made.ts
            return True
        return False

    def _mapped(self, found: Mapping[str, Any]) -> Plain:
        inside = found.get("properties")
        within: Mapping[str, Any] = inside if isinstance(inside, dict) else {}
        given = {name: found.get(name, within.get(name)) for name in self.mapping.values()}
        return {name: value for name, value in given.items() if value is not None}

    def recognise(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Detect the vendor from the first lines of a file of objects."""
        self._take(of_lines(lines))
        if self._vendor is None:
            self.look(columns_of(lines), Table())

    def look(self, columns: Mapping[str, Sequence[Any]], table: Table) -> None:
        """Decide about columns, dates and numbers by the first values of a table or file."""
        names = tuple(columns)
        if table.decimal_comma:
            self._typed = typed_comma
        if self._vendor is None and of_names(names) is None:
            choice = choose(columns, self.mapping, self._reading.event, self._notes)
            self._choice = replace(choice, dropped=table.dropped)
        self._plans.clear()
        plan = understand(names, self.mapping, self._vendor, self._choice)
        given = times_of(plan, columns)
        self._moments.learn(given, day_likely=table.decimal_comma, table=self._text)
        self.ids_hold = ids_hold(plan, columns)

    def plan(self, names: tuple[str, ...]) -> Plan:
        """Return what the names mean, cached per set of names."""
        found = self._plans.get(names)
        if found is None:
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            found = self._plans[names] = understand(names, self.mapping, self._vendor, self._choice)
            self.unseen.difference_update(names)
            self.names = self.names or tuple(n for n in names if n not in self._choice.dropped)
        return found

    def lacking(self, where: str, names: Sequence[str]) -> BadInput:
        """Return the error for a file without a recognisable event or time."""
        plan = understand(names, self.mapping, self._vendor, self._choice)
        return cannot_read(where, plan, self._choice.hint)

    def make_all(
        self, plan: Plan, columns: Sequence[Sequence[Any]], lines: Sequence[bytes] | None
    ) -> Events | None:
        """Return the events of several records with one plan, all at once.

        The result is that of `make` for each, at a third of the cost. None, without side effects,
        if some of them must be checked alone; then each must be made on its own.

        Args:
            columns: one per name of the plan.
            lines: the raw lines; None for delimited text.
        """
        if not plan.plain:
            return None
        mark = self._notes.mark()
        try:
            made = self._together(plan, columns, lines)
        except (Refused, TypeError):
            made = None
        if made is None:
            self._notes.back(mark)
        return made

    def _together(
        self, plan: Plan, columns: Sequence[Sequence[Any]], lines: Sequence[bytes] | None
    ) -> Events | None:
        nothing: Sequence[Any] = [None] * len(columns[0])
        events = [plan.constant] * len(nothing) if plan.constant else columns[plan.event]
        distinct = set(events)
        if not all(map(is_name, distinct)) or distinct & _STATEMENTS:
            return None
        users = texts(plan.user, columns, "user id")
        if (prefix := plan.device_prefix) and any(u and u.startswith(prefix) for u in users):
            return None
        devices = texts(plan.device, columns, "device id")
        sessions = texts(plan.session, columns, "session id")
        own = texts(plan.event_id, columns, "event id")
        moments = columns[plan.time[0]]
        if plan.date >= 0:
            moments = list(map(moment, columns[plan.date], moments))
        times = self._moments.all(moments)
        properties = self._all_properties(plan, columns) if plan.said else nothing
        if plan.context:
            contexts = self._contexts.of_all(plan.context([*columns, None]))
        else:
            contexts = self._contexts.none(len(nothing))
        ids = self._ids(own, columns, lines)
        self._note(plan)
        return Events(events, times, users, devices, sessions, ids, contexts, properties, nothing)

    def _ids(
        self,
        own: Sequence[str | None],
        columns: Sequence[Sequence[Any]],
        lines: Sequence[bytes] | None,
    ) -> Sequence[int]:
        """Return the ids of several events, given their own ones."""
        texts = [text for text in own if text and names_an_event(text)]
        if len(texts) == len(own):
            return own_ids(texts)
        lines = lines or list(map(joined, zip(*columns, strict=True)))
        if not texts:
            return self._occurrences.event_ids(lines)
        return [
            own_id(text) if text and names_an_event(text) else self._occurrences.event_id(line)
            for text, line in zip(own, lines, strict=True)
        ]

    def make(self, plan: Plan, values: list[Any], line: bytes | None) -> Record:
        """Return the event or statement of one record.

        Args:
            values: one per name of the plan; a None is appended.
            line: the raw line, which identifies an event without an id; None for delimited text,
                where the values do.

        Raises:
            Refused: with the reason.
        """
        values.append(None)
        if plan.type >= 0 or plan.previous >= 0:
            statement = self._statement(plan, values)
            if statement is not None:
                return statement
        if plan.event < 0 and not plan.constant:
            raise MissingField("no event name")
        event = plan.constant or values[plan.event]
        if event.__class__ is not str:
            event = as_text(event, "event name")
        event = event and event.strip()
        if not event:
            raise Refused("no event name")
        if event in _NOT_EVENTS and plan.type < 0:
            statement = self._identity(plan, values, _NOT_EVENTS[event])
            if statement is not None:
                return statement
        user, device = people(plan, values)
        session = first_text(plan.session, values, "session id") if plan.session else None
        own = first_text(plan.event_id, values, "event id") if plan.event_id else None
        traits = self._traits(plan, values)
        ts = self._time(plan, values)
        properties = self._properties(plan, values)
        self._note(plan)
        if own and names_an_event(own):
            number = own_id(own)
        else:
            number = self._occurrences.event_id(joined(values[:-1]) if line is None else line)
        context = self._contexts.of(plan.context(values)) if plan.context else NO_CONTEXT
        fields = (event, ts, user, device, session, number, context, properties, traits or None)
        return tuple.__new__(Row, fields)

    def _note(self, plan: Plan) -> None:
        if not self.understood:
            self.understood = dict(plan.understood)

    def _time(self, plan: Plan, values: Sequence[Any]) -> int:
        for place in plan.time:
            value = values[place]
            if plan.date >= 0:
                value = moment(values[plan.date], value)
            if value is not None and value != "":
                return self._moments.ms(value)
        if plan.time:
            raise Refused("no time")
        raise MissingField("no time")

    def _statement(self, plan: Plan, values: Sequence[Any]) -> Record | None:
        """Return the statement of a line of type identify or alias, unless it names an event."""
        kind = values[plan.type] if plan.type >= 0 else None
        event = values[plan.event] if plan.event >= 0 else None
        if kind in ("identify", "alias") and (not event or event in (kind, f"${kind}")):
            return self._identity(plan, values, kind)
        return None

    def _identity(self, plan: Plan, values: Sequence[Any], kind: str) -> Record | None:
        user, device = people(plan, values)
        ts = self._time(plan, values)
        if kind == "alias":
            old = (
                first_text((plan.previous,), values, "previous id") if plan.previous >= 0 else None
            )
            if not old or not user:
                raise Refused("alias without both ids")
            return Alias(old, user, ts)
        traits = self._traits(plan, values)
        if not user and not (device and traits):
            raise Refused("identify without a user")
        return Identify(user, device, ts, traits or None)

    def _all_properties(self, plan: Plan, columns: Sequence[Any]) -> Sequence[str | None]:
        """Return the properties of several events."""
        columns, places = once(columns, plan.said)
        if plan.has_beside:
            found = [self._properties(plan, values) for values in zip(*columns, strict=True)]
        else:
            name, inside = plan.names[plan.properties], columns[plan.properties]
            found = [self._inside(name, given) if given else None for given in inside]
        return found if places is None else list(map(found.__getitem__, places.tolist()))

    def _properties(self, plan: Plan, values: Sequence[Any]) -> str | None:
        given = values[plan.properties] if plan.properties >= 0 else None
        name = plan.names[plan.properties]
        found = self._beside(plan, values) if plan.has_beside else None
        if not found:
            return self._inside(name, given) if given else None
        if given:
            try:
                found = merged(found, as_object(given, "properties") or {})
            except NotAnObject:
                found = {**found, name: self._kept(given)}
        return dump(found)

    def _inside(self, name: str, given: Any) -> str | None:
        """Return the properties of an event that are one value, called `name`, not empty."""
        try:
            if given.__class__ is str:
                return checked_text(given)
            return dump(as_object(given, "properties"))
        except NotAnObject:
            return dump({name: self._kept(given)})

    def _kept(self, text: Any) -> Any:
        """Return the text in a column of objects that is none, and count it.

        Raises:
            NotAnObject: it is not in a table.
        """
        if not self._text:
            raise NotAnObject("properties not a JSON object")
        self._notes.count(
            "value is not a JSON object and is kept as text",
            "values are not JSON objects and are kept as text",
        )
        return text

    def _traits(self, plan: Plan, values: Sequence[Any]) -> dict[str, Any] | None:
        """Return what a line says about its person; a text in a table that is no object is a
        property.
        """
        try:
            return traits_of(plan, values)
        except NotAnObject:
            if self._text:
                return None
            raise

    def _beside(self, plan: Plan, values: Sequence[Any]) -> dict[str, Any]:
        """Return the properties of an event at the top level."""
        if self._text:
            found = {
                name: self._typed(v) if v.__class__ is str else v
                for name, i in plan.extras
                if (v := values[i]) is not None and v != ""
            }
        else:
            found = {name: v for name, i in plan.extras if (v := values[i]) is not None}
        if self._text and plan.traits >= 0 and not is_object(values[plan.traits]):
            found[plan.names[plan.traits]] = self._kept(values[plan.traits])
        for places in plan.rivals:
            given = [(i, v) for i in places if (v := values[i]) is not None and v != ""]
            for place, value in given[1:]:
                if value != given[0][1]:
                    found[plan.names[place]] = self._typed(value) if self._text else value
        if plan.previous >= 0 and values[plan.previous]:
            found[plan.names[plan.previous]] = values[plan.previous]
        return found
