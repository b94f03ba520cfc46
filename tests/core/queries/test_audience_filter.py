"""Every kind of question counts an audience's people alone."""

from __future__ import annotations

from typing import Any

import pytest

from core.answers import Cell
from core.errors import NotFound
from core.queries import KINDS, from_json
from core.store.library.saved import Item, Saved
from tests.worlds.compare import people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.world import engine_of

STEPS = [{"event": "sign_up"}, {"event": "add_to_cart"}]
FIELDS: dict[str, dict[str, Any]] = {
    "trend": {"event": "sign_up"},
    "funnel": {"steps": STEPS},
    "funnel_trend": {"steps": STEPS},
    "time_to_convert": {"steps": STEPS},
    "composition": {"property": "country"},
    "segment": {"segment": "returning"},
    "first_time": {"event": "sign_up"},
    "per_actor": {"event": "view_item"},
    "properties": {"event": "view_item", "property": "item"},
    "formula": {"series": [{"metric": "users"}], "formula": "A"},
    "grouped": {
        "group_by": "country", "size": {"type": "count"}, "intensity": {"type": "unique_actors"},
    },
    "saved": {"chart": "Sign-ups"},
    "several": {"series": [{"question": {"kind": "trend", "event": "sign_up"}},
                           {"question": {"kind": "active_users"}}]},
    "paths": {"from": "sign_up"},
    "attribution": {"to": "sign_up", "property": "country"},
    "correlation": {"steps": STEPS},
    "explain": {"of": {"kind": "trend", "range": A_RANGE, "compare": "previous"}},
}  # fmt: skip
NOT_THEIRS = {
    "people": "its question has the audience",
    "audience": "it is one",
    "user_activity": "is about one person",
    "user_search": "looks for anybody",
    "sql": "says itself who counts",
    "logs": "log lines have no people",
}
"""Kinds that take no audience, and why."""


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        saved = Saved(found.path)
        saved.save_audience("Paying", {"events": [{"event": "purchase", "days": 7}]})
        saved.save_audience("Nobody", {"events": [{"event": "never seen"}]})
        saved.save_audience("Everybody", {})
        saved.save("charts", Item(title="Sign-ups", body={"question": "users of sign_up"}))
        yield found


def asked(kind: str, audience: str | None) -> Any:
    """A question of a kind about an audience."""
    fields = {"range": A_RANGE, **FIELDS.get(kind, {}), "audience": audience}
    if kind == "realtime":
        del fields["range"]
    return from_json({"kind": kind, **fields})


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(NOT_THEIRS)))
def test_an_audience_narrows_it(engine, kind):
    try:
        whole = engine.answer(asked(kind, None))
    except Exception:
        pytest.fail(f"FIELDS has no question of {kind}")
    everybody = engine.answer(asked(kind, "Everybody"))
    assert everybody.model_dump() == whole.model_dump()
    question = asked(kind, "Paying")
    answer = engine.answer(question)
    assert answer.model_dump() != whole.model_dump() or kind in ("realtime", "segment")
    cells = [Cell()] if not hasattr(answer, "cells") else [c for c, _ in answer.cells()]
    for cell in cells:
        assert set(people(engine, question, cell)) <= {"e"}, cell
    nobody = engine.answer(asked(kind, "Nobody"))
    if hasattr(nobody, "cells"):
        assert not [value for _, value in nobody.cells() if value]
    else:
        assert nobody.total == 0


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(NOT_THEIRS)))
def test_a_missing_audience_is_no_unfiltered_number(engine, kind):
    with pytest.raises(NotFound, match="Audience missing"):
        engine.answer(asked(kind, "gone"))
