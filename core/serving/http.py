"""A desk on a port of 127.0.0.1, by the HTTP server of the standard library in threads."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from core.api import Reply, refused
from core.api.request import MAX_BODY
from core.errors import BadInput
from core.serving.desk import Answer, Desk, Letter, failure
from core.text import escaped

ADDRESS = "127.0.0.1"
WAIT = 30.0
"""Seconds that a caller may be silent."""


class Served(NamedTuple):
    """One answered request, for the log.

    Attributes:
        target: path and query, as sent.
        said: why it was refused; "" if it was answered.
        charged: what it counted, in words.
    """

    method: str
    target: str
    status: int
    milliseconds: float
    said: str = ""
    charged: str = ""


class Server(ThreadingHTTPServer):
    """Listens on one port of this machine alone.

    Args:
        port: 0 takes any that is free.
        told: called with every request once it is answered, from the thread that did.

    Raises:
        BadInput: the port is taken, or may not be used.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, desk: Desk, told: Callable[[Served], None]) -> None:
        self.desk, self.told = desk, told
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise _unavailable(port, error) from error
        desk.hosts = frozenset(f"{name}:{self.port}" for name in (ADDRESS, "localhost"))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{ADDRESS}:{self.port}"

    def stop(self) -> None:
        """Stop what is being answered, and listening; `serve_forever` then returns."""
        self.desk.close()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a caller who went away."""


def _unavailable(port: int, error: OSError) -> BadInput:
    if error.errno == errno.EADDRINUSE:
        said = f"Port {port} is taken by another program."
    elif error.errno == errno.EACCES:
        said = f"Port {port} may not be used by this user."
    else:
        said = f"Port {port} cannot be used: {error.strerror}."
    return BadInput(said, "--port names another; --port 0 takes any that is free.")


class _Handler(BaseHTTPRequestHandler):
    """Reads requests of one caller and writes the replies."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = WAIT

    def do_GET(self) -> None:
        """Answer whatever the method is: the desk knows which ones there are."""
        started = time.perf_counter()
        body, refusal = self._body()
        headers = {name.lower(): _text(value) for name, value in self.headers.items()}
        letter = Letter(self.command, self.path, headers, body)
        if refusal is not None:
            self.close_connection = True
            answer = Answer(refusal)
        else:
            answer = self._answer(letter)
        took = (time.perf_counter() - started) * 1000
        status, said = answer.reply.status, answer.reply.said
        self.server.told(Served(letter.method, letter.target, status, took, said, answer.charged))
        self._send(answer)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_GET

    def _answer(self, letter: Letter) -> Answer:
        try:
            return self.server.desk.answer(letter)
        except Exception as error:  # whatever it is, the others are still to be answered
            return failure(letter, error)

    def _body(self) -> tuple[str | None, Reply | None]:
        """Return the body, None if there is none, and why it is not read."""
        if "transfer-encoding" in self.headers:
            return None, _bad(411, "The length of the body is missing.")
        length = self.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return None, _bad(400, "The length of the body is not a number.")
        if int(length) > MAX_BODY:
            return None, _bad(413, f"The body has {int(length):,} bytes; {MAX_BODY:,} are allowed.")
        found = self.rfile.read(int(length))
        try:
            return found.decode() if found else None, None
        except UnicodeDecodeError:
            return None, _bad(400, "The body is not UTF-8 text.")

    def _send(self, answer: Answer) -> None:
        text = escaped(json.dumps(answer.reply.body, ensure_ascii=False)) + "\n"
        body = text.encode("utf-8", "replace")
        self.send_response(answer.reply.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP request."""
        self.close_connection = True
        self.command, self.path = getattr(self, "command", None) or "?", getattr(self, "path", "?")
        self.request_version = self.protocol_version
        reply = _bad(int(code), f"{message or 'This is no request'}.")
        self._send(Answer(reply))
        self.server.told(Served(self.command, self.path, code, 0.0, reply.said))

    def version_string(self) -> str:
        """Name what answers, and no version of anything."""
        return "footfall"

    def log_message(self, format: str, *values: Any) -> None:
        """Write nothing: `told` is called instead."""


def _bad(status: int, said: str) -> Reply:
    return refused(status, "BAD_REQUEST", said)


def _text(header: str) -> str:
    """Return the value of a header, which may be UTF-8, as text."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")
