"""`footfall config`: the settings, what each was set by, and how to change them."""

from __future__ import annotations

import click

from core.text import clean, fit
from tui.commands.options import db_option
from tui.commands.output import put_json, put_line, say
from tui.services import config as settings
from tui.services.settable import BY_NAME, Setting, setting_of


@click.command("config")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--unset", is_flag=True, help="Take NAME out of the file.")
@click.option("--check", is_flag=True, help="Name every line that cannot be used; exit code 2.")
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    name: str | None, value: str | None, unset: bool, check: bool, db: str | None, as_json: bool
) -> int:
    """Show the settings and what each was set by, show one, or set one in the file.

    A typed option comes first, then the environment (FOOTFALL_THEME and the like), the file, and
    what is usual. Comments in the file stay; keys.ACTION remaps a key of the explorer.

    \b
    footfall config
    footfall config range 90d
    footfall config keys.range R
    """
    if name is not None and (value is not None or unset):
        return _set(name, None if unset else value)
    if unset or (check and name is not None):
        raise click.UsageError("Name a setting with --unset, and none with --check.")
    known = settings.Settings()
    found = known.all()
    if db is not None:
        found["database"] = known.found("database", db)
    if check:
        return _check(known)
    if name is not None:
        put_line(_shown(setting_of(name), found.get(name)))
        return 0
    _show(known, found, as_json=as_json)
    return 0


def _set(name: str, value: str | None) -> int:
    stored = settings.put(name, value)
    file = clean(str(settings.config_file()), 200)
    say(f"{name} is {clean(str(stored))}, in {file}." if stored is not None
        else f"{name} is not set in {file}.")  # fmt: skip
    if name in BY_NAME:
        found = settings.Settings().found(name)
        if found.origin == "environment":
            variable = BY_NAME[name].variable
            say(f"{variable} comes before it and says {clean(str(found.value))}.")
    return 0


def _check(known: settings.Settings) -> int:
    for wrong in known.wrong:
        where = f"{wrong.where}: " if wrong.where and wrong.where not in wrong.said else ""
        put_line(f"{where}{wrong.said}")
    if not known.wrong:
        there = "" if known.file.exists() else " There is no such file; everything is as usual."
        put_line(f"{known.file}: nothing is wrong.{there}")
    return 2 if known.wrong else 0


def _shown(setting: Setting, found: settings.Found | None) -> str:
    return str(found.value if found else setting.usual)


def _show(known: settings.Settings, found: dict[str, settings.Found], *, as_json: bool) -> None:
    if as_json:
        put_json({name: {"value": f.value, "origin": f.origin} for name, f in found.items()})
        return
    put_line(str(known.file))
    wide = max(len(name) for name in found)
    for name, each in found.items():
        setting = setting_of(name)
        origin = setting.variable if each.origin == "environment" else each.origin
        value = str(each.value) or "-"
        put_line(f"  {name:<{wide}}  {fit(clean(value, 60), 16)}  {origin:<8}  {setting.does}")
    if known.wrong:
        say(f"{len(known.wrong)} cannot be used; footfall config --check names them.")
