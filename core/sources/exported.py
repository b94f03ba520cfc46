"""Footfall's own export: JSON lines that say exactly what a workspace has stored.

The first line is {"footfall_export": 1, "zone", "week_start"}; then come statements about people,
in order of arrival, and events in the same order:

    {"link": [device, user], "time"}
    {"alias": [old user, new user], "time"}
    {"traits": {name: value, null where it is removed, or [operation, operand, statement]},
     "user" or "device", "time", "once": true for values given for want of others}
    {"event", "time", "user", "device", "session", "id", "context": {...}, "properties": {...}}

Times are UTC ms. The `id` of an event is the number that is stored for it, as text, by which it is
known again; `properties` comes last on its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson

from core.columns import CONTEXT
from core.errors import BadInput
from core.records import Alias, Change, Identify, Once, Record, Refused, Rejected, Row
from core.sources.blocks import Block, Lines
from core.sources.lines import Input
from core.sources.maker import Maker
from core.sources.moments import EARLIEST, LATEST
from core.sources.values import checked_text

VERSION: Final = 1
SIGN: Final = b'{"footfall_export":'
PROPERTIES: Final = b',"properties":'
"""What stands before the properties of an event, and nowhere else on a line."""

_ODD: Final = "not a line of a footfall export"


def is_export(head: bytes) -> bool:
    """Whether a file begins like an export.

    Raises:
        BadInput: like one of a newer version.
    """
    if not head.startswith(SIGN):
        return False
    version = head[len(SIGN) :].lstrip()[:8].split(b",")[0].split(b"}")[0]
    if version != b"%d" % VERSION:
        raise BadInput("This export was made by another version of footfall.", "Upgrade footfall.")
    return True


def settings(head: bytes) -> tuple[str, int] | None:
    """Return the zone and week start of an export, None if it does not tell."""
    try:
        found = orjson.loads(head.split(b"\n", 1)[0])
        return str(found["zone"]), int(found["week_start"])
    except (ValueError, KeyError, TypeError):
        return None


def settings_of(source: str | Path) -> tuple[str, int] | None:
    """Return the same of a file; None if it is no export, or cannot be read."""
    if not Path(source).is_file():
        return None
    try:
        with closing(Input(source)) as opened:
            head = opened.peek()
    except BadInput:
        return None
    return settings(head) if head.startswith(SIGN) else None


class ExportMaker(Maker):
    """What is known of an export, whose lines need no interpretation."""

    exact = True
    recognised = "footfall export: all ids as they are stored"

    def __init__(self) -> None:
        super().__init__({}, text_values=False)
        names = ("event", "time", "user", "device", "session", "id", "properties")
        self.understood = dict(zip(names, names, strict=True))
        self.names = names


def read(blocks: Iterable[Lines]) -> Iterator[Block]:
    """Yield the record of every line but the first one."""
    for block in blocks:
        yield Block(list(_records(block)), block.end)


def _records(block: Lines) -> Iterator[Record | Rejected]:
    for number, line in enumerate(block.lines, block.first):
        if isinstance(line, Rejected):
            yield line
        elif line and not line.isspace() and not line.startswith(SIGN):
            try:
                yield record(line.rstrip())
            except Refused as refused:
                yield Rejected(number, str(refused), line)


def record(line: bytes) -> Record:
    """Return the record of one line; Refused with the reason if it is none."""
    head, mark, properties = line.partition(PROPERTIES)
    try:
        found = orjson.loads(head + b"}" if mark else head)
        if "event" in found:
            return _event(found, properties[:-1].decode() if mark else None)
        return _statement(found)
    except (AttributeError, ValueError, KeyError, TypeError) as error:
        raise Refused(_ODD) from error


def _event(found: dict[str, Any], properties: str | None) -> Row:
    context = found.get("context") or {}
    row = Row(
        found["event"],
        _time(found),
        found.get("user"),
        found.get("device"),
        found.get("session"),
        int(found["id"]),
        tuple(context.get(name) for name in CONTEXT),
        checked_text(properties) if properties else None,
    )
    texts = (row.user, row.device, row.session, *row.context)
    if not row.event or not isinstance(row.event, str) or not -(2**63) <= row.id < 2**63:
        raise Refused(_ODD)
    if any(text is not None and not isinstance(text, str) for text in texts):
        raise Refused(_ODD)
    return row


def _statement(found: dict[str, Any]) -> Identify | Alias:
    if "link" in found:
        device, user = found["link"]
        return Identify(_text(user), _text(device), _time(found))
    if "alias" in found:
        old, new = found["alias"]
        return Alias(_text(old), _text(new), _time(found))
    once = found.get("once") is True
    traits = {name: _trait(value, once=once) for name, value in found["traits"].items()}
    device = found.get("device")
    user = found.get("user") if device else found["user"]
    return Identify(user and _text(user), device and _text(device), _time(found), traits)


def _trait(value: Any, *, once: bool) -> Any:
    if isinstance(value, list):
        how, operand, of = value
        return Change(_text(how), operand, _text(of))
    if value is not None and not isinstance(value, str):
        raise Refused(_ODD)
    return Once(value) if once else value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Refused(_ODD)
    return value


def _time(found: dict[str, Any]) -> int:
    at = found["time"]
    if at.__class__ is not int or not EARLIEST <= at < LATEST:
        raise Refused("time outside 1900 to 2199")
    return int(at)
