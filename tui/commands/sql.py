"""`footfall sql`: one SELECT."""

from __future__ import annotations

import sys

import click

from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put_answer


@click.command("sql")
@click.argument("query")
@db_option
@format_options
@width_option
@click.option("--limit", type=int, default=1000, show_default=True, help="Rows, at most 10,000.")
def command(query: str, db: str | None, format: str | None, width: int | None, limit: int) -> None:
    """Run QUERY, a SELECT or WITH statement; - reads it from standard input.

    The view daily_v1 has the events and users of every day, by every value of a field, and answers
    in milliseconds. events_v1, context_v1, users_v1, user_traits_v1, user_devices and logs_v1 hold
    the data with names instead of numbers. SQLite's own functions are available; nothing can be
    changed. A value may be up to 10 MB and all rows together up to 50 MB; the query is stopped
    after 30 seconds.
    """
    from core.queries import from_json

    text = sys.stdin.read() if query == "-" else query
    engine = open_engine(database(db))
    question = from_json({"kind": "sql", "query": text, "limit": limit})
    answer = interruptible(lambda stop: engine.answer(question, stop=stop))
    put_answer(answer, format, width=width_of(width))
