"""The rows of the kinds of question that are families of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.words.kinds import (
    Beginning,
    Figures,
    Kind,
    Opening,
    Phrase,
    Wording,
    Writing,
    keyword,
    top,
)
from core.words.reading import Body, Part, flat, number_in, unquoted

# -- sessions


def _read_metric(read: list[Any]) -> Body:
    return {"metric": flat(read[1]).replace(" ", "_")} if len(read) > 1 else {}


def _sessions(writer: Writing) -> str:
    metric = writer.value("metric")
    if metric == "top":
        return top(writer, "sessions")
    return "sessions" if metric == "unique" else f"sessions {metric.replace('_', ' ')}"


def _behind(question: Any, cell: Any) -> str:
    row = cell.row or ""
    words = {
        "bounce": "bounced sessions",
        "length": f"sessions of {row}",
        "top": f"sessions with {row}",
        "entry": f"sessions that began with {row}",
        "exit": f"sessions that ended with {row}",
    }
    wanted = question.metric == "bounce" or row
    return f"Users with {words.get(question.metric, 'sessions') if wanted else 'sessions'}"


_TITLES = {
    "unique": "Sessions",
    "average": "Session length",
    "length": "Lengths of sessions",
    "per_user": "Sessions per person",
    "bounce": "Bounces",
    "entry": "Where sessions begin",
    "exit": "Where sessions end",
}


def _openings(_: Beginning) -> Iterator[Opening]:
    for at, (metric, title) in enumerate(_TITLES.items(), 1):
        yield Opening("sessions", 10 * at, title, {"metric": metric})


SESSIONS = Kind(
    name="sessions",
    at="core.queries.sessions:Sessions",
    shapes=("series", "histogram", "table"),
    wording=Wording(
        phrases=(
            Phrase("SESSIONS SESSION_METRIC?", _read_metric),
            Phrase("TOP INT? SESSIONS", lambda read: {"metric": "top", **number_in(read, "limit")}),
        ),
        write=_sessions,
        words={"SESSION_METRIC": r"volume|average|per[_\s]+user|length|bounce|entry|exit"},
        meanings={"SESSION_METRIC": "length or another metric"},
    ),
    example="sessions length",
    about=(
        "sessions: people with one (no word), `volume`, `average`, `per user`, `length`, "
        "`bounce`, `entry`, `exit`, and `top sessions`"
    ),
    behind=_behind,
    figures=Figures(
        "metric",
        (
            ("unique", "sessions"),
            ("volume", "sessions started"),
            ("average", "average length"),
            ("length", "lengths"),
            ("per_user", "sessions per user"),
            ("bounce", "bounces"),
            ("top", "sessions by a field"),
            ("entry", "first events"),
            ("exit", "last events"),
        ),
    ),
    openings=_openings,
    rows_are_events=lambda question: question.metric in ("entry", "exit"),
    over_time=lambda question: question.metric not in ("length", "entry", "exit", "top"),
    explained=True,
)


# -- sql

QUERY = "select event_name, count(*) as events from events_v1 group by 1 order by 2 desc"


def _statement(writer: Writing) -> str | None:
    """SQL without other clauses is just the statement, with line breaks as spaces."""
    from core.sql.text import one_line

    return one_line(writer.question.query) if writer.left.keys() == {"query"} else None


def _in_sql(_: Beginning) -> Iterator[Opening]:
    yield Opening("logs and SQL", 40, "Events counted in SQL", {"query": QUERY})


SQL = Kind(
    name="sql",
    at="core.queries.sql:Sql",
    shapes=("table",),
    wording=Wording(
        phrases=(
            Phrase(
                "SQL STRING",
                lambda read: Part({"query": unquoted(read[-1])}, read[-1].start_pos),
            ),
        ),
        write=lambda writer: f"sql {writer.quoted(writer.value('query'))}",
        words=keyword("sql"),
    ),
    example="select event_name, count(*) from events_v1 group by 1",
    about='one SELECT or WITH over the views; inside another question `sql "select 1"`',
    behind=lambda *_: "No people behind SQL",
    totalled=False,
    openings=_in_sql,
    filtered=False,
    statement=_statement,
)


KINDS = (SESSIONS, SQL)
