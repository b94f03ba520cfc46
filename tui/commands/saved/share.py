"""`footfall share`: a board or a chart as a file for people without the workspace."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import Forbidden, NotFound
from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import look_of, put, put_answer, put_line
from tui.commands.saved.common import as_option, read_text, saved_at
from tui.services.sharing import DAYS

if TYPE_CHECKING:
    from core.store.library.saved import Saved
    from tui.services.sharing import Thing, Wish


@click.command("share")
@click.argument("name", metavar="BOARD|CHART", required=False)
@click.option("--chart", is_flag=True, help="NAME is a saved chart, even if a board is called so.")
@click.option("--to", "folder", metavar="FOLDER", default=".", help="Where to write the file.")
@click.option(
    "--days",
    type=click.IntRange(0, 3_650),
    default=DAYS,
    show_default=True,
    help="When it expires; 0 is never.",
)
@click.option("-r", "--range", metavar="RANGE", help="7d, mtd, 2025-01-01,2025-01-31, ...")
@click.option("--people", is_flag=True, help="Show people too.")
@click.option("--rows", is_flag=True, help="Show single events, logs and SQL too.")
@click.option("--private-marks", is_flag=True, help="Show your private marks too.")
@click.option("--list", "listed", is_flag=True, help="List what was shared.")
@click.option("--revoke", metavar="HASH", help="Take a share back, and delete its file.")
@click.option("--revoke-expired", is_flag=True, help="Take back all that have expired, for cron.")
@click.option("--open", "opened", metavar="FILE", help="Print a shared file as text; - reads it.")
@as_option
@db_option
@format_options
@width_option
def command(
    name: str | None,
    chart: bool,
    folder: str,
    days: int,
    range: str | None,
    people: bool,
    rows: bool,
    private_marks: bool,
    listed: bool,
    revoke: str | None,
    revoke_expired: bool,
    opened: str | None,
    profile: str | None,
    db: str | None,
    format: str | None,
    width: int | None,
) -> None:
    """Write a board or a saved chart with its answers of now as one page, for others to read.

    The page has a name that nobody can guess, loads nothing, and says when it expires. People,
    single rows and private marks are left out unless asked for, and so is who owns it. Sharing the
    same board again takes the place of the page before.

    \b
    footfall share Growth --to /srv/www/reports --days 7
    footfall share --list
    footfall share --revoke k3VtR9pWx2Qa
    footfall share --open k3VtR9pWx2Qa.html
    """
    chosen = [name is not None, listed, revoke is not None, revoke_expired, opened is not None]
    if sum(chosen) != 1:
        raise click.UsageError("Give a board or a chart, --list, --revoke or --open: one of these.")
    if opened is not None:
        put(_opened(opened, width_of(width)))
        return
    path = database(db)
    saved = saved_at(path, profile)
    if listed:
        put_answer(_listed(path, saved), format, width=width_of(width))
    elif revoke is not None:
        from tui.services.sharing import revoke as taken_back

        put_line(taken_back(saved, revoke))
    elif revoke_expired:
        from core.engines.running import wall_clock
        from tui.services.sharing import revoke_expired as all_taken_back

        for said in all_taken_back(saved, wall_clock()):
            put_line(said)
    else:
        from tui.services.sharing import Wish

        allowed: list[Any] = [word for word, on in (("people", people), ("rows", rows)) if on]
        thing = _thing(path, saved, str(name), chart=chart)
        put_line(_shared(path, saved, thing, range, Wish(folder, days, allowed, private_marks)))


def _thing(path: Path, saved: Saved, name: str, *, chart: bool) -> Thing:
    """Return the board or, if there is none of that name, the saved chart that is to be shared.

    Raises:
        NotFound: there is neither.
    """
    from tui.commands.saved.starting import find_board
    from tui.services.sharing import of_board, of_chart

    if not chart:
        with suppress(NotFound):
            return of_board(find_board(path, open_engine(path), name))
    try:
        return of_chart(saved.item("charts", name))
    except NotFound as error:
        what = "no chart" if chart else "neither a board nor a chart"
        raise NotFound(f"There is {what} {name!r}.", error.hint) from None


def _shared(path: Path, saved: Saved, thing: Thing, range: str | None, wish: Wish) -> str:
    """Answer a thing and share it; return where its page is and when it expires."""
    from core.boards.answering import answer_board
    from core.draw.pages.words import moment_words
    from tui.services.sharing import may_share, share
    from tui.widgets.pictures import on_dark, on_paper

    may_share(saved, thing)
    engine = open_engine(path)
    board = thing.board
    answers = interruptible(lambda stop: answer_board(board, engine, range, stop, drawn=True))
    colours = on_paper(), on_dark()
    asked = board.model_copy(update={"range": range or board.range})
    found = share(saved, engine, thing._replace(board=asked), answers, wish, colours)
    if found.expires_at is None:
        return f"{found.file}  does not expire"
    return f"{found.file}  until {moment_words(found.expires_at, engine.calendar)}"


def _listed(path: Path, saved: Saved) -> Any:
    from core.answers import Column
    from core.store.library.shares import Shares
    from tui.commands.listing import table

    engine = open_engine(path)
    now, local = engine.clock(), engine.calendar.local
    rows = [
        (
            share.hash,
            share.kind,
            share.title,
            share.state(now),
            f"{local(share.created_at):%Y-%m-%d %H:%M}",
            f"{local(share.expires_at):%Y-%m-%d %H:%M}" if share.expires_at else "",
            share.created_by,
            share.file,
        )
        for share in Shares(saved.access).all()
    ]
    names = ("hash", "kind", "title", "state", "shared", "expires", "by", "file")
    return table("Shares", [Column(name=name) for name in names], rows)


def _opened(file: str, width: int) -> str:
    """Return a shared file as text.

    Raises:
        BadInput: it is none.
        Forbidden: it has expired.
    """
    from core.boards.sharing import unbundled
    from core.draw.board import print_board
    from core.draw.pages.words import moment_words
    from core.engines.running import wall_clock
    from core.timeframe import Calendar

    about, board, answers, marks = unbundled(read_text(file))
    expires = about.get("expires_at")
    if isinstance(expires, int) and wall_clock() >= expires:
        said = f"This share expired on {moment_words(expires, Calendar())}."
        raise Forbidden(said, "Ask whoever shared it for another.")
    return print_board(board, answers, width, look_of(), marks)
