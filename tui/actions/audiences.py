"""What keys do to saved audiences: build their rules in a form, store, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from core.answers import Cell
from core.definitions.audience import read_definition
from core.errors import FootfallError
from core.language.audiences import format_rules, parse_rules
from core.language.questions import format_question
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import Item
from core.text import clean
from tui.actions.building import open_form, shown
from tui.actions.saving import ask_delete, ask_name
from tui.actions.storing import attempt

if TYPE_CHECKING:
    from tui.actions.building import FormedPage
    from tui.actions.pages import AudienceList
    from tui.editors.purpose import Built


Asked = tuple[tuple[dict[str, Any], str], ...]
"""Definitions, each with its words."""


def new_audience(page: AudienceList) -> None:
    """Create an audience: build its rules, beginning with one, then ask for its name.

    The people on show in the place left before can be the beginning.
    """
    from tui.editors.kinds.asked import rules_of

    before = page.app.came_from
    rules = rules_of(before)
    offered: Asked = ()
    if before is not None and rules:
        offered = ((rules, f"as in: {clean(format_question(before), 60)}"),)
    _build(page, "New audience", {}, lambda body: _name(page, body), offered=offered)


def audience_from(page: FormedPage, question: Question | None, cell: Cell | None) -> None:
    """Create an audience that begins as the people behind a question's number."""
    from tui.editors.kinds.asked import rules_of

    rules = rules_of(question, cell)
    if not rules:
        page.say("This question has no people to begin an audience with.", warning=True)
        return
    _build(page, "New audience", rules, lambda body: _name(page, body))


def edit_audience(page: AudienceList, item: Item) -> None:
    """Build the rules of an audience."""
    _edit(page, item, item.body)


def _edit(
    page: AudienceList, item: Item, body: dict[str, Any], wrong: FootfallError | None = None
) -> None:
    def store(built: dict[str, Any]) -> None:
        attempt(
            page,
            lambda saved: saved.save_audience(item.title, built, id_=item.id),
            f"Saved audience {clean(item.title)}.",
            lambda _: page.audience_changed(item.id),
            lambda error: _edit(page, item, built, error),
        )

    _build(page, f"Audience {clean(item.title, 40)}", body, store, wrong)


def _name(page: FormedPage, body: dict[str, Any]) -> None:
    ask_name(
        page,
        "New audience",
        "",
        lambda title, again: attempt(
            page,
            lambda saved: saved.save_audience(title, body),
            f"Saved audience {clean(title)}.",
            lambda _: _changed(page),
            again,
        ),
    )


def _changed(page: FormedPage) -> None:
    """Tell a list of audiences that there is a new one."""
    if hasattr(page, "audience_changed"):
        page.audience_changed("")


def _build(
    page: FormedPage,
    heading: str,
    body: dict[str, Any],
    then: Any,
    wrong: FootfallError | None = None,
    offered: Asked = (),
) -> None:
    """Open the form over rules; `then` takes those that it closes with.

    Args:
        offered: whole definitions to begin with, each with its words.
    """
    from tui.editors.kinds.audience import RULES, added, new_rule, rows
    from tui.editors.purpose import Purpose

    def built(found: Built) -> None:
        then(rules_of_audience(found.question))

    try:
        question = _audience(body)
    except FootfallError as error:
        page.sorry(error)
        return
    purpose = Purpose(
        heading, read_rules, rows=rows, added=added, live=shown,
        first=None if body else new_rule(RULES, offered), write=written, wrong=wrong,
    )  # fmt: skip
    open_form(page, question, purpose, built)


def _audience(body: dict[str, Any]) -> Question:
    return from_json({"kind": "audience", "definition": body})


def rules_of_audience(question: Question) -> dict[str, Any]:
    """Return the rules of an audience as they are stored."""
    from core.queries.common.any_question import said_by

    return cast(dict[str, Any], said_by(question).get("definition") or {})


def written(question: Question) -> str:
    """Return the rules of an audience as text."""
    return format_rules(read_definition(rules_of_audience(question)))


def read_rules(typed: str) -> tuple[Question, str]:
    """Return the audience whose rules are in a text or JSON; BadQuestion if there are none."""
    found = parse_rules(typed).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _audience(found), ""


def delete_audience(page: AudienceList, item: Item) -> None:
    """Delete an audience, after asking."""
    ask_delete(
        page, "audience", item.title, lambda saved: saved.delete("audiences", item.id), page.fill
    )
