"""Facts about the workspace file that readers need without loading the schema itself."""

from __future__ import annotations

from typing import Final

VERSION: Final = 3
"""Raised by every migration after which an older program could not read or write a file."""

CONTEXT: Final = (
    "country", "region", "city", "dma", "language", "platform", "os", "device_model",
    "device_type", "browser", "version",
)  # fmt: skip
"""Built-in context columns of `events`, in column order; dimension ids are their positions + 1."""

CONTEXT_ALIASES: Final = {
    "operating_system": "os", "locale": "language", "app_version": "version",
    "device": "device_model", "model": "device_model", "country_code": "country",
}  # fmt: skip
"""Other names under which a context column may be asked for or imported."""

FIRST_PROPERTY: Final = 100
"""Dimension ids from here on are properties, below are context columns."""

MAX_SET_VALUES: Final = 200
"""A dimension with more values than this has no rows in `activity` and is asked from `events`."""

ACTIVE: Final = -1
"""Event of the stored sets that is any active one; it has rows only while some event is inactive,
as long as none is event 0, any event, says the same."""

NONE: Final = "(none)"
EMPTY: Final = "(empty)"
OTHER: Final = "(other)"
"""Labels: a missing value, an empty string, and groups past the limit (definitions 1.7, 1.8)."""

MAX_PROPERTIES: Final = 200
"""How many properties get a state in `property_keys`; all beyond are left to scans."""

EVERY_NAME: Final = "2"
"""Value of `property_sets` in `meta` where `property_keys` has every name of the first events on,
up to MAX_PROPERTIES; of "1" it has the plain ones."""


def is_plain(key: str) -> bool:
    """Whether a path of the question language means this key of a property and no other."""
    return key.isprintable() and key != "" and not set(key) & set('."\\')
