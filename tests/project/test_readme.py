"""The README, the documents beside it and the picture say what the program does now."""

from __future__ import annotations

import gzip
import re
import shlex
import sqlite3
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.queries import KINDS
from fixtures import questions, sample
from tests import ROOT
from tests.pictures.camera import documents
from tui.cli import VERSION
from tui.commands import run
from tui.commands.demo import make_sample
from tui.commands.group import footfall
from tui.keys import markdown_table
from tui.texts.commands import COMMANDS

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")
MOST_LINES = 120
"""Of the README: what is longer belongs into docs/."""

QUICK_START = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/footfall demo",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q",
)
SETTING_UP = ("python3 -m venv", "pipx install", "uv tool install")
"""How the lines begin that make the program be there."""

SYNOPSES = {
    "footfall [DB]": "footfall demo.db",
    "footfall SOURCE... [--into DB]": "footfall events.jsonl.gz --into three.db",
    "footfall demo [DB] [--print]": "footfall demo demo.db --print",
    "footfall import SOURCE... --into DB": "footfall import events.jsonl.gz --into two.db",
    "footfall sync SOURCE... --into DB": "footfall sync events.jsonl.gz --into two.db",
    "footfall follow FILE --into DB": "footfall follow --help",
    "footfall connect ADDRESS --db DB": "footfall connect --local --db shop.db",
    "footfall push --db DB": "footfall push --help",
    "footfall run QUESTION --db DB": "footfall run dau --db demo.db",
    "footfall unusual [CLAUSES]": "footfall unusual users by country",
    "footfall sql QUERY --db DB": "footfall sql 'select count(*) from events_v1' --db demo.db",
    "footfall board NAME [DB] [--print]": "footfall board Growth demo.db",
    "footfall alert create NAME QUESTION": "footfall alert create Few signup --when 'below 20'",
    "footfall share BOARD|CHART": "footfall share Growth",
    "footfall audience create NAME RULES": "footfall audience create Dutch 'country = NL'",
    "footfall chart save NAME QUESTION": "footfall chart save Actives dau",
    "footfall event flag NAME --inactive": "footfall event flag purchase --inactive",
    "footfall export FOLDER": "footfall export kept",
    "footfall apply FOLDER [--dry-run]": "footfall apply kept --dry-run",
    "footfall mark TEXT [--at WHEN]": "footfall mark 'Release 2.0' --at 2026-01-01",
    "footfall profile [NAME] [--role ROLE]": "footfall profile ana --role admin",
    "footfall list KIND": "footfall list events",
    "footfall schema KIND": "footfall schema funnel",
    "footfall api REQUEST [-d BODY]": "footfall api 'GET /api/v1/metrics/dau?range=7d'",
    "footfall serve [--port N]": "footfall serve --help",
    "footfall info [DB]": "footfall info demo.db",
    "footfall backup [DB] FILE [--force]": "footfall backup demo.db copy.db",
    "footfall undo IMPORT...": "footfall undo 1 --db two.db --yes",
    "footfall check [DB] [--repair]": "footfall check demo.db --repair",
    "footfall session-gap [GAP]": "footfall session-gap 20m --db demo.db",
    "footfall export-events [DB] [-o FILE]": "footfall export-events demo.db",
    "footfall forget --before DATE": "footfall forget --before 2000-01-01 --dry-run",
    "footfall delete-user ID": "footfall delete-user u_00280 --yes",
    "footfall config [NAME] [VALUE]": "footfall config",
    "footfall doctor": "footfall doctor",
    "footfall completion bash|zsh|fish": "footfall completion bash",
}
"""What the list of commands shows -> a call like it."""


SHOWN = re.compile(r"^    (?P<line>.*)$|`(?P<inline>footfall [^`]+ [^`]+)`", re.M)


def examples(page: str) -> Iterator[str]:
    """Yield every command line that a page shows, in its order, as it is to be called."""
    parts = re.split(r"^## (.+)$", page, flags=re.M)[1:]
    for section, text in zip(parts[::2], parts[1::2], strict=True):
        for shown in SHOWN.finditer(text):
            line = shown["inline"] or re.split(r"  +", shown["line"].strip())[0]
            if section == "Questions" and not shown["inline"]:
                yield f"footfall run {shlex.quote(line)}"
            elif not line.startswith(SETTING_UP):
                yield next((SYNOPSES[name] for name in SYNOPSES if line.startswith(name)), line)


def data(folder: Path) -> None:
    """Write the files that the examples import."""
    event = f'{{"event": "signup", "user": "ana", "time": {int(time.time()) - 60}}}\n'
    (folder / "events.jsonl.gz").write_bytes(gzip.compress(event.encode()))
    order = f"customer_id,date,action\nana,{date.today() - timedelta(days=1)},order\n"
    (folder / "orders.csv").write_text(order, "utf-8")
    for name in ("export", "logs"):
        (folder / name).mkdir()
    (folder / "export" / "events.jsonl").write_text(event, "utf-8")
    seen = f"{datetime.now(UTC) - timedelta(days=1):%d/%b/%Y:%H:%M:%S +0000}"
    request = f'192.0.2.1 - - [{seen}] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0 Firefox/140.0"\n'
    (folder / "logs" / "access.log").write_text(request, "utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as packed:
        packed.writestr("events.jsonl", event)
    with closing(sqlite3.connect(folder / "app.sqlite3")) as app:
        app.execute("create table actions (user_id, action, created_at)")
        app.execute("insert into actions values ('ana', 'order', ?)", (int(time.time()) - 60,))
        app.commit()


@pytest.mark.parametrize("page", [README, COMMANDS_PAGE], ids=["README", "commands"])
def test_every_example_works(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sample, "PEOPLE", 300)  # enough for every example, and made sooner
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTFALL_DB", str(tmp_path / "demo.db"))
    monkeypatch.setenv("COLUMNS", "80")
    data(tmp_path)
    make_sample(tmp_path / "demo.db")
    failed = []
    for example in examples(page):
        program, *arguments = shlex.split(example)
        assert program == "footfall", example
        code, said = run(arguments), capsys.readouterr()
        if code or not said.out:
            failed.append((example, code, said.err))
    assert not failed


def test_the_quick_start_is_two_commands() -> None:
    section = README.split("## Quick start")[1].split("\n## ")[0]
    commands = [line.strip() for line in section.split("\n") if line.startswith("    python3")]
    assert tuple(commands) == QUICK_START


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_page_of_questions_is_that_of_their_models() -> None:
    page = (ROOT / "docs" / "questions.md").read_text("utf-8")
    assert page == questions.page(), "python -m fixtures.questions prints it anew"


def texts(picture: str) -> list[str]:
    """Return what an SVG of a screen shows, piece by piece."""
    return re.findall(r"<text[^>]*>([^<]*)</text", picture)


async def test_the_pictures_are_of_the_explorer(tmp_path: Path) -> None:
    for name, drawn in (await documents(tmp_path)).items():
        stored = (ROOT / "docs" / f"{name}.svg").read_text("utf-8")
        assert texts(drawn) == texts(stored), "python -m tests.pictures --readme draws them anew"


def test_the_key_table_is_that_of_the_program() -> None:
    page = (ROOT / "docs" / "keys.md").read_text("utf-8")
    table = page.split("<!-- keys -->")[1].split("<!-- /keys -->")[0].strip()
    assert table == markdown_table().strip()


def test_the_page_of_commands_has_every_one() -> None:
    shown = set(re.findall(r"^    footfall ([a-z-]+)(?= )", COMMANDS_PAGE, flags=re.M))
    assert shown
    assert shown == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(footfall, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


RELEASES = ("Unreleased", "0.1.0")
CHANGES = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_has_releases_and_sorts_of_changes() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert tuple(re.findall(r"^## \[([^]]+)\]", changes, flags=re.M)) == RELEASES
    assert set(re.findall(r"^### (.+)$", changes, flags=re.M)) <= CHANGES


def test_the_changelog_names_every_kind() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in changes] == []


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION
