"""Boards: blocks of several series, their limits, ranges, filters, and the documented form."""

from __future__ import annotations

from typing import Any

import pytest

from core.boards.answering import (
    answer_board,
    asking,
    block_chart,
    block_question,
    filter_words,
)
from core.boards.files import board_from_json, board_to_json
from core.definitions.board import Board
from core.definitions.shared import checked
from core.errors import BadInput, NotFound
from core.queries import from_json
from core.store.library.saved import Item, Saved
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.world import engine_of


@pytest.fixture
def engine():
    with engine_of(appendix_a()) as found:
        yield found


def board(*blocks: dict[str, Any], **fields: Any) -> Board:
    return checked(Board, {"title": "b", "default_range": A_RANGE, "blocks": blocks, **fields})


def block(*queries: Any, **fields: Any) -> dict[str, Any]:
    series = [q if isinstance(q, dict) and "query" in q else {"query": q} for q in queries]
    return {"id": "x", "type": "metric", "series": series, **fields}


def totals(answer: Any) -> list[float | None]:
    return [line.total for line in answer.lines]


DOCUMENTED = {
    "id": "brd_1", "workspace_id": "w", "owner_id": "ana", "title": "Growth", "description": "d",
    "is_pinned": True, "created_at": 1, "updated_at": 2,
    "settings": {
        "layout": "freeform", "default_time_range": "90d",
        "blocks": [
            {"id": "m", "type": "metric", "title": "Active", "visualization": "area_chart",
             "series": [
                 {"id": "a", "name": "DAU", "query": {
                     "metric": "dau", "range": "7d", "filters": [{"field": "country",
                                                                  "value": "NL"}],
                     "breakdown": "", "compare_mode": "previous_year", "limit": 10,
                     "granularity": "daily"},
                  "display": {"unit": "", "abbreviate": True, "decimals": 1,
                              "show_comparison": False, "color": "#ff0000",
                              "line_style": "dashed", "axis_assignment": "right"}},
             ],
             "axis_config": {"left_y": {"visible": True, "label": "l", "unit": "u",
                                        "abbreviate": False, "decimals": 0, "scale": "logarithmic",
                                        "min_bound": 0, "max_bound": 9}},
             "position": {"x": 0.4, "y": 1.6, "width": 6.2, "height": 4}},
            {"id": "n", "type": "note", "content": "# hi", "position": {"x": 6, "y": 0, "width": 6,
                                                                       "height": 4}},
        ],
    },
}  # fmt: skip


def test_the_documented_form_is_read():
    found = checked(Board, DOCUMENTED)
    assert (found.owner, found.default_range, found.layout) == ("ana", "90d", "freeform")
    metric, note = found.blocks
    assert (metric.type, block_chart(metric), note.content) == ("chart", "area", "# hi")
    assert metric.position.model_dump() == {"x": 0, "y": 2, "width": 6, "height": 4}
    question: Any = block_question(found, metric)
    part = question.series[0]
    assert (part.name, part.range, part.question.compare) == ("DAU", "7d", "yoy")
    assert part.display.line_style == "dashed"
    assert question.axes.left_y.scale == "logarithmic"
    assert board_from_json(board_to_json(found)) == found


def test_it_comes_back_as_it_was_saved(engine):
    saved = Saved(engine.path)
    stored = saved.save_board(checked(Board, DOCUMENTED))
    assert stored.blocks == checked(Board, DOCUMENTED).blocks
    filtered = board(block("dau"), filters=[{"not": {"field": "country", "value": "NL"}}])
    assert saved.save_board(filtered).filters == filtered.filters


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"title": ""}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"blocks": [block(*["dau"] * 21)]}, "blocks.0.series"),
        ({"blocks": [{"type": "metric"}]}, "blocks.0"),
        ({"blocks": [block({"id": "s", "query": "dau"}, {"id": "s", "query": "wau"})]},
         "blocks.0.series"),
        ({"blocks": [block("dau", visualization="pie")]}, "blocks.0.visualization"),
        ({"blocks": [block({"query": ""})]}, "blocks.0.series.0.query"),
        ({"blocks": [block({"query": "dau", "display": {"line_style": "wavy"}})]},
         "blocks.0.series.0.display.line_style"),
        ({"blocks": [block("dau", axis_config={"left_y": {"min_bound": 2, "max_bound": 1}})]},
         "blocks.0.axis_config.left_y"),
        ({"blocks": [block("dau", position={"width": 0})]}, "blocks.0.position.width"),
        ({"blocks": [block("dau", question="wau")]}, "blocks.0"),
        ({"blocks": [block("dau")] * 2}, "blocks"),
    ],
)  # fmt: skip
def test_a_limit_that_is_passed_is_named(change, parameter):
    with pytest.raises(BadInput) as found:
        checked(Board, {"title": "b", **change})
    assert found.value.parameter == parameter


def test_an_unknown_metric_and_a_bad_limit_are_named():
    for query, said in (({"metric": "dua"}, "dau"), ({"metric": "dau", "limit": 10_001}, "limit")):
        with pytest.raises(BadInput, match=said):
            board(block(query))


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("dau", "active_users"),
        ("events", "trend"),
        ("event:sign_up", "trend"),
        ("top_events", "top_events"),
        ("sessions", "sessions"),
        ("users", "users"),
        ("stickiness", "stickiness"),
    ],
)
def test_documented_metrics_are_answered(engine, metric, kind):
    tile = board(block({"metric": metric}))
    question: Any = block_question(tile, tile.blocks[0])
    assert question.series[0].question.kind == kind
    assert not isinstance(answer_board(tile, engine)["x"], Exception)


def test_several_series_are_one_chart(engine):
    tile = board(block({"name": "A", "query": "users of sign_up"}, {"name": "B", "query": "dau"}))
    answer = answer_board(tile, engine)["x"]
    assert [line.series for line in answer.lines] == ["A", "B"]
    assert totals(answer) == [4, 5]


@pytest.mark.parametrize(
    ("query", "override", "expected"),
    [
        ("dau", None, 5),
        ("dau range '2025-04-16,2025-04-16'", None, 1),
        ({"metric": "dau", "range": "2025-04-16,2025-04-16"}, None, 1),
        ("dau range '2025-04-16,2025-04-16'", "2025-04-07,2025-04-08", 2),
        ("saved Own", None, 1),
        ("saved Plain", None, 5),
        ("saved Own", "2025-04-07,2025-04-08", 2),
    ],
)
def test_the_range_is_the_override_the_series_own_or_the_boards(engine, query, override, expected):
    saved = Saved(engine.path)
    saved.save("charts", Item(title="Plain", body={"question": "dau"}))
    own = "dau range '2025-04-16,2025-04-16'"
    saved.save("charts", Item(title="Own", body={"question": own}))
    tile = board(block(query))
    assert totals(answer_board(tile, engine, override)["x"]) == [expected]
    if isinstance(query, str):
        plain = board({"id": "x", "question": query})
        assert totals(answer_board(plain, engine, override)["x"]) == [expected]


def test_a_chart_by_id_follows_its_changes(engine):
    saved = Saved(engine.path)
    item = saved.save("charts", Item(title="c", body={"question": "users of sign_up"}))
    tile = board({"id": "x", "chart_id": item.id})
    assert totals(answer_board(tile, engine)["x"]) == [4]
    saved.save("charts", item.model_copy(update={"body": {"question": "dau"}}))
    assert totals(answer_board(tile, engine)["x"]) == [5]
    saved.delete("charts", item.id)
    assert isinstance(answer_board(tile, engine)["x"], NotFound)


def test_filters_of_the_board_narrow_all_but_those_that_ignore_them(engine):
    filters = [{"field": "country", "value": "US"}]
    blocks = [
        block("dau") | {"id": "series"},
        {"id": "text", "question": "dau where trait:plan = free"},
        {"id": "own", "question": "dau", "ignore_board_filters": True},
        {"id": "sql", "question": "select 1"},
    ]
    tiles = board(*blocks, filters=filters)
    found = answer_board(tiles, engine)
    assert [totals(found[i]) for i in ("series", "text", "own")] == [[2], [2], [5]]
    said = "Filtered by board: country is US."
    assert [said in found[i].notes for i in ("series", "text", "own", "sql")] == [
        True,
        True,
        False,
        False,
    ]
    live = board(*blocks[:1])
    where = tiles.filters
    answer = answer_board(live, engine, where=where)["series"]
    assert totals(answer) == [2]
    assert filter_words(live, live.blocks[0], where) == said


def test_what_a_board_asks_of_all_its_tiles_is_taken_off_a_tile_that_is_edited():
    us = {"field": "country", "value": "US"}
    wide = board({"id": "x", "question": "dau last 90d"}, range="7d", compare="yoy", filters=[us])
    (tile,) = wide.blocks
    question: Any = block_question(wide, tile)
    assert (question.range, question.compare, question.conditions) == ("7d", "yoy", wide.filters)
    edited = asking(wide, tile, from_json({**question.model_dump(), "granularity": "weekly"}), "")
    assert (edited.question, edited.ignore_board_filters) == ("dau last 90d weekly", False)
    longer = asking(wide, tile, from_json({**question.model_dump(), "range": "12m"}), "")
    assert longer.ignore_board_filters
    assert block_question(wide, longer).range == "12m"
    assert block_question(wide, longer).conditions == wide.filters
    assert board_from_json(board_to_json(wide)) == wide
    for text in ("ltv weekly", "select 1"):
        block_question(wide, tile.model_copy(update={"question": text}))


def test_a_missing_audience_is_said_in_its_tile(engine):
    tiles = board({"id": "x", "question": "dau for Gone"}, block("dau") | {"id": "y"})
    found = answer_board(tiles, engine)
    assert "Audience missing" in found["x"].message
    assert totals(found["y"]) == [5]
