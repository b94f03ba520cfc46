"""Writing a board or a chart with its answers as a page for others, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from core.errors import BadInput

if TYPE_CHECKING:
    from core.boards.sharing import Shown
    from core.definitions.board import Board
    from core.definitions.saved import Item, Mark
    from core.definitions.share import Share
    from core.draw.svg import Paints
    from core.engines.running import Engine
    from core.store.library.saved import Saved
    from core.timeframe import Calendar

DAYS = 30
"""After how many a share expires, unless another number is asked for."""

ALONE = "alone"
"""The id of the tile of a chart that is shared."""


class Thing(NamedTuple):
    """What is shared: a board, or a saved chart as one, its id and its owner; "" for nobody's."""

    board: Board
    kind: Literal["board", "chart"]
    id: str
    owner: str


class Wish(NamedTuple):
    """How something is to be shared.

    Attributes:
        folder: where its file is written.
        days: after how many it expires; 0 is never.
        allowed: what is shown although it is not for everybody.
        private: whether marks are shown that only their creator sees.
    """

    folder: str = "."
    days: int = DAYS
    allowed: Collection[Shown] = ()
    private: bool = False


def of_board(board: Board) -> Thing:
    """Return a board to be shared."""
    return Thing(board, "board", board.id, board.owner)


def of_chart(item: Item) -> Thing:
    """Return a saved chart to be shared, as a board of one tile."""
    from core.language.kept import text_of

    text, language = text_of(item.body.get("question", "")), item.body.get("language")
    board = alone(item.title, text, item.body.get("chart", ""), item.description, language)
    return Thing(board, "chart", item.id, item.owner)


def alone(
    title: str, question: str, chart: str, description: str = "", language: int | None = None
) -> Board:
    """Return a board of one tile with a question."""
    from core.definitions.board import Block, Board, Position

    block = Block(
        id=ALONE,
        title=title,
        question=question,
        chart=chart,
        language=language,
        position=Position(width=12),
    )
    return Board(title=title, description=description, blocks=(block,))


def may_share(saved: Saved, thing: Thing) -> None:
    """Raise Forbidden unless the profile may share a thing."""
    from core.store.library.shares import Shares

    Shares(saved.access).check(thing.kind, thing.owner)


def share(
    saved: Saved,
    engine: Engine,
    thing: Thing,
    answers: Mapping[str, Any],
    wish: Wish,
    colours: tuple[Paints, Paints],
) -> Share:
    """Write a thing with its answers as a page, and keep that it was shared.

    The page is written before that is kept, so a stop between the two leaves a page that no list
    has. The page of an earlier share of the same thing is deleted.

    Args:
        answers: block id -> answer or FootfallError, of core.boards.answering.
        colours: those on a light and on a dark screen.

    Raises:
        Forbidden: the role does not allow it, or it is somebody else's.
        BadInput: nothing of it may be shown, or the file cannot be written there.
    """
    from core.boards.sharing import for_others
    from core.definitions.share import Share, new_hash
    from core.folders.writing import write_whole
    from core.store.library.shares import Shares
    from core.timeframe import DAY

    now, hash = engine.clock(), new_hash()
    folder = Path(wish.folder).expanduser()
    if folder.suffix in (".html", ".htm") and not folder.is_dir():
        raise BadInput(
            f"{folder} is no folder.", "A page gets a name that nobody can guess: name its folder."
        )
    target = folder / f"{hash}.html"
    found = Share(
        hash=hash,
        kind=thing.kind,
        thing=thing.id,
        title=thing.board.title,
        file=str(target.absolute()),
        created_at=now,
        expires_at=now + wish.days * DAY if wish.days else None,
    )
    may_share(saved, thing)
    board, kept = for_others(thing.board, answers, engine.context(), wish.allowed)
    text = _page(board, kept, _marks(saved, thing, wish), found, engine.calendar, colours)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, text)
    except (OSError, ValueError) as error:
        raise BadInput(f"{target} cannot be written: {error}.", "Name another folder.") from error
    for before in Shares(saved.access).add(found, thing.owner):
        delete_file(before)
    return found


def _page(
    board: Board,
    answers: Mapping[str, Any],
    marks: list[Mark],
    found: Share,
    calendar: Calendar,
    colours: tuple[Paints, Paints],
) -> str:
    from core.boards.sharing import bundle
    from core.draw.pages.html import board_html
    from core.draw.pages.words import moment_words
    from core.draw.spans import Look

    said = [f"Shared with the answers of {moment_words(found.created_at, calendar)}."]
    if found.expires_at is not None:
        said.append(f"Expires on {moment_words(found.expires_at, calendar)}.")
    said.append(f"Share {found.hash}.")
    times = {"shared_at": found.created_at, "expires_at": found.expires_at}
    carried = bundle(board, answers, marks, hash=found.hash, **times)
    look = Look(calendar=calendar)
    paint, dark = colours
    return board_html(
        board, answers, look, marks, paint=paint, dark=dark, foot=said, bundle=carried
    )


def _marks(saved: Saved, thing: Thing, wish: Wish) -> list[Mark]:
    chart = thing.kind == "chart"
    found = saved.marks(chart_id=thing.id) if chart else saved.marks(board_id=thing.id)
    return [mark for mark in found if wish.private or mark.scope == "public"]


def revoke(saved: Saved, hash: str) -> str:
    """Take a share back and delete its file; return a sentence to confirm it.

    Raises:
        NotFound: there is none.
        Forbidden: it is somebody else's.
    """
    from core.store.library.shares import Shares

    found = Shares(saved.access).revoke(hash)
    return f"{found.title} is not shared. {delete_file(found)} Copies of it stay where they are."


def revoke_expired(saved: Saved, now: int) -> list[str]:
    """Take back every share of the profile that has expired; return sentences to confirm it.

    Args:
        now: UTC ms.
    """
    from core.store.library.shares import Shares

    user, admin = saved.profile.user, saved.profile.may("admin")
    found = [share for share in Shares(saved.access).all() if share.state(now) == "expired"]
    return [revoke(saved, share.hash) for share in found if admin or share.created_by == user]


def delete_file(found: Share) -> str:
    """Delete the file of a share if it is still that; return what became of it."""
    file = Path(found.file)
    try:
        if found.hash not in file.read_text("utf-8"):
            return f"{file} is another file, and stays."
        file.unlink()
    except FileNotFoundError:
        return f"{file} is gone already."
    except (OSError, ValueError) as error:
        return f"{file} could not be deleted: {error}."
    return f"{file} is deleted."
