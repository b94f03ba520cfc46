"""What a text typed in the palette means: a place with filter and range, a person, a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from core.boards.answering import block_chart, block_question
from core.errors import BadInput, FootfallError
from core.language.questions import parse
from core.queries import from_json
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from core.text import clean
from tui.actions import edits
from tui.actions.palette.narrowed import events_row, is_condition, marks_row
from tui.actions.typed import read
from tui.keys import PLACES
from tui.texts.segments import SEGMENTS
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import KeyedPage

MOST = 200
"""How many people are read at a time."""

Found = tuple[str, Question, str]
"""A title, its question, and how it is drawn."""

SHORT = 3
"""Up to how many words a text is taken for a question with a mistake."""

ALIASES = {"funnels": "funnel", "user": "users", "people": "users", "person": "users"}


def typed_rows(page: KeyedPage, text: str, commands: Iterable[Row] = ()) -> list[Row]:
    """Return what a typed text leads to, as rows whose value runs it; none if it means nothing.

    Args:
        commands: the rows that it is typed to find; what stands in one of them is no sentence.
    """
    text = text.strip()
    for meaning in (_place, _person, _question):
        try:
            row = meaning(page, text)
        except FootfallError:
            continue
        if row is not None:
            return [row]
    if any(text.casefold() in row.text.casefold() for row in commands):
        return []
    return list(_guessed(page, text))


def explain(page: KeyedPage, text: str) -> None:
    """Raise why a text means nothing.

    Raises:
        FootfallError: with the reason and a hint.
    """
    name, _, rest = text.strip().partition(" ")
    if rest and place_of(name) is not None:
        _place(page, text.strip())
    _checked(text, page.app.engine.context())
    raise BadInput("This is no command, name or question.")


def place_of(word: str) -> str | None:
    """Return the place that a word names, in the singular or the plural; None if none."""
    word = word.casefold()
    names = {name.casefold(): id_ for id_, _, name in PLACES} | ALIASES
    names |= {id_: id_ for id_, _, _ in PLACES}
    return names.get(word) or names.get(f"{word}s")


def _question(page: KeyedPage, text: str) -> Row:
    question, chart = _checked(text, page.app.engine.context())
    drawn = f" as {chart}" if chart else ""
    open_ = page.app.navigator.open
    return Row(f"ask: {clean(text, 60)}", lambda: open_(question, chart=chart), f"question{drawn}")


def _guessed(page: KeyedPage, text: str) -> Iterator[Row]:
    """Yield the questions that a text means in other words, else those that it may mean."""
    from core.language.guesses import askable

    found = askable(text, page.app.engine.context()) if " " in text else []
    sure = [guess for guess in found if guess.sure]
    for guess in sure or (found if _is_sentence(text) else ()):
        with suppress(FootfallError):
            yield _question(page, guess.text)


def _is_sentence(text: str) -> bool:
    """Whether a text is rather said than written in the language, with a mistake in it."""
    return len(text.split()) > SHORT and not set("=<>(),") & set(text)


def _checked(text: str, ctx: Context) -> tuple[Question, str]:
    question, chart = read(text, ctx)
    question.check(ctx)
    return question, chart


def _person(page: KeyedPage, text: str) -> Row | None:
    """Return the way to a person whose id was typed."""
    if page.app.engine.context().catalog.people.person(text) is None:
        return None
    return Row(f"go: person {clean(text, 60)}", lambda: page.app.navigator.open_person(text))


# -- places


def _place(page: KeyedPage, text: str) -> Row | None:
    """Return the way to a place with a filter and a range, such as `users country=DE 90d`."""
    word, _, rest = text.partition(" ")
    place = place_of(word)
    if place is None:
        return None
    app = page.app
    if not rest.strip():
        return Row(f"go: {_name(place)}", lambda: app.go(place))
    ctx = app.engine.context()
    about, range_ = _range(rest.strip(), ctx)
    if place == "boards":
        return _board(page, about, range_)
    if place == "events":
        names_one = word.casefold() == "event" and not is_condition(about)
        return None if names_one else events_row(page, about, range_)
    if place == "marks":
        return marks_row(page, about, range_)
    if place == "users":
        if about and _person(page, about):
            return _person(page, about)
        title, question, chart = _people(about, range_)
    else:
        title, question, chart = _saved(page, place, about)
        if range_:
            question = edits.revise(question, range=range_)
    question.check(ctx)

    def show() -> None:
        app.go(place)
        app.navigator.open(question, title, chart)

    said = ", ".join(filter(None, [clean(title, 60), range_]))
    return Row(f"go: {_name(place)}: {said}", show)


def _board(page: KeyedPage, name: str, range_: str) -> Row:
    boards = {board.title: board for board in page.app.library.boards()}
    title = _fitting(boards, name)
    if title is None:
        listed = ", ".join(clean(title, 30) for title in list(boards)[:8])
        raise BadInput(f"There is no board called {clean(name, 40)!r}.", f"There is {listed}.")
    said = ", ".join(filter(None, [clean(title, 60), range_]))
    open_ = page.app.navigator.open_board
    return Row(f"go: board {said}", lambda: open_(boards[title], range_ or None))


def _fitting(titles: Iterable[str], name: str) -> str | None:
    """Return the title that is a name, starts with it or contains it, in that order."""
    name, known = name.strip().casefold(), list(titles)
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for title in known:
            if fits(title.casefold(), name):
                return title
    return None


def _name(place: str) -> str:
    return next(name for id_, _, name in PLACES if id_ == place)


def _range(text: str, ctx: Context) -> tuple[str, str]:
    """Split a range off the end of a text; "" if there is none."""
    before, _, last = text.rpartition(" ")
    try:
        ctx.span(last)
    except FootfallError:
        return text, ""
    return before.strip().removesuffix(" last").removesuffix("last"), last


def _people(about: str, range_: str) -> Found:
    """Return the people to list: those who pass conditions, or whose id or traits say a text."""
    if about and not is_condition(about):
        return about, from_json({"kind": "user_search", "user": about, "limit": MOST}), ""
    body: dict[str, Any] = {"kind": "active_users", "range": range_ or "all_time"}
    of = from_json(body)
    if about:
        conditions = parse(f"dau where {about.removeprefix('where ')}").conditions
        of = edits.revise(of, conditions=[c.model_dump(by_alias=True) for c in conditions])
    return about, PeopleBehind(of=of, limit=MOST), ""


def _saved(page: KeyedPage, place: str, text: str) -> Found:
    """Return what is saved in a place under a name, with the conditions after `where`.

    Raises:
        BadInput: nothing there has that name.
    """
    name, _, where = text.partition(" where ")
    known = {title: (title, question, chart) for title, question, chart in _names(page, place)}
    title = _fitting(known, name)
    if title is not None:
        return _with(known[title], where) if where else known[title]
    listed = ", ".join(clean(title, 30) for title in list(known)[:8])
    raise BadInput(
        f"{_name(place)} has nothing called {clean(name, 40)!r}.",
        f"There is {listed}." if listed else "",
    )


def _with(found: Found, where: str) -> Found:
    title, question, chart = found
    kept = (*question.conditions, *parse(f"dau where {where}").conditions)
    question = edits.revise(question, conditions=[c.model_dump(by_alias=True) for c in kept])
    return f"{title} where {where}", question, chart


def _names(page: KeyedPage, place: str) -> Iterator[Found]:
    """Yield what has a name in a place."""
    library, engine = page.app.library, page.app.engine
    usual = edits.usual_range(page.app)
    if place == "segments":
        for name in SEGMENTS:
            yield name.replace("_", " "), _asked("segment", usual, segment=name), ""
        for audience in library.audiences():
            yield audience.title, _asked("audience", "", audience=audience.title), ""
        return
    if place == "metrics":
        for name in engine.context().catalog.events.pickable:
            yield name, _asked("trend", usual, event=name), ""
    for chart in library.charts():
        question, drawn = library.question_of(chart)
        if _belongs(place, question):
            yield chart.title, question, drawn
    for board in library.boards():
        for block in board.blocks:
            if block.type == "chart" and _belongs(place, block_question(board, block)):
                yield block.title, block_question(board, block), block_chart(block)


def _belongs(place: str, question: Question) -> bool:
    return place == "metrics" or question.kind.startswith(place)


def _asked(kind: str, range_text: str, **fields: str) -> Question:
    return from_json({"kind": kind, **({"range": range_text} if range_text else {}), **fields})
