"""A column of a block as bytes, and back.

A header says of what kind the values are, how wide, and what they are relative to; the values
follow in the narrowest unsigned width, then a bit per event that tells whether it has one.

Numbers of a property are whole numbers times a power of ten where that loses nothing, otherwise
floats. Texts are ids of `block_texts`. A column can have both: the numbers of some events and the
texts of others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from struct import Struct, error
from typing import TYPE_CHECKING, Any, Final

from core.errors import not_as_written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

WHOLE, STEPS, FLOAT, TEXT, PAIR, CODES = 1, 2, 3, 4, 5, 6
"""Kinds: whole numbers; whole numbers by their differences; floats; ids of texts; two columns; few
different whole numbers.
"""

INTEGERS, POINTS, EXPONENTS = 1, 2, 4
"""How numbers are spelled in JSON: some without decimals as 3, some as 3.0; some so large or small
that an exponent can be written in several ways.
"""

_HEADER: Final = Struct("<6BxxIIq")
"""kind, holes, missing, spelled, width, scale, count, unit, base; of a pair the length of the first
column stands for the unit. Of few different numbers their count stands for the unit and the bits of
a code for the width; they follow by themselves, then the codes, which are their places.
"""

HEADER: Final = _HEADER.size
"""How many bytes a header has; those from the second to the fourth say whether there are holes and
missing values, and how numbers are spelled."""

_WIDTHS: Final = {
    0: (), 1: ("u1",), 2: ("<u2",), 3: ("<u2", "u1"), 4: ("<u4",), 5: ("<u4", "u1"),
    6: ("<u4", "<u2"), 8: ("<u8",),
}  # fmt: skip
"""Bytes of a value -> the types of its lower and of its upper bits, which stand apart."""

_NONE, _SOME, _MOST = 0, 1, 2
"""How many events lack a value. Where most do, only the values of the others follow."""

_BITS: Final = (2, 4)
"""Bits of a code."""

_NEAR: Final = 2**12
"""Different numbers are counted only within so wide a range."""

_WORTH: Final = 256
"""Fewer values are not worth codes."""

_SCALES: Final = range(19)
EXACT: Final = 2**53
"""Whole numbers of a property are below this, so that a float holds each of them."""


@dataclass(frozen=True)
class Column:
    """The values of one field in the order of the events.

    Attributes:
        raw: one number for each event, of any integer type or float64; its value is
            (base + unit * raw) / 10 ** scale. An id where `is_text`.
        present: which events have a value; None for all. The raw of others means nothing.
        spelled: of a property's numbers, which of INTEGERS, POINTS and EXPONENTS occur. With the
            first two, a number without decimals can be written either way.
        holes: of a property, whether events may have values that only rows have: lists, objects,
            numbers that are spelled unusually or do not fit, very long texts.
        texts: of a property with numbers, the texts of events that have text; `present` of both
            tells them apart.
    """

    raw: NDArray[Any]
    base: int = 0
    unit: int = 1
    scale: int = 0
    present: Mask | None = None
    is_text: bool = False
    spelled: int = 0
    holes: bool = False
    texts: Column | None = None

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def is_float(self) -> bool:
        """Whether the numbers are floats; they have no scale, base or unit then."""
        return self.raw.dtype.kind == "f"

    @property
    def is_wide(self) -> bool:
        """Whether the raw numbers take as many bytes as the values."""
        return self.raw.dtype.itemsize > 4

    @property
    def words(self) -> Column | None:
        """The column of texts: this one or the one beside its numbers."""
        return self if self.is_text else self.texts

    @property
    def there(self) -> Mask:
        """Which events have a value in this column itself."""
        import numpy as np

        return np.ones(len(self), np.bool_) if self.present is None else self.present

    def whole(self) -> NDArray[Any]:
        """Return the values times 10 ** scale: int64, or float64 if they are floats."""
        import numpy as np

        if self.is_float:
            return self.raw
        found = self.raw.astype(np.int64, copy=False)
        if self.unit != 1:
            found = found * self.unit
        return found + self.base if self.base else found

    def numbers(self) -> NDArray[np.float64]:
        """Return the values as floats, each the one nearest to the number in JSON."""
        found: NDArray[np.float64] = self.whole() / 10**self.scale
        return found

    def take(self, places: NDArray[Any] | slice) -> Column:
        """Return the values at some places, or where a mask is true."""
        return replace(
            self,
            raw=self.raw[places],
            present=None if self.present is None else self.present[places],
            texts=self.texts and self.texts.take(places),
        )

    @property
    def is_empty(self) -> bool:
        """Whether no event has a value."""
        lacks = self.present is not None and not self.present.any()
        return lacks and (self.texts is None or self.texts.is_empty)


def pack(column: Column, *, steps: bool = False, tight: bool = False) -> bytes:
    """Return the bytes of a column.

    Args:
        steps: try differences, for values that mostly ascend.
        tight: also take widths of 3, 5 and 6 bytes, which take longer to read.
    """
    if column.texts is None:
        return _packed(column, steps=steps, tight=tight)
    numbers = _packed(replace(column, texts=None))
    both = numbers + _packed(column.texts)
    return _pair(len(column), len(numbers), column.holes) + both


def pack_runs(days: Ints, counts: Ints) -> bytes:
    """Return the bytes of the runs of a block: its days in order, and how many events each has."""
    first = _packed(Column(days), steps=True)
    return _pair(len(days), len(first), False) + first + _packed(Column(counts))


def _pair(count: int, length: int, holes: bool) -> bytes:
    return _HEADER.pack(PAIR, holes, 0, 0, 0, 0, count, length, 0)


def _packed(column: Column, *, steps: bool = False, tight: bool = False) -> bytes:
    import numpy as np

    count, mask, missing = len(column), b"", _NONE
    present = column.there
    there = np.count_nonzero(present)
    if there < count:
        mask = np.packbits(present).tobytes()
        missing = _SOME if 2 * there > count else _MOST
    about = column.holes, missing, column.spelled
    values = column.raw if column.is_float else column.whole()
    said = values[present] if missing else values
    low, high = (int(said.min()), int(said.max())) if there and not column.is_float else (0, 0)
    raw = np.where(present, values, low) if missing == _SOME else said
    if column.is_float:
        data = raw.astype("<f8").tobytes()
        return _HEADER.pack(FLOAT, *about, 8, 0, count, 1, 0) + data + mask
    kind = TEXT if column.is_text else WHOLE
    if kind == WHOLE and not missing and low < high < low + _NEAR and count >= _WORTH:
        coded = _coded((raw - low).astype(np.int64, copy=False))
        if coded is not None:
            different, bits, data = coded
            return _HEADER.pack(CODES, *about, bits, column.scale, count, different, low) + data
    unit, width = 1, _width(high - low, tight)
    if width > 4 and high - low < EXACT and not ((raw - low) % 1000).any():
        unit, width = 1000, _width((high - low) // 1000, tight)
    if steps and width > 1 and unit == 1:
        found = np.diff(raw)
        if found.min() >= 0 and _width(int(found.max())) < width:
            kind, low, width = STEPS, int(raw[0]), _width(int(found.max()))
            raw = np.append(found, 0) + low
    data = b""
    if width:
        offsets = raw.view(np.uint64) - np.uint64(low % 2**64)
        if unit != 1:
            offsets //= np.uint64(unit)
        lower, *upper = map(np.dtype, _WIDTHS[width])
        data = offsets.astype(lower).tobytes()
        for each in upper:
            data += (offsets >> np.uint64(8 * lower.itemsize)).astype(each).tobytes()
    return _HEADER.pack(kind, *about, width, column.scale, count, unit, low) + data + mask


def _coded(offsets: Ints) -> tuple[int, int, bytes] | None:
    """Return how many different numbers there are, the bits of a code, and the bytes of these
    numbers and of all codes; None if the numbers are too different.
    """
    import numpy as np

    there = np.bincount(offsets) > 0
    table = np.flatnonzero(there)
    bits = next((bits for bits in _BITS if len(table) <= 1 << bits), None)
    if bits is None:
        return None
    codes = (np.cumsum(there) - 1).astype(np.uint8)[offsets]
    each = 8 // bits
    padded = np.zeros(-(-len(codes) // each) * each, np.uint8)
    padded[: len(codes)] = codes
    data = np.zeros(len(padded) // each, np.uint8)
    for place in range(each):
        data |= padded[place::each] << np.uint8(bits * place)
    return len(table), bits, table.astype("<u2").tobytes() + data.tobytes()


def _width(span: int, tight: bool = False) -> int:
    """Return how many bytes numbers from 0 to `span` take."""
    if span == 0:
        return 0
    widths = (1, 2, 3, 4, 5, 6, 8) if tight else (1, 2, 4, 8)
    return next(width for width in widths if span < 256**width)


def unpack(data: bytes) -> Column:
    """Return the column in a blob.

    Raises:
        Damaged: it is none.
    """
    try:
        return _unpacked(memoryview(data))
    except (TypeError, ValueError, IndexError, OverflowError, error) as found:
        raise not_as_written("a block of events") from found


def unpack_runs(data: bytes) -> tuple[Ints, Ints]:
    """Return the days of a block and how many events each has.

    Raises:
        Damaged: the blob has no runs.
    """
    try:
        days, counts = _parts(memoryview(data))
        return days.whole(), counts.whole()
    except (TypeError, ValueError, IndexError, OverflowError, error) as found:
        raise not_as_written("a block of events") from found


def _parts(data: memoryview) -> tuple[Column, Column]:
    kind, *_, count, length, _ = _HEADER.unpack_from(data)
    first, second = _one(data[_HEADER.size :][:length]), _one(data[_HEADER.size + length :])
    if kind != PAIR or not len(first) == len(second) == count:
        raise ValueError("no pair")
    return first, second


def _unpacked(data: memoryview) -> Column:
    if data[0] != PAIR:
        return _one(data)
    numbers, texts = _parts(data)
    return replace(numbers, holes=bool(data[1]), texts=texts)


def _one(data: memoryview) -> Column:
    import numpy as np

    kind, holes, missing, spelled, width, scale, count, unit, base = _HEADER.unpack_from(data)
    if kind == CODES:
        raw = _decoded(data, width, count, unit)
        return Column(raw, base, 1, scale, spelled=spelled, holes=bool(holes))
    known = kind in (WHOLE, STEPS, FLOAT, TEXT) and width in _WIDTHS and scale in _SCALES
    if not (known and unit and count and missing <= _MOST) or (kind == FLOAT) > (width == 8):
        raise ValueError("no column")
    present, there = None, count
    if missing:
        bits = np.frombuffer(data[len(data) - -(-count // 8) :], np.uint8)
        present = np.unpackbits(bits, count=count).view(np.bool_)
        if missing == _MOST:
            there = np.count_nonzero(present)
    if len(data) != _HEADER.size + there * width + (-(-count // 8) if missing else 0):
        raise ValueError("no column")
    raw = _values(data, "<f8" if kind == FLOAT else "", width, there)
    if missing == _MOST and present is not None:
        raw, said = np.zeros(count, raw.dtype), raw
        raw[present] = said
    about = {"present": present, "spelled": spelled, "holes": bool(holes)}
    if kind == FLOAT:
        return Column(raw, **about)
    if kind == STEPS:
        raw = np.cumsum(raw, dtype=np.int64)
        raw = np.append(np.zeros(1, np.int64), raw[:-1])
    return Column(raw, base, unit, scale, is_text=kind == TEXT, **about)


def _decoded(data: memoryview, bits: int, count: int, different: int) -> NDArray[Any]:
    """Return the numbers of codes: all those of a byte are looked up at once."""
    import numpy as np

    if bits not in _BITS or not count or not 0 < different <= 1 << bits:
        raise ValueError("no column")
    each, start = 8 // bits, _HEADER.size + 2 * different
    if len(data) != start + -(-count // each):
        raise ValueError("no column")
    table = np.zeros(1 << bits, np.uint16)
    table[:different] = np.frombuffer(data, "<u2", different, _HEADER.size)
    small: NDArray[Any] = table if table.max() > 255 else table.astype(np.uint8)
    places = np.arange(256)[:, None] >> bits * np.arange(each) & (1 << bits) - 1
    whole = np.ascontiguousarray(small[places]).view(f"u{small.itemsize * each}")[:, 0]
    found: NDArray[Any] = whole[np.frombuffer(data, np.uint8, offset=start)].view(small.dtype)
    return found[:count]


def _values(data: memoryview, form: str, width: int, count: int) -> NDArray[Any]:
    """Return the numbers after the header, which are of some width unless their form is given."""
    import numpy as np

    if not width:
        return np.zeros(count, np.uint8)
    lower, *upper = map(np.dtype, (form,) if form else _WIDTHS[width])
    found: NDArray[Any] = np.frombuffer(data, lower, count, _HEADER.size)
    for each in upper:
        high = np.frombuffer(data, each, count, _HEADER.size + count * lower.itemsize)
        wide: Any = high.astype(np.uint32 if width < 4 else np.int64)
        found = wide << 8 * lower.itemsize | found
    return found


def scaled(values: NDArray[np.float64]) -> tuple[NDArray[Any], int]:
    """Return floats as whole numbers times 10 ** scale, and the scale; or as they are, with 0, if
    they are no decimals of few digits.
    """
    import numpy as np

    size = float(np.abs(values).max()) if len(values) else 0.0
    if not np.signbit(values[values == 0]).any():
        for scale in range(7):
            if size * 10**scale >= EXACT:
                break
            found = np.rint(values * 10**scale)
            if np.array_equal(found / 10**scale, values):
                return found.astype(np.int64), scale
    return values, 0
