"""The few kinds of errors, each with a sentence for the user, a next step and an exit code."""

from __future__ import annotations

from collections.abc import Iterable


class FootfallError(Exception):
    """Any error that the user is told about in one sentence.

    Attributes:
        message: one sentence that names what is wrong.
        hint: the next step, or what is allowed; may be empty.
        exit_code: the exit code of the command line.
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
        parameter: the field at fault, or "" if it is the whole text.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class BadInput(FootfallError):
    """A file, option, setting or field that cannot be used as it is.

    Attributes:
        parameter: the field at fault, or "" if there is no single one.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class NotFound(FootfallError):
    """Nothing is saved under a name.

    Attributes:
        parameter: the field with the name, or "" if there is none.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class Forbidden(FootfallError):
    """Something that the current profile's role does not allow (definitions 10.5)."""

    exit_code = 2


class QueryFailed(FootfallError):
    """The database refused or could not finish a statement."""


class TookTooLong(QueryFailed):
    """A question ran past its time limit."""


class Damaged(QueryFailed):
    """A page of the workspace file is not as SQLite wrote it."""


DOCTOR = "footfall doctor shows more."
"""The next step if the file is damaged."""


def not_as_written(what: str) -> Damaged:
    """Return the error for something in the workspace file that cannot be decoded."""
    return Damaged(f"The file is damaged: {what} cannot be decoded.", DOCTOR)


class Stopped(FootfallError):
    """The user stopped a running question."""

    exit_code = 130


class CannotOpen(FootfallError):
    """The workspace is missing, busy, not ours, or from a newer version."""

    exit_code = 3


class Busy(CannotOpen):
    """Another program kept the workspace locked for longer than we wait."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names closest to `name`, ignoring case, best first."""
    import difflib

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
