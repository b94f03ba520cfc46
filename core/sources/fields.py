"""Which column or key of a file means what, by its name or the user's mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from core.columns import CONTEXT, CONTEXT_ALIASES
from core.errors import BadInput, did_you_mean
from core.sources.vendors import Vendor, of_names
from core.text import clean

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "event": ("event_name", "event", "name", "event_type"),
    "time": ("time", "timestamp", "ts", "event_time"),
    "user": ("user", "user_id", "distinct_id", "actor"),
    "device": ("device_id", "anonymous_id"),
    "session": ("session_id",),
    "event_id": ("insert_id", "message_id", "uuid", "event_uuid", "event_id"),
    "properties": ("properties", "event_properties"),
    "traits": ("traits", "user_properties"),
    "type": ("type",),
    "previous": ("previous_id",),
}
"""Names recognised for each meaning, best first; case, spaces, hyphens and a leading $ are ignored.
"""

UNIQUE_IDS: Final = frozenset({"insert_id", "message_id", "event_uuid"})
"""Names of ids that stand for one event each in whatever file they are."""

_SINGLE: Final = ("event", "properties", "traits", "previous")
_SEVERAL: Final = ("time", "user", "device", "session", "event_id")
_UNCUT: Final = re.compile(r"\w([^\w\s.-]\w+[^\w\s.-]|\s+\w+\s{2,})\w")
"""What several names look like with something unknown between them."""

_BLANK: Final = " \t\r\n\xa0\u200b\ufeff[]`"
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Plan:
    """Where each meaning is in a list of values.

    Attributes:
        names: all names, in order.
        event, properties, traits, type, previous: one position, -1 when absent.
        time, user, device, session, event_id: positions, best first.
        context: picks one value per column of `columns.CONTEXT` from the values plus one trailing
            None.
        extras: name and position of every value that stays a property.
        rivals: positions of fields with one meaning that are not mapped to be the same.
        device_prefix: the prefix of user ids that are devices; "" for none.
        understood: meaning -> name, for the report.
        date: the position of the date whose time of day is `time`; -1 for none.
        constant: the name of every event; "" where a value is it.
    """

    names: tuple[str, ...]
    event: int = -1
    properties: int = -1
    traits: int = -1
    type: int = -1
    previous: int = -1
    time: tuple[int, ...] = ()
    user: tuple[int, ...] = ()
    device: tuple[int, ...] = ()
    session: tuple[int, ...] = ()
    event_id: tuple[int, ...] = ()
    context: itemgetter[Any] | None = None
    extras: tuple[tuple[str, int], ...] = ()
    rivals: tuple[tuple[int, ...], ...] = ()
    device_prefix: str = ""
    understood: Mapping[str, str] = field(default_factory=dict)
    date: int = -1
    constant: str = ""

    @cached_property
    def plain(self) -> bool:
        """Whether it has only what any event has, and nothing that must be checked line by line."""
        special = (self.type, self.previous, self.traits)
        named = self.event >= 0 or bool(self.constant)
        return named and len(self.time) == 1 and max(special) < 0

    @cached_property
    def own(self) -> Sequence[int]:
        """The positions of what tells one event from others: its name, time and ids; none if they
        must be looked at together with other fields.
        """
        if not self.plain or self.rivals or self.date >= 0:
            return ()
        several = (self.time, self.user, self.device, self.session, self.event_id)
        single = [places[0] for places in several if len(places) == 1]
        return single if self.event < 0 else [self.event, *single]

    @cached_property
    def has_beside(self) -> bool:
        """Whether an event may have properties outside its properties field."""
        return bool(self.extras or self.rivals or max(self.previous, self.traits) >= 0)

    @cached_property
    def said(self) -> Sequence[int]:
        """The positions of what properties are made of; none if there are no properties."""
        if not self.has_beside:
            return () if self.properties < 0 else (self.properties,)
        beside = {place for _, place in self.extras}.union(*self.rivals)
        single = {place for place in (self.properties, self.previous, self.traits) if place >= 0}
        return tuple(beside | single)

    def agrees(self, other: Plan) -> bool:
        """Whether all names of another plan mean the same in this one, in the same order."""
        about = ("plain", "constant", "device_prefix")
        if any(getattr(self, name) != getattr(other, name) for name in about):
            return False
        extras = [name for name, _ in self.extras if name in other.names]
        in_order = extras == [name for name, _ in other.extras]
        return in_order and self._said.items() >= other._said.items()

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        """What each name means."""
        picked = self.context([*self.names, None]) if self.context else ()
        context = [(name, number) for number, name in enumerate(picked)]
        found: dict[str, list[Any]] = {name: [] for name in self.names}
        for meaning in (*_SINGLE, "type", "date", *_SEVERAL):
            given = getattr(self, meaning)
            for rank, place in enumerate(given if meaning in _SEVERAL else (given,)):
                if place >= 0:
                    found[self.names[place]].append((meaning, rank))
        for what, names in (("context", context), ("extra", self.extras)):
            for name, place in names:
                if name is not None:
                    found[name].append((what, what == "context" and place))
        for places in self.rivals:
            for place in places:
                found[self.names[place]].append("rival")
        return found

    @property
    def complete(self) -> bool:
        """Whether it has the event and the time that every event needs."""
        return (self.event >= 0 or bool(self.constant)) and bool(self.time)


@dataclass(frozen=True)
class Choice:
    """What was decided about the columns of a file, beside what their names say.

    Attributes:
        mapping: meaning -> name.
        avoided: names that are only properties here.
        dropped: names of columns that are left out.
        date: the name of the dates whose times of day are another column; "" for none.
        event: the name of every event; "" where a column has it.
        hint: what to write where something is missing; "" for nothing.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    avoided: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    date: str = ""
    event: str = ""
    hint: str = ""


def normal(name: str) -> str:
    """Return a name in normal form: "userId", "User ID" and "$user_id" are all user_id."""
    plain = _CAMEL.sub("_", name.strip(_BLANK).lstrip("$#")).lower()
    return re.sub(r"[\s.-]+", "_", plain)


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise BadInput for a meaning on the left of --map that does not exist."""
    known = [*NAMES, *CONTEXT]
    for meaning in mapping:
        if meaning not in known:
            raise BadInput(
                f"--map cannot set {meaning!r}.",
                f"{did_you_mean(meaning, known)} Allowed: {', '.join(known)}.".strip(),
            )


def understand(
    names: Sequence[str],
    mapping: Mapping[str, str],
    vendor: Vendor | None = None,
    choice: Choice | None = None,
) -> Plan:
    """Decide what each name means; names in `mapping` win over recognised ones.

    Args:
        names: the header of a file, or the keys of one record.
        mapping: meaning -> name, as in {"user": "customer_id"}; names that are absent are ignored.
        vendor: the file's vendor, if the names alone do not show it.
        choice: what the values of the file decided; the mapping wins over it.
    """
    choice = choice or Choice()
    mapping = {**choice.mapping, **mapping}
    given = {name: meaning for meaning, name in mapping.items()}
    if vendor is None or not vendor.reshapes:
        vendor = of_names(names) or vendor
    meanings: Mapping[str, str | None] = vendor.renames if vendor else {}
    places: dict[str, list[tuple[int, int]]] = {}
    dropped = set()
    for index, name in enumerate(names):
        if name in given:
            places.setdefault(given[name], []).append((-1, index))
            continue
        if name in choice.avoided or name == choice.date:
            continue
        if name in choice.dropped:
            dropped.add(index)
            continue
        renamed = meanings.get(name, name)
        if renamed is None:
            dropped.add(index)
            continue
        meaning, rank = _meaning(normal(renamed))
        if meaning and not (meaning in mapping and mapping[meaning] in names):
            places.setdefault(meaning, []).append((rank, index))
    ranked = {meaning: tuple(i for _, i in sorted(found)) for meaning, found in places.items()}
    if choice.event:
        ranked.pop("event", None)
    plan = _plan(tuple(names), ranked, dropped, vendor)
    return _chosen(plan, choice) if choice.date or choice.event else plan


def _chosen(plan: Plan, choice: Choice) -> Plan:
    date = plan.names.index(choice.date) if choice.date in plan.names else -1
    understood = dict(plan.understood)
    if date >= 0 and "time" in understood:
        understood["time"] = f"{choice.date} {understood['time']}"
    extras = tuple((name, place) for name, place in plan.extras if place != date)
    return replace(plan, date=date, constant=choice.event, extras=extras, understood=understood)


def _meaning(name: str) -> tuple[str, int]:
    for meaning, known in NAMES.items():
        if name in known:
            return meaning, known.index(name)
    context = CONTEXT_ALIASES.get(name, name)
    if context in CONTEXT:
        return context, 0 if context == name else 1
    return "", 0


def _plan(
    names: tuple[str, ...],
    ranked: dict[str, tuple[int, ...]],
    dropped: set[int],
    vendor: Vendor | None,
) -> Plan:
    first = {meaning: places[0] for meaning, places in ranked.items()}
    context = {c: first[c] for c in CONTEXT if c in first}
    used = dropped | {first[m] for m in (*_SINGLE, *context) if m in first}
    used.update(i for m in _SEVERAL for i in ranked.get(m, ()))
    return Plan(
        names=names,
        event=first.get("event", -1),
        properties=first.get("properties", -1),
        traits=first.get("traits", -1),
        type=first.get("type", -1),
        previous=first.get("previous", -1),
        time=ranked.get("time", ()),
        user=ranked.get("user", ()),
        device=ranked.get("device", ()),
        session=ranked.get("session", ()),
        event_id=ranked.get("event_id", ()),
        context=itemgetter(*(context.get(c, len(names)) for c in CONTEXT)) if context else None,
        extras=tuple((name, i) for i, name in enumerate(names) if i not in used),
        rivals=() if vendor else tuple(p for m in _SEVERAL if len(p := ranked.get(m, ())) > 1),
        device_prefix=vendor.device_prefix if vendor else "",
        understood={meaning: names[i] for meaning, i in first.items() if meaning != "type"},
    )


def cannot_read(where: str, plan: Plan, hint: str = "") -> BadInput:
    """Return the error for a file without a recognisable event or time.

    Args:
        hint: what else to write; "" for nothing.
    """
    known = {"event": plan.event >= 0 or bool(plan.constant), "time": bool(plan.time)}
    lacks = [meaning for meaning, found in known.items() if not found]
    advice = "Name it with --map " + ",".join(f"{m}=COLUMN" for m in lacks) + "."
    if "event" in lacks:
        advice += " Where every line is the same event, name that with --event NAME"
        thing = _thing(where)
        advice += f", such as --event {thing}." if thing else "."
    if len(plan.names) == 1 and _UNCUT.search(plan.names[0]):
        advice += " If something unusual separates its columns: --delimiter CHAR."
    return BadInput(
        f"{where} has no column for the {' and the '.join(lacks)}; it has: {listed(plan.names)}.",
        f"{advice} {hint}".strip(),
    )


def _thing(where: str) -> str:
    """Return what a file or table is called by its name, "" if that is no plain word."""
    name = re.split(r"[/\\:]", where)[-1].partition(".")[0]
    word = re.sub(r"[\W\d]+$|[_ -]*(export|dump|\d+)[_ -]*", "", name, flags=re.I)
    return word.lower() if re.fullmatch(r"[^\W\d_]\w{2,30}", word) else ""


def listed(names: Sequence[str]) -> str:
    """Return names for a message: the first 40, without control characters."""
    shown = [clean(name, 60) for name in names[:40]] + ["..."] * (len(names) > 40)
    return ", ".join(shown) or "nothing"
