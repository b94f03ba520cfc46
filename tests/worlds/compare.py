"""Holding answers against the oracle's, numbers against their people, texts against questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from core.answers import Cell, Series
from core.engines.sqlite.dialect import SqliteDialect
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.language.questions import format_question, parse
from core.queries import from_json
from core.queries.common.question import Question
from tests.oracles.trend.trend import Period
from tests.worlds.world import World, engine_of

MANY_CELLS = 200


class ScanDialect(SqliteDialect):
    """SQLite without stored sets and blocks, so that every question reads the events."""

    has_sets = False
    blocks_from = None


class ScanEngine(SqliteEngine):
    """An engine that reads the events for every question."""

    dialect_class = ScanDialect


class BlocksDialect(SqliteDialect):
    """SQLite without stored sets, and with blocks of however few events."""

    has_sets = False
    blocks_from = 0


class BlocksEngine(SqliteEngine):
    """An engine that reads blocks for every question they can answer."""

    dialect_class = BlocksDialect


class UsualDialect(SqliteDialect):
    """SQLite as it answers about many events: stored sets, and blocks of what they lack."""

    blocks_from = 0


class UsualEngine(SqliteEngine):
    """An engine that reads stored sets where it can, and else blocks of however few events."""

    dialect_class = UsualDialect


@contextmanager
def both_engines(world: World) -> Iterator[tuple[SqliteEngine, SqliteEngine]]:
    """The usual engine over a world, and one that reads the events for everything, of every other
    world from blocks.
    """
    with engine_of(world) as engine:
        kind = BlocksEngine if len(world.events) % 2 == 0 else ScanEngine
        other = kind(engine.path, clock=engine.clock)
        try:
            yield engine, other
        finally:
            other.close()


def answers(world: World, question: Question) -> Iterator[tuple[SqliteEngine, Any]]:
    """Each of both engines and its answer; none if the world lacks a name of the question."""
    with both_engines(world) as engines:
        for engine in engines:
            try:
                found = engine.answer(question)
            except BadQuestion:
                return
            yield engine, found


@contextmanager
def read_both_ways(world: World) -> Iterator[tuple[SqliteEngine, SqliteEngine]]:
    """An engine that reads blocks wherever it can, and one that reads rows."""
    with engine_of(world) as usual:
        blocks = BlocksEngine(usual.path, clock=usual.clock)
        rows = ScanEngine(usual.path, clock=usual.clock)
        with closing(blocks), closing(rows):
            yield blocks, rows


def from_text(text: str, canonical: str = "") -> Any:
    """The question of a text, which comes back from its JSON and from its canonical text.

    Args:
        canonical: what that is, where a test says so.
    """
    question = parse(text)
    written = format_question(question)
    assert written == (canonical or written)
    assert parse(written) == question
    assert format_question(parse(written)) == written
    assert from_json(question.model_dump(mode="json", by_alias=True)) == question
    return question


def ask(engine: SqliteEngine, kind: str, **fields: Any) -> Any:
    """The answer to a question given by its JSON fields."""
    return engine.answer(from_json({"kind": kind, **fields}))


def people(engine: SqliteEngine, question: Question, cell: Cell) -> list[str]:
    """The people behind a number, by name; a person listed twice is here twice."""
    ctx = engine.context().of(question)
    bind = ctx.binder()
    sql = question.people(ctx, bind, cell)
    rows = engine.read(
        bind.whole(f"select i.key from ({sql}) b left join identities i on i.id = b.actor"),
        bind.values,  # type: ignore[arg-type]
    )
    return sorted(str(key) for (key,) in rows)


def check_people(engine: SqliteEngine, question: Question, answer: Any) -> None:
    """Every number of people in an answer is how many different people stand behind it.

    Of hundreds of cells without anybody every tenth is looked at.
    """
    cells = list(answer.cells())
    for place, (cell, value) in enumerate(cells):
        if len(cells) > MANY_CELLS and not value and place % 10:
            continue
        found = people(engine, question, cell)
        assert len(found) == len(set(found)) == (value or 0), (cell, value, found)


def check_series(answer: Series, now: Period, before: Period) -> None:
    """A series shows exactly the oracle's figures, ranked and cut to the question's limit."""
    assert answer.omitted == 0
    groups = [line.group for line in answer.lines]
    assert sorted(groups) == sorted(now.totals)
    for line in answer.lines:
        assert list(line.values) == pytest.approx(now.values[line.group]), line.group
        assert line.total == pytest.approx(now.totals[line.group]), line.group
        if answer.comparison:
            _check_previous(answer, line, before)


def _check_previous(answer: Series, line: Any, before: Period) -> None:
    empty = 0 if before.totals.get(line.group, 0) is not None and line.group else None
    values = before.values.get(line.group)
    assert line.previous is not None
    assert len(line.previous) == len(answer.buckets)
    if values is None:
        assert not any(line.previous)
        assert not line.previous_total
        return
    shown = min(len(values), len(answer.buckets))
    assert list(line.previous[:shown]) == pytest.approx(values[:shown]), empty
    assert (line.previous_total or None) == pytest.approx(before.totals.get(line.group) or None)


def by_day(answer) -> dict[str, float | None]:
    """The first line's values by date without the year."""
    return {b.label[5:]: v for b, v in zip(answer.buckets, answer.lines[0].values, strict=True)}
