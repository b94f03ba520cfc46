"""A ClickHouse server over HTTP for tests: hands every statement to chdb, and fails as told.

python -m tests.worlds.servers.http_clickhouse FOLDER: prints its port, serves until it is killed.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CONTROL = "/control"
PASSWORD = "s3cret"

_NOT_SETTINGS = {
    "query", "database", "query_id", "session_id", "client_protocol_version", "compress",
    "decompress", "enable_http_compression", "default_format", "wait_end_of_query",
    "http_headers_progress_interval_ms", "send_progress_in_http_headers", "role",
}  # fmt: skip
_BEFORE_25_8 = {"output_format_json_quote_64bit_integers": "1"}
"""Settings as older servers have them, unless they are told."""

FIELD = 131_072
"""How many characters a field of a form may have."""

_INSERT = re.compile(rb"(?is)(insert into [^\n]* format \w+)\n")
_CODE = re.compile(r"Code:\s*(\d+)")


@dataclass
class Faults:
    """What goes wrong next.

    Attributes:
        match: the part of a statement that it goes wrong with.
        seconds: how long such a statement takes before it is answered, unless it is killed.
        code: the error it fails with; 0 for none.
        cut: whether the connection ends in the middle of the answer.
        die: whether the server ends before it answers.
        done_first: whether the statement is run all the same.
        times: how often.
        version: what the server says it is; "" for the truth.
    """

    match: str = ""
    seconds: float = 0
    code: int = 0
    cut: bool = False
    die: bool = False
    done_first: bool = False
    times: int = 0
    version: str = ""


@dataclass
class Served:
    """The database behind the server, one statement at a time.

    Attributes:
        statements: what was asked, the newest last.
        killed: the ids of statements that were ended.
    """

    session: Any
    faults: Faults = field(default_factory=Faults)
    statements: list[str] = field(default_factory=list)
    killed: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, text: str, form: str, parameters: dict[str, str]) -> bytes:
        """Run a statement and return its bytes."""
        with self.lock:
            return bytes(self.session.query(text, form, params=parameters).bytes())


class Handler(BaseHTTPRequestHandler):
    """Answers requests as ClickHouse's HTTP interface does, as far as the driver uses it."""

    protocol_version = "HTTP/1.1"
    served: Served

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer that the server is there."""
        self._answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        """Run a statement, or take what is to go wrong."""
        asked = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b"".join(self._chunks())
        body = _plain(body, self.headers.get("Content-Encoding", ""))
        if asked.path == CONTROL:
            self._control(json.loads(body))
            return
        if not self._knows_password():
            self._fail(516, "default: Authentication failed: password is incorrect")
            return
        given = {name: values[0] for name, values in parse_qs(asked.query, True).items()}
        given |= _form(self.headers.get("Content-Type", ""), body)
        if "query" in given and "multipart" not in self.headers.get("Content-Type", ""):
            self._run(given["query"], body, given)
        else:
            found = _INSERT.match(body)
            text, data = (found[1], body[found.end() :]) if found else (body, b"")
            self._run(given.get("query") or text.decode(), data, given)

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().strip() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _control(self, wished: dict[str, Any]) -> None:
        if "faults" in wished:
            self.served.faults = Faults(**wished["faults"])
        said = {"asked": len(self.served.statements), "killed": sorted(self.served.killed)}
        self._answer(200, json.dumps(said).encode())

    def _knows_password(self) -> bool:
        kind, _, said = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return False
        return base64.b64decode(said).decode().partition(":")[2] == PASSWORD

    def _run(self, text: str, data: bytes, given: dict[str, str]) -> None:
        served, faults = self.served, self.served.faults
        served.statements.append(text)
        if text.lower().startswith("kill query"):
            served.killed.add(given.get("param_id", ""))
            self._answer(200, b"")
            return
        hit = faults.times > 0 and faults.match in text
        if hit:
            faults.times -= 1
            if faults.done_first:
                self._executed(text, data, given)
            until = time.monotonic() + faults.seconds
            while time.monotonic() < until:
                if given.get("query_id") in served.killed:
                    self._fail(394, "Query was cancelled")
                    return
                time.sleep(0.01)
            if faults.die:
                sys.stdout.flush()
                _end_at_once()
            if faults.code:
                self._fail(faults.code, "As told")
                return
        try:
            found = self._executed(text, data, given)
        except Exception as error:
            code = _CODE.search(str(error))
            self._fail(int(code[1]) if code else 1, str(error))
            return
        self._answer(200, found, cut=hit and faults.cut)

    def _executed(self, text: str, data: bytes, given: dict[str, str]) -> bytes:
        served = self.served
        if served.faults.version:
            text = re.sub(r"version\(\)", f"'{served.faults.version}'", text)
        parameters = {n[6:]: value for n, value in given.items() if n.startswith("param_")}
        if data:
            with tempfile.NamedTemporaryFile() as file:
                file.write(data)
                file.flush()
                into, _, form = text.rpartition(" FORMAT ")
                token = given.get("insert_deduplication_token", "")
                named = f" settings insert_deduplication_token = '{token}'" if token else ""
                statement = f"{into} from infile '{file.name}'{named} format {form}"
                return served.run(statement, "TabSeparated", parameters)
        for name, value in given.items():
            if name.startswith("long_") and not name.endswith(("_format", "_structure")):
                if len(value) > FIELD and given.get(f"{name}_format") != "RawBLOB":
                    raise ValueError("Field value too long")
                served.run(
                    f"create or replace table {name} (text String) engine = Memory", "CSV", {}
                )
                served.run(
                    f"insert into {name} values ({{t:String}})", "CSV", {"t": _escaped(value)}
                )
        if any(len(value) > FIELD for value in parameters.values()):
            raise ValueError("Code: 1000. HTML Form Exception: Field value too long")
        settings = _BEFORE_25_8 | {
            name: value
            for name, value in given.items()
            if name not in _NOT_SETTINGS and not name.startswith(("param_", "long_"))
        }
        if text.lstrip().lower().startswith(("select", "with")):
            joined = ", ".join(f"{name} = {value!r}" for name, value in settings.items())
            text, form = _without_format(text)
            told = " settings " in f" {text.lower()}".replace("\n", " ")
            text += f"{', ' if told else ' settings '}{joined}{form}"
        return served.run(text, given.get("default_format", "TabSeparated"), parameters)

    def _fail(self, code: int, said: str) -> None:
        message = said if said.startswith("Code:") else f"Code: {code}. DB::Exception: {said}."
        status = 403 if code == 516 else 404 if code in (60, 81) else 500
        self._answer(status, message.encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-ClickHouse-Summary", "{}")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()
        if cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def _escaped(text: str) -> str:
    """Return a text as a parameter is written."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _end_at_once() -> None:
    import os

    os._exit(1)


def _without_format(text: str) -> tuple[str, str]:
    """Return a statement without its format, and the format."""
    found = re.search(r"\s+FORMAT\s+\w+\s*$", text)
    return (text[: found.start()], f"\n{found[0].strip()}") if found else (text, "")


def _plain(body: bytes, encoding: str) -> bytes:
    """Return a body that came compressed."""
    if not encoding:
        return body
    if encoding == "lz4":
        import lz4.frame

        return bytes(lz4.frame.decompress(body))
    raise NotImplementedError(encoding)


def _form(kind: str, body: bytes) -> dict[str, str]:
    """Return the fields of a form with parts."""
    found = re.search(r"boundary=([^;]+)", kind)
    if not found:
        return {}
    fields = {}
    for part in body.split(f"--{found[1]}".encode()):
        head, _, value = part.partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]+)"', head):
            fields[name[1].decode()] = value.removesuffix(b"\r\n").decode()
    return fields


def main() -> None:
    """Serve the database of a folder."""
    from chdb.session import Session

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    Handler.served = Served(Session(str(folder)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
