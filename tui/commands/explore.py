"""`footfall [DB]`: the explorer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput, FootfallError
from tui.commands.database import database
from tui.commands.saved.shown import screen_possible, show

if TYPE_CHECKING:
    from core.store.imports.listed import Import
    from tui.start.importing import Done, Job, Opened


@click.command("explore", hidden=True)
@click.argument("db", required=False)
def command(db: str | None) -> int:
    """Open the explorer on DB, or print its first board if there is no terminal.

    Without DB and without a default workspace a terminal shows what there is to begin with.
    """
    path = database(db)
    if db is None and not path.exists() and screen_possible():
        return _welcomed(path)
    return show(path, None)


def _welcomed(path: Path) -> int:
    """Show the welcome, and open what is chosen; an error leads back to it."""
    footfall = click.get_current_context().find_root().command
    wrong: FootfallError | None = None
    while chosen := _choice(path, wrong):
        try:
            if chosen.imported:
                return show(Path(chosen.word), None, notice=chosen.notice)
            code = footfall.main([chosen.word], prog_name="footfall", standalone_mode=False)
            return code if isinstance(code, int) else 0
        except FootfallError as error:
            wrong = error
    return 0


def _choice(path: Path, wrong: FootfallError | None) -> Opened | None:
    from tui.services.keyboard import typed_ahead

    with typed_ahead():
        from tui.start.welcome import welcome

        return welcome(path, _plan, wrong)


def _plan(word: str) -> Job | None:
    """Return the import of a source; None for a workspace, and if questions are to be asked.

    Raises:
        FootfallError: it cannot be imported.
    """
    from tui.commands.asking import leaves_open
    from tui.commands.first_word import is_source, workspace_for
    from tui.commands.import_ import asked_for
    from tui.start.importing import Job

    if not is_source(word):
        return None
    into, asked = workspace_for([word]), asked_for()
    if leaves_open(into, [word], asked):
        return None
    return Job(into, lambda *told: _import(into, word, asked, *told))


def _import(
    into: Path,
    word: str,
    asked: dict[str, Any],
    progress: Callable[[Any], None],
    waiting: Callable[[str], None],
    stop: Callable[[], bool],
) -> Done:
    from core.store.ingest.importer import import_files
    from core.store.waiting import IMPORT_WAIT, Patience
    from tui.commands.fresh.push import Sender
    from tui.commands.import_ import for_new
    from tui.start.importing import WAITING, Done
    from tui.texts.progress import converting_text
    from tui.texts.short import short

    is_new = not into.exists()
    into.parent.mkdir(parents=True, exist_ok=True)
    report = import_files(
        into,
        [word],
        progress=progress,
        stop=stop,
        patience=Patience(
            IMPORT_WAIT,
            lambda _: waiting(WAITING),
            lambda seconds: waiting(converting_text(seconds)) if seconds is not None else None,
        ),
        decide=_leave_earlier,
        **for_new(into, [word], asked),
    )
    said = short(report, into, is_new=is_new)
    with closing(Sender(into, ask=False)) as sender:
        sender.send(stop)
    trouble = (f"{sender.trouble} `footfall push` sends it.",) if sender.trouble else ()
    doubtful = bool(said.warnings or trouble)
    return Done(said.added, (*said.lines, *trouble), doubtful, said.is_empty)


def _leave_earlier(source: str, earlier: Sequence[Import]) -> bool:
    """Refuse to import a source anew in another way; that is decided on the command line.

    Raises:
        BadInput: always.
    """
    raise BadInput(
        f"{source} was imported before and read in another way.",
        "footfall import with --replace undoes that, and with --add keeps both.",
    )
