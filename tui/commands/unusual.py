"""`footfall unusual`: what moved most on the last day that is over."""

from __future__ import annotations

import click

from tui.commands.database import database, open_engine
from tui.commands.options import db_option, format_options, width_option


@click.command("unusual")
@click.argument("clauses", nargs=-1)
@db_option
@format_options
@width_option
@click.pass_context
def command(
    ctx: click.Context,
    clauses: tuple[str, ...],
    db: str | None,
    format: str | None,
    width: int | None,
) -> None:
    """List which events and values of fields moved most, against what is usual for that weekday.

    The day is the last one that is over and has data. CLAUSES are those of a question.

    \b
    footfall unusual
    footfall unusual today
    footfall unusual users where country = NL
    footfall unusual by event, plan --csv
    """
    from core.language.questions import parse_full
    from core.language.writer import format_question
    from core.queries.events.unusual import last_whole_day
    from tui.commands.run_ import command as run_command

    parsed = parse_full(" ".join(("unusual", *clauses)))
    question = parsed.question
    if "range" not in question.model_fields_set:
        day = last_whole_day(open_engine(database(db)).context())
        question = question.model_copy(update={"range": f"{day},{day}"})
    ctx.invoke(
        run_command,
        question=(format_question(question),),
        db=db,
        format=format,
        width=width,
        time_limit=None,
        chart=parsed.chart or None,
    )
