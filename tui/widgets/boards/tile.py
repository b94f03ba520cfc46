"""A tile of a board that shows an answer."""

from __future__ import annotations

from typing import Any

from core.definitions.board import Block
from core.draw.figures import compared_text
from core.draw.spans import Line
from tui.widgets.answer import AnswerView

DATED = 5
"""Rows of a tile from which a figure says itself what it is compared with."""


class Tile(AnswerView):
    """One chart of a board.

    Attributes:
        enlarged: whether it fills the whole page, where a figure is drawn as its default chart
            until another is chosen.
        dated: whether it says which dates it is compared with; another tile may say the same.
    """

    def __init__(self, block: Block) -> None:
        super().__init__(block.title, cursor=False)
        self.block = block
        self.enlarged = False
        self.dated = True

    def face(self, width: int, height: int) -> list[Line]:
        """See Panel: what is compared with stands beside the title, unless a figure says it."""
        compared = getattr(self.answer, "comparison", None) if self._dated_now else None
        within = self.drawn_as == "number" and height >= DATED
        self.aside = f"vs {compared_text(compared)}" if compared and not within else ""
        return super().face(width, height)

    def date(self, dated: bool) -> None:
        """Say with which dates it is compared, or leave that to another tile."""
        if dated != self.dated:
            self.dated = dated
            self.repaint()

    @property
    def _dated_now(self) -> bool:
        return self.dated or self.enlarged

    def _is_dated(self, answer: Any) -> bool:
        """See AnswerView: also where another tile says them."""
        return not self._dated_now or bool(self.aside)

    @property
    def drawn_as(self) -> str:
        """See AnswerView."""
        return "" if self.enlarged and self.chart == "number" else self.chart

    def set_chart(self, chart: str) -> None:
        """See AnswerView."""
        self.enlarged = False
        super().set_chart(chart)
