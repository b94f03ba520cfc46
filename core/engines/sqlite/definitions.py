"""Audiences and charts that a question names by id or title, read like all of its data."""

from __future__ import annotations

from typing import Any

from core.catalog.reading import Read
from core.errors import NotFound, did_you_mean
from core.values.json_text import stored_object


def audience(read: Read, name: str) -> dict[str, Any]:
    """Return the definition of a saved audience, by its id or title.

    Raises:
        NotFound: there is no such audience; with the nearest titles.
        Damaged: it is not JSON.
    """
    found = _body(read, "audiences", name)
    if found is not None:
        return found
    near = did_you_mean(name, _titles(read, "audiences"))
    raise NotFound(
        f"Audience missing: there is no audience {name!r}.",
        near or "footfall list audiences shows them all.",
    )


def chart(read: Read, name: str) -> dict[str, Any]:
    """Return the body of a saved chart, by its id or title, in the current language.

    Raises:
        NotFound, Damaged: as for `audience`.
    """
    from core.language.kept import read_kept

    found = _body(read, "charts", name)
    if found is not None:
        return read_kept(found)
    titles = _titles(read, "charts")
    some = f"There are {', '.join(titles[:8])}." if titles else ""
    raise NotFound(f"There is no chart {name!r}.", did_you_mean(name, titles) or some)


def _body(read: Read, table: str, name: str) -> dict[str, Any] | None:
    rows = read(
        f"""
        select body from {table}
        where deleted_at is null and (id = ? or title = ?)
        order by id <> ?
        """,
        (name, name, name),
    )
    return stored_object(rows[0][0]) if rows else None


def _titles(read: Read, table: str) -> list[str]:
    return [
        str(title)
        for (title,) in read(
            f"select title from {table} where deleted_at is null order by title", ()
        )
    ]
