"""The filter editor: numbered conditions; field, operator and value are chosen in turn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import FootfallError
from core.filters import OPERATORS, AnyOf, Condition, Scalar, untyped
from core.queries.common.context import Context
from core.text import clean
from tui.texts.summary import said
from tui.widgets.dialogs import Chooser, Overlay
from tui.widgets.listing import Listing, Row

MOST_VALUES = 500


OF_STEPS = (("every", "of every step"), ("first", "of step 1 only"))
ABOUT = {
    "retention": (("start", "of the start event"), ("both", "of both events")),
    "funnel": OF_STEPS, "funnel_trend": OF_STEPS, "time_to_convert": OF_STEPS,
    "correlation": OF_STEPS,
}  # fmt: skip
"""kind -> the values of `filters_on`, and which events the conditions then apply to."""


class FilterEditor(Overlay):
    """Edits conditions of which all or any must hold; closes with the changed fields.

    Args:
        ctx: provides fields and their values.
        conditions: the current conditions.
        about: which events conditions can apply to, from ABOUT.
        filters_on: the current one of these.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,a,enter", "add", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("o", "any", show=False),
        Binding("e", "about", show=False),
        Binding("escape,backspace,q", "done", show=False),
    ]
    DEFAULT_CSS = """
    FilterEditor Listing { width: 76; max-width: 96%; height: 14; }
    """

    def __init__(
        self,
        ctx: Context,
        conditions: Sequence[Any],
        about: Sequence[tuple[str, str]] = (),
        filters_on: str = "",
    ) -> None:
        super().__init__()
        self.ctx = ctx
        self.about = dict(about)
        self.filters_on = self.first_on = filters_on
        self.any = len(conditions) == 1 and isinstance(conditions[0], AnyOf)
        self.conditions = list(conditions[0].any) if self.any else list(conditions)
        self.started = list(conditions)

    def compose(self) -> ComposeResult:
        """See Screen."""
        listing = Listing("Filters", empty="No filters. n adds one.")
        listing.can_focus = False
        yield listing

    def on_mount(self) -> None:
        """Show the current conditions; if there are none, start with a new one."""
        self._fill()
        if not self.conditions:
            self.action_add()

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    def _fill(self) -> None:
        rows = [Row(f"{i}  {said(c)}", i) for i, c in enumerate(self.conditions, 1)]
        if self.about:
            of = self.about[self.filters_on]
            self.listing.heading = f"Filters {of}: {'any' if self.any else 'all'}"
            self.listing.aside = "n add  d remove  o all/any  e which"
        else:
            self.listing.heading = f"Filters, match {'any' if self.any else 'all'}"
            self.listing.aside = "n add  d remove  o all/any  1-9 edit  ESC done"
        self.listing.fill(rows)

    def on_key(self, event: Any) -> None:
        """A digit edits its condition."""
        if event.character and event.character.isdigit():
            at = int(event.character) - 1
            if 0 <= at < len(self.conditions):
                event.stop()
                self._ask_field(at)

    def action_step(self, rows: int) -> None:
        """Move in the list."""
        self.listing.move(rows, 0)

    def action_any(self) -> None:
        """Switch between all and any."""
        self.any = not self.any
        self._fill()

    def action_about(self) -> None:
        """Switch the events that conditions apply to."""
        if self.about:
            values = list(self.about)
            at = values.index(self.filters_on) + 1
            self.filters_on = values[at % len(values)]
            self._fill()

    def action_remove(self) -> None:
        """Remove the condition under the cursor."""
        if self.listing.value is not None:
            del self.conditions[self.listing.value - 1]
            self._fill()

    def action_done(self) -> None:
        """Close with the changes."""
        found = self.conditions
        if self.any and len(found) > 1:
            found = [AnyOf(any=tuple(found))]
        changed: dict[str, Any] = {}
        if found != self.started:
            changed["conditions"] = [c.model_dump(by_alias=True) for c in found]
        if self.filters_on != self.first_on:
            changed["filters_on"] = self.filters_on
        self.dismiss(changed or None)

    def action_close(self) -> None:
        """Escape keeps the changes."""
        self.action_done()

    def action_add(self) -> None:
        """Choose field, operator and value of a new condition."""
        self._ask_field(None)

    def _ask_field(self, at: int | None) -> None:
        catalog = self.ctx.catalog
        fields = [*catalog.fields, "event", "user", "device"]
        rows = [Row(f, f, _known(catalog.values.of(f))) for f in fields]
        self.app.push_screen(
            Chooser("Which field?", rows, free=str, hint="a property, context or trait:name"),
            lambda field: self._ask_operator(at, field) if field else None,
        )

    def _ask_operator(self, at: int | None, field: str) -> None:
        rows = [Row(f"{op.words:<16} {op.doc}", op.key, op.sign) for op in OPERATORS.values()]
        self.app.push_screen(
            Chooser(f"{clean(field)} ...", rows),
            lambda key: self._ask_value(at, field, key) if key else None,
        )

    def _ask_value(self, at: int | None, field: str, key: str) -> None:
        takes = OPERATORS[key].takes
        if takes == "none":
            self._keep(at, field, key, None)
            return
        known = sorted(self._values(field))[:MOST_VALUES]
        hint = (
            "values, separated by commas" if takes == "list" else 'a value; "7" is text, 7 a number'
        )
        self.app.push_screen(
            Chooser(
                f"{clean(field)} {OPERATORS[key].words} ...",
                [Row(v, (v,)) for v in known],
                free=partial(_typed, key),
                hint=hint,
            ),
            lambda values: self._keep(at, field, key, values) if values else None,
        )

    def _values(self, field: str) -> list[str]:
        catalog = self.ctx.catalog
        return (
            list(catalog.events.pickable)
            if field == "event"
            else list(catalog.values.of(field).values())
        )

    def _keep(
        self, at: int | None, field: str, key: str, values: tuple[Scalar, ...] | None
    ) -> None:
        value = values if values is None or OPERATORS[key].takes == "list" else values[0]
        try:
            condition = Condition(field=field, operator=key, value=value)
        except FootfallError as error:
            self.listing.footing = str(error)
            self.listing.repaint()
            return
        if at is None:
            self.conditions.append(condition)
        else:
            self.conditions[at] = condition
        self._fill()


def _typed(key: str, text: str) -> tuple[Scalar, ...]:
    """Return the values typed for an operator."""
    parts = text.split(",") if OPERATORS[key].takes == "list" else [text]
    return tuple(untyped(part.strip(), key) for part in parts if part.strip())


def _known(values: dict[int, str]) -> str:
    return f"{len(values)} values" if values else ""
