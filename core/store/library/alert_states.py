"""What the last run found of every alert, and what was told of it (definitions 11.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from core.columns import has_table
from core.store.library.access import Access

State = Literal["ok", "firing", "no data", "error"]


class Found(NamedTuple):
    """The state of one figure of an alert.

    Attributes:
        name: its group, "" for the whole.
        judged: the question and the condition; a state of another one does not count.
        since: when the state began, UTC ms.
        told: the state that was last told and has not ended; "" for none.
        said: the figure in words.
        checked_at: UTC ms.
    """

    name: str
    judged: str
    state: State
    since: int
    told: str
    said: str
    checked_at: int


def states_of(access: Access) -> dict[str, dict[str, Found]]:
    """Return alert id -> name -> what the last run found; none if an older file lacks the table."""
    with access.reading() as connection:
        if not has_table(connection.execute, "alert_states"):
            return {}
        found: dict[str, dict[str, Found]] = {}
        for id_, *row in connection.execute(
            """
            select alert, name, judged, state, since, told, said, checked_at
            from alert_states order by alert, name
            """
        ):
            found.setdefault(id_, {})[row[0]] = Found(*row)
    return found


def store_states(access: Access, found: Mapping[str, Iterable[Found]], *, quietly: bool) -> None:
    """Store what a run found in place of what the last one did, all at once.

    Args:
        found: alert id -> the states of its figures. Others keep theirs, and what belongs to no
            kept alert goes.
        quietly: whether nothing has changed but when it was checked.
    """
    with access.writing(quietly=quietly) as connection:
        for id_, states in found.items():
            connection.execute("delete from alert_states where alert = ?", (id_,))
            connection.executemany(
                "insert into alert_states values (?, ?, ?, ?, ?, ?, ?, ?)",
                ((id_, *state) for state in states),
            )
        connection.execute("delete from alert_states where alert not in (select id from alerts)")
