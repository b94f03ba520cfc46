"""The command line: one file per command, loaded when it is called.

Answers go to standard output, messages to standard error.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from core.errors import BadInput, FootfallError, did_you_mean
from tui import INTERRUPTED

COMMANDS = {
    "alert": "watch questions: list, create, run, test, edit, delete, restore",
    "api": "answer a documented HTTP request without a server",
    "apply": "store boards and other kept things from files, as export writes them",
    "audience": "save groups of people: list, show, create, edit, delete, restore, count",
    "backup": "copy a workspace while it is in use",
    "board": "print or open a board; list, import, export, pin, delete, restore",
    "chart": "save questions: list, show, save, run, delete, restore, versions",
    "check": "count sets and sessions again from the events, and repair them",
    "completion": "print a completion script for your shell",
    "config": "show, set and check the settings",
    "connect": "let a ClickHouse server answer the questions",
    "delete-user": "take out a person, and everything about them",
    "demo": "create a sample workspace and open it",
    "doctor": "check terminal, clipboard, database and timing",
    "event": "create custom events; flag events as inactive, hidden or deleted",
    "export": "write boards and other kept things as files, to keep in git",
    "export-events": "write all events and statements about people as JSON lines",
    "follow": "import a file, and what is added to it, until ctrl+c",
    "forget": "take out all events and logs before a day",
    "import": "import events from files into a workspace",
    "info": "show what is in a workspace file, and how large it is",
    "list": "list boards, events, fields, segments, marks and more",
    "mark": "record that something happened, or list the marks",
    "profile": "show or switch the profile that uses a workspace",
    "push": "copy what is new to the server that answers",
    "run": "answer a question",
    "schema": "print the JSON schemas of a kind of question",
    "serve": "answer the documented HTTP requests on a port of this machine",
    "session-gap": "show or set how long a pause ends a session",
    "share": "write a board or a chart as a file for others; list and revoke them",
    "sql": "run one SELECT statement",
    "sync": "import what is new in sources since the last time",
    "undo": "take imports away again",
    "unusual": "list what moved most on the last day that is over",
}
"""Command -> what it does; each is the `command` of the module of its name, see `_MODULES`."""

ALSO = {"alerts": "alert"}
"""Another word for a command."""

_HIDDEN = ("explore", "open")
"""What a first word that is no command does."""

_SAVED = (
    "alert", "apply", "audience", "board", "chart", "event", "export", "mark", "profile", "share",
)  # fmt: skip
_FRESH = ("follow", "push", "sync")
_SETUP = ("completion", "config", "connect", "doctor")
_UPKEEP = (
    "backup",
    "check",
    "delete-user",
    "export-events",
    "forget",
    "info",
    "session-gap",
    "undo",
)
_MODULES = {
    "import": "import_",
    "list": "list_",
    "open": "open_",
    "run": "run_",
    **{name: f"saved.{name}" for name in _SAVED},
    **{name: f"fresh.{name}" for name in _FRESH},
    **{name: f"setup.{name}" for name in _SETUP},
    **{name: f"upkeep.{name.replace('-', '_')}" for name in _UPKEEP},
}
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """A group that loads its commands lazily; the first word may be a workspace or a source."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loading its file."""
        cmd_name = ALSO.get(cmd_name, cmd_name)
        if cmd_name not in COMMANDS and cmd_name not in _HIDDEN:
            return None
        module = importlib.import_module(f"tui.commands.{_MODULES.get(cmd_name, cmd_name)}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a first word that is not a command as a workspace to explore, or as a source."""
        if args[0] in COMMANDS or args[0] in ALSO:
            return super().resolve_command(ctx, args)
        from tui.commands.first_word import is_source

        if is_source(args[0]):
            return super().resolve_command(ctx, ["open", *args])
        if len(args) > 1 and os.path.exists(args[0]):
            said = f"{args[0]} is a workspace, which is opened alone."
            raise click.UsageError(f"{said} footfall import SOURCE --into DB adds to it.", ctx)
        if len(args) > 1 or not os.path.exists(args[0]):
            hint = did_you_mean(args[0], COMMANDS)
            if hint or len(args) > 1:
                raise click.UsageError(f"There is no command {args[0]!r}. {hint}".rstrip(), ctx)
        return super().resolve_command(ctx, ["explore", *args])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings=SETTINGS,
    subcommand_metavar="[DB | SOURCE...] | COMMAND ...",
)
@click.option("--version", "-V", is_flag=True, help="Show the version.")
@click.pass_context
def footfall(ctx: click.Context, version: bool) -> None:
    """Product analytics in the terminal, over one SQLite file.

    Without a command it opens the explorer on DB, FOOTFALL_DB or your default workspace. With
    files, folders or archives of events or logs it imports them into a workspace beside them, or
    that of --into, and opens it.
    """
    if version:
        from tui import VERSION

        click.echo(f"footfall {VERSION}")
    elif ctx.invoked_subcommand is None:
        from tui.commands.explore import command

        ctx.invoke(command, db=None)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    from tui.commands.interrupt import CtrlC

    try:
        with CtrlC.handling():
            code = footfall.main(list(arguments), prog_name="footfall", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _misused(error)
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except FootfallError as error:
        return _failed(error)
    except UnicodeEncodeError:
        return _failed(BadInput("An argument is not valid UTF-8."))
    except OSError as error:
        return _failed(FootfallError(f"{error.filename or 'footfall'}: {error.strerror or error}."))
    except Exception as error:
        if type(error).__module__ != "sqlite3":  # not imported above: most commands do without it
            raise
        return _failed(FootfallError(f"SQLite says: {error}."))


def _failed(error: FootfallError) -> int:
    from tui.commands.output import complain

    complain(error)
    return error.exit_code


def _misused(error: click.ClickException) -> int:
    from tui.commands.output import say

    said = io.StringIO()
    error.show(said)
    say(said.getvalue())
    return error.exit_code


def _interrupted() -> int:
    print("Stopped.", file=sys.stderr, flush=True)
    return INTERRUPTED
