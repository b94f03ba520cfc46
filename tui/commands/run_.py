"""`footfall run`: answer a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.words.charts import NAMES
from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import look_of, put_answer, say

if TYPE_CHECKING:
    from core.engines.running import Engine
    from core.errors import FootfallError
    from core.language.questions import Parsed


@click.command("run")
@click.argument("question", nargs=-1, required=True)
@db_option
@format_options
@width_option
@click.option(
    "--time-limit", type=click.FloatRange(min=0), metavar="SECONDS", help="When to give up."
)
@click.option("--chart", type=click.Choice(NAMES), help="How to draw it, like `as` in the text.")
def command(
    question: tuple[str, ...],
    db: str | None,
    format: str | None,
    width: int | None,
    time_limit: float | None,
    chart: str | None,
) -> None:
    """Answer QUESTION, in text or JSON; - reads it from standard input.

    \b
    footfall run dau
    footfall run 'signup > purchase within 14d by country'
    footfall run 'retention of signup weekly 8' --csv
    footfall run saved:cht_3f9c21d0a4b7
    """
    text = sys.stdin.read() if question == ("-",) else " ".join(question)
    path = database(db)
    engine = open_engine(path)
    parsed = understood(engine, text)
    if chart:
        from core.language.questions import check_chart

        check_chart(parsed.question.kind, chart)
    result = interruptible(
        lambda stop: engine.run(parsed.question, stop=stop, time_limit=time_limit)
    )
    answer = result.answer if format else limited(path, parsed.question, result.answer)
    put_answer(
        answer,
        format,
        width=width_of(width),
        look=look_of(engine),
        chart=chart or parsed.chart,
        marks=() if format else marks_of(path, result.answer),
    )


def limited(path: Path, question: Any, answer: Any) -> Any:
    """Return an answer over time with the limits of the alerts that watch its question."""
    if answer.shape != "series":
        return answer
    from tui.commands.saved.common import marks_at

    access = marks_at(path).access
    if not access.has_alerts():
        return answer
    from core.alerts.thresholds import with_limits
    from core.store.library.items import Items

    return with_limits(answer, question, Items(access).all("alerts"))


def understood(engine: Engine, text: str) -> Parsed:
    """Return the question in a text; one that is nearly a question is taken for what it means.

    Raises:
        BadQuestion, NotFound: it means nothing for sure; with what it may mean.
    """
    from core.errors import BadQuestion, NotFound

    try:
        parsed: Parsed = parsed_of(engine, text)
        parsed.question.check(engine.context())
        return parsed
    except (BadQuestion, NotFound) as error:
        return _guessed(engine, text, error)


def _guessed(engine: Engine, text: str, error: FootfallError) -> Parsed:
    """Return what a text means for sure, and say how it is read; else raise the error with what it
    may mean.
    """
    from core.language.guesses import askable
    from core.language.questions import parse_full

    found = [] if text.lstrip().startswith("{") else askable(text, engine.context())
    if not found:
        raise error
    if found[0].sure:
        say(f"Read as: {found[0].text}")
        return parse_full(found[0].text)
    error.hint = "\n".join((error.hint, "Or:", *(f"  {guess.text}" for guess in found)))
    raise error


def parsed_of(engine: Any, text: str) -> Any:
    """Return the question in a text, JSON or "saved:CHART", and how it is drawn."""
    from core.language.questions import Parsed, parse_any, parse_full
    from core.queries import from_json

    word = text.strip()
    if word.startswith("{"):
        return Parsed(parse_any(text))
    if word.startswith("saved:"):
        chart = word.removeprefix("saved:").strip() or "?"
        parsed = Parsed(from_json({"kind": "saved", "chart": chart}))
    else:
        parsed = parse_full(text)
    if parsed.question.kind == "saved" and not parsed.chart:
        kept = str(getattr(parsed.question, "chart", ""))
        drawn = str(engine.context().chart(kept).get("chart", ""))
        return Parsed(parsed.question, drawn)
    return parsed


def marks_of(path: Path, answer: Any) -> tuple[Any, ...]:
    """Return the marks that lie in an answer's buckets."""
    if answer.shape != "series" or not answer.buckets:
        return ()
    from tui.commands.saved.common import marks_at

    return tuple(marks_at(path).all(answer.buckets[0].start, answer.buckets[-1].end - 1))
