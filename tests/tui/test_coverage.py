"""docs/coverage.md: what it lists is what there is, and every command of it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.api import Backend, read, respond, routes
from core.api.coverage import example, page
from core.api.route import Route
from core.engines.sqlite.engine import SqliteEngine
from core.language.questions import format_question, parse
from core.store.library.saved import Saved
from fixtures import demo
from tests import ROOT

PAGE = ROOT / "docs" / "coverage.md"
NOW = 1_793_534_400_000
"""2026-11-01 12:00 UTC."""

KEPT = ("/audiences/:id", "/marks/:id", "/chart/:chart_id")
"""Requests for one kept thing, whose examples need an id: tests/core/api/test_objects.py."""


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    path = tmp_path_factory.mktemp("coverage") / "demo.db"
    demo.make(path, NOW)
    engine = SqliteEngine(path, clock=lambda: NOW)
    yield Backend(engine, Saved(path, clock=lambda: NOW, source="api"))
    engine.close()


def asked() -> list[tuple[str, str]]:
    """Every request of the page with its body, but those for one kept thing."""
    found: list[tuple[str, str]] = []
    for route in routes():
        if not any(part in route.path for part in KEPT):
            names: list[Any] = [None, *route.parameters.model_fields]
            found += [example(route, n) if n else (route.example, route.body) for n in names]
    return list(dict.fromkeys(found))


def test_the_page_is_that_of_the_program() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_command_of_the_page_answers(backend: Backend) -> None:
    taken = ("POST /api/v1/audiences",)
    for request, body in asked():
        reply = respond(read(request, body or None), backend)
        again = (request in taken and "taken" in str(reply.body)) or "already" in str(reply.body)
        assert reply.ok or again, (request, body, reply.body)


@pytest.mark.parametrize(
    "route", [r for r in routes() if r.run], ids=lambda r: f"{r.method} {r.path}"
)
def test_the_same_in_our_own_words_is_a_question(backend: Backend, route: Route) -> None:
    question = parse(route.run)
    assert parse(format_question(question)) == question
    backend.engine.answer(question)
