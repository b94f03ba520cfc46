"""The documented requests over a socket: who is answered, with what, and how it ends."""

from __future__ import annotations

import base64
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from core.api import Backend, read, respond, routes
from core.errors import BadInput
from core.serving.desk import Desk
from core.serving.http import Served, Server
from core.serving.keys import Keys
from core.serving.limits import AT_A_TIME
from core.store.library.profiles import Profile
from core.store.library.saved import Saved
from tests.worlds.api.amplitude import DATES, NL, event, small
from tests.worlds.world import engine_of

KEYS = Keys("key", "a secret")
BASIC = {"Authorization": "Basic " + base64.b64encode(b"key:a secret").decode()}


@dataclass
class Running:
    """A server, what answers its requests, and what was told of them."""

    server: Server
    backend: Backend
    told: list[Served]

    def send(self, request: str, body: str | None = None, **headers: str) -> tuple[int, Any]:
        """Send one request as a program would, and return status and JSON."""
        method, target = request.split(" ", 1)
        caller = HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        given = {**BASIC, **{name.replace("_", "-"): text for name, text in headers.items()}}
        caller.request(method, target, body, given)
        found = caller.getresponse()
        text = found.read()
        caller.close()
        return found.status, json.loads(text) if text else None


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    told: list[Served] = []
    with engine_of(small()) as engine:
        profile = Profile(user="ana", role="viewer")
        saved = Saved(engine.path, clock=engine.clock, profile=profile, source="api")
        backend = Backend(engine, saved)
        server = Server(0, Desk(backend, KEYS, "shop"), told.append)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Running(server, backend, told)
        server.stop()


# -- what clients get


class Transport:
    """What a client for the Dashboard REST API sends its requests through.

    pyamplitude takes any object with `request(method, url, params=pairs, auth=(key, secret))`; this
    one sends to the server what is meant for the vendor's.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def request(self, method: str, url: str, **given: Any) -> tuple[int, Any]:
        """Send a request and return status and JSON."""
        coded = base64.b64encode(":".join(given["auth"]).encode()).decode()
        target = f"{self.url}{urlsplit(url).path}?{urlencode(given['params'])}"
        asked = urllib.request.Request(target, method=method)
        asked.add_header("Authorization", f"Basic {coded}")
        try:
            with urllib.request.urlopen(asked, timeout=10) as found:
                return found.status, json.load(found)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


HOST = "https://amplitude.com/api/2"
RANGE = [("start", DATES["start"]), ("end", DATES["end"])]
SIGNUP, BUY = (event(name).replace(" ", "") for name in ("signup", "buy"))
CALLS: list[tuple[str, list[tuple[str, Any]]]] = [
    ("users", [*RANGE, ("m", "active"), ("i", 1), ("s", NL)]),
    ("users", [*RANGE, ("m", "new"), ("i", 7), ("g", "country"), ("g", "platform")]),
    ("sessions/length", [*RANGE, ("timeHistogramConfigBinTimeUnit", "minutes"),
                         ("timeHistogramConfigBinMin", 0), ("timeHistogramConfigBinMax", 10)]),
    ("sessions/average", RANGE),
    ("sessions/peruser", RANGE),
    ("composition", [*RANGE, ("p", "country")]),
    ("events/segmentation", [*RANGE, ("m", "totals"), ("i", 1), ("e", SIGNUP), ("e2", BUY)]),
    ("events/list", []),
    ("useractivity", [("user", "1"), ("offset", 0), ("limit", 2)]),
    ("usersearch", [("user", "ann")]),
    ("realtime", [("i", 5)]),
    ("retention", [("se", SIGNUP), ("re", BUY), *RANGE, ("i", 1), ("rm", "rolling")]),
    ("funnels", [*RANGE, ("mode", "unordered"), ("n", "new"), ("cs", 2592000),
                 ("e", SIGNUP), ("e", BUY), ("g", "country")]),
    ("revenue/ltv", [*RANGE, ("m", 0)]),
]  # fmt: skip
"""The calls of pyamplitude 2.0, as its methods send them, and what its `query` is used for."""


@pytest.mark.parametrize(("path", "params"), CALLS, ids=lambda each: str(each)[:30])
def test_a_client_gets_every_documented_answer_through_its_transport(
    path: str, params: list[tuple[str, Any]], running: Running
) -> None:
    status, found = Transport(running.server.url).request(
        "GET", f"{HOST}/{path}", params=params, auth=("key", "a secret")
    )
    assert status == 200
    same = respond(read(f"GET /api/2/{path}?{urlencode(params)}"), running.backend)
    assert found == same.body


def test_every_request_of_both_documents_is_answered_as_without_a_server(running: Running) -> None:
    changing = 0
    for route in routes():
        method, target = route.example.split(" ", 1)
        sent = f"{method} {quote(target, safe='/?=&:,')}"
        status, found = running.send(sent, route.body or None)
        same = respond(read(route.example, route.body or None), running.backend)
        assert status == same.status, (route.example, found)
        assert _steady(found) == _steady(same.body), route.example
        changing += status == 403
    assert changing == 2, "a viewer makes neither an audience nor a mark"


def _steady(body: Any) -> Any:
    return {name: each for name, each in body.items() if name != "execution_time_ms"}


# -- who is answered

ASKED = "GET /api/v1/metrics/dau?range=2025-04-07,2025-04-09"
OLD = "GET /api/2/events/list"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X_Workspace_ID": "shop"}, 200),
        ({"X_Workspace_ID": "other"}, 403),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Basic !"}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"key:wrong").decode()}, 401),
        ({"Authorization": "Bearer a secret"}, 401),
        ({"Host": "shop.example"}, 403),
        ({"Origin": "https://shop.example"}, 403),
    ],
)
def test_only_programs_of_this_machine_that_have_the_keys_are_answered(
    headers: dict[str, str], status: int, running: Running
) -> None:
    assert running.send(ASKED, **headers)[0] == status
    code, body = running.send(OLD, **headers)
    assert code == status
    assert status == 200 or body["error"]["http_code"] == status


@pytest.mark.parametrize(
    ("request_", "body", "status", "said"),
    [
        ("GET /nowhere", None, 404, "/nowhere"),
        ("PATCH /api/v1/marks", "{}", 405, "GET, POST"),
        ("PUT /api/v1/marks", "{}", 405, "GET, POST"),
        ("POST /api/v1/retention", "{", 400, "not JSON"),
        ("GET /api/v1/metrics/dau?range=soon", None, 400, "soon"),
        ("GET /api/2/users?start=1&end=20260801", None, 400, "start"),
        ("POST /api/v1/marks", '{"title": "v2"}', 403, "editor"),
    ],
)
def test_a_bad_request_gets_the_documented_error(
    request_: str, body: str | None, status: int, said: str, running: Running
) -> None:
    code, found = running.send(request_, body)
    message = found["error"]["message"] if "/api/2" in request_ else found["message"]
    assert code == status
    assert said in message


def test_what_is_no_request_is_refused_and_the_next_is_answered(running: Running) -> None:
    long = f"POST /api/v1/marks HTTP/1.1\r\nContent-Length: {10**9}\r\n\r\n"
    chunked = "POST /api/v1/marks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for sent, status in (("garbage\r\n\r\n", 400), (long, 413), (chunked, 411)):
        with socket.create_connection(("127.0.0.1", running.server.port), timeout=10) as caller:
            caller.sendall(sent.encode())
            said = b"".join(iter(lambda c=caller: c.recv(4096), b"")).decode()
        head, _, body = said.partition("\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status} "), said
        assert json.loads(body)["error"] == "BAD_REQUEST"
    assert running.send(ASKED)[0] == 200


def test_more_than_five_at_a_time_are_refused_with_the_reason(running: Running) -> None:
    going, free = threading.Semaphore(0), threading.Event()

    class Slow:
        """An engine that answers once it is told to."""

        def run(self, *_: Any, **__: Any) -> Any:
            going.release()
            assert free.wait(10)
            raise BadInput("Answered.")

    engine: Any = Slow()
    desk = Desk(replace(running.backend, engine=engine), KEYS, "shop")
    server = Server(0, desk, lambda _: None)
    busy = Running(server, running.backend, [])
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    callers = [threading.Thread(target=busy.send, args=(ASKED,)) for _ in range(AT_A_TIME)]
    for caller in callers:
        caller.start()
    for _ in callers:
        assert going.acquire(timeout=10)
    status, body = busy.send(OLD)
    free.set()
    for caller in callers:
        caller.join()
    server.stop()
    assert (status, body["error"]["http_code"]) == (429, 429)
    assert body["error"]["message"].startswith("5 requests are being answered")


def test_every_request_is_told_once_and_no_secret_with_it(running: Running) -> None:
    before = len(running.told)
    running.send("GET /api/2/users?start=20250407&end=20250408")
    running.send(ASKED, Authorization="Basic " + base64.b64encode(b"key:wrong").decode())
    good, bad = running.told[before:]
    assert (good.method, good.status, good.charged, good.said) == ("GET", 200, "cost 2", "")
    assert good.target == "/api/2/users?start=20250407&end=20250408"
    assert (bad.status, bad.said[:22]) == (401, "The key and the secret")
    assert "wrong" not in repr(bad).replace("wrong;", "")


def test_it_listens_on_this_machine_alone_and_a_taken_port_is_said(running: Running) -> None:
    assert running.server.server_address[0] == "127.0.0.1"
    with pytest.raises(BadInput, match=f"Port {running.server.port} is taken"):
        Server(running.server.port, running.server.desk, lambda _: None)
