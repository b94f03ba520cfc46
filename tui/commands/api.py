"""`footfall api`: a documented request in, the documented JSON out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from tui.commands.common import database, db_option, interruptible, open_engine, put, put_json, say


@click.command("api")
@click.argument("request", required=False)
@click.option("-d", "--data", metavar="JSON", help="Body; @FILE reads a file, - standard input.")
@db_option
def command(request: str | None, data: str | None, db: str | None) -> None:
    """Answer REQUEST, such as 'GET /api/v1/metrics/dau?range=7d'; without one, list them all.

    The requests, parameters and answers are those of two documented HTTP interfaces; nothing
    listens on a port. A refused request prints its body, names its status on standard error and
    ends with exit code 1.

    \b
    footfall api 'GET /api/2/users?start=20260101&end=20260131&m=new'
    footfall api 'POST /api/v1/retention' -d @body.json
    """
    from core.api import Backend, read, respond
    from core.errors import BadQuestion

    if request is None:
        put(_listing())
        return
    path = database(db)
    engine = open_engine(path)
    from core.store.saved import Saved

    try:
        asked = read(request, _body(data))
    except BadQuestion as error:
        _refuse(400, {"error": "BAD_REQUEST", "message": str(error)})
    reply = interruptible(
        lambda stop: respond(asked, Backend(engine, Saved(path, source="api"), stop))
    )  # fmt: skip
    if not reply.ok:
        _refuse(reply.status, reply.body)
    put_json(reply.body)


def _refuse(status: int, body: Any) -> None:
    from http import HTTPStatus

    put_json(body)
    error = body["error"]
    message = body.get("message") or (error["message"] if isinstance(error, dict) else error)
    say(f"{status} {HTTPStatus(status).phrase}: {message}")
    raise click.exceptions.Exit(1)


def _body(data: str | None) -> str | None:
    if data == "-":
        return sys.stdin.read()
    if data is None or not data.startswith("@"):
        return data
    try:
        return Path(data[1:]).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{data[1:]} could not be read: {error}.") from error


def _listing() -> str:
    from core.api import routes

    lines = [f"{route.method:6} {route.path}" for route in routes()]
    return "\n".join(lines)
