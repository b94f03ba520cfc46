"""What keys do to saved audiences: ask for a name and a definition as JSON, store, delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.errors import BadInput, FootfallError
from core.store.library.saved import Item
from core.text import clean
from tui.actions.saving import ask_name
from tui.actions.storing import attempt
from tui.widgets.dialogs import Confirm, Prompt

if TYPE_CHECKING:
    from tui.actions.pages import AudienceList

DAYS = 30
"""How recently people did the event in the example for a new audience."""


def new_audience(page: AudienceList, event: str) -> None:
    """Create an audience: ask for its name, then for its rules.

    Args:
        event: used in the example for the rules.
    """
    example = {"filters": [], "events": [{"event": event, "days": DAYS}]}
    text = json.dumps(example, ensure_ascii=False)
    ask_name(page, "New audience", "", lambda name, _: _ask_rules(page, name, "", text))


def edit_audience(page: AudienceList, item: Item) -> None:
    """Edit an audience's definition as JSON."""
    _ask_rules(page, item.title, item.id, json.dumps(item.body, ensure_ascii=False))


def _ask_rules(
    page: AudienceList, title: str, id_: str, text: str, wrong: FootfallError | None = None
) -> None:
    def store(found: tuple[str, dict[str, Any]] | None) -> None:
        if found is None:
            return
        typed, body = found
        attempt(
            page,
            lambda saved: saved.save_audience(title, body, id_=id_),
            f"Saved audience {clean(title)}.",
            lambda _: page.audience_changed(id_),
            lambda error: _ask_again(page, title, id_, typed, error),
        )

    page.app.push_screen(
        Prompt(
            f"Audience {clean(title, 40)}",
            _read_rules,
            value=text,
            wrong=wrong,
            help="filters: field, operator, value. events: event, op, count, days.",
        ),
        store,
    )


def _ask_again(page: AudienceList, title: str, id_: str, text: str, wrong: FootfallError) -> None:
    """Bring back what was typed; ask for another name first if the name was refused."""
    if getattr(wrong, "parameter", "") != "title":
        _ask_rules(page, title, id_, text, wrong)
        return
    ask_name(page, "New audience", title, lambda name, _: _ask_rules(page, name, id_, text), wrong)


def _read_rules(typed: str) -> tuple[str, dict[str, Any]]:
    """Return a text and the definition in it; BadInput if there is none."""
    try:
        found = json.loads(typed)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise BadInput("A definition must be a JSON object.", "For example {}.")
    return typed, found


def delete_audience(page: AudienceList, item: Item) -> None:
    """Delete an audience, after asking."""

    def answered(yes: bool | None) -> None:
        if yes:
            attempt(
                page,
                lambda saved: saved.delete("audiences", item.id),
                f"Deleted {clean(item.title)}. U brings it back.",
                lambda _: page.fill(),
            )

    page.app.push_screen(Confirm(f"Delete audience {clean(item.title, 30)}?"), answered)
