"""`footfall api`: who asks, and requests as people paste them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from core.api import read
from core.errors import BadQuestion
from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tui.commands import run

SECRET = "MTIzNDU2NzgwMDoxMjM0NTY3MDA="
NOON = 1_744_027_200_000
"""2025-04-07 12:00 UTC."""


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "work.db"
    connection = open_writer(path)
    store_events(connection, [Event(event="view", ts_ms=NOON, user=u) for u in ("ann", "bob")])
    connection.close()
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    monkeypatch.delenv("FOOTFALL_PROFILE", raising=False)
    return path


@pytest.fixture
def api(db: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Ask, and return the exit code and the answer."""

    def call(*arguments: str) -> tuple[int, Any]:
        code = run(["api", *arguments])
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        return code, json.loads(out) if out else err

    return call


DAU = "/api/v1/metrics/dau?range=2025-04-07,2025-04-08"


# -- who asks


def test_somebody_asks_with_their_role(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make = ("POST /api/v1/marks", "-d", '{"title": "v2"}')
    code, answer = api("--as", "vic:viewer", *make)
    assert (code, answer["error"]) == (1, "FORBIDDEN")
    monkeypatch.setenv("FOOTFALL_PROFILE", "ana:editor")
    code, answer = api(*make)
    assert (code, answer["data"]["created_by"]) == (0, "ana")
    assert answer["data"]["source"] == "api"


def test_private_marks_are_seen_by_whoever_made_them_alone(api: Any) -> None:
    private = '{"title": "mine", "scope": "private"}'
    made = api("--as", "ana:editor", "POST /api/v1/marks", "-d", private)[1]["data"]
    assert api("--as", "ana", "GET /api/v1/marks")[1]["data"] == [made]
    assert api("--as", "bob:admin", "GET /api/v1/marks")[1]["data"] == []
    code, answer = api("--as", "bob:admin", f"DELETE /api/v1/marks/{made['id']}")
    assert (code, answer["error"]) == (1, "NOT_FOUND")


def test_only_its_owner_or_an_admin_changes_an_audience(api: Any) -> None:
    body = '{"name": "Viewers", "definition": {"events": [{"event": "view", "days": 30}]}}'
    made = api("--as", "ana:editor", "POST /api/v1/audiences", "-d", body)[1]["data"]
    path = f"/api/v1/audiences/{made['id']}"
    assert made["owner_id"] == "ana"
    assert api("--as", "bob:editor", f"PUT {path}", "-d", '{"name": "Mine"}')[0] == 1
    assert api("--as", "bob:admin", f"PUT {path}", "-d", '{"name": "Ours"}')[0] == 0


def test_a_role_that_does_not_exist_is_wrong_usage(api: Any) -> None:
    code, said = api("--as", "ana:king", f"GET {DAU}")
    assert code == 2
    assert "king" in said


# -- what is pasted

CURL = f"""curl --location -g --request GET 'https://example.com{DAU}' \\
-u 'key:{SECRET}' \\
--header 'Authorization: Basic {SECRET}'"""
NUMBERED = f"1curl --location 'https://example.com{DAU}'\n2--header 'Authorization: Basic {SECRET}'"
LINES = f"GET {DAU} HTTP/1.1\nHost: example.com\nAuthorization: Basic {SECRET}"
NUMBERED_LINES = f"1GET {DAU} HTTP/1.1\n2Host: example.com\n3Authorization: Basic {SECRET}"


@pytest.mark.parametrize("text", [CURL, f"$ {CURL}", NUMBERED, LINES, NUMBERED_LINES])
def test_a_pasted_request_is_answered(api: Any, text: str) -> None:
    code, answer = api(text)
    assert (code, answer["data"]["total"]) == (0, 2)


def test_curl_needs_no_quotes_around_it(api: Any) -> None:
    words = ("curl", "-sS", "-H", f"Authorization: Bearer {SECRET}", f"localhost:3000{DAU}")
    assert api(*words)[1]["data"]["total"] == 2
    mark = ("curl", "-X", "POST", "-d", '{"title": "v2"}', "https://h/api/v1/marks")
    assert api("--as", "ana:editor", *mark)[1]["data"]["created_by"] == "ana"


def test_a_request_is_read_from_standard_input(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'POST /api/v1/marks HTTP/1.1\nAuthorization: {SECRET}\n\n{{"title":\n"v2"}}\n'
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert api("-")[1]["data"]["title"] == "v2"


def test_curl_reads_bodies_from_files(api: Any, tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text('{"title": "v3"}')
    assert api(f"curl https://h/api/v1/marks -d @{file}")[1]["data"]["title"] == "v3"
    code, said = api("curl https://h/api/v1/marks -d @nowhere.json")
    assert code == 2
    assert "nowhere.json" in said


@pytest.mark.parametrize(
    ("text", "method", "query", "body"),
    [
        ("curl 'h/a?x=1&y=2'", "GET", {"x": ("1",), "y": ("2",)}, {}),
        ("curl -XPUT h/a --data-raw '{\"a\": \"@b\"}'", "PUT", {}, {"a": "@b"}),
        ("curl h/a --json '{\"a\": 1}'", "POST", {}, {"a": 1}),
        ("curl -G h/a?x=1 -d y=2 --data-urlencode 'z=a b&c'", "GET",
         {"x": ("1",), "y": ("2",), "z": ("a b&c",)}, {}),
        ("curl --get --url https://u:p@h/a --data-urlencode =x=1", "GET", {"x=1": ("",)}, {}),
        ("curl --request DELETE https://h/a", "DELETE", {}, {}),
    ],
)  # fmt: skip
def test_what_curl_would_send(
    text: str, method: str, query: dict[str, Any], body: dict[str, Any]
) -> None:
    found = read(text)
    assert (found.method, found.path, found.query, found.body) == (method, "/a", query, body)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("curl 'https://h/a", "ends inside a quote"),
        ("curl -s", "no address"),
        ("curl h/a h/b", "2 addresses"),
        (f"curl h/a --proxy {SECRET}", "--proxy is not supported"),
        (f"curl h/a --upload={SECRET}", "--upload is not supported"),
        ("curl h/a -H", "-H/--header"),
        ("curl -X PATCH h/a", "PATCH"),
        ("curl h/a -d '{'", "not JSON"),
        ("curl h/a -d @file", "'file' cannot be read here"),
        (f"POST /a HTTP/1.1\n{SECRET}", "Line 2"),
    ],
)
def test_what_cannot_be_read_is_said_and_no_secret_with_it(text: str, said: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        read(text)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_two_bodies_are_one_too_many() -> None:
    with pytest.raises(BadQuestion, match="two bodies"):
        read("curl h/a -d '{}'", "{}")
