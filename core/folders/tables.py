"""Reading a file of a folder as a table of TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.text import clean


def table_in(folder: Path, name: str) -> dict[str, Any]:
    """Return the table of a file.

    Args:
        name: of the file, from the folder.

    Raises:
        BadInput: it is no TOML, or cannot be read; the message names it.
    """
    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{clean(name)} is not TOML: {error}.") from error
    except OSError as error:
        raise BadInput(f"{clean(name)} could not be read: {error.strerror}.") from error
