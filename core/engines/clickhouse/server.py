"""A ClickHouse server over HTTP, by clickhouse-connect: the extra `clickhouse`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

import orjson

from core.engines.clickhouse.address import Address, password_of
from core.engines.clickhouse.failures import BrokenOff, failure, too_old, unknown_cluster
from core.engines.running import Stop
from core.errors import CannotOpen, Stopped
from core.queries.common.question import Rows

OLDEST: Final = (24, 8)
"""The oldest version of ClickHouse that answers every question."""

_NUMBERS: Final = {"output_format_json_quote_64bit_integers": 0}
"""Settings with which whole numbers come as numbers; before 25.8 long ones come as texts."""

CONNECT_SECONDS: Final = 10
READ_SECONDS: Final = 330
"""How long to wait for a connection, and for the next bytes of an answer."""

_READS: Final = ("select", "with")
"""How statements with an answer begin."""

BATCH: Final = 50_000
"""How many rows are sent at a time."""

LONG: Final = 50_000
"""From this many characters on a text is sent as a file, as fields may have 128 KiB."""


class ServerRunner:
    """Runs statements on a server, from any thread; see `engine.Runner`. Connects when it is first
    used, and again after that failed.

    Args:
        address: where it is.
        password: instead of that of the environment or the file.
    """

    def __init__(self, address: Address, password: str | None = None) -> None:
        self.address = address
        self._password = password
        self._lock = threading.Lock()
        self._connected: Any = None
        self._with_files: Any = None

    @property
    def host(self) -> str:
        """The host of the server."""
        return self.address.host

    @property
    def cluster(self) -> str:
        """See Runner."""
        return self.address.cluster

    def connect(self) -> str:
        """Connect if that is not done; return the server's version.

        Raises:
            CannotOpen: it cannot be reached or logged in to, is too old, or has no such cluster.
        """
        version = str(self._client.server_version)
        if self.cluster:
            rows = self.run("select distinct cluster from system.clusters order by cluster", {})
            known = [str(name) for (name,) in rows]
            if self.cluster not in known:
                raise unknown_cluster(self.address, known)
        return version

    @property
    def _client(self) -> Any:
        with self._lock:
            if self._connected is None:
                with self._translating():
                    made = _client(self.address, self._password)
                version = str(made.server_version)
                if _numbers(version) < OLDEST:
                    made.close()
                    raise too_old(self.address, version, ".".join(map(str, OLDEST)))
                self._connected = made
            return self._connected

    @property
    def _client_with_files(self) -> Any:
        """A client that sends statements in forms, as files are."""
        _ = self._client
        with self._lock, self._translating():
            if self._with_files is None:
                self._with_files = _client(self.address, self._password, forms=True)
            return self._with_files

    def run(self, text: str, parameters: dict[str, Any], stop: Stop | None = None) -> Rows:
        """Run one statement; `stop` ends it on the server. One that only reads is asked once more
        if the connection ends in the middle of its answer.

        Raises:
            Stopped, TookTooLong, QueryFailed, CannotOpen: it did not finish.
        """
        if not text.lstrip().lower().startswith(_READS):
            self._command(text)
            return []
        return self._read(text, parameters, stop)

    def typed(
        self,
        text: str,
        parameters: dict[str, Any],
        settings: dict[str, object],
        stop: Stop | None = None,
    ) -> Rows:
        """See Runner; `stop` ends it on the server, and it is asked once more as by `run`."""
        return self._read(text, parameters, stop, "JSONCompactEachRowWithNames", settings)

    def _read(self, *asked: Any) -> Rows:
        try:
            return self._asked(*asked)
        except BrokenOff:
            return self._asked(*asked)

    def _asked(
        self,
        text: str,
        parameters: dict[str, Any],
        stop: Stop | None,
        form: str = "JSONCompactEachRow",
        chosen: Mapping[str, object] = MappingProxyType({}),
    ) -> Rows:
        asked = _Asked(self, str(uuid4()))
        settings = {"query_id": asked.id, "wait_end_of_query": 1, **_NUMBERS, **chosen}
        text, short, files = _apart(text, parameters)
        client = self._client if files is None else self._client_with_files
        with self._translating(stop), (stop or Stop()).guarding(asked):
            data = client.raw_query(
                text, parameters=short, settings=settings, fmt=form, external_data=files
            )
        return [tuple(orjson.loads(line)) for line in data.splitlines()]

    def _command(self, text: str) -> None:
        with self._translating():
            self._client.command(text)

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        token: str = "",
    ) -> None:
        """Append rows to a table.

        Args:
            token: names these rows: what was sent under a token is not stored again. Without one,
                rows are known by their contents, and those that were deleted would not come back.
        """
        token = token or uuid4().hex
        import lz4.frame

        rows = iter(rows)
        number = 0
        while batch := list(islice(rows, BATCH)):
            settings = {
                "max_partitions_per_insert_block": 0,
                "insert_deduplication_token": f"{token}:{number}",
                "distributed_foreground_insert": 1,
            }
            body = b"".join(orjson.dumps(row) + b"\n" for row in batch)
            with self._translating():
                self._client.raw_insert(
                    table,
                    list(columns),
                    lz4.frame.compress(body),
                    settings,
                    fmt="JSONCompactEachRow",
                    compression="lz4",
                )
            number += 1

    def kill(self, query: str) -> None:
        """End a running statement on the server, as far as it is there."""
        with suppress(Exception):
            self._client.command(
                "kill query where query_id = {id:String} async", parameters={"id": query}
            )

    def close(self) -> None:
        """Close the connections."""
        for client in (self._connected, self._with_files):
            if client is not None:
                client.close()

    @contextmanager
    def _translating(self, stop: Stop | None = None) -> Iterator[None]:
        try:
            yield
        except Stopped:
            raise
        except Exception as error:
            if stop is not None and stop.stopped:
                raise Stopped("Stopped.") from error
            raise failure(self.address, error) from error


class _Asked:
    """A statement that runs on a server and can be ended from another thread."""

    def __init__(self, runner: ServerRunner, id: str) -> None:
        self._runner = runner
        self.id = id

    def interrupt(self) -> None:
        """See Interruptible; another connection tells the server, as this one waits."""
        threading.Thread(target=self._runner.kill, args=(self.id,), daemon=True).start()


def _apart(text: str, parameters: dict[str, Any]) -> tuple[str, dict[str, Any], Any]:
    """Return a statement that reads its long texts from files, its other parameters, and the files,
    None for none.
    """
    long = {
        name: value
        for name, value in parameters.items()
        if isinstance(value, str) and len(value) > LONG
    }
    if not long:
        return text, parameters, None
    from clickhouse_connect.driver.external import ExternalData

    files = ExternalData()
    for name, value in long.items():
        files.add_file(
            file_name=f"long_{name}", data=value.encode(), fmt="RawBLOB", structure="text String"
        )
        text = text.replace(f"{{{name}:String}}", f"assumeNotNull((select text from long_{name}))")
    short = {name: value for name, value in parameters.items() if name not in long}
    return text, short, files


def _client(address: Address, password: str | None, *, forms: bool = False) -> Any:
    """Return a connected client of the driver.

    Args:
        forms: whether it sends statements in forms, so that files can be beside them.
    """
    try:
        from clickhouse_connect import common
        from clickhouse_connect.driver import create_client
    except ImportError as error:
        raise CannotOpen(
            "ClickHouse needs a library that is not installed.",
            "pip install 'footfall[clickhouse]'",
        ) from error
    for name in ("clickhouse_connect", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    common.set_setting("autogenerate_session_id", False)
    secret = password_of(address) if password is None else password
    return create_client(
        host=address.host,
        port=address.port,
        username=address.user,
        password=secret or "",
        database=address.database,
        interface="https" if address.secure else "http",
        compress=True,
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=READ_SECONDS,
        client_name="footfall",
        query_retries=1,
        form_encode_query_params=forms,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
