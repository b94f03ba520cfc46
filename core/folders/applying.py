"""Applying a folder to a workspace: what would change, storing it at once, and taking it back."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.definitions.board import Board
from core.definitions.saved import Item, Kind
from core.errors import BadInput, NotFound
from core.folders.reading import File, things_in
from core.folders.things import Data, Thing, data_of, thing_of
from core.folders.workspace import FILE, GAP_NAME, Settings, gap_of, settings_of
from core.language.renaming import NAMED, Renaming
from core.store.library.saved import Saved
from core.store.upkeep.comparing import Told, silent
from core.store.upkeep.session_gap import recut
from core.store.workspace import read_meta
from core.values.toml_text import toml_text

_LAST: Final = "applied"
"""The key in `meta` with what the last apply changed."""


@dataclass(frozen=True)
class Change:
    """One thing that an apply changes.

    Attributes:
        name: its file.
        before, after: the table of its file; None if there is no such thing.
    """

    kind: Kind | Literal["workspace"]
    id: str
    name: str
    before: Data | None
    after: Data | None

    @property
    def title(self) -> str:
        """Its title after it, or the one it had; of a workspace what it has then."""
        data = self.after or self.before or {}
        return str(data.get("title", "")) or ", ".join(f"{k} {v}" for k, v in data.items())

    @property
    def word(self) -> str:
        """What happens to it."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "changed" if self.before.get("title") == self.after.get("title") else "renamed"

    def diff(self) -> list[str]:
        """Return the lines of a unified diff of its file."""
        old, new = (
            toml_text(each).splitlines() if each else [] for each in (self.before, self.after)
        )
        return list(
            difflib.unified_diff(old, new, f"kept/{self.name}", self.name, lineterm="", n=2)
        )


def changes(saved: Saved, files: Sequence[File], settings: Settings | None = None) -> list[Change]:
    """Return what applying files would change; nothing for a thing that says the same.

    Args:
        settings: those of the workspace, if the folder has them.

    A file without an id is that of the thing with its title, if there is one. A name that a thing
    had before means that thing.

    Raises:
        BadInput: a file describes nothing, or something whose title another thing has.
    """
    kept = {(thing.kind, thing.id): thing for thing in things_in(saved)}
    named: dict[tuple[Kind, str], str] = {
        (t.kind, t.title.casefold()): t.id for t in kept.values() if t.kind != "marks"
    }
    renamings = _renamings(saved, kept.values(), files)
    found = []
    for file in files:
        data = followed(file.data, renamings)
        title = str(data.get("title", "")).casefold()
        if not file.named and (file.kind, file.id) not in kept and (file.kind, title) in named:
            data = {**data, "id": named[file.kind, title]}
        after = data_of(thing_of(file.kind, data, file.name))
        thing = kept.get((file.kind, after["id"]))
        before = None if thing is None else data_of(thing)
        if before != after:
            found.append(Change(file.kind, after["id"], file.name, before, after))
    _refuse_same_titles(kept.values(), found)
    return [*found, *_of_workspace(saved, settings)]


def _of_workspace(saved: Saved, settings: Settings | None) -> list[Change]:
    """Return the change of the workspace itself, if there is one."""
    before = settings_of(saved)
    if settings is None or settings == before:
        return []
    return [Change("workspace", GAP_NAME, FILE, before, settings)]


def _refuse_same_titles(kept: Iterable[Thing], found: Sequence[Change]) -> None:
    """Refuse two things of a kind with one title."""
    changed = {(change.kind, change.id) for change in found}
    seen: dict[tuple[str, str], str] = {
        (thing.kind, thing.title.casefold()): thing.title
        for thing in kept
        if thing.kind != "marks" and (thing.kind, thing.id) not in changed
    }
    for change in found:
        key = change.kind, change.title.casefold()
        if change.kind != "marks" and key in seen:
            raise BadInput(
                f"{change.name}: another of its kind is called {change.title!r}.",
                "Give it another title, or its id if it is the same thing.",
            )
        seen[key] = change.title


def _renamings(saved: Saved, kept: Iterable[Thing], files: Sequence[File]) -> tuple[Renaming, ...]:
    """Return the titles that things had and no thing has, with those they will have."""
    titles = {(t.kind, t.id): t.title for t in kept if t.kind in NAMED}
    then = {(f.kind, f.id): str(f.data.get("title", "")) for f in files if f.kind in NAMED}
    after = titles | then
    had = [(kind, id_, title) for (kind, id_), title in titles.items()]
    had += [row for row in saved.kept.titles() if (row[0], row[1]) in after]
    taken = {(kind, title.casefold()) for (kind, _), title in after.items()}
    return tuple(
        Renaming(kind, old, after[kind, id_])
        for kind, id_, old in dict.fromkeys(had)
        if (kind, old.casefold()) not in taken
    )


def followed(data: Data, renamings: Iterable[Renaming]) -> Data:
    """Return the table of a file with the titles that things have; the same one if it has none."""
    text = json.dumps(data, ensure_ascii=False, default=str).casefold()
    for renaming in renamings:
        if renaming.old.casefold() in text:
            data = renaming.followed(data)
    return data


def stale_names(saved: Saved, files: Sequence[File]) -> list[str]:
    """Return sentences on files that name a thing by a title it had before."""
    renamings = _renamings(saved, things_in(saved), files)
    return [
        f"{file.name} still says {renaming.old!r}, which is called {renaming.new!r}."
        for file in files
        for renaming in renamings
        if followed(file.data, (renaming,)) is not file.data
    ]


def apply(saved: Saved, found: Sequence[Change], told: Told = silent) -> None:
    """Store changes all at once, and remember them for `take_back`.

    Another session gap cuts all sessions anew.

    Args:
        told: called with the progress of that.

    What a renamed thing is named in follows, but for what is stored here itself.

    Raises:
        Forbidden: the role does not allow one of them.
    """
    if not found:
        return
    with saved.access.writing() as connection:
        for change in sorted(found, key=_title_is_freed):
            if change.kind == "workspace":
                saved.access.who(connection).check_remove()
                recut(connection, gap_of(change.after or {}), told)
            elif change.after is None:
                _remove(saved, connection, change.kind, change.id)
            else:
                thing = thing_of(change.kind, change.after, change.name)
                _store(saved, connection, thing, change.before)
        record = [[c.kind, c.id, c.name, _plain(c.before), _plain(c.after)] for c in found]
        connection.execute(
            "insert or replace into meta (key, value) values (?, ?)",
            (_LAST, json.dumps(record, ensure_ascii=False)),
        )


def _title_is_freed(change: Change) -> bool:
    """Sort what goes before what comes."""
    return change.after is not None


def _store(saved: Saved, connection: Any, thing: Thing, before: Data | None) -> None:
    value = thing.value
    if thing.kind == "marks":
        saved.moments.put(connection, value)  # type: ignore[arg-type]
        return
    item = saved.item_of(value) if isinstance(value, Board) else value
    assert isinstance(item, Item)
    old = str(before["title"]) if before is not None else ""
    saved.kept.put(connection, thing.kind, item, old)


def _remove(saved: Saved, connection: Any, kind: Kind, id_: str) -> None:
    if kind == "marks":
        saved.moments.remove(connection, id_)
    else:
        saved.kept.remove(connection, kind, id_)


def take_back(saved: Saved) -> list[Change]:
    """Return the changes that undo the last apply; applying them can be undone in the same way.

    Raises:
        NotFound: nothing was applied.
        BadInput: something was changed since.
    """
    with saved.access.reading() as connection:
        record = read_meta(connection).get(_LAST)
    if not record:
        raise NotFound("Nothing has been applied to this workspace.")
    kept = {(thing.kind, thing.id): data_of(thing) for thing in things_in(saved)}
    found = []
    for kind, id_, name, before, after in json.loads(record):
        now = settings_of(saved) if kind == "workspace" else kept.get((kind, id_))
        if _plain(now) != after:
            title = Change(kind, id_, name, before, after).title
            raise BadInput(f"{title!r} was changed since it was applied.", "Nothing is taken back.")
        if kind == "workspace" or before is None:
            wanted = before
        else:
            wanted = data_of(thing_of(kind, _timed(before), name))
        found.append(Change(kind, id_, name, now, wanted))
    return found


def _plain(data: Data | None) -> Any:
    """Return a table as JSON has it."""
    return None if data is None else json.loads(json.dumps(data, default=lambda at: at.isoformat()))


def _timed(data: Data) -> Data:
    """Return a table from JSON with its times."""
    from datetime import datetime

    return {k: datetime.fromisoformat(v) if k in ("at", "until") else v for k, v in data.items()}
