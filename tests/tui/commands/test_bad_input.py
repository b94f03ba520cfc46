"""Bad input is one sentence that names the parameter and what is allowed, and exit code 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.fixture import appendix_a
from tests.worlds.world import Event, World, engine_of
from tui.commands import run


@pytest.fixture(scope="module")
def workspace() -> Iterator[Path]:
    shop = appendix_a()
    slow = Event("slow", shop.now - 1000, "a", properties={"text": "a" * 60 + "!"})
    with engine_of(World((*shop.events, slow), now=shop.now)) as engine:
        yield engine.path


def refused(
    workspace: Path, capsys: pytest.CaptureFixture[str], question: str | dict[str, Any]
) -> str:
    """What is said of a question that cannot be asked."""
    text = question if isinstance(question, str) else json.dumps(question)
    code = run(["run", text, "--db", str(workspace)])
    found = capsys.readouterr()
    assert found.out == ""
    assert "Traceback" not in found.err
    assert code == 2, found.err
    return found.err


STEP = {"event": "purchase"}
RUNAWAY = {"field": "properties.text", "operator": "regex", "value": "(a|a|aa)+$"}


@pytest.mark.parametrize(
    ("question", "named", "allowed"),
    [
        ({"kind": "trends"}, "kind 'trends'", "trend"),
        ("dau by contry", "breakdown 'contry'", "country"),
        ("dau where contry = NL", "field 'contry'", "country"),
        ({"kind": "trend", "conditions": [{"field": "country", "operator": "equal", "value": 1}]},
         "operator 'equal'", "Allowed: eq, ne"),
        ("purchas", "event 'purchas'", "purchase"),
        ("dau for Payers", "audience 'Payers'", ""),
        ("signup > purchase within 367d", "window_seconds must be at most 31622400", ""),
        ({"kind": "funnel", "steps": [STEP] * 11}, "steps holds at most 10", ""),
        ({"kind": "funnel", "steps": []}, "steps needs at least 1", ""),
        ({"kind": "retention", "periods": 53}, "periods must be at most 52", "daily"),
        ({"kind": "formula", "series": [{"metric": "dau"}], "formula": "A / B"}, "formula", "B"),
        ({"kind": "formula", "series": [{"metric": "dau"}], "formula": "A +"},
         "formula is not finished", "A"),
        ('dau where country ~ "("', "regular expression", "value"),
        ({"kind": "trend", "range": "all_time", "conditions": [RUNAWAY]}, "pattern", "repetition"),
        ("dau 2025-04-20..2025-04-07", "range", "ends before it starts"),
        ("dau range soon", "range 'soon'", "7d"),
        ({"kind": "trend", "granularity": "fortnightly"}, "granularity 'fortnightly'", "weekly"),
        ({"kind": "trend", "colour": "red"}, "parameter 'colour'", "Allowed"),
        ({"kind": "trend", "conditions": "x" * 10_000_000}, "characters long", ""),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_a_question_that_cannot_be_asked(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    question: str | dict[str, Any],
    named: str,
    allowed: str,
) -> None:
    said = refused(workspace, capsys, question)
    assert named in said
    assert allowed in said
    assert len(said) < 2_000


def test_what_is_nearly_a_question_is_asked_and_what_may_be_several_is_not(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "signups per day", "--db", str(workspace)]) == 0
    assert "Read as: sign_up daily" in capsys.readouterr().err
    assert "Or:\n  sign_up" in refused(workspace, capsys, "sign_up of the moon")


def test_an_unknown_time_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "events.jsonl"
    lines.write_text('{"event": "signup", "timestamp": "2025-01-01T00:00:00Z", "user_id": "a"}\n')
    into = str(tmp_path / "new.db")
    assert run(["import", str(lines), "--into", into, "--zone", "Mars/Olympus"]) == 2
    said = capsys.readouterr().err
    assert "Mars/Olympus" in said
    assert "Traceback" not in said
    assert not Path(into).exists()


def test_ten_megabytes_of_json_from_standard_input(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("[" * 10_000_000))
    assert run(["run", "-", "--db", str(workspace)]) == 2
    assert "Traceback" not in capsys.readouterr().err
