"""The command `footfall`. Answers `--version` before anything else is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui import INTERRUPTED, VERSION

SQLITE = b"SQLite format 3"
"""How a workspace begins."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    0 done, 1 a query failed or the file is damaged, 2 wrong usage, 3 cannot open or busy,
    130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        print(f"footfall {VERSION}")
        return
    try:
        if opens_screen(given):
            from tui.services.keyboard import typed_ahead

            with typed_ahead():
                code = _run(given)
        else:
            code = _run(given)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        code = INTERRUPTED
    if code == INTERRUPTED:
        import threading

        if threading.active_count() > 1:
            os._exit(code)  # what a thread does is not waited for
    sys.exit(code)


def opens_screen(given: Sequence[str]) -> bool:
    """Whether a call opens the explorer, as far as can be seen before anything is loaded."""
    if not given or list(given) == ["demo"]:
        return True
    if len(given) > 1 or not os.path.isfile(given[0]):
        return False
    try:
        with open(given[0], "rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _run(given: list[str]) -> int:
    from tui.services.startup import start_quickly

    start_quickly()
    from tui.commands import run

    return run(given)


if __name__ == "__main__":
    main()
