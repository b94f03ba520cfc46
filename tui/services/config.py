"""Settings, in one TOML file in the configuration folder.

range = "90d"
theme = "nord"

[limits]
question = 20

[keys]
range = "R"

What is typed with a command comes before the environment, that before the file, and that before
what is usual. A setting that cannot be used is left out and told; the others hold.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.errors import BadInput, FootfallError, did_you_mean
from tui.services.settable import BY_NAME, KEYS, Setting, setting_of

Origin = Literal["default", "file", "environment", "flag"]


def config_file() -> Path:
    """Return the path of the settings file; FOOTFALL_CONFIG names another one."""
    named = os.environ.get("FOOTFALL_CONFIG")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("footfall", appauthor=False) / "config.toml"


# -- what is set


class Wrong(NamedTuple):
    """Something that cannot be used.

    Attributes:
        where: the line of the file ("line 3"), a variable, or "".
        said: a sentence that names it, and what is allowed.
    """

    where: str
    said: str


class Found(NamedTuple):
    """The value of a setting, and what it was set by."""

    value: str | float
    origin: Origin


class Settings:
    """What the file and the environment say.

    Args:
        file: the settings file; None means the usual one, and that the environment counts too.

    Attributes:
        keys: action -> Textual key names, separated by commas, of what is remapped.
        wrong: what cannot be used, the lines of the file in their order.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or config_file()
        self.keys: dict[str, str] = {}
        self.wrong: list[Wrong] = []
        self._environment: Mapping[str, str] = os.environ if file is None else {}
        self._text = ""
        self._data: dict[str, Any] = {}
        self._read()

    def _read(self) -> None:
        try:
            self._text = self.file.read_text("utf-8")
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            self.wrong.append(Wrong("", f"{self.file.name} could not be read: {error}."))
            return
        from tui.services.toml_lines import read

        self._data, left_out = read(self._text)
        name = self.file.name
        for at, why in left_out:
            self.wrong.append(Wrong(f"line {at}", f"{name} line {at} could not be read: {why}."))

    def found(self, name: str, flag: str | None = None) -> Found:
        """Return the value of a setting; what cannot be used is passed over.

        Args:
            flag: what was typed with a command, which comes first.
        """
        setting = BY_NAME[name]
        if flag is not None:
            return Found(flag, "flag")
        typed = self._environment.get(setting.variable)
        if typed and (value := self._usable(setting, typed, setting.variable)) is not None:
            return Found(value, "environment")
        written = self._written(name)
        if written is not None and (value := self._usable(setting, written)) is not None:
            return Found(value, "file")
        return Found(setting.usual, "default")

    def all(self) -> dict[str, Found]:
        """Return every setting, and the actions that are remapped; fills `keys` and `wrong`."""
        found = {name: self.found(name) for name in BY_NAME}
        self._read_keys()
        self._find_strangers()
        self.wrong.sort(key=lambda wrong: self._place(wrong.where))
        return found | {f"{KEYS}{id_}": Found(keys, "file") for id_, keys in self.keys.items()}

    def _place(self, where: str) -> int:
        return int(where.removeprefix("line ")) if where.startswith("line ") else 0

    def _written(self, name: str) -> Any:
        table, _, last = name.rpartition(".")
        known = self._data.get(table, {}) if table else self._data
        return known.get(last) if isinstance(known, dict) else None

    def _usable(self, setting: Setting, value: Any, variable: str = "") -> str | float | None:
        try:
            return setting.checked(value)
        except FootfallError as error:
            named = f"{variable or setting.name} must be {setting.allowed}."
            self._blame(setting.name, f"{named} {_guess(error)}".strip(), variable)
            return None

    def _blame(self, name: str, said: str, variable: str = "") -> None:
        from tui.services.toml_lines import line_of

        at = 0 if variable else line_of(self._text, name)
        wrong = Wrong(variable or (f"line {at}" if at else ""), said)
        if wrong not in self.wrong:
            self.wrong.append(wrong)

    def _read_keys(self) -> None:
        given = self._data.get("keys")
        if not isinstance(given, dict):
            if given is not None:
                self._blame("keys", "[keys] must be a table: action = keys.")
            return
        from tui.services.remapping import usable

        self.keys, wrong = usable(given)
        for id_, error in wrong:
            named = "" if error.message.startswith("[keys]") else f"[keys] {id_}: "
            self._blame(f"{KEYS}{id_}", f"{named}{error}")

    def _find_strangers(self) -> None:
        """Blame what is written and is not a setting."""
        tables = {name.partition(".")[0] for name in BY_NAME if "." in name}
        for name, value in self._data.items():
            if name in tables and isinstance(value, dict):
                names = [f"{name}.{last}" for last in value]
            else:
                names = [name] if name != "keys" else []
            for each in names:
                if each not in BY_NAME:
                    hint = did_you_mean(each, BY_NAME) or f"There is {', '.join(BY_NAME)}."
                    self._blame(each, f"{each} is not a setting. {hint}")


def put(name: str, value: str | None, file: Path | None = None) -> str | float | None:
    """Set a value in the file, or remove it if it is None; return it as it is stored.

    Everything else in the file stays as it is written.

    Raises:
        BadInput: nothing has that name, or it may not be this.
        FootfallError: the file cannot be written.
    """
    from core.folders.writing import write_whole
    from tui.services.toml_lines import changed

    setting, path = setting_of(name), (file or config_file()).resolve()
    stored = None if value is None else _checked(setting, value)
    if stored is not None and name.startswith(KEYS):
        _refuse_shared(name.removeprefix(KEYS), str(stored), file)
    try:
        text = path.read_bytes().decode() if path.exists() else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, changed(text, name, stored))
    except OSError as error:
        raise FootfallError(f"{path} could not be written: {error.strerror}.") from error
    except ValueError as error:
        raise BadInput(f"{path} is not text.", "A settings file is TOML in UTF-8.") from error
    return stored


def _checked(setting: Setting, value: str) -> str | float:
    try:
        return setting.checked(value)
    except FootfallError as error:
        hint = f"It must be {setting.allowed}. {_guess(error)}".strip()
        raise BadInput(f"{setting.name}: {error.message}", hint) from error


def _guess(error: FootfallError) -> str:
    """Return what may have been meant instead, "" if the hint of an error says something else."""
    return error.hint if error.hint.startswith("Did you mean") else ""


def _refuse_shared(id_: str, keys: str, file: Path | None) -> None:
    from tui.services.remapping import clash_error, shared

    settings = Settings(file)
    settings.all()
    clash = shared({**settings.keys, id_: keys})
    if clash:
        raise clash_error(clash)


# -- what the explorer takes


@dataclass(frozen=True)
class Config:
    """The settings of the explorer.

    Attributes:
        theme: name of a Textual theme, or "".
        glyphs: one of GLYPHS, or "" to detect them.
        keys: action id -> Textual key names, separated by commas.
        notices: one sentence for each setting that could not be used.
        range: the range of new questions, or "" for the usual one.
        seconds: how long a question may take.
    """

    theme: str = ""
    glyphs: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    range: str = ""
    seconds: float = 10.0


def read(file: Path | None = None) -> Config:
    """Return the settings of the explorer; bad ones are skipped and reported in `notices`.

    Args:
        file: the settings file; without one the environment counts too.
    """
    settings = Settings(file)
    found = settings.all()

    def text(name: str) -> str:
        return str(found[name].value) if found[name].origin != "default" else ""

    return Config(
        theme=text("theme"),
        glyphs=text("glyphs"),
        keys=settings.keys,
        notices=tuple(wrong.said for wrong in settings.wrong),
        range=text("range"),
        seconds=float(found["limits.question"].value),
    )


def usual(name: str) -> str:
    """Return what the environment or the file sets, "" if they leave it or say it wrongly."""
    found = Settings().found(name)
    return str(found.value) if found.origin != "default" else ""
