"""PeopleView: a list of people that is read on at both ends, and of which some can be picked."""

from __future__ import annotations

from core.answers import People
from core.draw.spans import Line
from tui.widgets.answer import AnswerView


class PeopleView(AnswerView):
    """A page of people out of a longer list.

    Attributes:
        picked: the ids of those picked, on whatever page of the list they are.
        landing: the place in the whole list, from 0, where the cursor goes once it is loaded.
    """

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self.picked: tuple[str, ...] = ()
        self.landing: int | None = None
        self._last_picked = ""

    @property
    def people(self) -> People | None:
        """The people on show."""
        return self.answer if isinstance(self.answer, People) else None

    @property
    def users(self) -> list[str]:
        """The ids of the people on show, in their order."""
        return [person.user for person in self.people.rows] if self.people else []

    @property
    def user(self) -> str:
        """The id of the person under the cursor, "" for nobody."""
        return (self.cell.row or "") if self.cell else ""

    @property
    def place(self) -> int:
        """The place of the cursor in the whole list, from 0."""
        return (self.people.offset if self.people else 0) + (self.cursor[0] if self.cursor else 0)

    def offset_for(self, rows: int) -> int | None:
        """Return where a page begins that has the person so many rows away, who is not loaded; None
        if there is none, or it is.
        """
        people = self.people
        if people is None or not people.total:
            return None
        wanted = min(max(self.place + rows, 0), people.total - 1)
        if people.offset <= wanted < people.offset + len(people.rows):
            return None
        self.landing = wanted
        pages = (wanted - people.offset) // people.limit
        return max(people.offset + pages * people.limit, 0)

    def land(self) -> None:
        """Put the cursor where it was to go."""
        if self.landing is not None and self.people is not None:
            self.move_to(max(self.landing - self.people.offset, 0), 0)
        self.landing = None

    def pick(self, users: tuple[str, ...]) -> None:
        """Show others as picked."""
        self.picked = users
        self._drawn_for = ()
        self.repaint()

    def pick_here(self) -> bool:
        """Pick the person under the cursor, or not; False if there is nobody."""
        here = self.user
        if not here:
            return False
        self._last_picked = here
        kept = tuple(user for user in self.picked if user != here)
        self.pick(kept if len(kept) < len(self.picked) else (*kept, here))
        return True

    def pick_to_here(self) -> None:
        """Pick everybody from the last one picked to the one under the cursor."""
        users, here = self.users, self.user
        if not here:
            return
        ends = sorted(users.index(user) for user in (self._last_picked, here) if user in users)
        new = users[ends[0] : ends[-1] + 1] if ends else []
        self.pick(tuple(dict.fromkeys((*self.picked, *new))))

    def _drawn_with(self, cursor: tuple[int, int] | None, width: int, height: int) -> list[Line]:
        if not self.picked or self.people is None:
            return super()._drawn_with(cursor, width, height)
        shown = self.people.model_copy(update={"picked": frozenset(self.picked)})
        return self.draw(shown, cursor, width, height)
