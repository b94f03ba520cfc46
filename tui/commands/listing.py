"""Lists as tables: boards, events, fields, segments, audiences, marks, kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.answers import Column, Table
from tui.commands.database import open_engine
from tui.commands.saved.common import saved_at


def table(title: str, columns: Iterable[Column], rows: Iterable[tuple[Any, ...]]) -> Table:
    """Return a table without people behind its rows."""
    return Table(title=title, columns=tuple(columns), rows=tuple(rows))


def _texts(*names: str) -> list[Column]:
    return [Column(name=name) for name in names]


def boards(path: Path, *, pinned_only: bool = False) -> Table:
    """Return the saved boards, or the starter boards if none are saved."""
    from tui.commands.saved.starting import boards_of

    found = [b for b in boards_of(path, open_engine(path)) if b.is_pinned or not pinned_only]
    return table("Boards", _texts("id", "title"), [(b.id, b.title) for b in found])


def events(path: Path) -> Any:
    """Return all events, with how often they happened and how many people did them."""
    from core.queries.events.top_events import TopEvents

    answer = open_engine(path).answer(TopEvents(range="all_time", limit=10_000))
    return answer.model_copy(update={"title": "Events"})


def fields(path: Path) -> Table:
    """Return the fields to filter and break down by."""
    catalog = open_engine(path).context().catalog
    return table("Fields", _texts("field"), [(name,) for name in catalog.fields])


def segments(path: Path) -> Any:
    """Return the built-in segments with their sizes."""
    from core.queries.people.segments import Segments

    return open_engine(path).answer(Segments())


def saved(kind: Any) -> Callable[[Path], Table]:
    """Return a function that lists the saved things of a kind."""

    def listed(path: Path) -> Table:
        found = saved_at(path).items(kind)
        rows = [(i.id, i.title, i.owner, "pinned" * i.is_pinned) for i in found]
        return table(kind.capitalize(), _texts("id", "title", "owner", "pinned"), rows)

    return listed


def alerts(path: Path) -> Table:
    """Return the alerts with what the last run found."""
    from core.alerts.running import alert_of
    from core.alerts.telling import state_words
    from core.store.library.alert_states import states_of

    saved = saved_at(path)
    states = states_of(saved.access)
    rows = []
    for item in saved.items("alerts"):
        alert = alert_of(item)
        state, said = state_words(alert, states.get(item.id, {}).values())
        rows.append((item.id, item.title, alert.question, alert.when, state, said))
    return table("Alerts", _texts("id", "title", "question", "when", "state", "last"), rows)


def marks(path: Path) -> Table:
    """Return the marks you may see, newest first."""
    return table_of_marks(saved_at(path).marks(), open_engine(path).calendar)


def table_of_marks(found: Iterable[Any], calendar: Any) -> Table:
    """Return marks as a table."""
    rows = [
        (
            f"{calendar.local(m.timestamp):%Y-%m-%d %H:%M}",
            m.category,
            m.title,
            ", ".join(m.tags),
            m.created_by,
            m.id,
        )
        for m in found
    ]
    return table("Marks", _texts("when", "category", "title", "tags", "by", "id"), rows)


def imports(path: Path) -> Table:
    """Return every source of every import with its counts, newest first."""
    from contextlib import closing

    from core.store.imports.listed import imports_of
    from core.store.workspace import open_reader, read_calendar

    with closing(open_reader(path)) as connection:
        local = read_calendar(connection).local
        found = imports_of(connection)
    rows = [
        (
            each.id, each.state, f"{local(each.started_at):%Y-%m-%d %H:%M}", each.name, each.read,
            each.stored, each.repeated, each.rejected, each.linked, each.merged, each.folder,
        )
        for each in found
    ]  # fmt: skip
    names = _texts(
        "id", "state", "when", "source", "read", "stored", "already there", "rejected", "linked",
        "merged", "folder",
    )  # fmt: skip
    return table("Imports", names, rows)


def choices(path: Path) -> Table:
    """Return the options remembered for kinds of files, newest first."""
    from contextlib import closing

    from core.store.fresh.remembered import remembered
    from core.store.workspace import open_reader, read_calendar

    with closing(open_reader(path)) as connection:
        local = read_calendar(connection).local
        found = remembered(connection)
    rows = [
        (
            each.kind.format,
            each.choices.options(),
            ", ".join(sorted(each.kind.names)),
            f"{local(each.at):%Y-%m-%d %H:%M}",
        )
        for each in found
    ]
    return table("Choices", _texts("format", "options", "columns", "when"), rows)


def ignored_ids(path: Path) -> Table:
    """Return the placeholder ids, which are nobody, and where each comes from."""
    from contextlib import closing

    from core.sources.placeholders import PLACEHOLDERS
    from core.store.ingest.people import ignored_ids as added
    from core.store.workspace import open_reader, read_meta

    with closing(open_reader(path)) as connection:
        own = added(read_meta(connection))
    rows = [*((each, "added") for each in own), *((each, "built in") for each in PLACEHOLDERS)]
    return table("Ids that are nobody", _texts("id", "from"), rows)


def kinds(_: Path) -> Table:
    """Return the kinds of question."""
    from core.queries import KINDS, kind_class

    rows = [(kind, (kind_class(kind).__doc__ or "").split("\n")[0]) for kind in KINDS]
    return table("Kinds of question", _texts("kind", "answers"), rows)


LISTS: dict[str, Callable[[Path], Any]] = {
    "boards": boards,
    "events": events,
    "fields": fields,
    "segments": segments,
    "audiences": saved("audiences"),
    "charts": saved("charts"),
    "queries": saved("queries"),
    "alerts": alerts,
    "marks": marks,
    "imports": imports,
    "choices": choices,
    "ignored-ids": ignored_ids,
    "kinds": kinds,
}
"""What can be listed -> the function that lists it."""
