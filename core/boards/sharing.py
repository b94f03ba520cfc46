"""What of a board others may see who have only a file of it (definitions 10.4).

Tiles that show people or single rows are left out unless they are asked for: lists of people and
what one of them did, whatever is narrowed to or grouped by the id of a user or of a device, answers
with an address of somebody, events, logs, and SQL, of which nobody knows what it selects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from core.answers import Model
from core.boards.answering import block_question
from core.boards.files import answered_data, board_from
from core.definitions.board import Block, Board
from core.definitions.saved import Mark
from core.definitions.shared import checked
from core.errors import BadInput, FootfallError
from core.queries.common.question import Question

Shown = Literal["people", "rows"]

WORDS: Final[dict[Shown, str]] = {"people": "people", "rows": "single events, logs or rows of SQL"}

IDENTITIES: Final = frozenset({"user", "user_id", "distinct_id", "device", "device_id"})
"""Fields that tell who somebody is."""

_NO_FIELDS: Final = frozenset(
    {"kind", "event", "metric", "measure", "unit", "title", "name", "chart", "count_by"}
)
"""Parts of a question that name no field."""

_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_BUNDLE: Final = re.compile(r'<script type="application/json" id="share">(.*?)</script>', re.S)


def shown_by(question: Question, answer: Any, ctx: Any) -> set[Shown]:
    """Return what a tile shows that is not for everybody.

    Args:
        ctx: the context to look up saved charts in.
    """
    found: set[Shown] = set()
    for asked in _questions(question, ctx):
        raw = asked.kind == "logs" and getattr(asked, "metric", "") == "raw"
        if raw or asked.kind in ("raw_events", "sql"):
            found.add("rows")
        if _names_somebody(asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)):
            found.add("people")
    if answer.shape in ("people", "timeline") or _ADDRESS.search(answer.model_dump_json()):
        found.add("people")
    columns = getattr(answer, "columns", ()) if answer.shape == "table" else ()
    if "rows" not in found and any(column.name.lower() in IDENTITIES for column in columns):
        found.add("people")
    return found


def _questions(value: Any, ctx: Any) -> Iterator[Question]:
    """Yield a question with saved charts opened, and the questions within it."""
    from core.queries.composite.saved_chart import opened

    if isinstance(value, Question):
        value = opened(ctx, value)
        yield value
    if isinstance(value, Model):
        value = [getattr(value, name) for name in type(value).model_fields]
    for part in value if isinstance(value, list | tuple) else ():
        yield from _questions(part, ctx)


def _names_somebody(value: Any, key: str = "") -> bool:
    if isinstance(value, dict):
        return any(_names_somebody(each, name) for name, each in value.items())
    if isinstance(value, list):
        return any(_names_somebody(each, key) for each in value)
    return isinstance(value, str) and key not in _NO_FIELDS and value.lower() in IDENTITIES


def for_others(
    board: Board, answers: Mapping[str, Any], ctx: Any, allowed: Collection[Shown] = ()
) -> tuple[Board, dict[str, Any]]:
    """Return a board and its answers as others may see them, without its owner.

    Args:
        answers: block id -> answer or FootfallError, of core.boards.answering.
        allowed: what is shown all the same.

    Raises:
        BadInput: nothing would be left.
    """
    blocks: list[Block] = []
    kept: dict[str, Any] = {}
    hidden: set[Shown] = set()
    for block in board.blocks:
        answer = answers.get(block.id)
        if block.type == "note" or answer is None:
            blocks.append(block)
            continue
        shows = _shows(board, block, answer, ctx) - set(allowed)
        hidden |= shows
        blocks.append(_left_out(block, shows) if shows else block)
        if not shows:
            kept[block.id] = answer
    if hidden and not kept:
        options = " ".join(f"--{name}" for name in sorted(hidden))
        raise BadInput(
            f"It shows {_listed(hidden)}, which a share leaves out.", f"{options} shares it."
        )
    narrowed = any(_names_somebody(clause.model_dump(mode="json")) for clause in board.filters)
    filters = () if narrowed and "people" not in allowed else board.filters
    changes = {"blocks": tuple(blocks), "owner": "", "filters": filters}
    return board.model_copy(update=changes), kept


def _shows(board: Board, block: Block, answer: Any, ctx: Any) -> set[Shown]:
    if isinstance(answer, FootfallError):
        return {"people"} if _ADDRESS.search(str(answer)) else set()
    return shown_by(block_question(board, block), answer, ctx)


def _left_out(block: Block, shows: Collection[Shown]) -> Block:
    said = f"Left out here, because it shows {_listed(shows)}."
    return Block(id=block.id, type="note", title="", content=said, position=block.position)


def _listed(shows: Collection[Shown]) -> str:
    return " and ".join(WORDS[name] for name in sorted(shows))


# -- what is in the file besides the page


def bundle(board: Board, answers: Mapping[str, Any], marks: Sequence[Mark], **about: Any) -> str:
    """Return the JSON of a share, which `unbundled` reads from its page.

    Args:
        about: "hash", "shared_at" and "expires_at", UTC ms or None.
    """
    seen = {"title", "timestamp", "end_at", "category"}
    moments = [mark.model_dump(include=seen) for mark in marks]
    found = {**about, **answered_data(board, answers), "marks": moments}
    return json.dumps(found).replace("<", "\\u003c")


def unbundled(page: str) -> tuple[dict[str, Any], Board, dict[str, Any], list[Mark]]:
    """Return what a page of a share is made of: what is said about it, board, answers and marks.

    Raises:
        BadInput: it is none.
    """
    from pydantic import TypeAdapter, ValidationError

    from core.answers import Answer

    found = _BUNDLE.search(page)
    try:
        data = json.loads(found[1]) if found else None
        if not isinstance(data, dict):
            raise BadInput("This is not a file that footfall share wrote.")
        board = board_from(data.pop("board"))
        marks = [checked(Mark, mark) for mark in data.pop("marks")]
        reader: TypeAdapter[Any] = TypeAdapter(Answer)
        answers = {
            id_: QUIET if "error" in answer else reader.validate_python(answer)
            for id_, answer in data.pop("answers").items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise BadInput("This file of footfall share is not as it was written.") from error
    return data, board, answers, marks


QUIET: Final = BadInput("It could not be answered.")
"""What stands in place of an answer that failed."""
