"""Answering what arrives: who may ask, how much, and the documented reply to everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from core.api import Backend, Reply, answered, read, refused, understood
from core.api.cost import charge
from core.api.request import METHODS
from core.engines.running import Stop
from core.errors import BadQuestion, Stopped
from core.serving.keys import Keys
from core.serving.limits import Limits, TooMany


class Letter(NamedTuple):
    """A request as it arrives.

    Attributes:
        target: path and query, as sent.
        headers: by name, in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: str | None = None


class Answer(NamedTuple):
    """What is sent back.

    Attributes:
        headers: besides those of every reply.
        charged: what the request counts, in words, for the log.
    """

    reply: Reply
    headers: Mapping[str, str] = {}
    charged: str = ""


@dataclass
class Desk:
    """Answers requests about one workspace, from any thread.

    Attributes:
        backend: the engine and the saved things, with the profile that everybody acts as.
        workspace: what the header X-Workspace-ID has to say, if it is sent.
        hosts: the names that this machine may be called by.
    """

    backend: Backend
    keys: Keys
    workspace: str
    hosts: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    _running: set[Stop] = field(default_factory=set)
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, letter: Letter) -> Answer:
        """Answer a request; what is wrong with it becomes the documented reply."""
        return self._unwelcome(letter) or self._asked(letter)

    def close(self) -> None:
        """Stop what is being answered, and refuse everything from now on."""
        with self._lock:
            self._closed = True
            for stop in self._running:
                stop.stop()

    def _unwelcome(self, letter: Letter) -> Answer | None:
        """Return the reply to somebody who may not ask; None if they may.

        A page of a website can make a browser send requests here, under a name of its own and
        saying where it comes from: neither is answered.
        """
        headers = letter.headers
        if headers.get("host", "").lower() not in self.hosts or "origin" in headers:
            said = "Only programs on this machine are answered, by its own address."
            return Answer(_refusal(letter, 403, "FORBIDDEN", said))
        if not self.keys.opens(headers.get("authorization", "")):
            said = "The key and the secret are missing or wrong; send them as basic authentication."
            asks = {"WWW-Authenticate": 'Basic realm="footfall"'}
            return Answer(_refusal(letter, 401, "UNAUTHORIZED", said), asks)
        named = headers.get("x-workspace-id", self.workspace)
        if named.strip() != self.workspace:
            said = f"X-Workspace-ID is {named!r}; this is the workspace {self.workspace!r}."
            return Answer(_refusal(letter, 403, "FORBIDDEN", said))
        return None

    def _asked(self, letter: Letter) -> Answer:
        if letter.method not in METHODS:
            said = f"Allowed are {', '.join(METHODS)}."
            return Answer(_refusal(letter, 405, "METHOD_NOT_ALLOWED", said))
        try:
            found = understood(read(f"{letter.method} {letter.target}", letter.body))
        except BadQuestion as error:
            return Answer(_refusal(letter, 400, "BAD_REQUEST", str(error)))
        if isinstance(found, Reply):
            return Answer(found)
        counts = charge(*found)
        charged = f"cost {counts.amount:,}" if counts.counted == "cost" else ""
        try:
            with self.limits.admitting(counts), self._stoppable() as stop:
                return Answer(answered(found, replace(self.backend, stop=stop)), {}, charged)
        except TooMany as error:
            after = {"Retry-After": str(error.seconds)} if error.seconds else {}
            said = f"{error.message} {counts.short}".rstrip()
            return Answer(_refusal(letter, 429, "TOO_MANY_REQUESTS", said), after)
        except Stopped:
            return Answer(_refusal(letter, 503, "UNAVAILABLE", "The server is being stopped."))

    @contextmanager
    def _stoppable(self) -> Iterator[Stop]:
        stop = Stop()
        with self._lock:
            if self._closed:
                raise Stopped("Stopped.")
            self._running.add(stop)
        try:
            yield stop
        finally:
            with self._lock:
                self._running.discard(stop)


def _refusal(letter: Letter, status: int, code: str, said: str) -> Reply:
    """Return a refusal in the form of the document whose path is asked for."""
    document = "tell" if letter.target.startswith("/api/v1/") else "amplitude"
    return refused(status, code, said, "", document)


def failure(letter: Letter, error: Exception) -> Answer:
    """Return the reply to a request that could not be answered because of a mistake of ours."""
    said = f"The request failed: {type(error).__name__}."
    return Answer(_refusal(letter, 500, "QUERY_FAILED", said))
