"""The aggregate behind a histogram of a property."""

from __future__ import annotations

import json

import numpy as np

from core.blocks.functions import figures
from core.blocks.functions.gathering import PLACE, WHO, Gathering


class Bins(Gathering):
    """Aggregate: a JSON list of rows [bin, events, people], in order.

    A bin is the place between the plan's bounds, or without bounds the number itself.
    """

    def finalize(self) -> str:
        """Return the rows."""
        if not len(self):
            return "[]"
        if self.plan.bounds is None:
            bins, places = figures.alike(self.numbers)
        else:
            values = self.numbers.floats
            bins = np.arange(len(self.plan.bounds) + 1, dtype=np.float64)
            places = np.searchsorted(np.array(self.plan.bounds), values, "right")
        events = np.bincount(places, minlength=len(bins))
        people = figures.different(self.column(WHO)[self.column(PLACE)], places, len(bins))
        rows = zip(bins.tolist(), events.tolist(), people.tolist(), strict=True)
        return json.dumps([row for row in rows if row[1]])
