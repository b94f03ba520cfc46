"""Logs of web servers: their page views, each by a visitor whose address is not stored.

The visitor is a hash of address and user agent with a salt stored in the workspace: the same
visitor in every file of one workspace, and without the salt nobody can recover an address by trying
them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final

from core.records import LeftOut, Refused, Rejected
from core.sources import documents, jsonl
from core.sources.blocks import START, Block, Lines, Position
from core.sources.maker import Maker
from core.sources.making import LineMaker, Table
from core.sources.reshaped import Given, records
from core.sources.web import PAGE_VIEW
from core.sources.web.agents import described, is_bot
from core.sources.web.balancers import LINES
from core.sources.web.requests import OBJECTS, Extended, Of, Request, of_common
from core.timeframe import Calendar

_LOOKED_AT: Final = 20
_LONGEST: Final = 1 << 14
"""How much of a line is looked at to recognise it."""


_FILES: Final = frozenset({
    "atom", "avif", "bmp", "css", "eot", "gif", "gz", "ico", "jpeg", "jpg", "js", "json", "map",
    "mjs", "mp3", "mp4", "ogg", "otf", "pdf", "png", "rss", "svg", "tar", "ttf", "txt", "wasm",
    "wav", "webm", "webmanifest", "webp", "woff", "woff2", "xml", "zip",
})  # fmt: skip
"""Extensions of paths that are not pages."""

_NOT_MODIFIED: Final = 304

Parse = Callable[[str], Request | None]
"""The request on a line of text, None for a line about something else; Refused for any other."""


class WebLog:
    """A recognised format of a web server's log.

    Attributes:
        name: its name in reports.
        of: the request in an object, for JSON; None for lines of text.
        parse: the request on a line, for text.
        whole: whether lines may depend on earlier ones, which must be seen then.
    """

    def __init__(self, name: str, *, of: Of | None = None, parse: Parse = of_common) -> None:
        self.name = name
        self.of = of
        self.parse = parse
        self.whole = isinstance(parse, Extended)


def recognise(head: bytes) -> WebLog | None:
    """Return the format of a web server's log from its first bytes, None for anything else."""
    lines = [line for line in head.splitlines()[:_LOOKED_AT] if line.strip()]
    if any(line.lower().startswith(b"#fields:") for line in lines):
        return WebLog("web server log (W3C extended)", parse=Extended())
    if head.lstrip()[:1] in (b"{", b"["):
        found = of_objects(_objects(head, lines))
        if found is not None or head.lstrip()[:1] == b"{":
            return found
    texts = [line[:_LONGEST].decode(errors="replace") for line in lines]
    for name, parse in (("web server log (common or combined)", of_common), *LINES):
        if sum(_is_request(parse, text) for text in texts) * 2 >= max(len(texts), 1):
            return WebLog(name, parse=parse)
    return None


def _is_request(parse: Parse, text: str) -> bool:
    with suppress(Refused):
        return parse(text) is not None
    return False


def _objects(head: bytes, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the first objects of a file, one per line or in a document."""
    document = documents.document_of(head)
    if document is not None:
        yield from documents.first_objects(head, document)
        return
    for line in lines:
        with suppress(Refused):
            yield jsonl.parse(line)


def of_objects(objects: Iterable[Mapping[str, Any]]) -> WebLog | None:
    """Return the format of a web server's log from its first objects, None for anything else."""
    return next(
        (WebLog(name, of=of) for found in objects for name, of in OBJECTS if of(found) is not None),
        None,
    )


class RequestMaker(Maker):
    """Makes page views from requests; all other requests are left out, with the reason.

    Args:
        log: the format of the log.
        salt: the workspace's.
    """

    def __init__(self, log: WebLog, salt: bytes, calendar: Calendar | None) -> None:
        super().__init__({}, text_values=False, calendar=calendar)
        self._log = log
        self._salt = salt

    @property
    def recognised(self) -> str:
        """The format of the log, and what a visitor is."""
        return f"{self._log.name}: visitors by address and agent, hashed"

    @property
    def reshapes(self) -> bool:
        """Objects are always reshaped."""
        return True

    def recognise(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Do nothing: the format is known."""

    def recognise_header(self, names: Sequence[str]) -> None:
        """Do nothing likewise."""

    def look(self, columns: Mapping[str, Sequence[Any]], table: Table) -> None:
        """Do nothing likewise."""

    def reshaped(self, found: dict[str, Any]) -> Iterable[dict[str, Any] | LeftOut]:
        """Return the page view in an object, or the reason it is left out."""
        request = self._log.of(found) if self._log.of else found["request"]
        if request is None:
            return (LeftOut("lines about something other than requests"),)
        return (page_view(request, self._salt),)


def page_view(request: Request, salt: bytes) -> dict[str, Any] | LeftOut:
    """Return the plain line of a page view, or the reason the request is left out."""
    path, _, query = request.uri.partition("?")
    why = _why_none(request, path)
    if why:
        return LeftOut(why)
    properties = {
        "path": path, "query": query, "referrer": request.referrer, "host": request.host,
        "status": request.status,
    }  # fmt: skip
    return {
        "event": PAGE_VIEW,
        "time": request.time,
        "user_id": request.user or None,
        "device_id": visitor(request, salt),
        **described(request.agent or ""),
        "properties": {name: value for name, value in properties.items() if value},
    }


def _why_none(request: Request, path: str) -> str:
    """Return why a request is not a page view, "" if it is one."""
    if path == "/robots.txt":
        return "requests for robots.txt"
    if request.agent is not None and is_bot(request.agent):
        return "requests by bots"
    if request.method != "GET":
        return "requests that are not GET"
    if request.status >= 400 or not request.status:
        return "requests that failed"
    if request.status >= 300 and request.status != _NOT_MODIFIED:
        return "redirects"
    last = path.rpartition("/")[2]
    if "." in last and last.rpartition(".")[2].lower() in _FILES:
        return "requests for files that are not pages"
    return ""


def visitor(request: Request, salt: bytes) -> str | None:
    """Return the device of a request: a hash of address and agent, None without an address."""
    if not request.address:
        return None
    said = f"{request.address}\n{request.agent or ''}".encode(errors="replace")
    return blake2b(said, digest_size=8, key=salt).hexdigest()


def read(
    blocks: Iterable[Lines],
    maker: LineMaker,
    log: WebLog,
    start: Position = START,
    first: Sequence[bytes] | None = None,
) -> Iterator[Block]:
    """Yield one record or rejection per line that is not blank; arguments as of `jsonl.read`."""
    if log.of is not None:
        yield from jsonl.read(blocks, maker, start, first)
        return
    for block in blocks:
        before = max(start.lines - block.first + 1, 0)
        _follow(block.lines[:before], log.parse)
        if block.lines and before >= len(block.lines):
            continue
        given = _given(Lines(block.lines[before:], block.end), log.parse)
        yield Block(records(maker, given), block.end)


def _follow(lines: Iterable[bytes | Rejected], parse: Parse) -> None:
    """Take note of the directives among lines that are passed over."""
    for line in lines:
        if isinstance(line, bytes) and line.startswith(b"#"):
            parse(line.decode(errors="replace"))


def _given(block: Lines, parse: Parse) -> Iterator[Given | Rejected]:
    for number, line in enumerate(block.lines, block.first):
        if isinstance(line, Rejected):
            yield line
        elif line and not line.isspace():
            text = line.rstrip()
            try:
                request = parse(text.decode(errors="replace"))
            except Refused as refused:
                yield Rejected(number, str(refused), line)
                continue
            if request is not None:
                yield Given(number, line, text, {"request": request})
