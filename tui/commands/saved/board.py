"""`footfall board`: a board as text, in the explorer, or as JSON to store elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from tui.commands.database import database, open_engine
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import look_of, put, put_answer, put_json, put_line
from tui.commands.saved.common import as_option, read_text, saved_at, undelete
from tui.commands.saved.shown import Over, answered, as_asked, exit_code, show


class _Group(click.Group):
    """A group whose first word may be the name of a board."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a first word that is not a command as a board to show."""
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group("board", cls=_Group)
def command() -> None:
    """Open or print a board by name; list, import, export, pin and delete boards.

    \b
    footfall board Growth demo.db --print --range 7d --where 'country = NL'
    footfall board Growth demo.db --html growth.html
    footfall board export Growth > growth.json
    footfall board import growth.json
    """


@command.command("show")
@click.argument("name")
@click.argument("db", required=False)
@click.option("--print", "printed", is_flag=True, help="Print it as text.")
@click.option(
    "--plain", is_flag=True, help="Print as text without frames, one tile below the other."
)
@click.option("--json", "as_object", is_flag=True, help="Print the board and its answers.")
@click.option("--html", metavar="FILE", help="Write it as a page with pictures; - prints it.")
@click.option("--svg", metavar="FILE", help="Write it as one picture; - prints it.")
@click.option("--md", "--markdown", "markdown", is_flag=True, help="Print it as Markdown.")
@click.option(
    "--mail", multiple=True, metavar="ADDRESS", help="Print it as a message for sendmail -t."
)
@click.option("--section", metavar="NAME", help="Only what lies below the heading NAME.")
@click.option("-r", "--range", metavar="RANGE", help="7d, mtd, 2025-01-01,2025-01-31, ...")
@click.option("--where", metavar="CONDITION", help="Conditions for every tile: country = NL.")
@click.option(
    "--compare",
    type=click.Choice(("previous", "yoy", "none")),
    help="Compare every tile with the previous period, the year before, or nothing.",
)
@click.option("--db", "named", metavar="DB", help="The same workspace, as other commands name it.")
@width_option
def show_command(
    name: str,
    db: str | None,
    printed: bool,
    plain: bool,
    as_object: bool,
    html: str | None,
    svg: str | None,
    markdown: bool,
    mail: tuple[str, ...],
    section: str | None,
    range: str | None,
    where: str | None,
    compare: str | None,
    named: str | None,
    width: int | None,
) -> int:
    """Open the board NAME (an id or a title), or print it as text when piped or with --print."""
    if db is not None and named is not None:
        raise BadInput("The workspace is named twice.", "Give DB or --db DB.")
    path = database(db if named is None else named)
    over = Over(range, where, compare, section)
    if as_object:
        found, code = board_json(path, name, over)
        put_json(found)
        return code
    wanted = {"html": html, "svg": svg, "md": "-" if markdown else None}
    files = {kind: file for kind, file in wanted.items() if file is not None}
    if files or mail:
        return write_files(path, name, files, over, mail)
    return show(path, name, printed=printed, plain=plain, over=over, width=width)


def board_json(path: Path, name: str | None, over: Over) -> tuple[Any, int]:
    """Return a board and its answers for JSON, and the exit code; see `write_board`."""
    from core.boards.files import answered_data

    _, board, answers = answered(path, name, over, drawn=False)
    return answered_data(board, answers), exit_code(answers)


def write_files(
    path: Path, name: str, files: dict[str, str], over: Over, mail: tuple[str, ...] = ()
) -> int:
    """Answer a board once and write it to files; return the exit code, see `write_board`.

    Args:
        files: "html", "svg" or "md" -> the file to write.
        mail: to whom a message is printed.
    """
    from core.draw.pages.words import moment_words
    from tui.commands.saved.board_file import board_file, board_message, put_file

    engine, board, answers = answered(path, name, over)
    board = as_asked(board, over)
    shown = board, answers, look_of(engine), saved_at(path).marks(board_id=board.id)
    foot = (f"As of {moment_words(engine.clock(), engine.calendar)}.",)
    for kind, file in files.items():
        put_file(board_file(kind, *shown, foot), file, path)
    if mail:
        put(board_message(mail, *shown, foot))
    return exit_code(answers)


@command.command("list")
@click.option("--pinned", is_flag=True, help="Only pinned boards.")
@db_option
@format_options
@width_option
def list_(pinned: bool, db: str | None, format: str | None, width: int | None) -> None:
    """List the saved boards, or the starter boards if none is saved."""
    from tui.commands.listing import boards

    put_answer(boards(database(db), pinned_only=pinned), format, width=width_of(width))


@command.command("export")
@click.argument("name")
@click.argument("file", required=False)
@db_option
def export(name: str, file: str | None, db: str | None) -> None:
    """Write the board NAME as JSON to FILE, or to standard output."""
    from core.boards.files import board_to_json
    from core.store.workspace import is_part_of
    from tui.commands.saved.starting import find_board

    path = database(db)
    text = board_to_json(find_board(path, open_engine(path), name)) + "\n"
    if file in (None, "-"):
        put_json(json.loads(text))
    else:
        target = Path(str(file)).expanduser()
        if is_part_of(target, path):
            raise BadInput(f"{file} is the workspace itself.", "Name another file.")
        target.write_text(text, "utf-8")


@command.command("import")
@click.argument("file")
@click.option("--title", help="The new name.")
@as_option
@db_option
def import_(file: str, title: str | None, profile: str | None, db: str | None) -> None:
    """Save the board in FILE, as JSON written by export; - reads standard input.

    A board with the same id is replaced if it is yours; otherwise the new one is added beside it.
    """
    from core.boards.files import board_from_json
    from core.definitions.shared import new_id
    from core.errors import NotFound

    saved = saved_at(database(db), profile)
    board = board_from_json(read_text(file))
    if title is not None:
        board = board.model_copy(update={"title": title})
    try:
        owner = saved.board(board.id).owner
    except NotFound:
        owner = saved.profile.user
    if owner != saved.profile.user:
        board = board.model_copy(update={"id": new_id("brd")})
    stored = saved.save_board(board)
    put_line(f"{stored.id}  {stored.title}")


@command.command("pin")
@click.argument("name")
@click.option("--off", is_flag=True, help="Unpin it.")
@as_option
@db_option
def pin(name: str, off: bool, profile: str | None, db: str | None) -> None:
    """Pin NAME to the top of every list."""
    saved = saved_at(database(db), profile)
    saved.save_board(saved.board(name).model_copy(update={"is_pinned": not off}))


@command.command("delete")
@click.argument("name")
@as_option
@db_option
def delete(name: str, profile: str | None, db: str | None) -> None:
    """Delete NAME; it can be restored for 30 days."""
    saved = saved_at(database(db), profile)
    saved.delete_board(saved.board(name).id)


@command.command("restore")
@click.argument("name")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring back a deleted board, by name or id."""
    put_line(undelete(saved_at(database(db), profile), "boards", name))
