"""Alerts made and changed in the explorer: a menu of what an alert has, one letter each.

`footfall alerts run` judges them; nothing here does (definitions 11.7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.alerts.asking import question_of
from core.alerts.thresholds import watches
from core.definitions.alert import Alert, read_condition
from core.definitions.saved import Item
from core.definitions.shared import checked
from core.errors import FootfallError
from core.language.questions import format_question
from core.text import clean, cut
from tui.actions.saving import ask_name
from tui.actions.storing import attempt
from tui.widgets.dialogs import Chooser, Menu, Prompt
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from core.store.library.saved import Saved
    from tui.actions.pages import QuestionShown

LONGEST = 52
"""Cells of a value in the menu."""

CONDITIONS = (
    ("above a number", "above", "Above which number? 100 or 20%"),
    ("below a number", "below", "Below which number? 100 or 20%"),
    ("outside two numbers", "outside", "Outside of what? 10 to 20"),
    ("rises, against the one before", "rises by", "Rises by how much? 50% or 100"),
    ("falls, against the one before", "falls by", "Falls by how much? 50% or 100"),
    ("changes either way", "changes by", "Changes by how much? 50% or 100"),
    ("unusual for its weekday", "unusual", ""),
    ("unusually high", "unusually high", ""),
    ("unusually low", "unusually low", ""),
)
"""In words, the words of the condition, and what is asked for its numbers; "" for nothing."""


Then = Callable[[Item], object]


@dataclass(frozen=True)
class Draft:
    """An alert that is being made or changed.

    Attributes:
        id: "" for a new one.
        kept: how it is stored; None for a new one.
        then: called with it as it is stored.
    """

    id: str
    title: str
    alert: Alert
    kept: Item | None = None
    then: Then | None = None

    def put(self, **changes: Any) -> Draft:
        """Return it with other parts; BadInput if one of them cannot be."""
        body = {**self.alert.model_dump(), **changes}
        return replace(self, alert=checked(Alert, body))


def alert_here(page: QuestionShown) -> None:
    """Make an alert of the question on show, or change one that watches it."""
    question, view = page.question, page.main
    if question is None or view is None:
        page.say("There is no question here to watch.")
        return
    text = format_question(question)
    title = clean(view.heading) or clean(text)

    def new() -> None:
        _ask_condition(page, lambda when: _begin(page, title, text, when))

    found = [item for item in page.app.library.alerts() if watches(item, question)]
    if not found:
        new()
        return
    rows = [Row(clean(item.title), item, str(item.body.get("when", ""))) for item in found]

    def chosen(value: Item | str | None) -> None:
        if isinstance(value, Item):
            edit_alert(page, value)
        elif value is not None:
            new()

    heading = "Alerts on this question"
    page.app.push_screen(Chooser(heading, [*rows, Row("another one", "new")]), chosen)


def edit_alert(page: QuestionShown, item: Item, then: Then | None = None) -> None:
    """Change a kept alert.

    Args:
        then: called with it as it is stored; without it what is on show draws its limits.
    """
    try:
        alert = checked(Alert, item.body)
    except FootfallError as error:
        page.sorry(error)
        return
    _menu(page, Draft(item.id, item.title, alert, item, then), "when")


def _begin(page: QuestionShown, title: str, text: str, when: str) -> None:
    try:
        alert = checked(Alert, {"question": text, "when": when})
        question_of(alert, page.context)
    except FootfallError as error:
        page.sorry(error)
        return
    _menu(page, Draft("", cut(title, 190), alert), "save")


def _ask_condition(page: QuestionShown, then: Callable[[str], None], now: str = "") -> None:
    """Ask when an alert fires: a form of condition and its numbers, or typed as text."""
    rows = [Row(words, (test, asked)) for words, test, asked in CONDITIONS]

    def typed(text: str) -> str:
        return str(read_condition(text))

    def chosen(value: tuple[str, str] | str | None) -> None:
        if isinstance(value, str):
            then(value)
        elif value is not None and not value[1]:
            then(value[0])
        elif value is not None:
            test, asked = value
            prompt = Prompt(asked, lambda numbers: typed(f"{test} {numbers.strip()}"))
            page.app.push_screen(prompt, lambda when: then(when) if when else None)

    hint = f"now {now}; or typed: below 20" if now else "or typed: below 20"
    heading = "Fires when a figure is"
    page.app.push_screen(Chooser(heading, rows, hint=hint, free=typed), chosen)


# -- the menu


def _entries(draft: Draft) -> list[tuple[str, str, str]]:
    """Return the rows of the menu: letter, words, and which part."""
    alert = draft.alert
    ran = "when it fires and when it recovers" if alert.recovery else "when it fires"
    parts = (
        ("n", "name", draft.title, "name"),
        ("w", "fires when", alert.when, "when"),
        ("q", "question", alert.question, "question"),
        ("p", "periods", "also those not over" if alert.unfinished else "those over", "unfinished"),
        ("h", "quiet hours", alert.quiet or "none", "quiet"),
        ("c", "command", alert.command or "none", "command"),
        ("r", "it is run", ran, "recovery"),
        ("z", "in runs", "left out" if alert.paused else "judged", "paused"),
    )
    rows = [
        (letter, f"{label:<13}{cut(clean(value), LONGEST)}", part)
        for letter, label, value, part in parts
    ]
    return [*rows, ("s", "save", "save")]


FLAGS = ("unfinished", "recovery", "paused")


def _menu(page: QuestionShown, draft: Draft, at: str) -> None:
    """Show an alert; a letter changes a part and comes back here.

    Args:
        at: the part that the cursor begins on.
    """
    entries = _entries(draft)
    menu = Menu("Alert" if draft.kept else "New alert", entries)
    menu.at = [part for _, _, part in entries].index(at)

    def chosen(part: str | None) -> None:
        if part is None:
            page.say("The alert is left as it was." if draft.kept else "No alert was made.")
        elif part == "save":
            _store(page, draft)
        elif part in FLAGS:
            _menu(page, draft.put(**{part: not getattr(draft.alert, part)}), part)
        else:
            _ask_part(page, draft, part)

    page.app.push_screen(menu, chosen)


def _ask_part(page: QuestionShown, draft: Draft, part: str) -> None:
    """Ask for a part that is typed, and show the alert with it."""

    def put(found: Draft) -> None:
        _menu(page, found, part)

    if part == "name":
        ask_name(page, "Name", draft.title, lambda name, _: put(replace(draft, title=name)))
        return
    if part == "when":
        _ask_condition(page, lambda when: put(draft.put(when=when)), draft.alert.when)
        return

    def read(text: str) -> Draft:
        found = draft.put(**{part: text.strip(), "language": None})
        if part == "question":
            question_of(found.alert, page.context)
        return found

    helps = {
        "question": "A question with figures: signup, dau by country, signup > purchase.",
        "quiet": "Hours of the day in which nothing is told: 22:00-07:00. Nothing for none.",
        "command": "Run by a shell with the alert as JSON on its input, by footfall alerts run.",
    }
    heading = {"question": "Question", "quiet": "Quiet hours", "command": "Command"}[part]
    prompt = Prompt(heading, read, value=str(getattr(draft.alert, part)), help=helps[part])
    page.app.push_screen(prompt, lambda found: put(found or draft))


def _store(page: QuestionShown, draft: Draft) -> None:
    """Store an alert; what is on show draws its limits."""

    def work(saved: Saved) -> Item:
        question_of(draft.alert, page.context)
        body = draft.alert.model_dump(mode="json", exclude_defaults=True)
        head = draft.kept.model_dump() if draft.kept else {}
        item = checked(Item, {**head, "id": draft.id, "title": draft.title, "body": body})
        return saved.save("alerts", item)

    def again(error: FootfallError) -> None:
        _menu(page, draft, "name")
        page.say(str(error), warning=True)

    said = f"{clean(draft.title)} fires when {draft.alert.when}; footfall alerts run judges it."
    attempt(page, work, said, draft.then or (lambda _: page.marks_changed()), again)
