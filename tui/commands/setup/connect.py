"""`footfall connect`: a workspace whose questions a ClickHouse server answers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from core.errors import CannotOpen
from tui.commands.database import database, patience
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.services.passwords import ask_password

if TYPE_CHECKING:
    from pathlib import Path

    from core.engines.clickhouse.address import Address


@click.command("connect")
@click.argument("address", required=False)
@click.option(
    "--password-file", metavar="FILE", default="", help="A file with the password, read each time."
)
@click.option("--local", is_flag=True, help="Ask the workspace's own file again.")
@db_option
def command(address: str | None, password_file: str, local: bool, db: str | None) -> None:
    """Let a ClickHouse server answer the questions about a workspace; without an address, say
    which one does.

    The password comes from FOOTFALL_CLICKHOUSE_PASSWORD, from a file, or is asked for; it is never
    stored. `footfall push` then copies the workspace there.

    \b
    footfall connect clickhouse://ana@ch.example.com:8123/product --db shop.db
    footfall connect --local --db shop.db
    """
    path = database(db)
    if local and address:
        raise click.UsageError("Give an address or --local, not both.")
    if local:
        _disconnect(path)
        put_line(f"{path} answers its questions itself")
    elif address:
        from core.engines.clickhouse.address import read_address

        _connect(path, read_address(address, password_file=password_file))
    else:
        put_line(_told(path))


def _connect(path: Path, address: Address) -> None:
    """Point a workspace at a server, once that lets us in."""
    from core.engines.clickhouse.address import PASSWORD, password_of
    from core.engines.clickhouse.server import ServerRunner
    from core.store.pushes.connected import connect, progress
    from core.store.workspace import open_writer

    password = password_of(address)
    if password is None:
        password = ask_password(address)
        address = replace(address, asks=bool(password))
    runner = ServerRunner(address, password)
    with closing(runner):
        version = runner.connect()
    with closing(open_writer(path)) as connection:
        connect(connection, address.to_json(), patience())
        is_new = not progress(connection).events
    put_line(f"{path} is answered by ClickHouse {version} at {address}")
    if is_new:
        say("Nothing is there yet: `footfall push` copies the workspace.")
    if address.asks:
        say(f"Every command asks for the password, unless {PASSWORD} or --password-file has it.")


def _disconnect(path: Path) -> None:
    from core.store.pushes.connected import disconnect
    from core.store.workspace import open_writer

    with closing(open_writer(path)) as connection:
        disconnect(connection, patience())


def _told(path: Path) -> str:
    """Return who answers the questions about a workspace, and how much is not there yet."""
    from core.engines.opening import address_in
    from core.store.pushes.connected import waiting
    from core.store.workspace import open_reader, read_meta
    from core.text import things

    if not path.exists():
        raise CannotOpen(f"{path} does not exist.", "Run footfall import FILE --into DB.")
    with closing(open_reader(path)) as connection:
        address = address_in(read_meta(connection))
        left = waiting(connection)
    if address is None:
        return f"{path} answers its questions itself"
    note = f", {things(left, 'event')} not there yet" if left else ""
    return f"{path} is answered by {address}{note}"
