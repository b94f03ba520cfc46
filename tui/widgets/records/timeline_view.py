"""TimelineView: a person's events, which can begin at one of them."""

from __future__ import annotations

from typing import Any

from core.answers import Timeline
from core.draw.spans import Line
from core.draw.timeline import folds, sessions_at
from core.queries import from_json
from core.queries.common.question import Question
from tui.widgets.answer import AnswerView

EVENTS = 300
"""How many events of a person are read at a time."""

WITHOUT: dict[str, Any] = {
    "traits": {},
    "context": {},
    "merged": (),
    "devices": (),
    "segments": (),
    "days": (),
}
"""What a timeline says of a person besides when they were seen and how much they did."""

Moment = tuple[int, str]
"""An event of a person: its instant in ms and its name."""


class TimelineView(AnswerView):
    """A person's events, newest first.

    Attributes:
        at: the event to begin at; None begins with the newest.
        brief: whether who it is stands beside it, and only the events are shown.
    """

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self.at: Moment | None = None
        self.brief = False

    def draw(
        self, answer: Any, cursor: tuple[int, int] | None, width: int, height: int
    ) -> list[Line]:
        """See AnswerView."""
        if self.brief and isinstance(answer, Timeline):
            answer = answer.model_copy(update=WITHOUT)
        return super().draw(answer, cursor, width, height)

    def question_about(self, user: str, event: str | None = None, offset: int = 0) -> Question:
        """Return the question for a page of somebody's events, or of those of one name."""
        body = {"kind": "user_activity", "user": user, "limit": EVENTS}
        return from_json({**body, "event": event, "offset": offset})

    def to_session(self, step: int) -> bool:
        """Put the cursor on the next session below, or above; False if there is none."""
        if not isinstance(self.answer, Timeline) or self.cursor is None:
            return False
        row = self.cursor[0]
        starts = sessions_at(self.answer)
        found = [at for at in starts if at > row] if step > 0 else [at for at in starts if at < row]
        return bool(found) and self.move_to(found[0 if step > 0 else -1], 0)

    def beyond(self) -> Question | None:
        """Put the cursor on the event to begin at, once.

        Returns:
            The question for the page that may have it, if it is not on this one.
        """
        timeline, question = self.answer, self.question
        if self.at is None or not isinstance(timeline, Timeline) or question is None:
            return None
        for row, fold in enumerate(folds(timeline)):
            same = timeline.events[fold.first : fold.first + fold.count]
            if any((event.ts, event.event) == self.at for event in same):
                self.at = None
                self.move_to(row, 0)
                return None
        older = timeline.events and timeline.events[-1].ts >= self.at[0]
        if not (timeline.truncated and older):
            self.at = None
            return None
        offset = getattr(question, "offset", 0) + len(timeline.events)
        return self.question_about(timeline.user, offset=offset)
