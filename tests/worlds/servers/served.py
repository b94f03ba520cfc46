"""ClickHouse servers for tests, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.engines.clickhouse.address import Address
from core.engines.clickhouse.server import ServerRunner
from core.store.pushes.connected import connect
from core.store.workspace import open_writer
from tests import ROOT
from tests.worlds.servers.http_clickhouse import CONTROL, PASSWORD


class Served:
    """A running server.

    Attributes:
        folder: its database.
        port: where it listens.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        """Start it, again on the same database."""
        program = [sys.executable, "-m", "tests.worlds.servers.http_clickhouse", str(self.folder)]
        self._process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    @property
    def address(self) -> Address:
        """Where it is."""
        return Address("127.0.0.1", self.port)

    def runner(self, password: str = PASSWORD) -> ServerRunner:
        """A client of it."""
        return ServerRunner(self.address, password)

    def control(self, **faults: Any) -> dict[str, Any]:
        """Say what goes wrong next; returns what was asked of it so far."""
        told = {"faults": faults} if faults else {}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{CONTROL}", json.dumps(told).encode(), method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            return dict(json.loads(answer.read()))

    def connect(self, path: Path) -> None:
        """Point a workspace at it."""
        with closing(open_writer(path)) as connection:
            connect(connection, self.address.to_json())


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A server in this block."""
    found = Served(folder)
    try:
        yield found
    finally:
        found.stop()
