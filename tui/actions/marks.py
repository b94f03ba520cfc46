"""What keys do to marks: ask for a day, a title and a category, store, delete."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import BadInput, FootfallError
from core.store.library.saved import CATEGORIES, Mark
from core.text import clean
from core.timeframe.calendar import Calendar
from tui.actions.saving import ask_delete
from tui.actions.storing import attempt
from tui.widgets.dialogs import Menu, Prompt

if TYPE_CHECKING:
    from tui.actions.pages import QuestionShown


def mark_here(page: QuestionShown) -> None:
    """Mark the day under the cursor, asking for its category and title."""
    edit_mark(page, Mark(title="?", timestamp=moment_of(page)), "")


def moment_of(page: QuestionShown) -> int:
    """Return the start of the bucket under the cursor, else now."""
    view = page.view
    if view is not None and view.cell is not None and getattr(view.answer, "buckets", None):
        for bucket in view.answer.buckets:
            if bucket.label == view.cell.bucket:
                return int(bucket.start)
    return int(page.app.engine.clock())


def edit_mark(page: QuestionShown, mark: Mark, title: str) -> None:
    """Ask for a mark's day, title and category, and store it."""
    when = page.app.engine.calendar.local(mark.timestamp).strftime("%Y-%m-%d %H:%M")
    _ask_mark(page, mark, f"{when} {clean(title)}")


def _ask_mark(
    page: QuestionShown, mark: Mark, typed: str, wrong: FootfallError | None = None
) -> None:
    calendar = page.app.engine.calendar

    def read(text: str) -> tuple[str, int, str]:
        return text, *_dated(text, calendar)

    def written(found: tuple[str, int, str] | None) -> None:
        if found is None:
            return
        text, moment, title = found
        new = mark.model_copy(update={"title": title, "timestamp": moment})
        entries = [(category[0], category, category) for category in CATEGORIES]
        page.app.push_screen(
            Menu("Category", entries, mark.category),
            lambda category: store(new, category, text) if category else None,
        )

    def store(new: Mark, category: str, text: str) -> None:
        new = new.model_copy(update={"category": category})
        when = calendar.local(new.timestamp).strftime("%b %d %Y")
        attempt(
            page,
            lambda saved: saved.save_mark(new),
            f"Marked {when}: {clean(new.title)}.",
            lambda _: page.marks_changed(),
            lambda error: _ask_mark(page, new, text, error),
        )

    page.app.push_screen(
        Prompt(
            "Mark: day, time (optional), and what happened",
            read,
            value=typed,
            wrong=wrong,
            help="For example 2025-04-30 release 4.2, or 2025-04-30 14:05 release 4.2.",
        ),
        written,
    )


def _dated(text: str, calendar: Calendar) -> tuple[int, str]:
    """Return the instant and the title of "2025-04-30 14:05 release 4.2"."""
    words = text.split()
    for count, form in ((2, "%Y-%m-%d %H:%M"), (1, "%Y-%m-%d")):
        try:
            wall = datetime.strptime(" ".join(words[:count]), form)
            moment = calendar.instant(wall)
        except (ValueError, OverflowError):
            continue
        title = " ".join(words[count:])
        if not 1 <= len(title) <= 200:
            raise BadInput("After the day, say what happened in 1 to 200 characters.")
        return moment, title
    raise BadInput("A mark must start with its day.", "For example 2025-04-30 release 4.2.")


def delete_mark(page: QuestionShown, mark: Mark) -> None:
    """Delete a mark, after asking."""
    ask_delete(
        page, "mark", mark.title, lambda saved: saved.delete_mark(mark.id), page.marks_changed
    )
