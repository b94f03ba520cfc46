"""A set of hashes that is asked about many at once, most of which are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

_MOST: Final = 50_000
"""How many hashes are added one by one before they become a run."""

_SLOT: Final = 24
"""How many bits the number of the slot of a hash has, the first ones."""


class Hashes:
    """A set of signed 64-bit hashes; each takes about eight bytes.

    They are kept in runs, sorted, each at least twice as long as the next one. A table with a bit
    for each slot that they have taken tells most new ones at once.
    """

    def __init__(self) -> None:
        self._single: set[int] = set()
        self._runs: list[Ids] = []
        self._taken: NDArray[np.uint8] | None = None

    def __contains__(self, id_: int) -> bool:
        if id_ in self._single:
            return True
        if self._taken is None or not self._taken[_byte(id_)] >> _bit(id_) & 1:
            return False
        import numpy as np

        return bool(self._are_in_runs(np.array([id_], np.int64))[0])

    def add(self, id_: int) -> None:
        """Add a hash that is not in the set."""
        self._single.add(id_)
        if len(self._single) > _MOST:
            import numpy as np

            self._add_run(np.sort(np.fromiter(self._single, np.int64, len(self._single))))
            self._single = set()

    def add_new(self, hashes: Ids) -> set[int]:
        """Add those that are neither in the set nor given several times; return all others."""
        import numpy as np

        in_order = np.sort(hashes)
        same = in_order[1:] == in_order[:-1]
        if self._taken is None:
            others = np.zeros(len(in_order), np.bool_)
        else:
            others = (self._taken[_byte(in_order)] >> _bit(in_order) & 1).astype(np.bool_)
            others[others] = self._are_in_runs(in_order[others])
        others[1:] |= same
        others[:-1] |= same
        if self._single:
            others |= np.array([id_ in self._single for id_ in in_order.tolist()], np.bool_)
        self._add_run(in_order[~others])
        return set(in_order[others].tolist())

    def _are_in_runs(self, hashes: Ids) -> NDArray[np.bool_]:
        import numpy as np

        found = np.zeros(len(hashes), np.bool_)
        for run in self._runs:
            places = run.searchsorted(hashes)
            places[places == len(run)] = 0
            found |= run[places] == hashes
        return found

    def _add_run(self, run: Ids) -> None:
        import numpy as np

        if not len(run):
            return
        if self._taken is None:
            self._taken = np.zeros(1 << _SLOT >> 3, np.uint8)
        places, bits = _byte(run), np.left_shift(1, _bit(run)).astype(np.uint8)
        first = np.flatnonzero(np.diff(places, prepend=-1))
        self._taken[places[first]] |= np.bitwise_or.reduceat(bits, first)
        runs = self._runs
        runs.append(run)
        while len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1]):
            runs[-2:] = [np.concatenate(runs[-2:])]
            runs[-1].sort()


def _byte(hashes: Any) -> Any:
    """Return which byte of the table the slot of a hash, or of each, is in."""
    return hashes >> (67 - _SLOT) & ((1 << _SLOT >> 3) - 1)


def _bit(hashes: Any) -> Any:
    """Return which bit of this byte it is."""
    return hashes >> (64 - _SLOT) & 7
