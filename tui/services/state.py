"""What the next start restores, per workspace: the last place and the question of each place.

A JSON file with a version number in the state folder. A damaged file is set aside.
"""

from __future__ import annotations

import contextlib
import json
import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_state_dir

from core.definitions.board import Board
from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.question import Question

VERSION = 1
MOST_WORKSPACES = 50


def state_file() -> Path:
    """Return the path of the state file; FOOTFALL_STATE_DIR names another folder."""
    folder = os.environ.get("FOOTFALL_STATE_DIR") or user_state_dir("footfall")
    return Path(folder) / "state.json"


def log_file() -> Path:
    """Return where unexpected failures are written."""
    return state_file().with_name("footfall.log")


def log(error: Exception) -> None:
    """Write an unexpected failure to the log."""
    file = log_file()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as stream:
            stream.write("".join(traceback.format_exception(error)))


def body_of(question: Question) -> dict[str, Any]:
    """Return a question as JSON."""
    found: dict[str, Any] = question.model_dump(mode="json", by_alias=True)
    return found


def question_in(body: Any) -> Question | None:
    """Return the question in JSON, None if it cannot be asked any more."""
    with contextlib.suppress(FootfallError, TypeError, AttributeError):
        return from_json(body) if isinstance(body, dict) else None
    return None


class State:
    """What is remembered for one workspace; `save` writes it.

    Args:
        workspace: the workspace's file.
        file: the state file.
    """

    def __init__(self, workspace: Path, file: Path | None = None) -> None:
        self._file = file or state_file()
        self._key = str(workspace.absolute())
        self.notice = ""
        self._written = ""
        found = self._read().get(self._key)
        self.values: dict[str, Any] = found if isinstance(found, dict) else {}

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(self._file.read_text("utf-8"))
            if data["version"] != VERSION or not isinstance(data["workspaces"], dict):
                raise ValueError("another version")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self._set_aside()
            return {}
        found: dict[str, Any] = data["workspaces"]
        return found

    def _set_aside(self) -> None:
        aside = self._file.with_suffix(".damaged.json")
        try:
            self._file.replace(aside)
            self.notice = f"The remembered state was damaged; it was set aside as {aside.name}."
        except OSError:
            self.notice = "The remembered state could not be read."

    def question(self, place: str) -> Question | None:
        """Return the question a place had last time, if it can still be asked."""
        kept = self.values.get("questions")
        return question_in(kept.get(place)) if isinstance(kept, dict) else None

    def keep(self, place: str, question: Question) -> None:
        """Remember a place's question for the next start."""
        kept = self.values.setdefault("questions", {})
        kept[place] = body_of(question)

    def last_board(self, boards: Sequence[Board]) -> Board | None:
        """Return the board that was open last, else the first; None without boards."""
        last = self.values.get("board")
        return next((board for board in boards if board.id == last), next(iter(boards), None))

    def choice(self, name: str, configured: str) -> str:
        """Return what was chosen here for a setting, unless the setting was changed since."""
        over = self.values.get("over")
        if isinstance(over, dict) and over.get(name, configured) != configured:
            return configured
        return str(self.values.get(name) or configured)

    def choose(self, name: str, value: str, configured: str) -> None:
        """Remember a choice made here in place of what is configured."""
        self.values[name] = value
        over = self.values.get("over")
        self.values["over"] = {**(over if isinstance(over, dict) else {}), name: configured}

    def save(self) -> None:
        """Write the state if it has changed; a folder that cannot be written is not an error.

        What other explorers wrote about their workspaces meanwhile is kept.
        """
        with contextlib.suppress(OSError, TypeError, ValueError):
            now = json.dumps(self.values)
            if now == self._written:
                return
            found = self._read()
            found.pop(self._key, None)
            kept = dict([*found.items(), (self._key, self.values)][-MOST_WORKSPACES:])
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._file.with_suffix(f".{os.getpid()}.new")
            draft.write_text(json.dumps({"version": VERSION, "workspaces": kept}), "utf-8")
            draft.replace(self._file)
            self._written = now
