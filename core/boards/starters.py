"""Starter boards: something worth looking at, made from whatever a workspace has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.boards.facts import Facts, look_around
from core.definitions.board import COLUMNS, Block, Board, Position
from core.queries.terms import duration_words, name, range_words
from core.text import cut

NOBODY: Final = (
    "No column of these events says who did them, so they are only counted. People, funnels and "
    "retention need one: import with `--map user=COLUMN`."
)
_EACH: Final = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}

Tile = tuple[str, str, str]
"""Title, question and chart."""


def starter_boards(engine: Any) -> list[Board]:
    """Return boards made from an engine's events and logs, the one to open first being the first.

    An empty workspace gets one board with a note.
    """
    facts = look_around(engine)
    found = []
    if facts.events:
        found.append(_overview(facts))
    if facts.events and facts.people:
        found.append(_people(facts))
    if facts.logs:
        found.append(_logs(facts))
    if found:
        return found
    text = (
        "No events yet. `footfall import FILE --into DB` imports any export, log or table of "
        "events; `footfall FILE` makes a workspace of it beside the file."
    )
    note = Block(type="note", content=text, position=Position(width=COLUMNS, height=3))
    return [Board(title="Overview", blocks=(note,))]


def _overview(facts: Facts) -> Board:
    """Numbers on top, what happens over time beside what happens most, and what fits below."""
    title, question = ("Active users", "dau") if facts.people else ("All events", "events")
    numbers: list[Tile] = []
    if facts.people or len(facts.events) > 1:
        numbers.append((title, question, "number"))
    numbers += [(event, name(event), "number") for event in facts.events[:3]]
    money = _money(facts)
    if money and len(numbers) < 4:
        numbers.append((*money, "number"))
    blocks = _row([(t, f"{q} {_unit(facts)}", chart) for t, q, chart in numbers], 0, 2)
    over_time = (_each(title, facts), f"{question} {_unit(facts)}", "line")
    rest = list(_rest(facts))
    most = ("Top events", "top events", "table")
    if len(facts.events) == 1 and facts.words:
        most = rest.pop(next(at for at, tile in enumerate(rest) if tile[2] == "table"))
    blocks += [_tile(over_time, (0, 2, 8, 4)), _tile(most, (8, 2, 4, 4))]
    blocks += _row(rest[:2], 6, 4)
    if not facts.people:
        place = Position(x=0, y=10, width=COLUMNS, height=2)
        blocks.append(Block(type="note", content=NOBODY, position=place))
    return _board("Overview", facts, blocks)


def _rest(facts: Facts) -> Iterator[Tile]:
    """Yield what else is worth a tile, best first."""
    if facts.people and facts.steps:
        yield "Funnel", _funnel_text(facts), ""
    if facts.people and facts.period.cohorts:
        yield _retention(facts)
    if money := _money(facts):
        yield _each(money[0], facts), f"{money[1]} {_unit(facts)}", "bars"
    for event, property_ in facts.words:
        title = f"{event} by {property_}"
        yield title, f"{name(event)} {facts.period.unit} by {name(property_)} top 10", "table"
    if facts.field:
        counted = "dau" if facts.people else "events"
        title = f"{'Active users' if facts.people else 'Events'} by {facts.field}"
        yield title, f"{counted} {facts.period.unit} by {facts.field} top 8", "bars"
    if facts.logs:
        yield "Logs by level", "top logs", "table"


def _people(facts: Facts) -> Board:
    """People who come, stay and leave; and people who do the most frequent events."""
    top, unit = facts.events[0], facts.period.unit
    tiles: list[tuple[Tile, tuple[int, int]]] = []
    if facts.period.cohorts:
        cycle = f"lifecycle {facts.period.cohorts} {range_words(facts.period.long)}"
        tiles += [
            (("New, returning, resurrected, dormant", cycle, "bars"), (6, 4)),
            (("Active in 30 days", f"mau {_unit(facts)}", "line"), (6, 4)),
            (_retention(facts), (12, 5)),
        ]
    tiles += [
        ((f"People of {top}", f"users of {name(top)} {unit}", "line"), (6, 4)),
        (("Segments", "segments", ""), (6, 4)),
    ]
    if facts.field:
        by = f"dau {unit} by {facts.field} top 8"
        tiles.append(((f"Active users by {facts.field}", by, "bars"), (12, 4)))
    blocks, x, y = [], 0, 0
    for tile, (width, height) in tiles:
        blocks.append(_tile(tile, (x, y, width, height)))
        x = (x + width) % COLUMNS
        y += 0 if x else height
    return _board("People", facts, blocks)


def _logs(facts: Facts) -> Board:
    """How many logs of which level, over time and by pattern."""
    unit = facts.period.unit
    blocks = _row(
        [
            ("Logs", f"logs {_unit(facts)}", "number"),
            ("Errors", f"logs where level >= error {_unit(facts)}", "number"),
        ],
        0,
        2,
    )
    blocks += [
        _tile((_each("Logs", facts), f"logs {unit}", "bars"), (0, 2, 8, 4)),
        _tile(("By level", "top logs", "table"), (8, 2, 4, 4)),
    ]
    blocks += _row(
        [
            ("Most frequent messages", "top 10 logs by pattern", "table"),
            ("By service", "top 10 logs by service", "table"),
        ],
        6,
        4,
    )
    return _board("Logs", facts, blocks, "Made from the logs in this workspace.")


def _money(facts: Facts) -> tuple[str, str] | None:
    """Return the title and question of the sum of a property about money."""
    if facts.number is None:
        return None
    event, property_ = facts.number
    return f"{property_} of {event}", f"sum({name(event)}.{name(property_)})"


WINDOWS = {"weekly": 90, "monthly": 365}
"""Unit of a board over so long a time -> days that people have for a funnel; else a week."""


def _funnel_text(facts: Facts) -> str:
    days = WINDOWS.get(facts.period.unit, 7)
    steps = " > ".join(name(step) for step in facts.steps)
    return f"{steps} within {duration_words(days * 86_400)}"


def _retention(facts: Facts) -> Tile:
    unit = facts.period.cohorts
    question = f"retention {unit} 12 {range_words(facts.period.long)}"
    return f"{unit.capitalize()} retention", question, ""


def _unit(facts: Facts) -> str:
    """Return how an answer over time is asked for: by unit, and compared if there is data."""
    return f"{facts.period.unit} vs prev" if facts.period.compared else facts.period.unit


def _each(title: str, facts: Facts) -> str:
    return f"{title} by {_EACH[facts.period.unit]}"


def _row(tiles: list[Tile], y: int, height: int) -> list[Block]:
    """Return tiles side by side, over the whole width."""
    width = COLUMNS // max(len(tiles), 1)
    return [_tile(tile, (at * width, y, width, height)) for at, tile in enumerate(tiles)]


def _tile(tile: Tile, place: tuple[int, int, int, int]) -> Block:
    title, question, chart = tile
    x, y, width, height = place
    position = Position(x=x, y=y, width=width, height=height)
    return Block(
        id=f"t{y}{x}", title=cut(title, 200), question=question, chart=chart, position=position
    )


def _board(
    title: str,
    facts: Facts,
    blocks: list[Block],
    about: str = "Made from the events in this workspace.",
) -> Board:
    return Board(
        id=f"brd_{title.lower()}",
        title=title,
        description=about,
        default_range=facts.period.range,
        blocks=tuple(blocks),
    )
