"""Reading a source in a process of its own, and sending its blocks to the one that stores them."""

from __future__ import annotations

import gc
import pickle
import struct
from contextlib import closing, suppress
from importlib import import_module
from typing import IO, Any, Final

from core.records import Rejected
from core.sources import Source, open_source
from core.sources.flow.columns import Coded, Coder
from core.sources.flow.packed import Packer, State, Vendor
from core.sources.lines import Input

SIZE: Final = struct.Struct("<Q")
"""The number of bytes of a message, before it."""

OPENED, BLOCK, END, ERROR, SALT = range(5)
"""What a message is: the first one with the state of the source, a block, the end, an exception, or
the wish to know the salt for visitors.
"""

_LOADED_EARLY: Final = ("numpy", "core.sources.jsonl")
"""What most sources need, loaded while the request is not there yet."""

_OF_INPUT: Final = ("name", "total", "position", "unpacked", "can_seek", "is_numbered")
_OF_MAKER: Final = (
    "record", "mapping", "recognised", "understood", "names", "unseen", "tabular",
    "ids_hold", "exact",
)  # fmt: skip


def send(asked: IO[bytes], out: IO[bytes]) -> None:
    """Send the source of the request; ends quietly when nobody reads it any more.

    Args:
        asked: the arguments of `open_source` as a dict, then the salt if it is wished for.
        out: gets the messages.
    """
    gc.disable()
    for name in _LOADED_EARLY:
        import_module(name)
    with suppress(BrokenPipeError):
        try:
            _send(pickle.load(asked), asked, out)
        except BrokenPipeError:
            raise
        except BaseException as error:
            _write(out, (ERROR, error))


def _send(request: dict[str, Any], asked: IO[bytes], out: IO[bytes]) -> None:
    def salt() -> bytes:
        _write(out, (SALT, None))
        return bytes(pickle.load(asked))

    trusted, holds_back = request.pop("trusted"), request.pop("holds_back", False)
    with closing(Input(request["place"], request["reading"])) as opened:
        opened.trusted, opened.holds_back = trusted, holds_back
        source = open_source(**request, salt=salt, opened=opened)
        with closing(source.input):
            _write(out, (OPENED, _state(source, None)))
            coder, packer = Coder(), Packer()
            for block in source.blocks:
                coded = coder.coded(block, source.maker.record)
                _write(out, (BLOCK, packer.packed(coded, _state(source, coded))))
            end = _state(source, None)
            end.input["content"] = getattr(source.input, "content", "")
            _write(out, (END, end))


def _write(out: IO[bytes], message: tuple[int, Any]) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    out.write(SIZE.pack(len(data)))
    out.write(data)
    out.flush()


def _state(source: Source, block: Coded | None) -> State:
    maker, vendor = source.maker, source.maker.vendor
    about = {name: getattr(maker, name) for name in _OF_MAKER}
    about["vendor"] = vendor and Vendor(vendor.window, bool(getattr(vendor, "is_whole", False)))
    about["lacks"] = _lacking(source, block) if block else None
    given = {name: getattr(source.input, name, None) for name in _OF_INPUT}
    return State(given, about, source.input.notes)


def _lacking(source: Source, block: Coded) -> Any:
    """Return the error to raise if the first line without a needed field is like all others."""
    for _, record in block.others:
        if isinstance(record, Rejected) and record.names:
            return source.maker.lacking(source.input.name, record.names)
    return None
