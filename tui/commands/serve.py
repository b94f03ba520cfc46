"""`footfall serve`: documented requests on a port of this machine, until ctrl+c."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from core.text import number, one_line
from tui.commands.database import database, open_engine
from tui.commands.interrupt import until_stopped
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.commands.saved.common import as_option, saved_at

if TYPE_CHECKING:
    from core.serving.http import Served

PORT = 7878
SECONDS = 60


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="0 takes any that is free.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Give up on a request after that.",
)
@click.option("--quiet", is_flag=True, help="No line for every request.")
@as_option
@db_option
def command(port: int, time_limit: float, quiet: bool, profile: str | None, db: str | None) -> None:
    """Answer the requests that footfall api lists, over HTTP on 127.0.0.1, until ctrl+c.

    The key and the secret of basic authentication are made at the start and printed once, before
    anything is answered; the log goes to standard error, a line for every request. Everybody who
    has them acts as the profile of --as or FOOTFALL_PROFILE, in the role that it has at the start.
    Five requests are answered at a time; more, and more than the documented cost per hour, are
    refused with 429.

    \b
    footfall serve --as reports:viewer
    curl -u KEY:SECRET 'http://127.0.0.1:7878/api/v1/metrics/dau?range=7d'
    """
    from core.api import Backend
    from core.serving.desk import Desk
    from core.serving.http import Server
    from core.serving.keys import Keys
    from core.store.library.saved import Saved

    path = database(db)
    engine = open_engine(path)
    engine.time_limit = time_limit
    acting = saved_at(path, profile).profile
    saved = Saved(path, profile=acting, source="api")
    keys = Keys.fresh()
    server = Server(port, Desk(Backend(engine, saved), keys, path.stem), _Log(quiet=quiet).told)
    with until_stopped() as stopped:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        put_line(f"{server.url} answers as {acting.user}, {acting.role}, until ctrl+c.")
        put_line(f"key        {keys.key}")
        put_line(f"secret     {keys.secret}")
        put_line(f"workspace  {path.stem}")
        sys.stdout.flush()
        stopped.wait()
        server.stop()
    engine.close()
    say("Stopped.")


class _Log:
    """Writes a line for every request, one after the other."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._lock = threading.Lock()

    def told(self, served: Served) -> None:
        """Write "13:02:11  200  GET /api/2/users?m=new  14 ms  cost 31"."""
        if self._quiet:
            return
        parts = [time.strftime("%H:%M:%S"), str(served.status), f"{served.method} {served.target}"]
        parts += [f"{number(round(served.milliseconds))} ms", served.charged, served.said]
        with self._lock:
            say(one_line("  ".join(part for part in parts if part)))
