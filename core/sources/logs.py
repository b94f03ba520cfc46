"""Logs as JSON lines, delimited text or the journal's JSON (journalctl -o json)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import BadInput, did_you_mean
from core.log_levels import USUAL, level_number
from core.records import LeftOut, LogRow, MissingField, Occurrences, Refused, digest
from core.sources.fields import listed, normal, understand
from core.sources.making import Table
from core.sources.moments import Moments
from core.sources.text.reading import Notes, Reading
from core.sources.values import as_json, dump, first_text, typed
from core.timeframe import Calendar

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": (
        "timestamp", "time", "ts", "@timestamp", "datetime", "__realtime_timestamp", "asctime",
        "@t", "time_millis", "instant",
    ),
    "level": (
        "level", "severity", "log_level", "loglevel", "levelname", "lvl", "priority",
        "severity_text", "@l",
    ),
    "message": (
        "message", "msg", "text", "body", "short_message", "log", "rendered_message", "@m",
        "text_payload", "message_template", "@mt",
    ),
    "service": ("service", "service_name", "app", "_systemd_unit", "syslog_identifier"),
    "source": ("source", "host", "hostname", "logger", "logger_name", "_hostname"),
    "session": ("session_id", "session"),
    "log_id": ("insert_id", "log_id", "__cursor"),
}  # fmt: skip
"""Names recognised for each meaning, best first, compared as in `fields.normal`."""

JOURNAL: Final = frozenset({"MESSAGE", "__REALTIME_TIMESTAMP"})
"""Keys of every journal line. Its other fields describe the machine and are dropped."""

_SIGNS: Final = (
    JOURNAL,
    frozenset({"log", "stream", "time"}),
    frozenset({"short_message", "host", "timestamp"}),
    frozenset({"@t", "@mt"}),
    frozenset({"event", "level", "timestamp", "logger"}),
    frozenset({"timestamp", "message", "ingestionTime"}),
)
"""Keys of every line of the journal, of Docker's logs, of GELF, of Serilog, of structlog and of
CloudWatch.
"""

_OF_LOGGERS: Final = frozenset({"pid", "hostname", "levelname", "asctime", "lineno", "thread"})
"""Keys by which `name` is that of a logger, not of an event."""

_MAX_PLANS: Final = 2_000


@dataclass(frozen=True)
class LogPlan:
    """Where each meaning is in a list of values: positions, best first.

    Attributes:
        properties: always -1, as logs have no field for other properties.
        extras: name and position of every value that is kept as an additional field.
        understood: meaning -> name, for the report.
    """

    names: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    extras: tuple[tuple[str, int], ...] = ()
    understood: Mapping[str, str] = field(default_factory=dict)
    properties: int = -1

    @property
    def complete(self) -> bool:
        """Whether it has the time and the message that every log needs."""
        return bool(self.places["time"] and self.places["message"])


def check_log_mapping(mapping: Mapping[str, str]) -> None:
    """Raise BadInput for a meaning on the left of --map that no log has."""
    for meaning in mapping:
        if meaning not in NAMES:
            raise BadInput(
                f"--map cannot set {meaning!r} of logs.",
                f"{did_you_mean(meaning, NAMES)} Allowed: {', '.join(NAMES)}.".strip(),
            )


def understand_log(names: Sequence[str], mapping: Mapping[str, str]) -> LogPlan:
    """Decide what each name of a log means; those given in `mapping` win."""
    given = {name: meaning for meaning, name in mapping.items()}
    found: dict[str, list[tuple[int, int]]] = {meaning: [] for meaning in NAMES}
    mapped = {meaning for meaning, name in mapping.items() if name in names}
    used = set()
    for index, name in enumerate(names):
        if name in given:
            found[given[name]].append((-1, index))
            used.add(index)
            continue
        folded = normal(name)
        for meaning, known in NAMES.items():
            if folded in known and meaning not in mapped:
                found[meaning].append((known.index(folded), index))
                used.add(index)
    if not found["message"] and "event" in names:
        found["message"].append((0, names.index("event")))
        used.add(names.index("event"))
    places = {meaning: tuple(i for _, i in sorted(ranked)) for meaning, ranked in found.items()}
    keep = () if set(names) >= JOURNAL else enumerate(names)
    return LogPlan(
        tuple(names),
        places,
        tuple((name, index) for index, name in keep if index not in used),
        {meaning: names[where[0]] for meaning, where in places.items() if where},
    )


def looks_like_logs(names: Sequence[str]) -> bool:
    """Whether the keys of a first line can only be those of logs, not of events."""
    if any(set(names) >= sign for sign in _SIGNS):
        return True
    places = understand_log(names, {}).places
    said = places["time"] and places["message"] and places["level"]
    plan = understand(names, {})
    if plan.event >= 0 and normal(names[plan.event]) == "name" and not (plan.user or plan.device):
        return bool(said) and not _OF_LOGGERS.isdisjoint(names)
    return bool(said) and plan.event < 0


class LogMaker:
    """Makes logs from one file's lines, as `maker.Maker` makes events.

    Args:
        mapping: meaning -> name, given by the user.
        text_values: values come from delimited text: "" is missing and numbers are text.
        calendar: the workspace's, in which a date without a time is a day; None for UTC.
        reading: what the user says about the file.
        notes: what reading the file shows.

    Attributes:
        understood: meaning -> name, of the first log.
        unseen: names in `mapping` that no line has had so far.
    """

    record = LogRow
    reshapes = False
    recognised = "logs"
    tabular = False
    ids_hold = True
    exact = False
    vendor = None

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
        self._moments = Moments(calendar, reading, notes)
        self._text = text_values
        self._plans: dict[tuple[str, ...], LogPlan] = {}
        self._occurrences = Occurrences()
        self.understood: dict[str, str] = {}
        self.names: tuple[str, ...] = ()
        self.unseen = set(mapping.values())

    def plan(self, names: tuple[str, ...]) -> LogPlan:
        """Return what the names mean, cached per set of names."""
        found = self._plans.get(names)
        if found is None:
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            found = self._plans[names] = understand_log(names, self.mapping)
            self.unseen.difference_update(names)
        return found

    def look(self, columns: Mapping[str, Sequence[Any]], table: Table) -> None:
        """See from the first times how all are meant."""
        names = tuple(columns)
        place = next(iter(understand_log(names, self.mapping).places["time"]), -1)
        times = columns[names[place]] if place >= 0 else ()
        given = [value for value in times if value is not None and value != ""]
        self._moments.learn(given, day_likely=table.decimal_comma)

    def recognise(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Do nothing: logs have no vendors with nested fields."""

    def recognise_header(self, names: Sequence[str]) -> None:
        """Do nothing: logs have no vendors with reshaped rows."""

    def reshaped(self, found: dict[str, Any]) -> Iterable[dict[str, Any] | LeftOut]:
        """Return the object as it is."""
        return (found,)

    def is_news(self, made: Any) -> bool:
        """Return that every log is."""
        return True

    def lacking(self, where: str, names: Sequence[str]) -> BadInput:
        """Return the error for a file without a recognisable time or message."""
        known = understand_log(names, self.mapping).understood
        lacks = [meaning for meaning in ("time", "message") if meaning not in known]
        return BadInput(
            f"{where} has no column for the {' and the '.join(lacks)} of a log; "
            f"it has: {listed(names)}.",
            "Name it with --map " + ",".join(f"{m}=COLUMN" for m in lacks) + ".",
        )

    def make_all(
        self, plan: LogPlan, columns: Sequence[Sequence[Any]], lines: Sequence[bytes] | None
    ) -> list[LogRow] | None:
        """Return the logs of several lines; None, without side effects, if one is refused."""
        many = list(map(list, zip(*columns, strict=True)))
        try:
            parts = [self._parts(plan, values) for values in many]
            own = [first_text(plan.places["log_id"], values, "log id") for values in many]
        except (Refused, TypeError):
            return None
        return [
            LogRow(*part, *self._ids(given, values, lines[place] if lines else None))
            for place, (part, given, values) in enumerate(zip(parts, own, many, strict=True))
        ]

    def make(self, plan: LogPlan, values: list[Any], line: bytes | None) -> LogRow:
        """Return the log of one line; Refused with the reason."""
        parts = self._parts(plan, values)
        own = first_text(plan.places["log_id"], values, "log id")
        return LogRow(*parts, *self._ids(own, values, line))

    def _parts(self, plan: LogPlan, values: Sequence[Any]) -> tuple[Any, ...]:
        if not plan.complete:
            raise MissingField("no message" if plan.places["time"] else "no time")
        ts = self._moments.ms(_first(plan.places["time"], values))
        message = _message(_first(plan.places["message"], values))
        level = USUAL
        given = _first(plan.places["level"], values)
        if given is not None:
            number = level_number(given)
            if number is None:
                raise Refused("level not understood")
            level = number
        texts = (
            first_text(plan.places[meaning], values, meaning)
            for meaning in ("service", "source", "session")
        )
        if not self.understood:
            self.understood = dict(plan.understood)
        return (ts, level, *texts, message, self._fields(plan, values))

    def _fields(self, plan: LogPlan, values: Sequence[Any]) -> str | None:
        if self._text:
            return dump({name: typed(v) for name, i in plan.extras if (v := values[i])})
        return dump({name: v for name, i in plan.extras if (v := values[i]) is not None})

    def _ids(self, own: str | None, values: Sequence[Any], line: bytes | None) -> tuple[Any, ...]:
        if own:
            return digest(own.encode()), None, True
        text = line if line is not None else "\x1f".join(map(str, values)).encode()
        return self._occurrences.log_ids(text)


def _first(places: Sequence[int], values: Sequence[Any]) -> Any:
    return next((v for place in places if (v := values[place]) is not None and v != ""), None)


def _message(value: Any) -> str:
    """Return a message as text, without a line end after it; the journal writes one that is not
    UTF-8 as a list of bytes.
    """
    if isinstance(value, str):
        return value.removesuffix("\n")
    if value is None:
        raise Refused("no message")
    if isinstance(value, list) and all(isinstance(v, int) and 0 <= v < 256 for v in value):
        return bytes(value).decode(errors="replace")
    return as_json(value)
