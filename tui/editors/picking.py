"""Asking for what a picker says: a list with counts that narrows, or a line of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from core.errors import FootfallError
from core.filters import OPERATORS
from tui.editors.entries import (
    Chain,
    Choice,
    EventPick,
    FieldPick,
    Picker,
    QuestionPick,
    RangePick,
    SavedPick,
    TextPick,
    ValuePick,
)
from tui.editors.world import Then, World, shown_values, typed_values
from tui.widgets.dialogs import Chooser, Prompt
from tui.widgets.listing import Listing, Row
from tui.widgets.overlay import Field
from tui.widgets.told import Told

TYPED_FIRST = ("contains", "not_contains", "starts_with", "not_starts_with", "ends_with",
               "not_ends_with", "regex", "gt", "gte", "lt", "lte")  # fmt: skip
"""Operators for which typed text is meant as it is, before any value that contains it."""

MARK = "* "


class Offers(Told):
    """A list in which typed text is a row of its own.

    Attributes:
        typed: the text -> its row, None if it cannot be picked.
        typed_first: whether that row comes before those that match.
    """

    typed: Callable[[str], Row | None] | None = None
    typed_first = False

    def find(self) -> list[Row]:
        """See Listing."""
        text = self.filter.strip()
        found = super().find()
        if not text:
            return found
        exact = [row for row in found if row.text.removeprefix(MARK).casefold() == text.casefold()]
        found = [*exact, *(row for row in found if row not in exact)]
        own = self.typed(text) if self.typed is not None else None
        if own is None or (exact and not self.typed_first):
            return found
        return [own, *found] if self.typed_first or not found else [*found, own]


class Picking(Chooser):
    """Closes with the picked value in a tuple of one.

    Args:
        load: gets a function that takes the rows, now or when they have been counted.
        typed: the text -> a value; its FootfallError is shown.
        typed_first: whether typed text is meant as it is.
        several: whether Tab picks several, which are then picked together.
        at: the row the cursor starts on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "pick", show=False, priority=True)]

    def __init__(
        self,
        heading: str,
        load: Callable[[Then], None],
        *,
        hint: str = "type to find",
        typed: Callable[[str], Any] | None = None,
        typed_first: bool = False,
        several: bool = False,
        at: int = 0,
    ) -> None:
        super().__init__(heading, (), hint=hint, at=at)
        self._load = load
        self._typed = typed
        self._typed_first = typed_first
        self._several = several
        self._picked: list[Any] = []
        self._loading = True

    def new_list(self) -> Listing:
        """See Chooser."""
        listing = Offers(empty="counting ...")
        listing.typed = self._row_of if self._typed is not None else None
        listing.typed_first = self._typed_first
        return listing

    def on_mount(self) -> None:
        """Ask for the rows; those that are there at once are shown by the base class."""
        self._load(self.loaded)

    def loaded(self, rows: list[Row], over: str) -> None:
        """Show the rows."""
        if not self.is_attached:
            return
        self._loading, self.rows = False, rows
        listing = self.listing
        listing.empty = "Nothing is known here. Type it." if self._typed else "There is nothing."
        parts = [f"counts of {over}" if over else "", "TAB picks several" if self._several else ""]
        listing.aside = "  ".join(filter(None, parts))
        listing.fill(rows)
        listing.narrow(self.query_one(Field).value)

    def awaited(self, key: str) -> str:
        """See Awaiting: what is chosen must have been counted."""
        return "the counts" if self._loading and key in ("enter", "tab", "up", "down") else ""

    def say(self, text: str, *, warning: bool = False) -> None:
        """See Awaiting."""
        self.listing.aside = text
        self.listing.repaint()

    def _row_of(self, text: str) -> Row | None:
        assert self._typed is not None
        try:
            value = self._typed(text)
        except FootfallError as error:
            return Row(str(error).split("\n")[0], (None,), off=error.message)
        return Row(f'"{text}"' if self._typed_first else text, (value,), "as typed")

    def action_pick(self) -> None:
        """Pick one of several, or put it back."""
        row = self.listing.row
        if not self._several:
            self.action_step(1)
        elif row is not None and not row.off and not self._loading:
            found = row.value[0]
            found = found[0] if isinstance(found, tuple) and len(found) == 1 else found
            if found in self._picked:
                self._picked.remove(found)
            else:
                self._picked.append(found)
            self.listing.aside = shown_values(self._picked)
            self.listing.repaint()

    def action_choose(self) -> None:
        """Close with what was picked, what is under the cursor, or what was typed."""
        if self._loading:
            return
        text = self.query_one(Field).value
        if text != self.listing.filter:
            self.listing.narrow(text)
        row = self.listing.row
        if self._picked:
            self.dismiss((tuple(self._picked),))
        elif row is not None and not row.off and row.value is not None:
            self.dismiss(row.value)
        elif row is not None:
            self.listing.aside = row.off
            self.listing.repaint()


Done = Callable[[Any], None]
"""Takes what was picked."""

Inside = Callable[[QuestionPick, Callable[[Any], None]], None]
"""Opens the form of a question inside another one."""


class Pickers:
    """Asks for what pickers say, over a screen.

    Args:
        screen: what the lists open over.
        world: what can be picked.
        inside: opens the form of an inner question.
    """

    def __init__(self, screen: Screen[Any], world: World, inside: Inside) -> None:
        self._screen = screen
        self._world = world
        self._inside = inside

    def ask(self, picker: Picker, done: Done, back: Callable[[], None] | None = None) -> None:
        """Ask for a value.

        Args:
            done: called with it.
            back: called if nothing was picked.
        """
        if isinstance(picker, Chain):
            self._step(picker, 0, (), done, back)
        elif isinstance(picker, QuestionPick):
            self._inside(picker, done)
        else:
            self._screen.app.push_screen(self._box(picker), partial(_answered, done, back))

    def _step(
        self,
        chain: Chain,
        at: int,
        picked: tuple[Any, ...],
        done: Done,
        back: Callable[[], None] | None,
    ) -> None:
        """Ask for one of several things; Escape goes back to the one before."""
        if at == len(chain.steps):
            done(picked)
            return
        picker = chain.steps[at](picked)

        def following(value: Any) -> None:
            self._step(chain, at + 1, (*picked, value), done, again)

        def again() -> None:
            self._step(chain, at, picked, done, back)

        if picker is None:
            self._step(chain, at + 1, (*picked, None), done, back)
        else:
            self.ask(picker, following, back)

    def _box(self, picker: Picker) -> Screen[Any]:
        world = self._world
        if isinstance(picker, TextPick):
            return Prompt(
                picker.heading,
                lambda text: (picker.read(text),),
                value=picker.value,
                help=picker.help,
            )
        if isinstance(picker, Choice):
            rows = [Row(words, (value,)) for value, words in picker.values]
            return Picking(
                picker.heading, _at_once(rows), typed=picker.typed, at=_place(picker),
                hint=picker.hint or "type to find",
            )  # fmt: skip
        if isinstance(picker, EventPick):
            return Picking(picker.heading, partial(world.events, picker), hint="an event")
        if isinstance(picker, FieldPick):
            return Picking(
                picker.heading, _at_once(world.fields(picker)), typed=world.check_field,
                hint="a property, context or trait:name",
            )  # fmt: skip
        if isinstance(picker, ValuePick):
            return self._values(picker)
        if isinstance(picker, RangePick):
            ranges = world.ranges(picker)
            at = next((n for n, row in enumerate(ranges) if row.value == (picker.now,)), 0)
            return Picking(
                picker.heading, _at_once(ranges), typed=world.check_range, at=at,
                hint="or 3m, qtd, 2024-05-01,2024-05-31",
            )  # fmt: skip
        assert isinstance(picker, SavedPick)
        return Picking(picker.heading, _at_once(world.saved(picker)))

    def _values(self, pick: ValuePick) -> Screen[Any]:
        operator = OPERATORS[pick.operator]
        several = pick.operator in ("eq", "ne") or operator.takes == "list"

        def load(then: Then) -> None:
            self._world.values(
                pick, lambda rows, over: then([_together(row) for row in rows], over)
            )

        hint = "values, between commas" if operator.takes == "list" else "a value"
        return Picking(
            f"{pick.field} {operator.words} ...", load, hint=hint,
            typed=partial(_typed, pick.operator), typed_first=pick.operator in TYPED_FIRST,
            several=several,
        )  # fmt: skip


def _place(pick: Choice) -> int:
    """Return where the current value of a choice is; 0 if it is none of them."""
    values = [value for value, _ in pick.values]
    return values.index(pick.now) if pick.now is not None and pick.now in values else 0


def _typed(operator: str, text: str) -> tuple[Any, ...] | None:
    return typed_values(text, operator) or None


def _together(row: Row) -> Row:
    """Return the row of one value as that of a list of one."""
    return Row(row.text, (row.value,), row.right, row.off)


def _at_once(rows: Sequence[Row]) -> Callable[[Then], None]:
    return lambda then: then(list(rows), "")


def _answered(done: Done, back: Callable[[], None] | None, found: tuple[Any] | None) -> None:
    if found is not None:
        done(found[0])
    elif back is not None:
        back()
