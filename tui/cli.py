"""The command `footfall`. Answers `--version` before anything else is loaded."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui import VERSION


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
        from tui.services.startup import start_quickly

        start_quickly()
        from tui.commands import run

        sys.exit(run(given))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
