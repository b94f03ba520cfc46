"""What the table `blocks` holds.

A block has the events of one name, at most about TARGET, in order of day, actor, time and arrival;
a row of the table has one field of it. Every event is in exactly one block. The days of a block are
whole when it is made from many events; what is added later comes in blocks of its own, so that
blocks of one event can have days in common, and a day with very many events fills several.

| column | holds |
|---|---|
| `event` | id in `event_names` |
| `field` | RUNS, ACTOR, TIME, SEQ, SESSION, FIRST_CONTEXT + d - 1, or a property's id |
| `day`, `part` | its first day, and the lowest `seq` of its events, which no other block has |
| `last` | its last day |
| `n` | how many events it has |
| `data` | the values, see `core.blocks.packing` |

A field without a row for a block is missing in all of its events.
"""

from __future__ import annotations

from typing import Final

from core.columns import CONTEXT

RUNS: Final = -1
"""The days of a block and how many events each has: the runs of equal days, in order."""

ACTOR: Final = 0
TIME: Final = 1
"""UTC milliseconds."""

SEQ: Final = 2
"""With actor and time the key of the event in `events`, and that of its properties."""

SESSION: Final = 3
"""As in `events`: id in `session_keys`, 0 = none given, -1 = outside any session."""

FIRST_CONTEXT: Final = 10
"""The first of the context columns, in their order: ids in `dimension_values`, 0 = missing. From
`columns.FIRST_PROPERTY` on a field is a property, the id of which is that in `property_keys`."""

TARGET: Final = 16_000
"""About how many events a block has at most."""

MOST_TEXTS: Final = 65_535
"""How many different texts a property can have in blocks; one with more is read from rows."""

LONGEST_TEXT: Final = 500
"""Of so many characters a text can be in blocks; an event with a longer one has a hole."""


def context_field(name: str) -> int:
    """Return the field of a context column."""
    return FIRST_CONTEXT + CONTEXT.index(name)
