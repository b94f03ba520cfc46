"""A saved chart, by its id or title (definitions 10.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from core.answers import Cell
from core.errors import BadQuestion
from core.queries.common.any_question import said_by
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question
from core.sql.dialect import Binder

DEEPEST = 5
"""How many saved charts may refer to one another in a row."""


class SavedChart(Question):
    """The question of a saved chart, with changes.

    Conditions are added to the chart's own; a range, an audience and a segment replace the chart's.

    Attributes:
        chart: id or title of the chart.
        range: "" uses the chart's own.
    """

    kind: Literal["saved"] = "saved"
    chart: str = Field(min_length=1, max_length=200)
    range: str = ""

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question; the chart's."""
        return opened(ctx, self).ranges(ctx)

    def by_the_minute(self) -> bool:
        """See Question: the chart's question is not known before it is looked up."""
        return True

    def ask(self, ctx: Context) -> Ask:
        """See Question; names in the chart that the data does not have give 0, with a note."""
        catalog = ctx.catalog.forgiving()
        answer = yield from opened(ctx, self).ask(replace(ctx, catalog=catalog))
        return answer.missing(catalog.missed or ())

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people of the chart's number."""
        kept = replace(ctx, catalog=ctx.catalog.forgiving())
        return opened(ctx, self).people(kept, bind, cell)


def opened(ctx: Context, question: Question) -> Question:
    """Return the question of a saved chart; any other question unchanged.

    Raises:
        NotFound: there is no such chart.
        BadQuestion: charts refer to each other in a loop.
    """
    for _ in range(DEEPEST + 1):
        if not isinstance(question, SavedChart):
            return question
        question = narrowed(
            chart_question(ctx.chart(question.chart)),
            question.conditions,
            range=question.range or None,
            audience=question.audience,
            segment=question.segment,
            among=question.among,
        )
    raise BadQuestion("This chart refers to itself through other charts.", parameter="chart")


def chart_question(body: dict[str, Any]) -> Question:
    """Return the question in a saved chart's body; BadQuestion if there is none."""
    from core.language.questions import parse_any, today
    from core.queries import from_json

    asked, language = body.get("question", ""), body.get("language")
    if not isinstance(asked, dict):
        return parse_any(str(asked), language)
    return from_json(asked if language is None else today(asked, language))


def narrowed(question: Question, conditions: tuple[Any, ...] = (), **given: Any) -> Question:
    """Return a question with additional conditions and some fields replaced.

    Values of None, and fields that the question's kind does not have, are ignored.

    Raises:
        BadQuestion: the kind takes no conditions, or a value is invalid.
    """
    known = type(question).model_fields
    changes = {k: v for k, v in given.items() if v is not None and k in known}
    if conditions and "conditions" in known:
        changes["conditions"] = (*question.conditions, *conditions)
    if not changes:
        return question
    from core.queries import from_json

    return from_json({**said_by(question), **_plain(changes)})


def _plain(changes: dict[str, Any]) -> dict[str, Any]:
    if "conditions" not in changes:
        return changes
    dumped = [c.model_dump(mode="json", by_alias=True) for c in changes["conditions"]]
    return {**changes, "conditions": dumped}
