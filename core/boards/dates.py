"""Which tiles of a board say what they are compared with: the same dates are said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from core.boards.answering import tile_chart
from core.definitions.board import Board


def dated_tiles(board: Board, compared: Mapping[str, Hashable | None]) -> frozenset[str]:
    """Return the ids of the tiles that say the dates they are compared with.

    Where several are compared with the same, one of them says it: a chart rather than a figure.

    Args:
        compared: block id -> what stands for those dates; None, or nothing, is not compared.
    """
    here = [block for block in board.in_order if compared.get(block.id) is not None]
    if not here:
        return frozenset()
    common, count = Counter(compared[block.id] for block in here).most_common(1)[0]
    same = [block for block in here if compared[block.id] == common]
    charts = [block for block in same if tile_chart(block) != "number"]
    others = {block.id for block in here if compared[block.id] != common}
    return frozenset({*others, (charts or same)[0].id}) if count > 1 else frozenset(compared)
