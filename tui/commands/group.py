"""The group of all commands, which loads the file of the one that is called."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Sequence

import click

from core.errors import did_you_mean
from tui.texts.commands import ALSO, COMMANDS

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
MODULES = {
    "import": "import_",
    "list": "list_",
    "open": "open_",
    "run": "run_",
    **{name: f"saved.{name}" for name in _SAVED},
    **{name: f"fresh.{name}" for name in _FRESH},
    **{name: f"setup.{name}" for name in _SETUP},
    **{name: f"upkeep.{name.replace('-', '_')}" for name in _UPKEEP},
}
"""Command -> its module, where that is not called like it."""

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
        module = importlib.import_module(f"tui.commands.{MODULES.get(cmd_name, cmd_name)}")
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


def call(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    Raises:
        KeyboardInterrupt: it was stopped.
        FootfallError: a command failed.
    """
    try:
        code = footfall.main(list(arguments), prog_name="footfall", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _misused(error)
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _misused(error: click.ClickException) -> int:
    from tui.commands.output import say

    said = io.StringIO()
    error.show(said)
    say(said.getvalue())
    return error.exit_code
