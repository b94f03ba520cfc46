"""What can be set: every setting with its name, what it may be, and how a value is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from core.errors import BadInput, did_you_mean

GLYPHS = ("braille", "block", "ascii")
WEEK_STARTS = {"monday": 0, "sunday": 6}
MOST_SECONDS = 3_600


class Setting(NamedTuple):
    """One value that can be set.

    Attributes:
        name: its name in the file, after that of its table and a dot.
        does: what it is, in a few words.
        allowed: what it may be, as a sentence.
        usual: its value where nothing sets it.
        checked: returns a value as it is stored; a FootfallError says why it cannot be used.
    """

    name: str
    does: str
    allowed: str
    usual: str | float
    checked: Callable[[Any], str | float]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "FOOTFALL_DB" if self.name == "database" else f"FOOTFALL_{_shouted(self.name)}"


def _shouted(name: str) -> str:
    return name.replace(".", "_").upper()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput("It must be text.")
    return value


def _range(value: Any) -> str:
    from core.timeframe import Calendar
    from core.timeframe.ranges import resolve

    resolve(_text(value), Calendar(), 0)
    return str(value)


def _zone(value: Any) -> str:
    from core.timeframe import Calendar

    return Calendar(_text(value)).zone.key


def _theme(value: Any) -> str:
    from textual.theme import BUILTIN_THEMES

    from tui.themes.own import THEMES

    return _among([*(theme.name for theme in THEMES), *BUILTIN_THEMES])(value)


def _among(known: Iterable[str]) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        if value not in known:
            raise BadInput(f"{value!r} is not known.", did_you_mean(str(value), known))
        return str(value)

    return checked


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if isinstance(value, bool) or not 0.1 <= seconds <= MOST_SECONDS:
        raise BadInput(f"{value!r} is no number of seconds.")
    return int(seconds) if seconds == int(seconds) else seconds


SETTINGS = (
    Setting("database", "the workspace that is opened when none is named", "a path", "", _text),
    Setting("range", "the range of new questions",
            "one of 24h, 7d, 30d, 12m, today, mtd, last_month, all_time and the like", "30d",
            _range),
    Setting("zone", "the time zone of new workspaces",
            "an IANA name such as UTC or Europe/Amsterdam", "UTC", _zone),
    Setting("week_start", "the first day of the week in new workspaces",
            "one of monday, sunday", "monday", _among(WEEK_STARTS)),
    Setting("theme", "the colours of the explorer",
            "a theme that the explorer lists under : theme", "footfall-dark", _theme),
    Setting("glyphs", "what charts are drawn with; by default what the terminal can show",
            f"one of {', '.join(GLYPHS)}", "", _among(GLYPHS)),
    Setting("limits.question", "the seconds that a question may take in the explorer",
            f"a number of seconds up to {MOST_SECONDS:,}", 10, _seconds),
)  # fmt: skip

BY_NAME = {setting.name: setting for setting in SETTINGS}
KEYS = "keys."


def setting_of(name: str) -> Setting:
    """Return what can be set under a name; "keys.ACTION" is the keys of an action.

    Raises:
        BadInput: nothing has that name.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    if name.startswith(KEYS):
        from tui.keys import BY_ID
        from tui.services.remapping import action_of, keys_of

        action = BY_ID[action_of(name.removeprefix(KEYS))]
        allowed = "keys that no other action of a page has, such as R or ctrl+r"
        return Setting(name, f"keys: {action.help}", allowed, ",".join(action.keys), keys_of)
    hint = did_you_mean(name, BY_NAME)
    raise BadInput(f"{name} is not a setting.", hint or f"{', '.join(BY_NAME)}, keys.ACTION.")
