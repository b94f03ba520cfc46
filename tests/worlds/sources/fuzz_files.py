"""Files as nobody should send them: every format, with anything in any place.

`fuzzed(random)` returns one file and how to import it. Most lines are nearly right, since what is
wholly wrong is refused early.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

T = 1_743_933_600_000
"""2025-04-06T10:00:00Z."""

DEEP = 300
TEXTS = (
    "", " ", "ann", "bob", "007", "1e9", "NaN", "null", "\x00", "a\x00b", "\u202e", "é",
    "e\u0301", "\U0001f600", "$device:p", "$device:", "$identify", "identify", "alias", "track",
    "{}", '{"a": 1}', "[1]", '{"a":', "=1+1", "a,b", 'a"b', "a;b", "a\tb", "a.b", "x" * 3000,
    "-1", "\ufeff", "\x1b[31m",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, True, False, None, 1.5, -0.0, 1e300, 5e-324, 2**31, 2**53 + 1, 2**63 - 1, 2**63,
    2**64, -(2**63) - 1, 10**25, 10**400, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
TIMES = (
    T, T // 1000, T * 1000, str(T), "2025-04-06", "2025-04-06 10:00:00", "20250406", 20250406,
    "2025-04-06T10:00:00+02:00", "2025-W15-1", "1969-12-31T23:59:59", "1900-01-01", "2199-12-31",
    "2200-01-01", "9999-12-31T23:59:59Z", "0001-01-01", "2025-02-30", -1, 0, -(2**63), 10**30,
    "1e400", "12:00", "1743933600.5", "2025-03-30T02:30:00", "2025-04-06T10:00:00.123456789Z",
    "2025-04-06T24:00:00", "2025-04-06 10:00:00 UTC",
)  # fmt: skip
NAMES = (
    "event", "event_name", "name", "event_type", "time", "timestamp", "ts", "event_time", "user",
    "user_id", "userId", "distinct_id", "actor", "device_id", "anonymousId", "session_id",
    "insert_id", "$insert_id", "properties", "event_properties", "traits", "user_properties",
    "type", "previous_id", "previousId", "country", "os", "version", "locale", "level", "message",
    "msg", "severity", "uuid", "alias", "", " ", "a.b", "x", "$device_id", "$anon_id",
    "mp_country_code", "messageId", "\x00", "\u202e", "y" * 500,
)  # fmt: skip


@dataclass(frozen=True)
class Fuzzed:
    """One file.

    Attributes:
        name: of the file; its ending may decide the format.
        options: of `import_files`.
        lines: how many lines are not blank, where that is known.
    """

    name: str
    content: bytes
    options: dict[str, Any] = field(default_factory=dict)
    lines: int | None = None


def anything(random: Random, depth: int = 0) -> Any:
    """Any value that a JSON parser of somebody takes."""
    kind = random.randrange(10)
    if kind < 4:
        return random.choice(TEXTS)
    if kind < 7:
        return random.choice(NUMBERS)
    if kind == 7 or depth > 3:
        return random.choice(TIMES)
    if kind == 8:
        return [anything(random, depth + 1) for _ in range(random.randrange(3))]
    if random.random() < 0.05:
        return _deep(random.choice((100, 251, DEEP, 600)))
    return {random.choice(NAMES): anything(random, depth + 1) for _ in range(random.randrange(4))}


def _deep(levels: int) -> Any:
    found: Any = 1
    for level in range(levels):
        found = [found] if level % 2 else {"a": found}
    return found


# -- lines of each format, nearly right


def _who(random: Random) -> str:
    return random.choice(("ann", "bob", "cem"))


def _when(random: Random) -> int:
    return T + random.randrange(5) * 60_000


def _plain(random: Random) -> dict[str, Any]:
    kind = random.randrange(8)
    if kind == 0:
        return {
            "type": "identify", "user": _who(random), "device_id": random.choice("pq"),
            "time": _when(random), "traits": {"plan": random.choice(("pro", "free", None, 1))},
        }  # fmt: skip
    if kind == 1:
        return {
            "type": "alias", "previous_id": _who(random), "user": _who(random),
            "time": _when(random),
        }  # fmt: skip
    line = {"event": random.choice("ab"), "time": _when(random)}
    if random.random() < 0.7:
        line["user"] = _who(random)
    if random.random() < 0.5:
        line["device_id"] = random.choice("pq")
    if random.random() < 0.3:
        line["session_id"] = random.choice(("s", "-1", -1))
    if random.random() < 0.3:
        line["properties"] = {"n": random.choice((1, 2.5, "x"))}
    if random.random() < 0.2:
        line["insert_id"] = random.choice(("i", "j", 1))
    return line


def _mixpanel(random: Random) -> dict[str, Any]:
    who = random.choice((_who(random), "$device:p"))
    inside = {"time": _when(random) // 1000, "distinct_id": who}
    if random.random() < 0.5:
        inside["$device_id"] = random.choice("pq")
    if random.random() < 0.5:
        inside["$insert_id"] = random.choice(("1", "2"))
    event = random.choice(("a", "b", "$identify", "$create_alias", "$merge"))
    if event == "$identify":
        inside |= {"$identified_id": _who(random), "$anon_id": "p"}
    if event == "$create_alias":
        inside["alias"] = "old"
    if event == "$merge":
        inside["$distinct_ids"] = [_who(random), _who(random), "$device:p"]
    if random.random() < 0.3:
        inside["$distinct_id_before_identity"] = random.choice((_who(random), "$device:q"))
    return {"event": event, "properties": inside}


def _amplitude(random: Random) -> dict[str, Any]:
    said = random.choice((
        {"plan": "pro"}, {"$setOnce": {"plan": "x"}}, {"$unset": {"plan": "-"}},
        {"$add": {"n": 2}}, {"$append": {"plan": 1}}, {"$clearAll": "-"},
    ))  # fmt: skip
    return {
        "event_type": random.choice(("a", "$identify")), "user_id": random.choice(("ann", None)),
        "event_time": "2025-04-06 10:00:00.250000", "device_id": random.choice("pq"),
        "session_id": -1, "event_properties": {"n": 1}, "user_properties": said,
        "uuid": str(random.randrange(9)), "amplitude_id": random.choice((8, 9)),
        "groups": {}, "os_name": "ios",
    }  # fmt: skip


def _posthog(random: Random) -> dict[str, Any]:
    event = random.choice(("a", "b", "$identify", "$create_alias"))
    said = random.choice(({"$set": {"plan": "pro"}}, {"$set_once": {"plan": "x"}}, {}))
    return {
        "event": event, "timestamp": _when(random),
        "distinct_id": random.choice(("ann", "bob", "p")),
        "person_id": random.choice(("1", "2", None)),
        "properties": {
            "$lib": "web", "$device_id": random.choice("pq"), "$os": "iOS", "distinct_id": "x",
            "$anon_distinct_id": random.choice(("p", "cem")), "alias": _who(random), **said,
        },
    }  # fmt: skip


def _ga4(random: Random) -> dict[str, Any]:
    session = {"key": "ga_session_id", "value": {"int_value": str(random.randrange(3))}}
    return {
        "event_name": random.choice("ab"), "event_timestamp": str(_when(random) * 1000),
        "event_params": [session], "user_pseudo_id": random.choice("pq"),
        "user_id": random.choice(("ann", None)), "geo": {"country": "NL"}, "user_properties": [],
    }  # fmt: skip


def _segment(random: Random) -> dict[str, Any]:
    kind = random.choice(("track", "identify", "alias", "page", "group"))
    return {
        "type": kind, "event": "a" if kind == "track" else None, "userId": _who(random),
        "messageId": str(random.randrange(5)), "anonymousId": "p", "previousId": _who(random),
        "timestamp": _when(random), "traits": {"plan": "pro"}, "properties": {"n": 1},
    }  # fmt: skip


def _log(random: Random) -> dict[str, Any]:
    return {
        "time": _when(random), "level": random.choice(("info", 3, "warn")), "service": "api",
        "message": f"took {random.randrange(9)} ms", "session_id": "s", "n": 1,
    }  # fmt: skip


def _journal(random: Random) -> dict[str, Any]:
    return {
        "__REALTIME_TIMESTAMP": str(_when(random) * 1000), "PRIORITY": "6",
        "MESSAGE": random.choice(("x", [104, 105])), "__CURSOR": random.choice(("c", None)),
    }  # fmt: skip


def _snowplow(random: Random) -> dict[str, Any]:
    return {
        "collector_tstamp": "2025-04-06 10:00:00", "event_name": random.choice("ab"),
        "domain_userid": random.choice("pq"), "user_id": random.choice(("ann", "")),
        "event": "page_view", "event_id": str(random.randrange(9)),
    }  # fmt: skip


JSON_LINES = (
    _plain,
    _plain,
    _plain,
    _mixpanel,
    _amplitude,
    _posthog,
    _segment,
    _ga4,
    _log,
    _journal,
)
TABLES = (_plain, _plain, _amplitude, _snowplow, _log)


# -- spoiling them


def _spoiled(random: Random, line: dict[str, Any]) -> dict[str, Any]:
    for _ in range(random.randrange(3)):
        kind = random.randrange(5)
        target = line
        inside = line.get("properties")
        if isinstance(inside, dict) and random.random() < 0.4:
            target = inside
        if kind == 0 and target:
            target.pop(random.choice(list(target)))
        elif kind == 1:
            target[random.choice(NAMES)] = anything(random)
        elif kind == 2:
            for name in ("time", "timestamp", "event_time"):
                if name in target:
                    target[name] = random.choice(TIMES)
        elif target:
            target[random.choice(list(target))] = anything(random)
    return line


def _as_json(random: Random, line: dict[str, Any]) -> bytes:
    text = json.dumps(line, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.05 and len(text) > 2:
        text = (
            text[:-1]
            + ", "
            + json.dumps(random.choice(NAMES))
            + ": "
            + json.dumps(anything(random))
            + "}"
        )
    return text.encode(errors="surrogatepass")


def _spoiled_bytes(random: Random, line: bytes) -> bytes:
    place = random.randrange(len(line) + 1)
    kind = random.randrange(7)
    return (
        line[:place],
        line[:place] + bytes([random.randrange(256)]) + line[place + 1 :],
        line[:place] + b"\xff\xfe" + line[place:],
        line[:place] + b"\x00" + line[place:],
        line + b"\r",
        line.replace(b'"ann"', b'"\\ud800"'),
        random.choice((b"", b"   ", b"null", b"[]", b"1", b'"x"', b"{}", b"x" * 2_000_000)),
    )[kind]


def _lines(random: Random, make: Callable[[Random], dict[str, Any]]) -> list[bytes]:
    worst = random.choice((0.0, 0.1, 0.6))
    found = []
    for _ in range(random.randrange(1, 12)):
        line = make(random)
        if random.random() < worst:
            line = _spoiled(random, line)
        text = _as_json(random, line)
        if random.random() < worst / 3:
            text = _spoiled_bytes(random, text)
        found.append(text)
        if random.random() < 0.1:
            found.append(random.choice(found))
    return found


def _table(random: Random, make: Callable[[Random], dict[str, Any]], delimiter: str) -> bytes:
    rows = [
        _spoiled(random, make(random)) if random.random() < 0.3 else make(random) for _ in range(8)
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    table = csv.writer(stream, delimiter=delimiter, lineterminator=random.choice(("\n", "\r\n")))
    table.writerow(names)
    for row in rows:
        cells = [row.get(name, "") for name in names]
        table.writerow([json.dumps(c) if isinstance(c, (dict, list)) else c for c in cells])
    lines = stream.getvalue().encode(errors="replace").split(b"\n")
    for place in range(1, len(lines)):
        if random.random() < 0.05:
            lines[place] = _spoiled_bytes(random, lines[place])
    return b"\n".join(lines)


def _packed(random: Random, content: bytes) -> bytes:
    packed = gzip.compress(content, mtime=0)
    kind = random.randrange(5)
    if kind == 0:
        return packed[: random.randrange(len(packed))]
    if kind == 1:
        return gzip.compress(content[:20], mtime=0) + gzip.compress(content[20:], mtime=0)
    if kind == 2:
        return packed + random.choice((b"\0\0\0", b"junk"))
    if kind == 3:
        place = random.randrange(len(packed))
        return packed[:place] + bytes([random.randrange(256)]) + packed[place + 1 :]
    return packed


def fuzzed(random: Random) -> Fuzzed:
    """Return one file."""
    options: dict[str, Any] = {
        "zone": random.choice(("UTC", "UTC", "America/New_York", "Asia/Kathmandu"))
    }
    count = None
    if random.random() < 0.7:
        made = [
            line
            for make in random.choices(JSON_LINES, k=random.choice((1, 1, 2)))
            for line in _lines(random, make)
        ]
        content = random.choice((b"\n", b"\n", b"\r\n", b"\n\n")).join(made)
        name = random.choice(("in.jsonl", "in.json", "in", "in.csv"))
        count = sum(1 for line in content.split(b"\n") if line.strip())
        if random.random() < 0.1:
            options["format"] = "jsonl"
    else:
        delimiter = random.choice(",\t;|")
        content = _table(random, random.choice(TABLES), delimiter)
        name = random.choice(("in.csv", "in.tsv", "in.txt"))
    if random.random() < 0.05:
        content = b"\xef\xbb\xbf" + content
    if random.random() < 0.15:
        content, name, count = _packed(random, content), f"{name}.gz", None
    if random.random() < 0.1:
        meaning = random.choice(("user", "event", "time", "device", "session", "country"))
        options["mapping"] = {meaning: random.choice(NAMES[:20])}
    if random.random() < 0.1:
        options["logs"] = True
    return Fuzzed(name, content, options, count)
