"""`footfall follow`: a file as it grows, until ctrl+c."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from core.text import clean, cut, number
from tui.commands.database import database, patience
from tui.commands.fresh.push import Sender
from tui.commands.import_ import asked_for, for_new, reading_options
from tui.commands.interrupt import until_stopped
from tui.commands.output import DrawnLine, say

if TYPE_CHECKING:
    from pathlib import Path

    from core.store.ingest.report import ImportReport

_EVERY_MINUTE = 60.0
_EVERY_SEND = 10.0
_NAME = 32


@click.command("follow")
@click.argument("file", metavar="FILE")
@click.option("--into", metavar="DB", help="Workspace to write to; created if it does not exist.")
@click.option("--verbose", is_flag=True, help="Without a terminal, report every minute.")
@reading_options
def command(file: str, into: str | None, verbose: bool, **chosen: Any) -> int:
    """Import a file and what is added to it, every second, until ctrl+c.

    Like tail -F it waits for a file that is not there yet, and goes on when it is rotated or
    emptied. - is standard input, which is followed to its end. An open explorer says so, and shows
    what is new with F5. In a connected workspace it goes on to the server every ten seconds.

    \b
    footfall follow /var/log/nginx/access.log --into site.db
    ssh web journalctl -f -o json | footfall follow - --into logs.db
    """
    from core.sources.choices import Choices
    from core.store.fresh.following import follow
    from core.store.waiting import IMPORT_WAIT

    path = database(into)
    asked = for_new(path, (file,), asked_for(**chosen))
    names = ("mapping", "logs", "table", "query", "reading")
    choices = Choices(format=asked["format"] or "", **{name: asked[name] for name in names})
    others = ("ids_to_ignore", "zone", "week_start", "forget_choices")
    status = Status(file, verbose=verbose)
    sending = _Sending(path, status)
    with until_stopped() as stopped:
        try:
            report = follow(
                path,
                file,
                stopped,
                choices=choices,
                told=status.show,
                after=sending.after,
                patience=patience(IMPORT_WAIT),
                **{name: asked[name] for name in others},
            )
        finally:
            status.end()
            sending.end()
    if sys.stderr.isatty() or verbose:
        say(status.text(report))
    return int(bool(sending.trouble))


class _Sending:
    """Sends what is stored to the server of a connected workspace, and says once why it cannot."""

    def __init__(self, path: Path, status: Status) -> None:
        self._sender = Sender(path, ask=True)
        self._status = status
        self._at = 0.0
        self._sent = -1
        self.trouble = ""

    def after(self, report: ImportReport) -> None:
        """Send what came since the last time, if that is long enough ago."""
        is_due = time.monotonic() - self._at >= _EVERY_SEND
        if is_due and (self.trouble or report.stored != self._sent):
            self._send()
            self._at, self._sent = time.monotonic(), report.stored

    def end(self) -> None:
        """Send the rest."""
        self._send()
        self._sender.close()

    def _send(self) -> None:
        before = self.trouble
        self._sender.send()
        self.trouble = self._sender.trouble
        if self.trouble and self.trouble != before:
            self._status.end()
            say(self.trouble, "`footfall push` sends it.")


class Status:
    """What was stored so far: a line that redraws itself on a terminal; elsewhere nothing, or a
    line every minute if `verbose`.
    """

    def __init__(self, name: str, *, verbose: bool) -> None:
        self._name = cut(clean("stdin" if name == "-" else name.rsplit("/", 1)[-1]), _NAME)
        self._verbose = verbose
        self._said = time.monotonic()
        self._line = DrawnLine()

    def show(self, report: ImportReport) -> None:
        """Show it if it has changed, or is due."""
        text = self.text(report)
        if sys.stderr.isatty():
            self._line.show(text)
        elif self._verbose and time.monotonic() - self._said >= _EVERY_MINUTE:
            self._said = time.monotonic()
            say(text)

    def text(self, report: ImportReport) -> str:
        """Return "access.log  1,234 stored  2 rejected"."""
        parts = [self._name, f"{number(report.stored)} stored"]
        if report.repeated:
            parts.append(f"{number(report.repeated)} already there")
        if report.rejected:
            parts.append(f"{number(report.rejected)} rejected")
        return "  ".join(parts)

    def end(self) -> None:
        """Clear the line."""
        self._line.end()
