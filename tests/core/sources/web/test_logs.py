"""Logs of web servers become page views of visitors, without their addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.sources.web.agents import described, is_bot
from core.sources.web.logs import recognise
from core.sources.web.requests import moment, of_common
from core.store.ingest.importer import ImportReport
from tests.core.sources.small import seen_text

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
BOT = "Mozilla/5.0 (compatible; Somebot/1.0; +https://some.test/bot)"


def load(
    folder: Path, text: str, name: str = "access.log"
) -> tuple[ImportReport, list[dict[str, Any]]]:
    return seen_text(folder, text, name)


def combined(
    request: str = "GET / HTTP/1.1",
    status: int = 200,
    *,
    address: str = "192.0.2.1",
    agent: str = FIREFOX,
    at: str = "04/May/2026:08:00:00 +0200",
    user: str = "-",
    referrer: str = "-",
) -> str:
    return f'{address} - {user} [{at}] "{request}" {status} 512 "{referrer}" "{agent}"\n'


def test_a_combined_log_is_page_views_with_what_they_say(tmp_path: Path) -> None:
    text = combined("GET /pricing?plan=pro HTTP/2.0", referrer="https://news.test/a") + combined(
        address="2001:db8::7", agent=IPHONE, at="04/May/2026:08:00:01 +0200", user="maria lee"
    )
    report, rows = load(tmp_path, text)
    assert (report.stored, report.rejected, report.users) == (2, 0, 2)
    first, second = rows
    assert first["timestamp"] == "2026-05-04 06:00:00.000"
    assert first["event_name"] == "page view"
    assert first["properties"] == {
        "path": "/pricing", "query": "plan=pro", "referrer": "https://news.test/a", "status": 200,
    }  # fmt: skip
    assert (first["browser"], first["os"], first["device_type"]) == ("Firefox", "Linux", "desktop")
    assert (second["user_id"], second["device_type"]) == ("maria lee", "mobile")
    assert report.recognised == {
        str(
            tmp_path / "access.log"
        ): "web server log (common or combined): visitors by address and agent, hashed"
    }


def test_a_common_log_has_no_agents_and_a_visitor_by_address(tmp_path: Path) -> None:
    line = '192.0.2.{} - - [04/May/2026:08:00:00 +0000] "GET /{} HTTP/1.1" 200 5\n'
    report, rows = load(tmp_path, line.format(1, "a") + line.format(1, "b") + line.format(2, "a"))
    assert (len(rows), report.users) == (3, 2)


def test_traefik_in_the_common_format_hides_agents_and_is_no_bot(tmp_path: Path) -> None:
    text = combined(agent="-").rstrip() + ' 1 "web@docker" "http://10.0.0.2:80" 3ms\n'
    report, rows = load(tmp_path, text)
    assert (len(rows), report.left_out) == (1, {})


def test_a_log_may_name_the_site_first_and_the_forwarded_address_last(tmp_path: Path) -> None:
    direct = combined(address="203.0.113.9").rstrip()
    text = f"shop.test:443 {direct}\n" + combined(
        address="10.0.0.1", at="04/May/2026:08:00:05 +0200"
    ).replace('"\n', '" "203.0.113.9, 10.0.0.1"\n')
    report, rows = load(tmp_path, text)
    assert report.users == 1
    assert rows[0]["properties"]["host"] == "shop.test"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (combined(agent=BOT), "requests by bots"),
        (combined(agent="-"), "requests by bots"),
        (combined("GET /robots.txt HTTP/1.1", agent=BOT), "requests for robots.txt"),
        (combined("GET /gone HTTP/1.1", 404), "requests that failed"),
        (combined("\\x16\\x03\\x01", 400), "requests that are not GET"),
        (combined("POST /form HTTP/1.1"), "requests that are not GET"),
        (combined("HEAD / HTTP/1.1"), "requests that are not GET"),
        (combined("GET /old HTTP/1.1", 301), "redirects"),
        (combined("GET /a/site.css?v=3 HTTP/1.1"), "requests for files that are not pages"),
        (combined("GET /favicon.ico HTTP/1.1"), "requests for files that are not pages"),
    ],
)
def test_what_is_no_page_view_is_counted_apart(tmp_path: Path, line: str, what: str) -> None:
    report, rows = load(tmp_path, combined() + line + combined("GET /b.html HTTP/1.1", 304))
    assert len(rows) == 2
    assert report.left_out == {what: 1}
    assert report.read == report.stored + 1


def test_a_line_of_something_else_is_rejected_and_its_neighbours_stay(tmp_path: Path) -> None:
    report, rows = load(tmp_path, combined() + "what is this\n" + combined("GET /b HTTP/1.1"))
    assert len(rows) == 2
    assert report.reasons == {"not a line of a web server's log": 1}


def test_no_address_and_no_agent_is_in_the_workspace(tmp_path: Path) -> None:
    load(tmp_path, combined(address="198.51.100.77"))
    content = (tmp_path / "w.db").read_bytes()
    wal = tmp_path / "w.db-wal"
    content += wal.read_bytes() if wal.exists() else b""
    assert b"198.51.100.77" not in content
    assert b"Gecko/20100101" not in content


def test_a_visitor_is_the_same_in_every_file_and_differs_between_workspaces(
    tmp_path: Path,
) -> None:
    _, first = load(tmp_path, combined())
    _, both = load(tmp_path, combined("GET /b HTTP/1.1"), "access.log.1")
    assert len({row["device_id"] for row in both}) == 1
    other = tmp_path / "other"
    other.mkdir()
    _, elsewhere = load(other, combined())
    assert elsewhere[0]["device_id"] != first[0]["device_id"]


def test_a_log_read_again_adds_only_what_was_written_since(tmp_path: Path) -> None:
    text = combined() + combined()
    assert load(tmp_path, text)[0].stored == 2
    report, _ = load(tmp_path, text + combined("GET /b HTTP/1.1"))
    assert (report.stored, report.repeated) == (1, 2)


CLOUDFRONT = """\
#Version: 1.0
#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status \
cs(Referer) cs(User-Agent) cs-uri-query x-host-header
2026-05-04\t08:00:00\tAMS1\t9\t192.0.2.1\tGET\td1.cloudfront.test\t/a\t200\thttps://n.test/\t\
Mozilla/5.0%20(X11;%20Linux)%20Firefox/140.0\tx=1\tshop.test
2026-05-04\t08:00:02\tAMS1\t9\t192.0.2.1\tGET\td1.cloudfront.test\t/b\t304\t-\t\
Mozilla/5.0%2520(X11;%2520Linux)%2520Firefox/140.0\t-\tshop.test
2026-05-04\t08:00:03\tAMS1\t9\t192.0.2.9\tGET\td1.cloudfront.test\t/b\t200\t-\tSomebot/1.0\t-\tshop.test
"""
IIS = f"""\
#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2026-05-04 08:00:00
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip \
cs(User-Agent) cs(Referer) sc-status
2026-05-04 08:00:00 10.0.0.1 GET / - 443 - 192.0.2.1 {FIREFOX.replace(" ", "+")} - 200
#Fields: date time c-ip cs-method cs-uri-stem sc-status
2026-05-04 08:00:09 192.0.2.2 GET /b 200
2026-05-04 08:00:10 192.0.2.2 GET
"""


def test_cloudfront_is_read_by_its_fields(tmp_path: Path) -> None:
    report, rows = load(tmp_path, CLOUDFRONT)
    assert (report.users, report.left_out) == (1, {"requests by bots": 1})
    assert [row["timestamp"] for row in rows] == [
        "2026-05-04 08:00:00.000", "2026-05-04 08:00:02.000",
    ]  # fmt: skip
    assert rows[0]["properties"] == {
        "host": "shop.test", "path": "/a", "query": "x=1", "referrer": "https://n.test/",
        "status": 200,
    }  # fmt: skip


def test_other_extended_logs_may_change_their_fields_midway(tmp_path: Path) -> None:
    report, rows = load(tmp_path, IIS)
    assert [row["properties"]["path"] for row in rows] == ["/", "/b"]
    assert (report.rejected, rows[0]["browser"]) == (1, "Firefox")


def lines(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_caddy_is_page_views_and_not_logs(tmp_path: Path) -> None:
    def caddy(uri: str, agent: str, **more: Any) -> dict[str, Any]:
        request = {
            "remote_ip": "10.0.0.1", "client_ip": "192.0.2.1", "method": "GET", "uri": uri,
            "host": "shop.test",
            "headers": {"User-Agent": [agent], "Referer": ["https://n.test/"]},
        }  # fmt: skip
        return {
            "level": "info", "ts": 1777881600.5, "logger": "http.log.access", "status": 200,
            "msg": "handled request", "request": request, "user_id": "", **more,
        }  # fmt: skip

    startup = {"level": "info", "ts": 1777881599.0, "msg": "serving initial configuration"}
    report, rows = load(
        tmp_path,
        lines(startup, caddy("/?a=1", FIREFOX), caddy("/b", FIREFOX, user_id="maria"),
              caddy("/", BOT)),
        "access.json",
    )  # fmt: skip
    assert report.left_out == {
        "lines about something other than requests": 1, "requests by bots": 1,
    }  # fmt: skip
    assert (len(rows), report.users) == (2, 1)
    assert rows[0]["timestamp"] == "2026-05-04 08:00:00.500"
    assert rows[0]["properties"]["query"] == "a=1"


def test_traefik_is_read_with_and_without_headers(tmp_path: Path) -> None:
    line = {
        "ClientHost": "192.0.2.1", "DownstreamStatus": 200, "RequestMethod": "GET",
        "RequestPath": "/", "StartUTC": "2026-05-04T08:00:00.25Z", "level": "info", "msg": "",
        "time": "2026-05-04T08:00:01Z", "ClientUsername": "-",
    }  # fmt: skip
    report, rows = load(
        tmp_path,
        lines(
            line,
            {**line, "ClientHost": "192.0.2.2"},
            {**line, "request_User-Agent": BOT},
            {**line, "DownstreamStatus": 502},
        ),
        "traefik.json",
    )
    assert (len(rows), report.users) == (2, 2)
    assert rows[0]["timestamp"] == "2026-05-04 08:00:00.250"
    assert report.left_out == {"requests by bots": 1, "requests that failed": 1}


@pytest.mark.parametrize(
    "line",
    [
        {"time_local": "04/May/2026:10:00:00 +0200", "remote_addr": "192.0.2.1",
         "request": "GET /a?b=1 HTTP/1.1", "status": "200", "http_user_agent": FIREFOX},
        {"time_iso8601": "2026-05-04T10:00:00+02:00", "remote_addr": "192.0.2.1",
         "request_method": "GET", "request_uri": "/a?b=1", "status": 200,
         "http_user_agent": FIREFOX, "remote_user": "-"},
        {"msec": "1777881600.000", "remote_addr": "10.0.0.1", "request_method": "GET",
         "http_x_forwarded_for": "192.0.2.1, 10.0.0.2", "uri": "/a", "args": "b=1",
         "status": "200", "http_user_agent": FIREFOX},
        {"@timestamp": "2026-05-04T08:00:00Z", "clientip": "192.0.2.1", "verb": "GET",
         "url": "/a?b=1", "response": 200, "agent": FIREFOX},
        {"EdgeStartTimestamp": "2026-05-04T08:00:00Z", "ClientIP": "192.0.2.1",
         "ClientRequestMethod": "GET", "ClientRequestURI": "/a?b=1", "EdgeResponseStatus": 200,
         "ClientRequestUserAgent": FIREFOX},
    ],
)  # fmt: skip
def test_an_access_log_as_json_is_known_by_its_names(tmp_path: Path, line: dict[str, Any]) -> None:
    report, rows = load(tmp_path, lines(line), "access.json")
    assert report.stored == 1, report
    assert rows[0]["timestamp"] == "2026-05-04 08:00:00.000"
    assert rows[0]["properties"] == {"path": "/a", "query": "b=1", "status": 200}
    assert rows[0]["device_id"]


def test_requests_may_be_in_one_array(tmp_path: Path) -> None:
    line = {
        "time_local": "04/May/2026:10:00:00 +0200", "remote_addr": "192.0.2.1",
        "request": "GET / HTTP/1.1", "status": 200, "http_user_agent": FIREFOX,
    }  # fmt: skip
    text = json.dumps([line, {**line, "request": "GET /b HTTP/1.1"}], indent=2)
    assert load(tmp_path, text, "access.json")[0].stored == 2


@pytest.mark.parametrize(
    "text",
    [
        lines({"event": "Buy", "user_id": "ana", "time": "2026-05-04", "ip": "192.0.2.1",
               "url": "/a", "status": 200, "user_agent": FIREFOX}),
        lines({"level": "info", "msg": "done", "time": "2026-05-04T08:00:00Z", "status": 200}),
        "event,user,time\nGET / HTTP,ana,2026-05-04\n",
        "",
    ],
)  # fmt: skip
def test_events_and_logs_of_programs_are_not_taken_for_requests(text: str) -> None:
    assert recognise(text.encode()) is None


@pytest.mark.parametrize(
    "agent",
    [
        BOT, "Googlebot-Image/1.0", "curl/8.5.0", "python-requests/2.32", "GPTBot/1.2", "",
        "Mozilla/5.0 (compatible; YandexImages/3.0)", "Go-http-client/2.0", "kube-probe/1.30",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0", "facebookexternalhit/1.1",
    ],
)  # fmt: skip
def test_bots_are_known(agent: str) -> None:
    assert is_bot(agent)


@pytest.mark.parametrize(
    ("agent", "what"),
    [
        (FIREFOX, ("Firefox", "Linux", "desktop")),
        (IPHONE, ("Safari", "iOS", "mobile")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0",
         ("Edge", "Windows", "desktop")),
        ("Mozilla/5.0 (Linux; Android 15; CUBOT X70) Chrome/140.0 Mobile Safari/537.36",
         ("Chrome", "Android", "mobile")),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
         ("Safari", "iOS", "tablet")),
    ],
)  # fmt: skip
def test_people_are_no_bots_and_their_browsers_are_known(
    agent: str, what: tuple[str, str, str]
) -> None:
    assert not is_bot(agent)
    assert tuple(described(agent).values()) == what


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("04/May/2026:08:00:00 +0000", 1777881600000),
        ("04/May/2026:03:30:00 -0430", 1777881600000),
        ("04/May/2026:08:00:00.123 +0000", 1777881600123),
        ("04/Foo/2026:08:00:00 +0000", "04/Foo/2026:08:00:00 +0000"),
        ("31/Feb/2026:08:00:00 +0000", "31/Feb/2026:08:00:00 +0000"),
    ],
)
def test_times_of_a_server(text: str, ms: object) -> None:
    assert moment(text) == ms


def test_quotes_inside_a_line_do_not_end_a_field() -> None:
    request = of_common(combined('GET /a\\"b HTTP/1.1', agent='Odd \\"agent\\" Firefox/1'))
    assert (request.uri, request.agent) == ('/a"b', 'Odd "agent" Firefox/1')
