"""The few ways things go wrong, each a sentence for the user, a next step and an exit code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FootfallError(Exception):
    """Anything the user should be told in one sentence.

    Attributes:
        message: one sentence that names what is wrong.
        hint: the next step, or what is allowed; may be empty.
        exit_code: what the command line returns for it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadQuestion(FootfallError):
    """A question that cannot be asked: unknown name, bad value, wrong syntax.

    Attributes:
        parameter: the field at fault, or "" when the whole text is.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class BadInput(FootfallError):
    """A file, option, setting or field that cannot be used as it is.

    Attributes:
        parameter: the field at fault, or "" when no single one is.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class NotFound(FootfallError):
    """A name that nothing is saved under.

    Attributes:
        parameter: the field that names it, or "" when none does.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class Forbidden(FootfallError):
    """Something that the present profile's role does not allow (definitions 10.5)."""

    exit_code = 2


class QueryFailed(FootfallError):
    """The database refused or could not finish a statement."""


class TookTooLong(QueryFailed):
    """A question ran past its time limit."""


class Damaged(QueryFailed):
    """A page of the workspace file is not what SQLite wrote there."""


DOCTOR = "footfall doctor tells more."
"""The next step where the file is damaged."""


def not_as_written(what: str) -> Damaged:
    """Return the error of something in the workspace file that cannot be read back."""
    return Damaged(f"The file is damaged: {what} is not as it was written.", DOCTOR)


class Stopped(FootfallError):
    """The user stopped a running question."""

    exit_code = 130


class CannotOpen(FootfallError):
    """The workspace is missing, busy, not ours, or from a newer version."""

    exit_code = 3


class Busy(CannotOpen):
    """Another program has the workspace for longer than we wait."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names closest to `name`, ignoring case, best first."""
    by_folded = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=limit, cutoff=0.6)
    return [by_folded[f] for f in found]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean a, b or c?" for names close to `name`, else ""."""
    names = nearest(name, known)
    if not names:
        return ""
    *most, last = names
    return f"Did you mean {', '.join(most) + ' or ' if most else ''}{last}?"
