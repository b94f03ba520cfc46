"""The value that people had last, as far as the sets of days tell."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import Any

from pyroaring import BitMap

from core.sql.sets import Blob, load


class Latest:
    """Aggregate: people by their value on the last day that they are in a set.

    A JSON array of [value, set in base64]; those with several values on that day are in the set of
    null. Sets come with their day and value, in any order.
    """

    def __init__(self) -> None:
        self.sets: list[tuple[int, Any, BitMap]] = []

    def step(self, day: int, value: Any, users: Blob) -> None:
        """Note the people with one value on one day."""
        if not isinstance(day, int):
            raise TypeError("no day")
        self.sets.append((day, value, load(users)))

    def finalize(self) -> str:
        """Return the list."""
        found: dict[Any, BitMap] = defaultdict(BitMap)
        known = BitMap()
        day = itemgetter(0)
        for _, own in groupby(sorted(self.sets, key=day, reverse=True), key=day):
            fresh = [(value, users - known) for _, value, users in own]
            once, several = BitMap(), BitMap()
            for _, users in fresh:
                several |= once & users
                once |= users
            for value, users in fresh:
                found[value] |= users - several
            found[None] |= several
            known |= once
        return json.dumps(
            [(value, b64encode(users.serialize()).decode()) for value, users in found.items()]
        )
