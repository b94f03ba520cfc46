"""The command line: one file per command, loaded when it is called.

Answers go to standard output, messages to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import BadInput, FootfallError
from tui import INTERRUPTED
from tui.texts.commands import ALSO, COMMANDS


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    from tui.commands.interrupt import CtrlC

    try:
        with CtrlC.handling():
            code = _called(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
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


def _called(arguments: Sequence[str]) -> int:
    """Open a workspace, if that is all that is asked; else do what a command says."""
    workspace = _alone(arguments)
    if workspace is not None:
        from tui.commands.saved.shown import show

        return show(workspace, None)
    from tui.commands.group import call

    return call(arguments)


def _alone(arguments: Sequence[str]) -> Path | None:
    """Return the workspace of a call that names nothing else: it starts without the commands."""
    if len(arguments) > 1 or (arguments and not _is_file(arguments[0])):
        return None
    from core.store.workspace import is_workspace
    from tui.commands.database import database

    path = database(arguments[0] if arguments else None)
    return path if is_workspace(path) else None


def _is_file(word: str) -> bool:
    return word not in COMMANDS and word not in ALSO and os.path.isfile(word)


def _failed(error: FootfallError) -> int:
    from tui.commands.output import complain

    complain(error)
    return error.exit_code


def _interrupted() -> int:
    print("Stopped.", file=sys.stderr, flush=True)
    return INTERRUPTED
