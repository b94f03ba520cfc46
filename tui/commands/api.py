"""`footfall api`: documented requests in, documented JSON out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from core.errors import BadInput
from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option
from tui.commands.output import put, put_json, say
from tui.commands.saved.common import as_option, saved_at

if TYPE_CHECKING:
    from core.api import Reply, Request


class PastedCommand(click.Command):
    """A command whose arguments may end in a pasted curl command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join everything from the word curl on into one argument."""
        at = args.index("curl") if "curl" in args else 0
        if at < len(args) and args[at] == "curl" and (not at or args[at - 1] not in _WITH_VALUE):
            args = [*args[:at], shlex.join(args[at:])]
        return super().parse_args(ctx, args)


_WITH_VALUE = ("-d", "--data", "--db", "--as")


@click.command("api", cls=PastedCommand)
@click.argument("request", required=False)
@click.option("-d", "--data", metavar="JSON", help="Body; @FILE reads a file, - standard input.")
@click.option("--cost", "priced", is_flag=True, help="Print what it costs, and do not ask it.")
@as_option
@db_option
def command(
    request: str | None, data: str | None, priced: bool, profile: str | None, db: str | None
) -> None:
    """Answer REQUEST, such as 'GET /api/v1/metrics/dau?range=7d'; without one, list all requests.

    REQUEST may also be a curl command as printed in the API's documentation, with any host, or - to
    read the lines of an HTTP request from standard input: method and path, headers, a blank line,
    the body. Tokens and other headers are ignored: the request is made as the profile of --as or
    FOOTFALL_PROFILE, with its role and its private marks.

    The requests, parameters and answers are those of two documented HTTP interfaces; nothing
    listens on a port, which is what footfall serve is for. A refused request prints its body,
    reports its status on standard error and exits with code 1.

    \b
    footfall api 'GET /api/2/users?start=20260101&end=20260131&m=new'
    footfall api 'POST /api/v1/retention' -d @body.json
    footfall api --as ana:editor curl -X DELETE https://example.com/api/v1/marks/ID
    footfall api - < request.http
    """
    from core.api import Backend, read, refused, respond
    from core.errors import BadQuestion

    if request is None:
        put(_listing())
        return
    try:  # before the workspace is opened: the body's file might be the workspace
        asked = read(sys.stdin.read() if request == "-" else request, _body(data), _text_of)
    except BadQuestion as error:
        _refuse(refused(400, "BAD_REQUEST", str(error)))
    if priced:
        put(_cost(asked))
        return
    path = database(db)
    engine = open_engine(path)
    saved = saved_at(path, profile, source="api")
    _ = saved.access.profile
    reply = interruptible(lambda stop: respond(asked, Backend(engine, saved, stop)))
    if not reply.ok:
        _refuse(reply)
    put_json(reply.body)


def _cost(asked: Request) -> str:
    from core.api import Reply, understood
    from core.api.cost import charge

    found = understood(asked)
    if isinstance(found, Reply):
        _refuse(found)
    return charge(*found).words


def _refuse(reply: Reply) -> NoReturn:
    from http import HTTPStatus

    put_json(reply.body)
    say(f"{reply.status} {HTTPStatus(reply.status).phrase}: {reply.said}")
    raise click.exceptions.Exit(1)


def _body(data: str | None) -> str | None:
    if data == "-":
        return sys.stdin.read()
    return data if data is None or not data.startswith("@") else _text_of(data[1:])


def _text_of(file: str) -> str:
    """Return the text of the file that holds a body; - is standard input."""
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} could not be read: {error}.") from error


def _listing() -> str:
    from core.api import routes

    lines = [f"{route.method:6} {route.path}" for route in routes()]
    return "\n".join(lines)
