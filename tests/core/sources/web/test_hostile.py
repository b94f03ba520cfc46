"""Logs and exports with any value anywhere are read to the end: refused lines, never a crash."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.errors import BadInput
from core.sources import open_source

VALUES: tuple[Any, ...] = (
    None, "", "-", 0, -1, 1.5, True, [], {}, [1], ["a"], {"a": 1}, "x", "200", "GET", "/a?b",
    "2026-05-04T08:00:00Z", 1777881600, "192.0.2.1", "é\x00", [{"type": "action"}], [[1]],
    {"User-Agent": []}, {"User-Agent": 5}, 10**30, "9" * 400, 1e308,
)  # fmt: skip
OBJECTS: tuple[dict[str, Any], ...] = (
    {"ts": 1777881600.9, "status": 200, "user_id": "", "request": {
        "client_ip": "192.0.2.1", "method": "GET", "uri": "/", "host": "shop.test",
        "headers": {"User-Agent": ["Firefox/140"]}}},
    {"ClientHost": "192.0.2.1", "DownstreamStatus": 200, "RequestMethod": "GET",
     "RequestPath": "/", "StartUTC": "2026-05-04T08:00:00Z"},
    {"time": "2026-05-04T08:00:00Z", "remote_addr": "192.0.2.1", "request": "GET / HTTP/1.1",
     "status": 200, "http_user_agent": "Firefox/140", "args": "a=1"},
    {"website_id": "w", "session_id": "s", "visit_id": "v", "event_id": "e",
     "created_at": "2026-05-04", "url_path": "/", "event_type": 1, "event_name": ""},
    {"2Path": "/", "Title": "t", "Event": "false", "Session": "s", "Bot": 0, "Referrer": "",
     "FirstVisit": "t", "Date": "2026-05-04", "Location": "NL"},
    {"id": 1, "visit_id": 10, "user_id": 7, "name": "V", "properties": {}, "time": "2026-05-04"},
    {"id": 1, "visit_token": "a", "visitor_token": "b", "started_at": "2026-05-04"},
    {"idVisit": 1, "visitorId": "v", "actionDetails": [{"type": "action", "timestamp": 17778816}]},
)  # fmt: skip
TEXTS = (
    b'192.0.2.1 - - [04/May/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "Firefox/140"\n',
    b"#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n"
    b"2026-05-04 10:00:00 192.0.2.1 GET / 200 Firefox/140\n",
)


def changed(one: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return a copy with another value, or none, in one to three places."""
    found: dict[str, Any] = json.loads(json.dumps(one))
    for _ in range(random.randint(1, 3)):
        inside = [value for value in found.values() if isinstance(value, dict) and value]
        place = random.choice([found, *inside])
        key = random.choice([*place, "more"])
        place[key] = random.choice(VALUES)
        if random.random() < 0.2:
            del place[key]
    return found


def read(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with suppress(BadInput):
        source = open_source(str(path), {}, None, None)
        list(source.records)
        source.input.close()


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: next(iter(one)))
def test_any_value_in_an_object(tmp_path: Path, one: dict[str, Any]) -> None:
    random = Random(5)
    for _ in range(20):
        objects = [one, *(changed(one, random) for _ in range(10))]
        read(tmp_path / "a.json", "\n".join(map(json.dumps, objects)).encode())


@pytest.mark.parametrize("text", TEXTS, ids=["combined", "extended"])
def test_any_byte_in_a_line(tmp_path: Path, text: bytes) -> None:
    random = Random(5)
    for _ in range(40):
        content = bytearray(text * 8)
        for _ in range(random.randint(1, 20)):
            content[random.randrange(len(content))] = random.randrange(256)
        read(tmp_path / "a.log", bytes(content))
