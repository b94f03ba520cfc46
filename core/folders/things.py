"""A kept thing as the table of its file, and back.

A file has the id of its thing, so that it keeps it under another title. What is as usual is left
out; what depends on the workspace (owner, times of changes) is not in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from core.boards.files import board_from
from core.catalog.selectors import check_custom
from core.definitions.alert import Alert
from core.definitions.audience import Definition, read_definition
from core.definitions.board import Board
from core.definitions.saved import Item, Kind, Mark
from core.definitions.shared import checked
from core.errors import BadInput, FootfallError
from core.language.audiences import format_rules, parse_rules
from core.language.custom_events import format_custom, parse_custom
from core.language.kept import read_file, text_of, write_kept, write_tiles

FOLDERS: Final[dict[Kind, str]] = {
    "custom_events": "events", "audiences": "audiences", "charts": "charts", "alerts": "alerts",
    "boards": "boards", "marks": "marks",
}  # fmt: skip
"""Kind -> the folder of its files; in the order in which they are applied."""

Data = dict[str, Any]

_OWN: Final = ("id", "title", "description", "pinned")
RULES: Final = "rules"
"""The key of an audience's rules as text."""

_OF_WORKSPACE: Final = {"owner", "created_at", "updated_at"}
_OF_MARKS: Final = {"created_by", "created_at", "source", "timestamp", "end_at", "scope"}


class Thing(NamedTuple):
    """A kept thing: a Board, a Mark or an Item of another kind."""

    kind: Kind
    value: Board | Mark | Item

    @property
    def id(self) -> str:
        """Its id."""
        return self.value.id

    @property
    def title(self) -> str:
        """Its title."""
        return self.value.title


def data_of(thing: Thing) -> Data:
    """Return the table of a thing's file."""
    value = thing.value
    if isinstance(value, Board):
        return _of_board(value)
    if isinstance(value, Mark):
        return _of_mark(value)
    body = value.body
    if thing.kind == "custom_events":
        body = {"events": format_custom(check_custom(body))}
    elif thing.kind == "audiences":
        body = {RULES: format_rules(read_definition(body))}
    elif thing.kind == "alerts":
        body = write_kept(checked(Alert, body).model_dump(mode="json", exclude_defaults=True))
    else:
        body = write_kept(_as_text({k: v for k, v in body.items() if v not in (None, "", [], {})}))
    return {**_head(value), **body}


def _as_text(body: Data) -> Data:
    """Return a chart with its question as text, if it has one."""
    question = body.get("question")
    return {**body, "question": text_of(question)} if question is not None else body


def _head(value: Board | Item) -> Data:
    found: Data = {"id": value.id, "title": value.title}
    if value.description:
        found["description"] = value.description
    if value.is_pinned:
        found["pinned"] = True
    return found


def _of_board(board: Board) -> Data:
    body = write_tiles(
        board.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude_defaults=True,
            exclude={*_OF_WORKSPACE, "id", "title", "description", "is_pinned"},
        )
    )  # fmt: skip
    blocks = [
        {"id": block.id, **{k: v for k, v in each.items() if k != "id"}}
        for block, each in zip(board.blocks, body.pop("blocks", ()), strict=True)
    ]
    return {**_head(board), **body, **({"blocks": blocks} if blocks else {})}


def _of_mark(mark: Mark) -> Data:
    rest = mark.model_dump(mode="json", exclude_defaults=True, exclude_none=True,
                           exclude={*_OF_MARKS, "id", "title"})  # fmt: skip
    found: Data = {"id": mark.id, "title": mark.title, "at": _moment(mark.timestamp)}
    if mark.end_at is not None:
        found["until"] = _moment(mark.end_at)
    return {**found, **rest}


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def thing_of(kind: Kind, data: Data, where: str) -> Thing:
    """Return the thing that a file describes.

    Args:
        where: the file, for messages.

    Raises:
        BadInput: it describes none; the message names the file.
    """
    try:
        return Thing(kind, _READ[kind](data) if kind in _READ else _item(kind, data))
    except FootfallError as error:
        raise BadInput(f"{where}: {error.message}", error.hint) from error


def _board(data: Data) -> Board:
    rest = {name: value for name, value in data.items() if name != "pinned"}
    return board_from({**rest, "is_pinned": data.get("pinned", False)})


def _mark(data: Data) -> Mark:
    rest = {name: value for name, value in data.items() if name not in ("at", "until")}
    times = {"timestamp": _ms(data.get("at"), "at")}
    if "until" in data:
        times["end_at"] = _ms(data["until"], "until")
    return checked(Mark, {**rest, **times})


def _ms(value: Any, name: str) -> int:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadInput(
            f"{name} must be a time with its offset.", "For example 2026-01-31T14:30:00Z."
        )
    return round(value.timestamp() * 1000)


def _item(kind: Kind, data: Data) -> Item:
    body = {name: value for name, value in data.items() if name not in _OWN}
    if kind == "custom_events":
        body = parse_custom(str(body.get("events", "")))
    elif kind == "audiences":
        body = _definition(body).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    elif kind == "alerts":
        read = checked(Alert, read_file(body))
        body = read.model_dump(mode="json", exclude_defaults=True)
    else:
        body = read_file(body)
        if not body.get("question"):
            raise BadInput("A chart needs a question.")
    head = {name: data[name] for name in ("id", "title", "description") if name in data}
    return checked(Item, {**head, "is_pinned": data.get("pinned", False), "body": body})


def _definition(body: Data) -> Definition:
    """Return an audience's definition, from the text of its rules or their table."""
    if RULES not in body:
        return read_definition(body)
    beside = sorted(body.keys() - {RULES})
    if beside:
        raise BadInput(f"rules are the whole audience; {', '.join(beside)} beside them is not.")
    return parse_rules(str(body[RULES]))


_READ: Final[dict[str, Any]] = {"boards": _board, "marks": _mark}
