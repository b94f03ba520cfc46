"""FramePage: four lines of chrome around panels, cursor movement, and messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from textual.app import ComposeResult
from textual.compose import compose
from textual.containers import Container
from textual.events import Key, Resize, ScreenResume, ScreenSuspend
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from core.errors import FootfallError
from tui.keys import BY_ID, PLACES, actions_of, key_line_of, name_of, remapped
from tui.texts.summary import Chip
from tui.widgets.chrome import Crumb, KeyLine, Status, Tabs, TooSmall
from tui.widgets.host import Host
from tui.widgets.listing import Listing
from tui.widgets.overlay import Overlay, painted_behind
from tui.widgets.panel import Panel

SMALLEST = (60, 18)
LOW = 22
"""Lines below which a page gives its lower panels room that others would like."""

TABBED_FROM = 28
"""Lines from which on a board has a line for its tabs."""

TALL = 32
"""Lines from which on companions stand beside the first panels, where the page is also wide."""

VAST = 160
"""Columns from which on tall pages have a third column."""

SHOWN = (Resize, ScreenResume, ScreenSuspend)
"""What a page is told of being on show."""


class FramePage(Screen[None]):
    """A page of a place; pages of one place lie on a stack.

    Args:
        place: the place whose stack it is on.

    Attributes:
        was_covered: whether another page lay on it as soon as it opened.
        is_built: whether it has its panels; one that was covered gets them when it is on top.
    """

    page_id: ClassVar[str] = ""
    labels: ClassVar[dict[str, str]] = {}
    app: Host
    AUTO_FOCUS = ""
    _focusing = False
    _given_up = False
    DEFAULT_CSS = """
    FramePage { layout: vertical; layers: base cover; }
    FramePage #body { height: 1fr; width: 1fr; }
    FramePage.-tiny TooSmall { display: block; }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.zoomed: Panel | None = None
        self.was_covered = self.is_built = self._building = False

    def set_focus(self, *args: Any, **kwargs: Any) -> None:
        """See Screen; Textual would repaint the whole screen, while panels repaint themselves."""
        self._focusing = True
        try:
            super().set_focus(*args, **kwargs)
        finally:
            self._focusing = False
        self.hint()

    def hint(self) -> None:
        """Name the keys of the focused panel first, and what Enter opens there."""
        for keys in self.walk_children(KeyLine):
            hints = self.focused.hints if isinstance(self.focused, Panel) else ()
            opens = self.opens
            if (hints, opens) != (keys.hints, keys.opens):
                keys.hints, keys.opens = hints, opens
                keys.repaint()

    def refresh(self, *regions: Region, repaint: bool = True, **options: bool) -> Self:
        """See Widget; there is nothing to paint while only the focus moves."""
        if self._focusing and not regions:
            return self
        return super().refresh(*regions, repaint=repaint, **options)

    def _compositor_refresh(self) -> None:
        """See Screen; what nobody is shown yet is painted once, when it is (see Frames.paint)."""
        if self.app.frames.held and self.app.screen is self:
            self._dirty_widgets.clear()
        else:
            super()._compositor_refresh()
            painted_behind(self)

    async def _dispatch_message(self, message: Message) -> None:
        """See MessagePump; a file that cannot be read does not close the page, and one that never
        began has nothing to show or to leave.
        """
        if self._given_up and isinstance(message, SHOWN):
            return
        try:
            await super()._dispatch_message(message)
        except FootfallError as error:
            self.sorry(error)

    # -- what a page says about itself

    @property
    def crumb(self) -> str:
        """Its step in the crumb."""
        return next(name for place, _, name in PLACES if place == self.place)

    @property
    def steps(self) -> list[str]:
        """Its steps in the crumb: one, or for the root of a place also what is on show."""
        return [self.crumb]

    @property
    def opens(self) -> str:
        """What Enter opens now, in a few words for the key line; "" if nothing."""
        return self.labels.get("open", BY_ID["open"].label)

    @property
    def asked(self) -> str:
        """The question in short, for line 2."""
        return ""

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The parts of the question, for line 2; by default what `asked` says."""
        return (Chip(self.asked),) if self.asked else ()

    def body(self) -> Iterable[Widget]:
        """Return its panels."""
        return ()

    # -- chrome

    def compose(self) -> ComposeResult:
        """See Screen."""
        self._classify(self.app.size)
        self.was_covered = self.app.root_is_covered
        self.is_built = not self.was_covered
        if self.is_built:
            yield from self._parts()

    def _parts(self) -> ComposeResult:
        yield Tabs(self.place, self.app.data.name)
        yield Crumb()
        with Container(id="body"):
            yield from self.body()
        yield Status()
        yield KeyLine()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin, if the page is seen and was not closed before it had its widgets."""
        self._given_up = not self.display
        if self.is_built and not self._given_up:
            self._open()

    async def on_screen_resume(self) -> None:
        """Build the page when it is seen first, and say that it is on top."""
        if self.is_mounted and not self.is_built and not self._building and self._is_seen:
            self._building = True
            await self.mount_all(compose(self, self._parts()))
            self.is_built = True
            self._open()
            self._sized(self.size)
        if self.is_mounted and self.is_built:
            self._teach(True)
            self.on_top()

    def on_screen_suspend(self) -> None:
        """Name no keys beside the question while a box that leaves it to be read has them."""
        above = self.app.screen
        if self.is_mounted and self.is_built and isinstance(above, Overlay):
            self._teach(above.fades)

    def _teach(self, on: bool) -> None:
        crumb = self.query_one(Crumb)
        crumb.teaches = on
        crumb.repaint()

    @property
    def _is_seen(self) -> bool:
        return self.app.screen is self and not self.app.root_is_covered

    def on_top(self) -> None:
        """Called each time the page is on top, once it has its panels."""

    def _open(self) -> None:
        """Set the keys and the focus, then call `begin`."""
        keys = self.query_one(KeyLine)
        keys.actions = remapped(key_line_of(self.page_id, self.labels), self.app.keymap)
        keys.labels = self.labels
        found = remapped(actions_of(self.page_id), self.app.keymap)
        self.query_one(Crumb).keys = {action.id: action.shown for action in found}
        if self.panels:
            self.panels[0].focus()
        self.begin()
        self.update_chrome()

    def begin(self) -> None:
        """Called once, when the panels exist."""

    def update_chrome(self) -> None:
        """Repaint crumb and status where they changed."""
        if not self.is_mounted or not self.is_built:
            return
        crumb = self.query_one(Crumb)
        crumb.steps = self.crumbs
        crumb.chips = self.chips
        crumb.repaint()
        self.update_status()

    def update_status(self) -> None:
        """Repaint the status line where it changed."""

    @property
    def crumbs(self) -> list[str]:
        """The steps from the place's root to here."""
        found = []
        for screen in self.app.stack_of(self.place):
            if isinstance(screen, FramePage):
                found += screen.steps
            if screen is self:
                break
        return found or self.steps

    def say(self, text: str, *, warning: bool = False) -> None:
        """Show a sentence on the status line until the next key; once it is there, if the page is
        still opening.
        """
        if not self.query(Status):
            if not self.is_mounted:
                self.call_later(self.say, text, warning=warning)
            return
        status = self.query_one(Status)
        status.message, status.warning = text, warning
        status.repaint()

    def sorry(self, error: FootfallError) -> None:
        """Say why something did not work."""
        self.say(str(error).split("\n")[0], warning=True)

    def awaited(self, key: str) -> str:
        """See Awaiting."""
        return ""

    def on_key(self, event: Key) -> None:
        """Clear the last message on any key; a letter without a meaning here says so."""
        status = self.query_one(Status)
        if status.message:
            status.message = ""
            status.repaint()
        if event.is_printable and not self.action_on(event.key):
            known = remapped((BY_ID["help"],), self.app.keymap)[0].shown
            self.say(f"{name_of(event.key)} does nothing on this page; {known} lists its keys.")

    def action_on(self, key: str) -> str:
        """The id of the action that a key runs here, "" for none."""
        known = remapped(actions_of(self.page_id), self.app.keymap)
        return next((action.id for action in known if key in action.keys), "")

    def on_resize(self, event: Resize) -> None:
        """Show one sentence instead when the terminal is too small."""
        if self.is_built:
            self._sized(event.size)

    def _sized(self, size: Size) -> None:
        self._classify(size)
        self.resized(size)

    def _classify(self, size: Size) -> None:
        """Take the classes of a size; before there are panels, their styles are not found twice."""
        wide, high = SMALLEST
        self.set_class(size.width < wide or size.height < high, "-tiny")
        self.set_class(size.width >= 100, "-wide")
        self.set_class(size.height >= TALL, "-tall")
        self.set_class(size.height >= TALL and size.width >= VAST, "-vast")
        self.set_class(size.height < LOW, "-low")
        self.set_class(size.height < TABBED_FROM, "-short")

    def resized(self, size: Size) -> None:
        """Called when the page has another size, and the classes of that size."""

    @property
    def roomy(self) -> bool:
        """Whether there is room for panels beside the first ones."""
        return self.has_class("-wide") and self.has_class("-tall")

    # -- panels

    @property
    def panels(self) -> list[Panel]:
        """The panels that can have the focus, in reading order."""
        found = [p for p in self.walk_children(Panel) if p.can_focus and p.display]
        return sorted(found, key=lambda p: (p.region.y, p.region.x))

    @property
    def panel(self) -> Panel | None:
        """The panel with the focus, else the first; None if there are none."""
        if isinstance(self.focused, Panel):
            return self.focused
        return self.panels[0] if self.panels else None

    # -- moving

    def action_up(self) -> None:
        """Move up."""
        self.move(-1, 0)

    def action_down(self) -> None:
        """Move down."""
        self.move(1, 0)

    def action_left(self) -> None:
        """Move left."""
        self.move(0, -1)

    def action_right(self) -> None:
        """Move right."""
        self.move(0, 1)

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor of the focused panel."""
        if self.panel is not None:
            self.panel.move(rows, columns)

    def action_first(self) -> None:
        """Go to the first."""
        if self.panel is not None:
            self.panel.move_to_edge(False)

    def action_last(self) -> None:
        """Go to the last."""
        if self.panel is not None:
            self.panel.move_to_edge(True)

    def action_page_up(self) -> None:
        """Go a page up."""
        self.move(-getattr(self.panel, "page_rows", 1), 0)

    def action_page_down(self) -> None:
        """Go a page down."""
        self.move(getattr(self.panel, "page_rows", 1), 0)

    def action_next_panel(self) -> None:
        """Focus the next panel."""
        self._focus_by(1)

    def action_previous_panel(self) -> None:
        """Focus the previous panel."""
        self._focus_by(-1)

    def _focus_by(self, step: int) -> None:
        panels = self.panels
        if panels:
            at = panels.index(self.panel) if self.panel in panels else 0
            panels[(at + step) % len(panels)].focus()

    def action_zoom(self) -> None:
        """Show the focused panel on the whole page, or all panels again, where a page can."""

    def action_find(self) -> None:
        """Filter the focused list."""
        from tui.widgets.dialogs import Prompt

        panel = next((p for p in (self.panel, *self.panels) if isinstance(p, Listing)), None)
        if panel is None:
            return
        panel.focus()
        self.app.push_screen(
            Prompt("Find", str, value=panel.filter, help="Shows only rows with these words."),
            lambda text: panel.narrow(text) if text is not None else None,
        )
