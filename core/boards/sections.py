"""Sections of a board: what lies below each heading that goes across all of it.

They are nothing that is stored: a heading begins one, and the next heading ends it. What lies above
the first heading is a section without a name.
"""

from __future__ import annotations

from typing import NamedTuple

from core.definitions.board import COLUMNS, Block, Board, Position
from core.errors import BadInput, did_you_mean
from core.text import clean

ABOVE = "Top"
"""What the section without a heading is called."""


class Section(NamedTuple):
    """One section.

    Attributes:
        heading: the id of its heading; "" for what lies above the first one.
        name: the words of its heading.
        blocks: its blocks in reading order, its heading first.
    """

    heading: str
    name: str
    blocks: tuple[Block, ...]

    @property
    def top(self) -> int:
        """The first row below its heading."""
        here = self.blocks[0].position if self.heading else Position(y=0, height=1)
        return here.y + here.height if self.heading else 0

    @property
    def bottom(self) -> int:
        """The row below its last block."""
        return max((b.position.y + b.position.height for b in self.blocks), default=0)


def sections(board: Board) -> list[Section]:
    """Return the sections of a board in order; none if it has no heading."""
    found: list[tuple[str, str, list[Block]]] = [("", ABOVE, [])]
    for block in board.in_order:
        if block.is_heading and block.position.width == COLUMNS:
            found.append((block.id, heading_words(block), []))
        found[-1][2].append(block)
    if len(found) == 1:
        return []
    return [Section(id_, name, tuple(blocks)) for id_, name, blocks in found if blocks]


def heading_words(block: Block) -> str:
    """Return what a heading says."""
    return block.content.strip().lstrip("#").strip()


def section_named(board: Board, name: str) -> Section:
    """Return a section by its name, in any case.

    Raises:
        BadInput: no section has it.
    """
    known = sections(board)
    wanted = name.strip().lower()
    for found in known:
        if found.name.lower() == wanted:
            return found
    names = [section.name for section in known]
    some = f"It has {', '.join(names)}." if names else "It has none: it has no heading."
    raise BadInput(
        f"Board {clean(board.title)!r} has no section {clean(name)!r}.",
        did_you_mean(name, names) or some,
    )


def only(board: Board, section: Section) -> Board:
    """Return the board with nothing but one of its sections."""
    first = min(block.position.y for block in section.blocks)
    blocks = tuple(_at(block, block.position.y - first) for block in section.blocks)
    return board.model_copy(update={"blocks": blocks})


def moved_to(board: Board, id_: str, heading: str) -> Board:
    """Return the board with a tile in the first free place of another section, else at its end.

    Args:
        heading: the id of the heading of that section, "" for what lies above the first.

    Raises:
        BadInput: the tile is a heading, which is a section itself.
    """
    from core.boards import arranging

    block = board.block(id_)
    if block is None or any(section.heading == id_ for section in sections(board)):
        raise BadInput("A heading is a section itself; its tiles go to others one by one.")
    if block in next((s.blocks for s in sections(board) if s.heading == heading), ()):
        return board
    rest = arranging.removed(board, id_)
    section = next((s for s in sections(rest) if s.heading == heading), Section("", ABOVE, ()))
    spot = arranging.free_place(rest, block.position, section.top, section.bottom)
    if spot.y + spot.height > section.bottom:
        more = spot.y + spot.height - section.bottom
        below = [b for b in rest.blocks if b.position.y >= section.bottom]
        moved = {b.id: _at(b, b.position.y + more) for b in below}
        blocks = tuple(moved.get(b.id, b) for b in rest.blocks)
        rest = rest.model_copy(update={"blocks": blocks})
    return arranging.tidied(rest.with_block(block.model_copy(update={"position": spot})))


def _at(block: Block, y: int) -> Block:
    position = block.position.model_copy(update={"y": y})
    return block.model_copy(update={"position": position})
