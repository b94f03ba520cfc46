"""The row of the kind of question about logs."""

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
from core.words.reading import number_in

SECTION = "logs and SQL"


def _write(writer: Writing) -> str:
    metric = writer.value("metric")
    if metric == "raw":
        limit = writer.value("limit")
        return "raw logs" + (f" limit {limit}" if limit != 100 else "")
    if metric == "top":
        return top(writer, "logs")
    return "logs"


def _behind(_: Any, cell: Any) -> str:
    of = f" of {cell.row}" if cell.row is not None else ""
    return f"People with logs{of} in their sessions"


def _openings(start: Beginning) -> Iterator[Opening]:
    if start.has_logs:
        yield Opening(SECTION, 10, "Logs over time", {"metric": "volume"})
        yield Opening(SECTION, 20, "Logs by level", {"metric": "top"})
        yield Opening(SECTION, 30, "Logs one by one", {"metric": "raw", "limit": 100})


LOGS = Kind(
    name="logs",
    at="core.queries.logs.logs:Logs",
    shapes=("series", "table"),
    wording=Wording(
        phrases=(
            Phrase("LOGS", lambda _: {}),
            Phrase("TOP INT? LOGS", lambda read: {"metric": "top", **number_in(read, "limit")}),
            Phrase("RAW_LOGS", lambda _: {"metric": "raw"}),
        ),
        write=_write,
        words=keyword("raw logs"),
    ),
    example="logs by level",
    about="logs over time; `top logs` ranks message patterns, `raw logs` lists lines",
    behind=_behind,
    figures=Figures(
        "metric", (("volume", "over time"), ("top", "by level"), ("raw", "one by one"))
    ),
    openings=_openings,
    over_time=lambda question: question.metric == "volume",
)


KINDS = (LOGS,)
