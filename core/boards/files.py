"""Boards as files: JSON written by `footfall board export` and read by `board import`.

A tile has the version of the language of its question; see core.language.kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.definitions.board import Board
from core.definitions.shared import checked
from core.errors import BadInput, FootfallError
from core.language.kept import read_file_tiles, write_tiles


def board_from_json(text: str | bytes) -> Board:
    """Return the board described by JSON; BadInput if it is invalid."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.") from error
    return board_from(data)


def board_from(data: Any) -> Board:
    """Return the board described by the object in a file; BadInput if it is invalid."""
    return checked(Board, read_file_tiles(data) if isinstance(data, dict) else data)


def board_to_json(board: Board) -> str:
    """Return a board as indented JSON; `board_from_json` returns the same board."""
    return json.dumps(board_data(board), indent=2, ensure_ascii=False)


def board_data(board: Board) -> dict[str, Any]:
    """Return a board as the object of its file."""
    return write_tiles(board.model_dump(mode="json", by_alias=True))


def answered_data(board: Board, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a board and its answers for JSON: {"board": ..., "answers": {block id: ...}}, where a
    tile that could not be answered has {"error": "..."}."""
    found = {
        id_: {"error": str(answer)}
        if isinstance(answer, FootfallError)
        else answer.model_dump(mode="json", by_alias=True)
        for id_, answer in answers.items()
    }
    return {"board": board_data(board), "answers": found}
