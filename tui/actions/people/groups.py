"""The people of a list as a group: what they did, how they differ, and counting only them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.queries import from_json
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from tui.actions.opening import others_of
from tui.services.state import body_of
from tui.texts.people import many
from tui.widgets.dialogs import Chooser, Menu
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import PeopleListed

EVENTS = 200
"""How many of the events of a group are listed."""


def these(page: PeopleListed) -> Question | None:
    """Return the question of the people picked, or of everybody listed."""
    if page.picked:
        ids = {"static_ids": list(page.picked)}
        return from_json({"kind": "audience", "definition": ids})
    question = page.question
    if isinstance(question, PeopleBehind):
        return PeopleBehind(of=question.of, cell=question.cell)
    return question


def how_many(page: PeopleListed) -> str:
    """Return how many people are picked or listed, in words."""
    if page.picked:
        return f"{many(len(page.picked))} picked"
    listed = page.main.answer if page.main is not None else None
    return many(listed.total) if listed is not None else "people"


def events_of(page: PeopleListed) -> Question | None:
    """Return the question of what they did in the range they were counted in."""
    group = these(page)
    if group is None:
        return None
    return from_json({
        "kind": "raw_events", "range": page.range_now, "among": body_of(group), "limit": EVENTS,
    })  # fmt: skip


def break_down(page: PeopleListed) -> None:
    """Choose a field, and count the people by its values."""
    group = these(page)
    if group is None:
        return
    rows = [
        Row("what they did: events", "event"),
        *(Row(f, f) for f in page.context.catalog.fields),
    ]
    page.app.push_screen(
        Chooser(f"Break down {how_many(page)} by", rows, free=lambda text: text, hint="a field"),
        lambda field: _open(page, _by(page, group, field)) if field else None,
    )


def _by(page: PeopleListed, group: Question, field: str) -> dict[str, Any]:
    among = body_of(group)
    if field == "event":
        return {"kind": "top_events", "range": page.range_now, "among": among}
    return {"kind": "composition", "property": field, "range": "all_time", "among": among}


def _open(page: PeopleListed, body: dict[str, Any]) -> None:
    page.app.navigator.open(from_json(body))


def lead_on(page: PeopleListed) -> None:
    """Offer what they did, and how they differ from others."""
    group = these(page)
    if group is None:
        return
    entries: list[tuple[str, str, Any]] = [
        ("e", "their events, one by one", events_of(page)),
        ("t", "what they did most", from_json(_by(page, group, "event"))),
        *_comparisons(page, group),
        ("k", f"keep these {how_many(page)} to compare others with", _KEEP),
    ]
    page.app.push_screen(
        Menu(f"Of {how_many(page)}", entries), lambda chosen: _chosen(page, group, chosen)
    )


_KEEP = "keep"


def _chosen(page: PeopleListed, group: Question, chosen: Any) -> None:
    if chosen == _KEEP:
        page.app.navigator.group = group
        page.say(f"Kept {how_many(page)}: ; on another list compares its people with them.")
    elif chosen is not None:
        page.app.navigator.open(chosen)


def _comparisons(page: PeopleListed, group: Question) -> list[tuple[str, str, Question]]:
    """How the group differs from those who dropped, the rest of the list, those kept, everybody."""
    found: list[tuple[str, str, Question | None]] = [
        ("h", "how they differ from everybody else", None)
    ]
    question = page.question
    if page.picked and question is not None:
        found.append(("r", "how those picked differ from all listed", question))
    others = others_of(question.cell) if isinstance(question, PeopleBehind) else None
    if isinstance(question, PeopleBehind) and others is not None and not page.picked:
        found.append(
            ("o", "how they differ from the others", PeopleBehind(of=question.of, cell=others))
        )
    kept = page.app.navigator.group
    if kept is not None and kept != group:
        found.append(("v", "how they differ from those kept", kept))
    return [(letter, words, _differences(page, group, other)) for letter, words, other in found]


def _differences(page: PeopleListed, group: Question, other: Question | None) -> Question:
    body: dict[str, Any] = {
        "kind": "differences", "range": page.range_now, "of": body_of(group)
    }  # fmt: skip
    return from_json(body if other is None else {**body, "other": body_of(other)})


def only_these(page: PeopleListed) -> Row | None:
    """Return the choice that counts only these people on the page before; None if there is none."""
    stack = page.app.stack_of(page.place)
    before = stack[-2] if len(stack) > 1 else None
    if these(page) is None or not hasattr(before, "set_fields"):
        return None
    return Row(f"these {how_many(page)}, on the page before", (BEFORE, ""))


BEFORE = "before"
"""What the choice of counting only these people is called."""


def count_only_these(page: PeopleListed) -> None:
    """Go back one page, and count only these people there."""
    group, words = these(page), how_many(page)
    before: Any = page.app.stack_of(page.place)[-2]
    page.app.pop_screen()
    before.set_fields(among=body_of(group) if group else None, segment=None, audience=None)
    before.say(f"Only {words} count here. : Clear filters counts everybody.")
