"""The documents in docs/ name everything there is, and every example in them works."""

from __future__ import annotations

import importlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core import errors
from core.catalog.selectors import check_custom
from core.columns import CONTEXT, CONTEXT_ALIASES, VERSION
from core.engines.sqlite.typed_views import UNSTORED
from core.filters import OPERATORS
from core.formulas.functions import MEASURING, NUMBERS, WINDOWS
from core.language.custom_events import format_custom, parse_custom
from core.language.questions import format_parsed, format_question, parse, parse_full
from core.language.rules_conditions import SIGNS
from core.queries import KINDS
from core.queries.lexicon import LANGUAGE as VERSION_OF_LANGUAGE
from core.sources import FORMATS
from core.sources import fields as event_fields
from core.sources import logs as log_fields
from core.sources.text.choose import USUAL
from core.store.workspace import open_writer
from core.timeframe import ALIASES, GRANULARITIES, RANGE_WORDS
from core.words.charts import CHARTS
from core.words.names import SEGMENTS
from tests import ROOT
from tui.texts.commands import ALSO, COMMANDS

DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


LANGUAGE, IMPORTS = read("language.md"), read("import-formats.md")
SCRIPTING, MODEL = read("scripting.md"), read("data-model.md")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its depth or above."""
    head = re.search(rf"^(#+) {re.escape(title)}$", text, re.M)
    assert head, title
    rest = text[head.end() :]
    end = re.search(rf"^#{{1,{len(head[1])}}} ", rest, re.M)
    return rest[: end.start()] if end else rest


def table(text: str) -> list[list[str]]:
    """The cells of the first table in a text, without its header."""
    found = re.search(r"(?:^\|.*\n?)+", text, re.M)
    assert found, "no table"
    return [[c.strip() for c in line[1:-1].split("|")] for line in found[0].splitlines()[2:]]


def quoted(text: str) -> list[str]:
    """What stands in backticks, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def examples() -> list[str]:
    blocks = re.findall(r"^```question\n(.*?)^```", LANGUAGE, re.M | re.S)
    return [re.split(r" {2,}", line)[0] for block in blocks for line in block.splitlines()]


# -- the language


@pytest.mark.parametrize("text", examples())
def test_every_example_is_read_and_comes_back_from_its_canonical_text(text: str) -> None:
    found = parse_full(text)
    canonical = format_parsed(found)
    assert parse_full(canonical) == found
    assert format_parsed(parse_full(canonical)) == canonical


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_asks_for_that_kind(kind: str) -> None:
    question = parse(KINDS[kind].example)
    assert question.kind == kind
    assert parse(format_question(question)) == question


def test_every_operator_is_listed_with_all_its_signs() -> None:
    rows = table(section(LANGUAGE, "Conditions"))
    assert [quoted(row[0])[0] for row in rows] == list(OPERATORS)
    for key, sign, also, _ in rows:
        operator = OPERATORS[quoted(key)[0]]
        assert quoted(sign) == [operator.sign]
        given = {"one": " 5", "list": " (5, a)", "none": ""}[operator.takes]
        for word in (operator.sign, *quoted(also)):
            question = parse(f"signup where x {word}{given}")
            assert getattr(question.conditions[0], "operator", "") == operator.key
            assert parse(format_question(question)) == question
    listed = {word for row in rows for cell in row[1:3] for word in quoted(cell)}
    spelled = {sign for sign in SIGNS if "_" not in sign}
    assert listed == spelled


@pytest.mark.parametrize("word", [*RANGE_WORDS, *GRANULARITIES, *ALIASES, *SEGMENTS])
def test_every_range_granularity_and_segment_is_named(word: str) -> None:
    where = {**dict.fromkeys(RANGE_WORDS, "Range"), **dict.fromkeys(SEGMENTS, "Narrowing")}
    assert re.search(rf"\b{word}\b", section(LANGUAGE, where.get(word, "Granularity")))


def test_every_chart_is_named() -> None:
    rows = table(section(LANGUAGE, "Drawing"))
    assert {quoted(shape)[0]: quoted(charts) for shape, charts in rows} == {
        shape: list(charts) for shape, charts in CHARTS.items()
    }


def test_every_function_of_formulas_is_named() -> None:
    said = section(LANGUAGE, "Formulas")
    for name in (*MEASURING, *WINDOWS):
        assert re.search(rf"`{name}\b", said), name
    assert set(NUMBERS) <= set(quoted(said))


def test_calls_of_functions_are_read() -> None:
    calls = [text for text in quoted(section(LANGUAGE, "Formulas")) if re.match(r"[A-Z]+\(", text)]
    assert len(calls) > 10
    for text in calls:
        question = parse(text)
        assert parse(format_question(question)) == question


def test_the_example_of_a_custom_event_is_read() -> None:
    found = re.search(r"event create \w+ '(.+)'$", section(LANGUAGE, "Custom events"), re.M)
    assert found
    assert format_custom(check_custom(parse_custom(found[1]))) == found[1]


def test_canonical_texts_are_what_is_said() -> None:
    for typed, canonical in table(section(LANGUAGE, "Canonical text")):
        assert format_parsed(parse_full(quoted(typed)[0])) == quoted(canonical)[0]


def test_mistakes_are_answered_as_shown() -> None:
    shown = re.findall(r"^```text\n(.*?)^```", section(LANGUAGE, "Mistakes"), re.M | re.S)
    for text in shown:
        message, line, caret, *rest = text.splitlines()
        with pytest.raises(errors.BadQuestion) as raised:
            parse(line.strip())
        told = [raised.value.message, *raised.value.hint.strip("\n").splitlines()]
        assert [part.rstrip() for part in told] == [message, line, caret, *rest]


# -- importing


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_described(name: str) -> None:
    assert name in [quoted(row[0])[0] for row in table(section(IMPORTS, "Files"))]


@pytest.mark.parametrize(
    ("title", "names"),
    [("Fields", event_fields.NAMES), ("Logs", log_fields.NAMES)],
)
def test_every_recognised_name_is_listed_best_first(
    title: str, names: dict[str, tuple[str, ...]]
) -> None:
    found = {}
    for meaning, listed in table(section(IMPORTS, title).split("These fields become columns")[0]):
        found[quoted(meaning)[0]] = tuple(name.lower() for name in quoted(listed.split(":")[0]))
    assert found == names


def test_every_usual_name_is_listed_best_first() -> None:
    text = section(IMPORTS, "Fields").split("### Columns by their values")[1]
    assert {quoted(row[0])[0]: tuple(quoted(row[1])) for row in table(text)} == USUAL


def test_every_column_is_listed_with_its_other_names() -> None:
    text = section(IMPORTS, "Fields").split("These fields become columns")[1]
    said = {name: quoted(also) for names, also in table(text) for name in quoted(names)}
    assert set(said) == set(CONTEXT)
    assert {alias: name for name, also in said.items() for alias in also} == CONTEXT_ALIASES


@pytest.mark.parametrize("name", ["Amplitude", "Mixpanel", "PostHog", "Segment", "Snowplow"])
def test_every_vendor_is_described(name: str) -> None:
    assert any(row[0].startswith(name) for row in table(section(IMPORTS, "Vendors")))


# -- scripting


def test_every_command_that_is_named_exists_and_every_one_is_named() -> None:
    listed = "".join(row[0] for row in table(section(SCRIPTING, "Commands")))
    assert set(re.findall(r"`footfall ([a-z-]+)", listed)) == set(COMMANDS)
    for text in (LANGUAGE, IMPORTS, SCRIPTING, MODEL):
        named = re.findall(r"(?:`|\(|^|  )footfall ([a-z-]+)", text, re.M)
        assert set(named) <= COMMANDS.keys() | ALSO.keys()


def test_exit_codes_are_those_of_the_errors() -> None:
    said = {
        name: int(code)
        for code, _, names in table(section(SCRIPTING, "Exit codes"))
        for name in quoted(names)
    }
    made = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.FootfallError)
    }
    assert said == made


def test_what_python_is_told_to_import_is_there() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", SCRIPTING, re.M | re.S)
    imports = re.findall(r"^from (\S+) import (\w+)$", block, re.M)
    assert len(imports) == 2
    for module, name in imports:
        pytest.importorskip(module)
        assert hasattr(importlib.import_module(module), name)


# -- the file


def test_the_tables_and_views_are_those_of_a_fresh_workspace(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "fresh.db")) as connection:
        made = _objects(connection)
        columns = {
            view: [name for _, name, *_ in connection.execute(f"pragma table_info({view})")]
            for view in made["view"]
        }
    titles = (
        "Events",
        "People",
        "Computed from events",
        "Logs",
        "What people save",
        "About the file",
    )
    tables = {name for t in titles for row in table(section(MODEL, t)) for name in quoted(row[0])}
    assert tables == made["table"]
    views = {quoted(view)[0]: cells for view, _, cells in table(section(MODEL, "Views"))}
    for view, own in UNSTORED.items():
        assert quoted(views.pop(view)) == [name for name, _ in own]
    assert set(views) == made["view"] - {"events"}  # it stands for a table
    for view, cells in views.items():
        named = set(quoted(cells))
        if view == "context_v1":
            named |= set(CONTEXT) - named
        assert set(columns[view]) <= named | {"os"}, view


def _objects(connection: sqlite3.Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"table": set(), "view": set()}
    for kind, name in connection.execute(
        "select type, name from sqlite_master where type in ('table', 'view')"
    ):
        if not name.startswith("sqlite_"):
            found[kind].add(name)
    return found


def test_the_version_of_the_language_is_the_present_one() -> None:
    assert f"it is {VERSION_OF_LANGUAGE}." in " ".join(section(LANGUAGE, "Versions").split())


def test_the_version_of_the_file_is_the_present_one() -> None:
    assert f"it is {VERSION}." in " ".join(section(MODEL, "Versions and migrations").split())
