"""Paths (definitions 11.1, appendix A.12)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import FLOW_REST, Cell, Flow
from core.draw import Look, draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from core.queries.paths.paths import Paths
from core.queries.people.people import PeopleBehind
from core.text import width
from tests.oracles.paths import paths as oracle_paths
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.golden import boxed, check
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import Event, World, engine_of


def flow(engine: Any, **fields: Any) -> Flow:
    """Paths of the fixture."""
    return ask(engine, "paths", range=A_RANGE, **fields)


def counts(answer: Flow, step: int) -> dict[str, int]:
    """The nodes of one step."""
    return {node.event: node.count for node in answer.steps[step - 1].nodes}


def test_everybodys_first_path_of_the_fixture(engine):
    found = flow(engine, **{"from": "sign_up"})
    assert (found.total, found.people, found.unit) == (4, 4, "users")
    assert counts(found, 2) == {"view_item": 1, "purchase": 1, "(end)": 2}
    assert counts(found, 3) == {"add_to_cart": 1, "(end)": 1}


def test_every_path_of_the_fixture(engine):
    found = flow(engine, **{"from": "sign_up", "count_by": "totals"})
    assert (found.total, found.people, found.unit) == (5, 4, "paths")
    assert counts(found, 2) == {"add_to_cart": 1, "purchase": 1, "view_item": 1, "(end)": 2}


def test_paths_to_an_event_go_back_from_its_last_occurrence(engine):
    found = flow(engine, to="purchase")
    assert found.backward
    assert counts(found, 2) == {"add_to_cart": 2, "contact_support": 1, "sign_up": 1}
    assert counts(found, 4) == {"sign_up": 1, "(start)": 3}


def test_between_two_events_a_path_is_complete_at_the_second(engine):
    found = flow(engine, **{"from": "sign_up", "to": "purchase", "scope": 86_400})
    assert found.reached is not None
    assert (found.reached.count, found.reached.of_start) == (2, 0.5)
    assert [(node.event, node.count) for node in found.dropped] == [
        ("add_to_cart", 1),
        ("sign_up", 1),
    ]
    assert counts(found, 4) == {"purchase": 1}
    assert found.steps[3].ended == 3
    assert len(found.steps) == 4


def test_shares_are_of_the_start_and_of_the_step_before(engine):
    found = flow(engine, **{"from": "sign_up"})
    (cart, end) = found.steps[2].nodes
    assert (cart.of_start, cart.of_previous) == (0.25, 0.5)
    assert (end.of_start, end.of_previous) == (0.25, 0.5)
    edge = next(e for e in found.edges if (e.step, e.after, e.event) == (3, "purchase", "(end)"))
    assert (edge.count, edge.of_start, edge.of_previous) == (1, 0.25, 1)


def test_a_window_includes_its_last_moment(engine):
    """b's cart comes exactly a day after the sign-up."""
    assert counts(flow(engine, **{"from": "sign_up", "scope": 86_400}), 2)["add_to_cart"] == 1
    assert "add_to_cart" not in counts(flow(engine, **{"from": "sign_up", "scope": 86_399}), 2)


def test_events_past_the_limit_are_together(engine):
    found = flow(engine, **{"from": "sign_up", "count_by": "totals", "limit": 1})
    assert counts(found, 2) == {"add_to_cart": 1, "(other)": 2, "(end)": 2}
    assert found.steps[1].nodes[1].names == 2


def test_what_lies_past_the_last_step_is_said(engine):
    found = flow(engine, **{"from": "sign_up", "steps": 2})
    assert (found.longer, found.notes) == (1, ("1 path goes on after step 2.",))
    found = flow(engine, to="purchase", steps=2)
    assert found.notes == ("4 paths go on before step 2.",)


def test_the_period_before(engine):
    """Only d signed up in the two weeks before, and looked at something next."""
    found = flow(engine, **{"from": "sign_up", "compare": "previous"})
    assert found.previous_total == 1
    assert {n.event: n.previous for n in found.steps[1].nodes} == {
        "purchase": 0,
        "view_item": 1,
        "(end)": 0,
    }
    question = Paths.model_validate({"from": "sign_up", "range": A_RANGE, "compare": "previous"})
    assert people(engine, question, Cell(step=2, row="view_item", previous=True)) == ["d"]


def test_people_of_nodes_edges_and_ends(engine):
    question = Paths.model_validate({"from": "sign_up", "to": "purchase", "range": A_RANGE})
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(step=2, row="view_item")) == ["a"]
    assert people(engine, question, Cell(step=2, row="(end)")) == ["b", "e"]
    assert people(engine, question, Cell(step=3, row="add_to_cart", after="view_item")) == ["a"]
    assert people(engine, question, Cell(outcome="reached")) == ["a", "c"]
    assert people(engine, question, Cell(outcome="dropped", row="sign_up")) == ["b", "e"]


@pytest.mark.parametrize("count_by", ["uniques", "totals"])
@pytest.mark.parametrize("scope", ["session", 3600])
@pytest.mark.parametrize("ends", [{"from": "sign_up"}, {"from": "sign_up", "to": "purchase"}])
def test_events_are_read_of_those_people_only(engine, count_by, scope, ends):
    """Every look at events is a seek: of a person, from one instant to another."""
    question = from_json(
        {"kind": "paths", "range": A_RANGE, "count_by": count_by, "scope": scope, **ends}
    )
    for statement in engine.run(question, fresh=True).statements:
        plan = engine.read(f"explain query plan {statement.text}", statement.parameters)
        steps = [str(row[-1]) for row in plan]
        assert not [step for step in steps if step.startswith(("SCAN e", "SCAN x"))]
        seeks = [step for step in steps if "events" in step or step.startswith("SEARCH e ")]
        assert all("actor=?" in step for step in seeks), steps


def flags(engine: Any, **events: str) -> None:
    """Set flags of events: flags(engine, view="flow_hidden")."""
    with closing(sqlite3.connect(engine.path)) as connection, connection:
        for name, flag in events.items():
            connection.execute(f"update event_names set {flag} = 1 where name = ?", (name,))
        connection.execute("update meta set value = value + 1 where key = 'generation'")


def test_events_hidden_from_flows_and_deleted_ones_are_no_steps():
    with engine_of(appendix_a()) as engine:
        flags(engine, view_item="flow_hidden", add_to_cart="deleted")
        found = flow(engine, **{"from": "sign_up"})
        assert counts(found, 2) == {"purchase": 2, "(end)": 2}
        found = flow(engine, **{"from": "view_item"})
        assert counts(found, 1) == {"view_item": 1}
        with pytest.raises(BadQuestion, match="add_to_cart"):
            flow(engine, **{"from": "add_to_cart"})


def test_an_event_called_other_is_among_the_others():
    names = ("go", "(other)", "(end)", "x")
    world = World(tuple(Event(name, n * 1000, "u") for n, name in enumerate(names)), now=86_400_000)
    with engine_of(world) as engine:
        found = ask(engine, "paths", range="1970-01-01,1970-01-01", **{"from": "go"})
        assert [counts(found, n) for n in (2, 3, 4, 5)] == [
            {"(other)": 1},
            {"(other)": 1},
            {"x": 1},
            {"(end)": 1},
        ]
        check_people(
            engine, Paths.model_validate({"from": "go", "range": "1970-01-01,1970-01-01"}), found
        )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "start from or to end at"),
        ({"from": "sing_up"}, "sing_up"),
        ({"from": "sign_up", "to": "purchse"}, "purchse"),
        ({"from": "sign_up", "steps": 11}, "steps must be at most 10, not 11"),
        ({"from": "sign_up", "steps": 1}, "steps must be at least 2, not 1"),
        ({"from": "sign_up", "scope": "day"}, 'scope must be "session" or seconds'),
        ({"from": "sign_up", "scope": 0}, "seconds from 1 to 31622400"),
        ({"from": "sign_up", "scope": True}, "scope must be"),
        ({"from": "sign_up", "count_by": "people"}, "count_by must be 'uniques' or 'totals'"),
        ({"event": "sign_up"}, "need one of its properties"),
        ({"property": "colour"}, "colour"),
        ({"from": "sign_up", "breakdown": "country"}, "breakdown does not apply to paths"),
        ({"from": "sign_up", "compare": "last"}, "compare 'last' is not known"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        flow(engine, **fields)


@pytest.mark.parametrize(
    "cell",
    [
        Cell(step=6),
        Cell(step=2, row="nothing"),
        Cell(outcome="reached"),
        Cell(outcome="returned"),
        Cell(previous=True),
    ],
)
def test_a_cell_of_another_question_is_refused(engine, cell):
    question = Paths.model_validate({"from": "sign_up", "range": A_RANGE})
    with pytest.raises(BadQuestion, match=r"cell|nothing"):
        people(engine, question, cell)


# -- text, drawings, exports


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("paths from signup", "paths from signup"),
        ("paths to purchase 5 steps", "paths to purchase"),
        ("paths from signup to purchase within 1d", "paths from signup to purchase within 1d"),
        ("paths from signup 7 steps", "paths from signup 7 steps"),
        (
            "paths last 90d starting at signup within 90 minutes limit 3 vs prev",
            "paths from signup within 90min last 90d limit 3 vs prev",
        ),
        ("paths from any event", "paths from _active"),
        ('paths of view.path to "/"', 'paths of view.path to "/"'),
        ("paths of path from a within 1d", "paths of path from a within 1d"),
        ('paths of "a.b" 3 steps', 'paths of "a.b" 3 steps'),
        ("paths of view.properties.country", "paths of view.properties.country"),
        (
            'paths from "to" where country = NL with count_by = totals, collapse = false',
            'paths from "to" counting totals where country = NL with collapse = false',
        ),
    ],
)
def test_text_round_trip(written, canonical):
    assert from_json(from_text(written, canonical).model_dump_json()) == parse(written)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Cell(), "Everybody with paths from signup in the last 30 days"),
        (Cell(step=2, row="view"), "Users of paths from signup: view at step 2,"),
        (
            Cell(step=3, row="(end)", after="view"),
            "Users of paths from signup: ended before step 3 after view,",
        ),
    ],
)
def test_people_in_words(cell, words):
    question = parse("paths from signup")
    assert format_cell(question, cell).startswith(words)
    asked = PeopleBehind(of=question, cell=cell)
    assert parse(format_question(asked)) == asked


def test_cells_of_a_step_and_of_its_edges(engine):
    found = flow(engine, **{"from": "sign_up", "limit": 1, "count_by": "totals"})
    cells = navigate(found)
    assert [len(row) for row in cells] == [2 * len(found.steps) - 1] * len(cells)
    assert cells[0][0] == cells[2][0] == Cell(step=1, row="sign_up")
    assert cells[1][2] == Cell(step=2, row="(other)", besides=(("2", "add_to_cart"),))
    assert navigate(found, "table")[2] == [cells[1][2]]
    band = Cell(step=3, row="(end)", after="(other)", besides=(("2", "add_to_cart"),))
    assert band in [row[3] for row in cells]
    assert band in [row[0] for row in navigate(found, "edges")]


def test_a_matrix_has_an_event_by_step_and_its_people(engine):
    question = parse("paths from sign_up range 2025-04-07..2025-04-20 within 14d top 1")
    found = engine.answer(question)
    look = Look(colour=False)
    lines = plain(draw(found, 80, 20, look, chart="matrix", cursor=(0, 0))).split("\n")
    assert lines[0].split() == [word for n in range(1, 6) for word in ("step", str(n))]
    assert lines[1].split()[:2] == ["›sign_up", "[100.0%]"]
    assert "in other" in "".join(lines), "an event within (other) is not nobody"
    counted = {found.node_cell(s.step, n): n.people for s in found.steps for n in s.nodes}
    rows = navigate(found, "matrix")
    assert {cell for row in rows for cell in row} >= set(counted)
    for cell, many in counted.items():
        assert len(people(engine, question, cell)) == many, cell


def test_exports(engine):
    found = flow(engine, **{"from": "sign_up", "to": "purchase", "compare": "previous"})
    lines = export(found, "csv").split()
    assert lines[0] == "step,after,event,count,of_start,of_previous,people,previous"
    assert lines[1] == "1,,sign_up,4,1,1,4,1"
    assert "2,sign_up,view_item,1,0.25,0.25,1," in lines
    assert "reached,,purchase,2,0.5,0.5,2," in lines
    assert "dropped,,sign_up,2,0.5,1,2," in lines
    assert export(found, "tsv").count("\n") == len(lines)
    assert '"shape":"flow"' in export(found, "json")
    assert "| 2 |  | view\\_item | 1 |" in export(found, "markdown")


def test_drawings(engine):
    ahead = flow(engine, **{"from": "sign_up", "count_by": "totals", "limit": 2})
    back = flow(engine, to="purchase", compare="previous")
    between = flow(engine, **{"from": "sign_up", "to": "purchase", "scope": 86_400})
    none = ask(engine, "paths", range="1h", **{"from": "sign_up"})
    shown = [
        ("80 cells", draw(ahead, 80, 24, Look()), 80),
        ("cursor on a band", draw(ahead, 80, 24, Look(), cursor=(1, 1)), 80),
        ("120 cells", draw(ahead, 120, 40, Look(), cursor=(0, 1)), 120),
        ("no colour", draw(ahead, 80, 24, Look(colour=False), cursor=(1, 2)), 80),
        ("ascii, back in time", draw(back, 80, 20, Look("ascii"), cursor=(0, 2)), 80),
        ("low", draw(between, 80, 8, Look(), cursor=(0, 0)), 80),
        ("narrow", draw(between, 34, 14, Look(), cursor=(0, 3)), 34),
        ("table", draw(between, 80, 24, Look(), chart="table", cursor=(1, 0)), 80),
        ("edges", draw(ahead, 80, 10, Look("ascii"), chart="edges", cursor=(1, 0)), 80),
        ("nothing", draw(none, 40, 4, Look()), 40),
    ]
    check("flow", "\n".join(boxed(title, lines, size) for title, lines, size in shown))


@pytest.mark.parametrize("size", [(1, 1), (7, 2), (30, 3), (20, 9), (80, 24), (200, 50)])
@pytest.mark.parametrize("cursor", [None, (0, 0), (9, 9)])
def test_drawings_keep_to_their_box(engine, size, cursor):
    for chart in ("flow", "table", "edges", "matrix"):
        found = flow(engine, **{"from": "sign_up", "limit": 2})
        lines = draw(found, *size, Look(), chart=chart, cursor=cursor)
        assert len(lines) <= size[1]
        assert all(width(row) <= size[0] for row in plain(lines).split("\n"))


# -- against the definition


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about paths."""
    ends = draw(st.sampled_from((("from",), ("to",), ("from", "to"))))
    return {
        "kind": "paths",
        **{end: draw(st.sampled_from(EVENTS)) for end in ends},
        "steps": draw(st.integers(2, 10)),
        "scope": draw(st.sampled_from(("session", "session", 1, 3600, 86_400, 40 * 86_400))),
        "count_by": draw(st.sampled_from(("uniques", "totals"))),
        "collapse": draw(st.booleans()),
        "limit": draw(st.integers(1, 5)),
        "range": draw(st.sampled_from(("7d", "30d", "24h", "last_week", "all_time"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
    }


@settings(max_examples=120, deadline=None)
@given(worlds(), questions(), st.sampled_from((frozenset(), frozenset({"view"}))))
def test_flows_match_the_oracle(world: World, fields: dict[str, Any], hidden: frozenset[str]):
    question = from_json(fields)
    known = {event.event for event in world.events}
    if not {question.from_, question.to} - {None} <= known:
        return
    expected = oracle_paths.paths(world, question, hidden)
    with both_engines(world) as engines:
        flags(engines[0], **dict.fromkeys(hidden, "flow_hidden"))
        for engine in engines:
            found = engine.answer(question)
            check_flow(found, question, expected)
            check_people(engine, question, found)


VALUES = ("hat", "1", "US")


@st.composite
def of_values(draw: st.DrawFn) -> dict[str, Any]:
    """A question about paths over the values of a property."""
    ends = draw(st.sampled_from(((), (), ("from",), ("to",), ("from", "to"))))
    return {
        **{key: value for key, value in draw(questions()).items() if key not in ("from", "to")},
        **{end: draw(st.sampled_from(VALUES)) for end in ends},
        "event": draw(st.none() | st.sampled_from(EVENTS)),
        "property": draw(st.sampled_from(("item", "properties.item", "country"))),
    }


@settings(max_examples=80, deadline=None)
@given(worlds(), of_values(), st.sampled_from((frozenset(), frozenset({"view"}))))
def test_flows_of_values_match_the_oracle(world, fields, hidden):
    question = from_json(fields)
    names = {name for event in world.events for name in event.properties} | {"country"}
    known = {event.event for event in world.events} | {None}
    if question.event not in known or question.property.removeprefix("properties.") not in names:
        return
    with both_engines(world) as engines:
        expected = oracle_paths.paths(world, question, hidden)
        flags(engines[0], **dict.fromkeys(hidden, "flow_hidden"))
        for engine in engines:
            found = engine.answer(question)
            check_flow(found, question, expected)
            check_people(engine, question, found)


def test_paths_of_a_property_follow_its_values(engine):
    found = flow(engine, event="view_item", property="item", scope=30 * 86_400)
    assert (found.values, found.start) == (True, "view_item item")
    assert sum(counts(found, 1).values()) == found.total == found.people
    assert "(none)" not in counts(found, 1)


def check_flow(found: Flow, question: Any, expected: list[oracle_paths.Path]) -> None:
    """A flow is the oracle's paths, counted."""
    assert (found.total, found.people) == (len(expected), len({p.actor for p in expected}))
    assert found.longer == sum(len(p.events) > question.steps for p in expected)
    for step in found.steps:
        here = Counter(p.events[step.step - 1] for p in expected if len(p.events) >= step.step)
        ends = [p for p in expected if len(p.events) == step.step - 1 and not p.reached]
        order = sorted(here, key=lambda name: (-here[name], name))
        shown = {name: here[name] for name in order[: question.limit]}
        rest = sum(here.values()) - sum(shown.values())
        wanted = {**shown, **({"(other)": rest} if rest else {})}
        nodes = {n.event: n.count for n in step.nodes if n.event not in ("(end)", "(start)")}
        assert list(nodes.items()) == list(wanted.items())
        assert {n.count for n in step.nodes} - set(nodes.values()) <= {len(ends)}
        assert sum(nodes.values()) + step.ended == found.total
        check_edges(found, step.step, expected)
    assert len(found.steps) >= min(
        max((len(p.events) for p in expected), default=0), question.steps
    )
    if question.from_ and question.to:
        assert found.reached is not None
        assert found.reached.count == sum(p.reached for p in expected)
        assert sum(n.count for n in found.dropped) == sum(not p.reached for p in expected)
        last = Counter(p.events[-1] for p in expected if not p.reached)
        assert all(last[n.event] == n.count for n in found.dropped if n.event != "(other)")


def check_edges(found: Flow, step: int, expected: list[oracle_paths.Path]) -> None:
    """Edges between named nodes are the oracle's; those into a node add up to it."""
    walked = Counter(p.events[step - 2 : step] for p in expected if len(p.events) >= step > 1)
    into: Counter[str] = Counter()
    for edge in (e for e in found.edges if e.step == step):
        into[edge.event] += edge.count
        if {edge.after, edge.event}.isdisjoint(FLOW_REST):
            assert walked[edge.after, edge.event] == edge.count
    if step > 1:
        assert into == Counter({n.event: n.count for n in found.steps[step - 1].nodes})
