"""What can be picked: events and values with their counts, fields, saved things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol

from core.catalog.fields import PLAIN
from core.catalog.selectors import ANY, ANY_ACTIVE, CUSTOM, EXACT, NEW, custom_events, exactly
from core.columns import EMPTY, NONE, OTHER
from core.errors import FootfallError
from core.filters import OPERATORS, untyped
from core.queries import from_json
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.logs.fields import GROUPS
from core.text import clean, cut, number, things
from core.words.names import SEGMENTS
from tui.editors.entries import EventPick, FieldPick, RangePick, SavedPick, ValuePick
from tui.editors.kinds.fields import RANGES, SELECTED
from tui.services.library import Library
from tui.services.runner import Callback, View
from tui.texts.summary import range_words
from tui.widgets.listing import Row

MOST_VALUES = 1_000
ORDERED = ("gt", "gte", "lt", "lte")

FEW, MOST_SHOWN = 3, 12
"""How many values of a field are shown beside its name, and about it."""

MORE = ("event", "user", "device", "session", "paying", "audience", "segment")
"""Fields that are neither columns nor properties nor traits; the first can be broken down by."""

TRAIT = "What is known of the person now, whatever it was when the event happened."

Then = Callable[[list[Row], str], None]
"""Takes the rows of a list, and over which time their counts are."""


class Asking(Protocol):
    """A page that asks questions."""

    @property
    def context(self) -> Context:
        """The context that questions are asked in."""

    def ask(self, view: View, question: Question) -> None:
        """Ask a question for a view."""


class World:
    """What a form offers to pick, counted over the range of its question.

    Args:
        page: asks for the counts.
        library: knows saved things and which properties are numbers.
        range_text: over which time to count.
    """

    def __init__(self, page: Asking, library: Library, range_text: str) -> None:
        self._page = page
        self._library = library
        self._range = range_text
        self._counted: dict[tuple[Any, ...], tuple[dict[str, int], str]] = {}

    # -- events

    def events(self, pick: EventPick, then: Then) -> None:
        """Offer the events of the workspace, the most frequent first."""
        catalog = self._page.context.catalog
        names = list(catalog.events.pickable)
        body = {"kind": "top_events", "limit": max(len(names), 1)}

        def listed(counts: dict[str, int], over: str) -> None:
            rows = [Row(pick.absent, (None,))] if pick.absent else []
            if pick.first_ever:
                rows.append(Row(SELECTED[NEW], (NEW,)))
            ranked = sorted(names, key=lambda name: -counts.get(name, 0))
            rows += [
                Row(catalog.events.display(name), (_selected(name),), number(counts.get(name, 0)))
                for name in ranked
            ]
            rows += [Row(name, (f"{CUSTOM}{name}",), "custom") for name in custom_events(catalog)]
            words = (ANY_ACTIVE, ANY, "revenue_amount", "verified_revenue", "unverified_revenue")
            rows += [Row(SELECTED[word], (word,)) for word in words]
            then(rows, over)

        self._count(("event",), body, lambda answer: {r[0]: r[1] for r in answer.rows}, listed)

    # -- values

    def values(self, pick: ValuePick, then: Then) -> None:
        """Offer the values of a field, the most frequent first."""
        field = pick.field.strip().lower()
        if field == "event":
            self.events(EventPick(""), lambda rows, over: then(_as_values(rows), over))
        elif field in ("audience", "segment"):
            names: Iterable[str] = SEGMENTS
            if field == "audience":
                names = [item.title for item in self._library.audiences()]
            then([Row(name, (name,)) for name in names], "")
        elif PLAIN.get(field) == "paying":
            then([Row(word, (word,)) for word in ("true", "false")], "")
        elif PLAIN.get(field) in ("user", "device", "session") or (
            pick.logs and field not in GROUPS and field == "message"
        ):
            then([], "")
        else:
            self._values(pick, then)

    def _values(self, pick: ValuePick, then: Then) -> None:
        body: dict[str, Any] = {"breakdown": [pick.field], "limit": MOST_VALUES}
        if pick.logs and pick.field.strip().lower() in GROUPS:
            body |= {"kind": "logs"}
        else:
            body |= {"kind": "trend"} | ({} if pick.event is None else {"event": pick.event})

        def listed(counts: dict[str, int], over: str) -> None:
            if not counts and pick.event is not None:
                self._values(replace(pick, event=None), then)
                return
            then(
                [
                    Row(value or EMPTY, (_value(value, pick.operator),), number(count))
                    for value, count in counts.items()
                ],
                over,
            )

        self._count((pick.field, pick.event, pick.logs), body, _by_value, listed)

    def _count(
        self,
        key: tuple[Any, ...],
        body: dict[str, Any],
        read: Callable[[Any], dict[str, int]],
        then: Callable[[dict[str, int], str], None],
    ) -> None:
        """Count in the range, or over all time if there is nothing in it."""
        if key in self._counted:
            then(*self._counted[key])
            return

        def ask(range_text: str, last: bool) -> None:
            def answered(answer: Any) -> None:
                counts = read(answer)
                if not any(counts.values()) and not last:
                    ask("all_time", True)
                    return
                self._counted[key] = (counts, range_words(range_text))
                then(*self._counted[key])

            def failed(_: Any) -> None:
                then({}, "")

            try:
                asked = from_json({**body, "range": range_text})
                self._page.ask(Callback(answered, failed), asked)
            except FootfallError as error:
                failed(error)

        ask(self._range, self._range == "all_time")

    # -- fields

    def fields(self, pick: FieldPick) -> list[Row]:
        """Return the fields to pick from, those of the event marked."""
        context = self._page.context
        catalog = context.catalog
        rows = [Row(pick.absent, (None,))] if pick.absent else []
        if pick.logs:
            also = ("message", "session") if pick.use == "condition" else ()
            rows += [Row(name, (name,), "of the log") for name in (*GROUPS, *also)]
            if pick.use != "condition":
                return rows
        if pick.use == "number":
            numbers = self._library.suggestions().numbers_of(pick.event)
            rest = [name for name in catalog.fields if name not in numbers]
            rows += [Row(name, (name,), "a number") for name in numbers]
            return [*rows, *(Row(name, (name,)) for name in rest)]
        rows += self._of_every_event()
        rows += self._properties(pick.event)
        traits = catalog.people.trait_keys()
        if traits:
            rows.append(Row("of people, as they are now"))
            rows += [Row(f"trait:{key}", (f"trait:{key}",), says=(TRAIT,)) for key in traits]
        more = MORE[:1] if pick.use == "group" else MORE
        return [*rows, Row("more"), *(Row(name, (name,)) for name in more)]

    def _of_every_event(self) -> list[Row]:
        """Return the columns that events have beside their properties."""
        catalog = self._page.context.catalog
        known = {name: list(catalog.values.of(name).values()) for name in catalog.fields}
        rows = [
            Row(name, (name,), things(len(values), "value"), says=(_listed(values),))
            for name, values in known.items()
            if values
        ]
        return [Row("of every event"), *rows] if rows else []

    def _properties(self, event: str | None) -> list[Row]:
        """Return the properties of an event with some of their values, then those of others."""
        catalog = self._page.context.catalog
        names = [name for name in catalog.fields if not catalog.values.of(name)]
        own = self._of_event(event)
        mine = [
            Row(name, (name,), cut(_listed(own[name][:FEW]), 30), says=(_listed(own[name]),))
            for name in names
            if name in own
        ]
        rest = [Row(name, (name,)) for name in names if name not in own]
        rows = [Row(f"of {clean(event or '', 40)}"), *mine] if mine else []
        return [*rows, *([Row("of other events" if mine else "of events"), *rest] if rest else [])]

    def _of_event(self, event: str | None) -> dict[str, list[str]]:
        """Return the properties on the latest occurrences of an event, with values of each."""
        found: dict[str, list[str]] = {}
        if event is not None and event in self._page.context.catalog.events.ids:
            for row in self._library.suggestions().sample(event):
                for key, value in row.items():
                    found.setdefault(key, []).append(str(value))
        return {key: list(dict.fromkeys(values)) for key, values in found.items()}

    def check_field(self, text: str) -> str:
        """Return a typed field; BadQuestion with the nearest names if there is none."""
        self._page.context.catalog.existing(text, "field")
        return text

    # -- ranges

    def ranges(self, pick: RangePick) -> list[Row]:
        """Return the ranges to pick from."""
        rows = [Row(pick.absent, (None,))] if pick.absent else []
        return [*rows, *(Row(words, (text,)) for text, words in RANGES)]

    def check_range(self, text: str) -> str:
        """Return a typed range; BadQuestion says why it is none."""
        self._page.context.span(text)
        return text.strip()

    # -- saved things

    def saved(self, pick: SavedPick) -> list[Row]:
        """Return the saved things to pick from."""
        rows = [Row(pick.absent, (None,))] if pick.absent else []
        if pick.kind == "chart":
            return [*rows, *(Row(item.title, (item.title,)) for item in self._library.charts())]
        names = [item.title for item in self._library.audiences()]
        if pick.kind == "audience":
            return [*rows, *(Row(name, (name,)) for name in names)]
        rows += [Row(pick.another, (("among", None),))] if pick.another else []
        rows += [Row(name, (("audience", name),), "audience") for name in names]
        return [
            *rows,
            *(Row(name.replace("_", " "), (("segment", name),), "segment") for name in SEGMENTS),
        ]


def _selected(name: str) -> str:
    """Return the selector of an event: its name, unless that means something else."""
    special = name in SELECTED or name.startswith((CUSTOM, EXACT))
    return exactly(name) if special else name


def _as_values(rows: list[Row]) -> list[Row]:
    """Return events as values of the field "event": their own names."""
    named = [row for row in rows if row.value[0] is not None and row.right != "custom"]
    return [row for row in named if row.right]


def _by_value(answer: Any) -> dict[str, int]:
    """Return value -> count of a question broken down by one field, the most frequent first."""
    found: dict[str, int] = {}
    for line in answer.lines:
        if len(line.group) == 1 and line.group[0] not in (OTHER, NONE):
            value = "" if line.group[0] == EMPTY else line.group[0]
            found[value] = int(line.total or 0)
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _value(text: str, operator: str) -> Any:
    return untyped(text, operator) if operator in ORDERED else text


def _listed(values: Iterable[Any]) -> str:
    """Return some values, of more than are said as the first of them."""
    shown = list(values)
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    return shown_values(shown[:MOST_SHOWN]) + more


def typed_values(text: str, operator: str) -> tuple[Any, ...]:
    """Return the values in a typed text; for operators that take a list, between commas."""
    parts = text.split(",") if OPERATORS[operator].takes == "list" else [text]
    return tuple(untyped(part.strip(), operator) for part in parts if part.strip())


def shown_values(values: Iterable[Any]) -> str:
    """Return values as they are shown beside a list."""
    return ", ".join(clean(str(value), 30) for value in values)
