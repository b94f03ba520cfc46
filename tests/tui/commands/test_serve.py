"""`footfall serve`: what it prints, what it answers, and that it stops when asked to."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests import ROOT
from tui.commands import run

FUNNEL = (
    'GET /api/2/funnels?e={"event_type":"a"}&e={"event_type":"b"}&start=20260801&end=20260831&g=os'
)


def test_it_prints_the_keys_once_logs_each_request_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    connection = open_writer(path)
    store_events(connection, [Event(event="view", ts_ms=1_744_027_200_000, user="ann")])
    connection.close()
    command = [sys.executable, "-m", "tui.cli", "serve", "--port", "0", "--as", "ana:viewer"]
    with subprocess.Popen(
        [*command, "--db", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        first, *rest = (serving.stdout.readline() for _ in range(4))
        url, _, as_whom = first.partition(" ")
        named = dict(line.split() for line in rest)
        assert as_whom == "answers as ana, viewer, until ctrl+c.\n"
        assert named["workspace"] == "shop"
        asked = urllib.request.Request(f"{url}/api/v1/metrics/dau?range=2025-04-07,2025-04-07")
        coded = base64.b64encode(f"{named['key']}:{named['secret']}".encode()).decode()
        asked.add_header("Authorization", f"Basic {coded}")
        with urllib.request.urlopen(asked, timeout=20) as found:
            assert json.load(found)["data"]["total"] == 1
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=20)
    assert (serving.returncode, out) == (0, "")
    logged, stopped = err.splitlines()
    assert "  200  GET /api/v1/metrics/dau?range=2025-04-07,2025-04-07  " in logged
    assert stopped == "Stopped."
    assert named["secret"] not in err


def test_a_cost_is_printed_without_a_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["api", FUNNEL, "--cost"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "cost = (# of days) * (# of conditions) * (cost for the query type)"
    assert lines[1] == "     = 31 * 5 * 4 = 620"
    assert run(["api", "GET /nowhere", "--cost"]) == 1
