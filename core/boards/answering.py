"""The questions of a board's tiles, and their answers (definitions 10.1, 11.11).

A tile's range is the board's live override, else that which the board has for all its tiles, else
the series' own, else the board's default, else 30d. The board's comparison and its filters, saved
and live, are those of every tile that does not keep its own; an SQL statement cannot be narrowed. A
tile that fails shows its error; an event or a field that is not in the data gives 0 with a note
(definitions 1.10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.boards.wide import compared, narrow
from core.definitions.board import CHART_OF, DEFAULT_RANGE, Block, Board
from core.definitions.series import metric_question
from core.errors import FootfallError, Stopped
from core.filters import Clause, Condition
from core.queries.common.question import Question
from core.queries.kinds import KINDS


def block_question(
    board: Board,
    block: Block,
    range_override: str | None = None,
    where: Sequence[Clause] = (),
) -> Question:
    """Return the question of a chart block.

    Args:
        range_override: the board's live range.
        where: the board's live filters.

    Raises:
        BadQuestion: a text in the block is not a question.
        BadInput: a metric is not known.
    """
    filters: tuple[Clause, ...] = (*board.filters, *where)
    if block.ignore_board_filters:
        board, filters = narrow(board), ()
    over = range_override or board.range or None
    plain = None if block.series or block.chart_id else _asked(block, block.question)
    if plain is None or plain.kind == "saved" or block.axis_config is not None:
        return compared(_several(board, block, over, filters), board.compare)
    own = plain.range if "range" in plain.model_fields_set else None
    wanted = over or own or board.default_range or DEFAULT_RANGE
    asked = compared(plain if wanted == own else with_range(plain, wanted), board.compare)
    return _narrowed(asked, filters) if KINDS[plain.kind].filtered else asked


def _asked(block: Block, query: str | dict[str, Any]) -> Question:
    """Return the question of a block's query: text, JSON, or a metric."""
    from core.language.questions import parse_any, today
    from core.queries import from_json

    if isinstance(query, str):
        return parse_any(query, block.language)
    if "metric" in query and "kind" not in query:
        query = metric_question(query)
    return from_json(query if block.language is None else today(query, block.language))


def _narrowed(question: Question, filters: Sequence[Clause]) -> Question:
    if not filters:
        return question
    return question.model_copy(update={"conditions": (*question.conditions, *filters)})


def _several(
    board: Board, block: Block, range_override: str | None, filters: Sequence[Clause]
) -> Question:
    from core.answers.display import AxisConfig
    from core.definitions.series import BlockSeries
    from core.queries.composite.saved_chart import SavedChart
    from core.queries.composite.several import Part, Several

    parts = []
    query = block.question or (
        SavedChart(chart=block.chart_id).model_dump(exclude_unset=True) | {"kind": "saved"}
        if block.chart_id
        else ""
    )
    for series in block.series or (BlockSeries(query=query),):
        question = _asked(block, series.query)
        own = question.range if "range" in question.model_fields_set else None
        parts.append(
            Part(
                name=series.name,
                question=question,
                range=range_override or own,
                display=series.display,
            )
        )
    alone = parts[0].range if len(parts) == 1 else None
    return Several(
        series=tuple(parts),
        axes=block.axis_config or AxisConfig(),
        range=range_override or alone or board.default_range or DEFAULT_RANGE,
        conditions=tuple(filters),
    )


def with_range(question: Question, range_text: str) -> Question:
    """Return a question with another range, including every series of `several`."""
    changes: dict[str, Any] = {"range": range_text}
    if question.kind == "several":
        over = {"range": range_text}
        parts = question.series  # type: ignore[attr-defined]
        changes["series"] = tuple(part.model_copy(update=over) for part in parts)
    return question.model_copy(update=changes)


def filter_words(board: Board, block: Block, where: Sequence[Clause] = ()) -> str:
    """Return the label of a tile narrowed by the board's filters; "" if they do not apply."""
    filters = [*board.filters, *where]
    if not filters or block.ignore_board_filters or block.type == "note":
        return ""
    words = [c.words if isinstance(c, Condition) else "more" for c in filters]
    return f"Filtered by board: {' and '.join(dict.fromkeys(words))}."


def labelled(
    answer: Any, question: Question, board: Board, block: Block, where: Sequence[Clause] = ()
) -> Any:
    """Return a tile's answer with a note on the board's filters, if they apply to its question."""
    label = filter_words(board, block, where) if KINDS[question.kind].filtered else ""
    return answer.model_copy(update={"notes": (*answer.notes, label)}) if label else answer


def block_chart(block: Block) -> str:
    """Return the chart a block is drawn as: its own, else the one in its question's text."""
    from core.language.questions import parse_kept

    if block.chart or block.visualization:
        return block.chart or CHART_OF[block.visualization]
    if not block.question or block.question.lstrip()[:1] == "{":
        return ""
    return parse_kept(block.question, block.language).chart


def tile_chart(block: Block) -> str:
    """Return the chart a tile is drawn as, the default one if its question cannot be read."""
    try:
        return block_chart(block)
    except FootfallError:
        return ""


def answer_board(
    board: Board,
    engine: Any,
    range_override: str | None = None,
    stop: Any = None,
    where: Sequence[Clause] = (),
    *,
    drawn: bool = False,
) -> dict[str, Any]:
    """Return block id -> its answer, or the FootfallError raised instead.

    Args:
        drawn: whether answers have beside them what only pictures show: of a funnel its conversion
            over time.

    Raises:
        Stopped: the user stopped it.
    """
    found: dict[str, Any] = {}
    for block in board.blocks:
        if block.type == "chart":
            try:
                question = block_question(board, block, range_override, where)
                answer = engine.answer(question, stop=stop, forgiving=True)
                if drawn and question.kind == "funnel":
                    from core.boards.over_time import with_trend

                    answer = with_trend(answer, question, engine, stop)
                found[block.id] = labelled(answer, question, board, block, where)
            except Stopped:
                raise
            except FootfallError as error:
                found[block.id] = error
    return found


def board_span(answers: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first and last date covered by a board's answers, or None."""
    firsts = [a.first for a in answers.values() if getattr(a, "first", None)]
    lasts = [a.last for a in answers.values() if getattr(a, "last", None)]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def asking(board: Board, block: Block, question: Question, chart: str) -> Block:
    """Return a tile's block with another question, without what the board asks of all its tiles.

    A question that leaves out any of that keeps its own range, comparison and filters.
    """
    from core.language.questions import format_question

    fixed = block.ignore_board_filters or not _follows(board, question)
    if not fixed:
        question = _own(board, block, question)
    asked: dict[str, Any] = {
        "question": format_question(question),
        "chart": chart,
        "series": (),
        "chart_id": "",
        "language": None,
        "ignore_board_filters": fixed,
    }
    if question.kind == "several":
        asked["axis_config"] = None
    return block.model_copy(update=asked)


def _follows(board: Board, question: Question) -> bool:
    """Whether a question is what a board asks of all its tiles."""
    if board.range and question.range != board.range:
        return False
    if compared(question, board.compare) != question:
        return False
    filtered = KINDS[question.kind].filtered
    return not filtered or all(clause in question.conditions for clause in board.filters)


def _own(board: Board, block: Block, question: Question) -> Question:
    """Return a question with what its tile has itself in place of what the board asks of all."""
    own = block_question(narrow(board), block)
    kept = tuple(clause for clause in question.conditions if clause not in board.filters)
    found = question.model_copy(update={"conditions": kept})
    if board.range:
        found = with_range(found, own.range)
    if board.compare and hasattr(own, "compare") and hasattr(found, "compare"):
        found = found.model_copy(update={"compare": own.compare})
    return found
