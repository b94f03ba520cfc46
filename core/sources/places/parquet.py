"""Parquet files, with the library pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Final

from core.errors import BadInput
from core.sources.places import Place
from core.sources.places.rows import RowInput

PARQUET: Final = b"PAR1"
_TOGETHER: Final = 1_000


def open_parquet(place: Place) -> RowInput:
    """Return the rows of a Parquet file.

    Raises:
        BadInput: it cannot be read, or pyarrow is not installed.
    """
    if place.member or place.path == "-":
        raise BadInput(
            f"{place.name} is a Parquet file in an archive or stream.", "Import the file itself."
        )
    try:
        library: Any = import_module("pyarrow.parquet")
        base: Any = import_module("pyarrow")
    except ImportError as error:
        raise BadInput(
            f"{place.path} is a Parquet file, which requires the library pyarrow.",
            "Install footfall[parquet], or export the table as CSV or JSON lines.",
        ) from error
    errors = (base.ArrowException, OSError, ValueError)
    try:
        opened = library.ParquetFile(place.path)
        names = [str(name) for name in opened.schema_arrow.names]
    except errors as error:
        raise BadInput(f"{place.path} is a Parquet file that could not be read.") from error
    return RowInput(place.path, names, _rows(opened, names), opened.close, errors)


def _rows(opened: Any, names: Sequence[str]) -> Iterator[Sequence[Any]]:
    for batch in opened.iter_batches(batch_size=_TOGETHER):
        yield from zip(
            *(batch.column(place).to_pylist() for place in range(len(names))), strict=True
        )
