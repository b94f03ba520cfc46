"""A framed panel that draws its own lines of spans and repaints only the lines that changed."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Self

from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from core.draw.spans import Line, Span, clipped, finished, padded
from core.text import clean, cut, width
from tui.widgets.host import Host
from tui.widgets.paint import changed, strip


class Frame(NamedTuple):
    """The characters of a frame: corners, horizontal, vertical."""

    corners: str
    across: str
    down: str


ROUND = Frame("╭╮╰╯", "─", "│")
JOINED = Frame("├┤╰╯", "─", "│")
ASCII = Frame("++++", "-", "|")
ASCII_FOCUS = Frame("++++", "=", "|")


class Painted(Widget):
    """A widget whose lines are spans. `repaint` sends only the differences from what is shown."""

    app: Host
    ALLOW_SELECT = False
    ground: ClassVar[str] = "background"
    """The token of the colour it is painted on."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: list[Strip] = []
        self._shown_for: tuple[int, int] = (-1, -1)

    def face(self, width: int, height: int) -> list[Line]:
        """Return the lines to show in a given width and height in cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Show the current face: only lines that changed are sent."""
        wide, high = self.size
        if not self.is_attached or wide <= 0 or high <= 0:
            return
        if self._shown_for != (wide, high):
            self.refresh()
            return
        old, self._shown = self._shown, self._strips(wide, high)
        regions = [
            Region(start, y, end - start, 1)
            for y in range(high)
            if old[y] != self._shown[y]
            for start, end in changed(old[y], self._shown[y])
        ]
        if regions:
            self.refresh(*regions)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """See Widget. Without regions only differences are sent, as Textual refreshes on every
        focus change.
        """
        if not regions and repaint and not (layout or recompose) and self._shown_for == self.size:
            self.repaint()
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_line(self, y: int) -> Strip:
        """See Widget: one line, from those kept for this size."""
        wide, high = self.size
        if self._shown_for != (wide, high):
            self._shown = self._strips(wide, high)
            self._shown_for = (wide, high)
        return self._shown[y] if y < len(self._shown) else Strip.blank(wide)

    def forget(self) -> None:
        """Redraw everything at the next paint, after colours or glyphs changed."""
        self._shown_for = (-1, -1)
        self.refresh()

    def _strips(self, wide: int, high: int) -> list[Strip]:
        lines = finished(self.face(wide, high), wide, high, self.app.look)
        lines += [()] * (high - len(lines))
        ink = self.app.ink.on(self.ground, self.can_focus and not self.has_focus)
        return [strip(line, wide, ink) for line in lines]


class Panel(Painted):
    """A frame with a title, a footer and content.

    Attributes:
        heading: text on the top edge; it may come from data and is cleaned here.
        aside: its most important figure or its dates, at the right of the top edge.
        footing: text at the right of the bottom edge.
        joined: whether it is the lower part of a box, and its top edge a rule in that.
    """

    can_focus = True
    hints: ClassVar[tuple[str, ...]] = ()
    """The ids of the actions that the key line names first while it has the focus."""
    ground: ClassVar[str] = "surface"
    DEFAULT_CSS = "Panel { height: 1fr; width: 1fr; }"

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.heading = heading
        self.aside = ""
        self.footing = ""
        self.joined = False

    def content(self, width: int, height: int) -> list[Line]:
        """Return the lines inside the frame."""
        raise NotImplementedError

    def move(self, rows: int, columns: int) -> bool:
        """Move the cursor; False if there is none or it cannot move that way."""
        return False

    def move_to_edge(self, last: bool) -> bool:
        """Move the cursor to the first or the last place."""
        return False

    def watch_has_focus(self, value: bool) -> None:
        """Show on the frame whether the panel has the focus."""
        self.repaint()

    @property
    def framed_now(self) -> Frame:
        """The frame for this terminal and focus."""
        if self.app.look.ascii:
            return ASCII_FOCUS if self.lit else ASCII
        return JOINED if self.joined else ROUND

    @property
    def lit(self) -> bool:
        """Whether keys go to it: it has the focus, or the field above it in a box over a page."""
        field = self.screen.focused if self.joined and not self.can_focus else None
        return self.has_focus or (field is not None and field.parent is self.parent)

    def inner(self) -> tuple[int, int]:
        """Return the content's width and height in cells."""
        return max(self.size.width - 4, 0), max(self.size.height - 2, 0)

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: the frame around the content."""
        if height < 3 or width < 8:
            return [clipped((Span(clean(self.heading), "title"),), width)]
        frame = self.framed_now
        edge = "focus" if self.lit else "border"
        lines = [self._top(frame, edge, width)]
        inside = self.content(width - 4, height - 2)[: height - 2]
        inside += [()] * (height - 2 - len(inside))
        side = Span(frame.down, edge)
        for line in inside:
            lines.append((side, Span(" "), *padded(line, width - 4), Span(" "), side))
        lines.append(self._bottom(frame, edge, width))
        return lines

    def _top(self, frame: Frame, edge: str, wide: int) -> Line:
        opening, closing = ("[ ", " ]") if self.app.look.ascii else (" ", " ")
        sides = width(opening + closing)
        title = self._fitting(self.heading, wide - 3 - sides)
        aside = clean(self.aside) if self._beside(wide) else ""
        left = f"{opening}{title}{closing}" if title else ""
        right = f" {aside} " if aside else ""
        fill = wide - 3 - width(left) - width(right) - (1 if right else 0)
        return (
            Span(frame.corners[0] + frame.across, edge),
            Span(left, "title focus" if self.lit else "title"),
            Span(frame.across * max(fill, 0), edge),
            Span(right, "dim"),
            Span((frame.across if right else "") + frame.corners[1], edge),
        )

    def _bottom(self, frame: Frame, edge: str, wide: int) -> Line:
        below = "" if self._beside(wide) else self.aside
        text = self._fitting(self.footing or below, wide)
        text = text if width(text) <= wide - 6 else text.partition(":")[0]
        text = text if width(text) <= wide - 6 else ""
        right = f" {text} " if text else ""
        fill = wide - 3 - width(right)
        return (
            Span(frame.corners[2] + frame.across * fill, edge),
            Span(right, "dim"),
            Span((frame.across if wide > 2 else "") + frame.corners[3], edge),
        )

    def _beside(self, wide: int) -> bool:
        """Whether the aside fits beside the heading; else the bottom edge has it if it is free."""
        brackets = 2 * self.app.look.ascii
        return width(clean(self.aside)) + width(clean(self.heading)) + brackets + 8 <= wide

    def _fitting(self, text: str, cells: int) -> str:
        return cut(clean(text), max(cells, 0))


class CursorPanel(Panel):
    """A panel with a cursor, which the mouse wheel moves too."""

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move down."""
        self.move(3, 0)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move up."""
        self.move(-3, 0)
        event.stop()
