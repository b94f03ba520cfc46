"""Access logs of load balancers, clouds and frameworks are page views like those of a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.records import LeftOut, Row
from tests.core.sources.small import records

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
ISO = "2026-03-02T09:00:00.000000Z"
APACHE = "02/Mar/2026:10:00:00 +0100"


def read(folder: Path, text: str, name: str = "access.log") -> list[Any]:
    return records(folder, text, name)


def is_the_view(found: Any) -> bool:
    said = json.loads(found.properties)
    return (found.event, found.ts, said["path"]) == ("page view", 1772442000000, "/a")


LINES = [
    f"https {ISO} app/lb/50dc 203.0.113.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "
    f'"GET https://x.test:443/a HTTP/1.1" "{AGENT}" ECDHE TLSv1.2 arn:aws:x "Root=1" "-"',
    f"{ISO} my-lb 203.0.113.7:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "
    f'"GET http://x.test:80/a HTTP/1.1" "{AGENT}" - -',
    f'79a59df9 bucket [{APACHE}] 203.0.113.7 - 3E57 WEBSITE.GET.OBJECT a "GET /a HTTP/1.1" 200 - '
    f'113 113 7 6 "-" "{AGENT}" - x= SigV4',
    "203.0.113.7:33317 [02/Mar/2026:09:00:00.000] http-in static/srv1 10/0/30/69/109 200 2750 - - "
    '---- 1/1/1/1/0 0/0 {x.test} {} "GET /a HTTP/1.1"',
    f'[{ISO}] "GET /a HTTP/1.1" 200 - 0 512 5 4 "203.0.113.7" "{AGENT}" "id" "x.test"',
    f'{ISO} heroku[router]: at=info method=GET path="/a" host=x.test fwd="203.0.113.7" status=200',
    f"method=GET path=/a controller=A action=b status=200 remote_ip=203.0.113.7 time={ISO}",
    f'[2001:db8::1] - - [{APACHE}] "GET /a HTTP/1.1" 200 5 "-" "{AGENT}"',
    "Mar  2 10:00:00 lb haproxy[7]: 203.0.113.7:33317 [02/Mar/2026:09:00:00.000] in s/1 1/0/3/6/9 "
    '200 2750 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"',
]

OBJECTS: list[dict[str, Any]] = [
    {"timestamp": "1772442000", "c-ip": "203.0.113.7", "cs-method": "GET", "cs-uri-stem": "/a",
     "sc-status": "200", "cs(User-Agent)": AGENT.replace(" ", "%20")},
    {"timestamp": ISO, "ip": "203.0.113.7", "request_method": "GET", "path": "/a",
     "response_status": 200, "userAgent": AGENT},
    {"timestamp": ISO, "http": {"method": "GET", "url": "/a", "status_code": 200},
     "network": {"client": {"ip": "203.0.113.7"}}},
    {"@timestamp": ISO, "event": {"kind": "event"}, "source": {"ip": "203.0.113.7"},
     "http": {"request": {"method": "GET"}, "response": {"status_code": 200}},
     "url": {"path": "/a"}, "user_agent": {"original": AGENT}},
    {"httpRequest": {"remoteIp": "203.0.113.7", "requestMethod": "GET", "status": 200,
     "requestUrl": "https://x.test/a", "userAgent": AGENT}, "timestamp": ISO, "severity": "INFO"},
    {"timestamp": 1772442000000, "message": "", "proxy": {"method": "GET", "path": "/a",
     "userAgent": [AGENT], "clientIp": "203.0.113.7", "statusCode": 200}},
    {"time": f"[{APACHE}]", "remoteIP": "203.0.113.7", "request": "/a", "method": "GET",
     "status": "200", "userAgent": AGENT},
    {"method": "GET", "path": "/a", "controller": "Home", "action": "index", "status": 200,
     "remote_ip": "203.0.113.7", "user_id": 7, "time": ISO},
    {"start_time": ISO, "method": "GET", "path": "/a", "response_code": 200, "user_agent": AGENT,
     "authority": "x.test", "downstream_remote_address": "203.0.113.7:41288"},
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_lines_of_balancers_are_page_views(tmp_path: Path, line: str) -> None:
    records = read(tmp_path, f"{line}\n{line.replace('GET', 'POST')}\n")
    assert is_the_view(records[0])
    assert records[1:] == [LeftOut("requests that are not GET")]


@pytest.mark.parametrize("found", OBJECTS)
def test_objects_of_clouds_and_frameworks_are_page_views(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    (record,) = read(tmp_path, json.dumps(found) + "\n")
    assert is_the_view(record)
    assert record.user == (str(found["user_id"]) if "user_id" in found else None)


def test_requests_in_a_table_are_page_views(tmp_path: Path) -> None:
    header = "time,client_ip,request_verb,request_url,elb_status_code,user_agent\n"
    rows = f'{ISO},203.0.113.7,GET,https://x.test:443/a,200,"{AGENT}"\n'
    rows += f'{ISO},203.0.113.7,GET,https://x.test:443/a,404,"{AGENT}"\n'
    records = read(tmp_path, header + rows, "requests.csv")
    assert is_the_view(records[0])
    assert records[1:] == [LeftOut("requests that failed")]


@pytest.mark.parametrize(
    "found",
    [
        {"user_id": 7, "action": "login", "method": "POST", "path": "/login", "status": 200},
        {"user_id": 7, "event": "login", "method": "POST", "path": "/login", "status": 200},
    ],
)
def test_an_event_with_what_a_request_has_stays_one(tmp_path: Path, found: dict[str, Any]) -> None:
    (record,) = read(tmp_path, json.dumps({**found, "ip": "203.0.113.7", "time": ISO}) + "\n")
    assert isinstance(record, Row)
    assert (record.event, record.user) == ("login", "7")


@pytest.mark.parametrize(
    "line",
    [
        {"name": "app", "pid": 7, "level": 30, "msg": "x", "time": ISO},
        {"asctime": "2026-03-02 10:00:00,123", "levelname": "INFO", "name": "root", "message": "x"},
        {"Timestamp": ISO, "Level": "Information", "RenderedMessage": "x"},
        {"@t": ISO, "@mt": "x"}, {"instant": {"epochSecond": 1, "nanoOfSecond": 0}, "level": "INFO",
                                 "message": "x"},
        {"event": "x", "level": "info", "timestamp": ISO, "logger": "a"},
        {"severity": "INFO", "timestamp": ISO, "textPayload": "x"},
        {"Timestamp": "1772445600000000000", "SeverityText": "INFO", "Body": "x"},
        {"events": [{"timestamp": 1772445600000, "message": "x", "ingestionTime": 1772445600009}]},
    ],
)  # fmt: skip
def test_lines_of_programs_are_logs(tmp_path: Path, line: dict[str, Any]) -> None:
    (record,) = read(tmp_path, json.dumps(line) + "\n")
    assert record.message == "x"


def test_the_port_of_a_client_is_no_part_of_its_address(tmp_path: Path) -> None:
    asked = {"time": ISO, "method": "GET", "path": "/a", "status": 200, "user_agent": AGENT}
    clients = ("203.0.113.7:1", "203.0.113.7:2", "203.0.113.7", "[2001:db8::1]:9", "2001:db8::1")
    text = "".join(json.dumps({**asked, "remote_addr": client}) + "\n" for client in clients)
    devices = [record.device for record in read(tmp_path, text)]
    assert len(set(devices[:3])) == len(set(devices[3:])) == 1
    assert len(set(devices)) == 2
