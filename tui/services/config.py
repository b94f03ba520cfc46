"""Settings: colours, glyphs and keys, in one TOML file in the configuration folder.

theme = "nord"
glyphs = "ascii"

[keys]
range = "R"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir

from core.errors import nearest
from tui.keys import BY_ID, actions_of, pages_of

GLYPHS = ("braille", "block", "ascii")


def config_file() -> Path:
    """Return the path of the settings file; FOOTFALL_CONFIG names another one."""
    return Path(
        os.environ.get("FOOTFALL_CONFIG") or Path(user_config_dir("footfall")) / "config.toml"
    )


@dataclass(frozen=True)
class Config:
    """Settings.

    Attributes:
        theme: name of a Textual theme, or "".
        glyphs: one of GLYPHS, or "" to detect them.
        keys: action id -> Textual key names, separated by commas.
        notices: one sentence for each setting that could not be used.
    """

    theme: str = ""
    glyphs: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def read(file: Path | None = None) -> Config:
    """Return the settings in a file; bad ones are skipped and reported in `notices`."""
    path = file or config_file()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError) as error:
        return Config(notices=(f"{path.name} could not be read: {error}.",))
    keys, wrong = _keys(data.get("keys"))
    glyphs = data.get("glyphs", "")
    if glyphs and glyphs not in GLYPHS:
        wrong.append(f"glyphs must be one of {', '.join(GLYPHS)}.")
        glyphs = ""
    return Config(str(data.get("theme", "")), glyphs, keys, tuple(wrong))


def _keys(given: Any) -> tuple[dict[str, str], list[str]]:
    """Return the keys that name an action and conflict with no other key of a page."""
    kept: dict[str, str] = {}
    wrong: list[str] = []
    for id_, keys in (given if isinstance(given, dict) else {}).items():
        if id_ not in BY_ID:
            close = nearest(str(id_), BY_ID, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            wrong.append(f"[keys] {id_} is not an action.{hint}")
            continue
        trial = {**kept, id_: str(keys)}
        clash = conflict(trial)
        if clash:
            wrong.append(clash)
        else:
            kept = trial
    return kept, wrong


def conflict(keymap: Mapping[str, str]) -> str:
    """Return a sentence if two actions of a page share a key, else ""."""
    for page in pages_of():
        taken: dict[str, str] = {}
        for action in actions_of(page):
            keys = keymap[action.id].split(",") if action.id in keymap else action.keys
            for key in keys:
                if key in taken:
                    return f"[keys] {key} is set for both {taken[key]} and {action.id}."
                taken[key] = action.id
    return ""
