"""`footfall push`: copy a workspace to the server that answers its questions."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from core.errors import BadInput, FootfallError
from core.text import number, things
from tui.commands.database import database, patience
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.commands.upkeep.common import Steps
from tui.services.passwords import ask_password

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.engines.clickhouse.pushing import Pushed
    from core.engines.clickhouse.server import ServerRunner


@click.command("push")
@click.option("--anew", is_flag=True, help="Delete the copy first, whosever it is.")
@db_option
def command(anew: bool, db: str | None) -> None:
    """Copy what is new in a workspace, and what changed, to the server that it is connected to.

    It can be stopped at any moment and goes on from there when it is run again.

    \b
    footfall push --db shop.db
    """
    path = database(db)
    with closing(_server(path)) as runner:
        put_line(_line(pushed(path, runner, anew=anew)))


def pushed(path: Path, runner: ServerRunner, *, anew: bool = False) -> Pushed:
    """Push a workspace, with its progress on standard error."""
    from core.engines.clickhouse.pushing import push

    steps = Steps()
    try:
        return push(
            path,
            runner,
            told=lambda done, whole: steps.show("events sent", done, whole),
            anew=anew,
            patience=patience(),
        )
    finally:
        steps.end()


class Sender:
    """Sends what is stored in a workspace to its server without a word, again and again.

    Args:
        path: the workspace, which may be missing or not connected.
        ask: whether somebody on the terminal can be asked for a password.

    Attributes:
        trouble: why the copy is not as the workspace is; "" if it is, or there is none.
    """

    def __init__(self, path: Path, *, ask: bool) -> None:
        self.trouble = ""
        self._path = path
        self._runner = _connected(path, ask=ask) if path.exists() else None

    def send(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Send what is new; `stop` ends it between two batches."""
        from core.engines.clickhouse.pushing import push

        if self._runner is None:
            return
        self.trouble = ""
        try:
            push(self._path, self._runner, stop=stop, patience=patience())
        except FootfallError as error:
            self.trouble = f"Not yet sent to {self._runner.host}: {error}"

    def close(self) -> None:
        """End the connection."""
        if self._runner is not None:
            self._runner.close()


def send(path: Path, *, quiet: bool = False) -> bool:
    """Push a workspace that was just written to, if it is connected; return whether its copy is as
    it is. Why not is said, and not raised: what was written is written.
    """
    runner = _connected(path)
    if runner is None:
        return True
    try:
        with closing(runner):
            done = pushed(path, runner)
    except FootfallError as error:
        say(f"Not yet sent to {runner.host}: {error}", "`footfall push` sends it.")
        return False
    if not quiet:
        say(f"{_line(done)}, to {runner.host}")
    return True


def _server(path: Path) -> ServerRunner:
    """Return the server that a workspace is connected to.

    Raises:
        BadInput: it is not connected to one.
    """
    found = _connected(path)
    if found is None:
        raise BadInput(
            f"{path} is not connected to a server.",
            "footfall connect clickhouse://user@host:port/database connects it.",
        )
    return found


def _connected(path: Path, *, ask: bool = True) -> ServerRunner | None:
    """Return the server that a workspace is connected to, if it is; most are not, and for these
    nothing that asks questions is loaded.
    """
    from core.store.workspace import CLUSTER, open_reader, read_meta

    with closing(open_reader(path)) as connection:
        meta = read_meta(connection)
    if CLUSTER not in meta:
        return None
    from core.engines.opening import address_in, server

    address = address_in(meta)
    return None if address is None else server(address, ask_password if ask else None)


def _line(done: Pushed) -> str:
    """Return what a push did, in one line."""
    sent = [things(done.events, "event")] if done.events or not done.logs else []
    if done.logs:
        sent.append(things(done.logs, "log"))
    if done.changed:
        sent.append(f"{things(done.changed, 'changed event')} anew")
    rate = done.events / done.seconds if done.seconds else 0
    said = f", {number(round(rate))} events a second" if done.events >= 1000 else ""
    return f"sent {', '.join(sent)} in {done.seconds:.1f} s{said}"
