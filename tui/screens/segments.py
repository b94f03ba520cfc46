"""Segments: built-in ones and saved audiences, with their people and definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from textual.app import ComposeResult

from core.answers import Cell
from core.draw.spans import Line, Span
from core.draw.spark import sparkline
from core.engines.running import Result
from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from core.store.library.saved import Item
from core.text import clean, number
from core.timeframe import to_date
from tui.actions import edits
from tui.actions.audiences import delete_audience, edit_audience, new_audience
from tui.actions.following import taken_over, unit_for
from tui.actions.kept.copying import Link, question_link
from tui.actions.kept.naming import duplicate, rename
from tui.actions.saving import undo_last
from tui.editors.rules import rules_in_words
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.screens.bases.page import bindings
from tui.services.runner import Callback
from tui.texts.people import many
from tui.texts.segments import SEGMENTS
from tui.widgets.answer import AnswerView
from tui.widgets.companion import About, Companion, Composition
from tui.widgets.detail import Detail
from tui.widgets.listing import Listing, Row
from tui.widgets.words import wrapped

WEEKS = 12
"""Of how many weeks the sizes of built-in segments are shown, the last of them now."""

MOST_SHARED = 6
"""In how many other audiences people are looked for."""

KEYS: tuple[Line, ...] = (
    (Span("ENTER", "key"), Span(" its people")),
    (Span("s", "key"), Span("     what they did")),
)
"""What keys do with a segment."""

LIFECYCLE = ("new", "returning", "dormant", "churned")


class Overlap(Companion):
    """In which segments people of one are too: the largest first, without their own."""

    def show(self, result: Result, empty: str = "") -> None:
        """See AnswerView."""
        answer = result.answer
        own = getattr(self.question, "segment", None)
        rows = [
            (key, (str(row[0]).replace("_", " "), *row[1:]))
            for key, row in zip(answer.keys, answer.rows, strict=True)
            if key != own
        ]
        at = [column.name for column in answer.columns].index(answer.people_column)
        rows.sort(key=lambda pair: -(pair[1][at] or 0))
        kept = {"keys": tuple(key for key, _ in rows), "rows": tuple(row for _, row in rows)}
        super().show(replace(result, answer=answer.model_copy(update=kept)), empty)


class SegmentsPage(AccompaniedPage):
    """Enter lists a segment's people; s shows their activity."""

    page_id = "segments"
    labels = {"open": "people"}  # noqa: RUF012
    BINDINGS = bindings("segments")
    DEFAULT_CSS = """
    SegmentsPage Composition .beside { display: block; width: 50%; }
    SegmentsPage #definition { display: block; height: 1fr; }
    SegmentsPage.-tall.-wide #definition { height: 8; }
    SegmentsPage #size { width: 3fr; }
    SegmentsPage #did { width: 2fr; }
    SegmentsPage #counts { display: none; }
    SegmentsPage Composition .below { height: 18; }
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.counts: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.audiences: dict[str, Item] = {}
        self.weeks: dict[str, list[int | None]] = {}
        self.shared: dict[tuple[str, str], dict[str, int]] = {}
        self._past: Question | None = None
        self._asked_with: dict[str, bool] = {}

    def body(self) -> ComposeResult:
        """See Page."""
        yield Composition(
            [Listing("Segments", id="segments", empty=""), AnswerView(id="counts")],
            beside=[
                Detail(id="definition"),
                Overlap(self._overlap, "Also in", id="overlap", chart="table"),
            ],
            below=[
                Companion(self._active, "How many of them were active", id="size", at_end=True),
                Companion(self._did, "What they do most", id="did", chart="table"),
            ],
        )

    def start(self) -> None:
        """See Page."""
        base = edits.usual_range(self.app)
        question = from_json({"kind": "segments", "range": base})
        self.first_view.saved = question
        self.fill()
        self.ask(self.first_view, question)

    def resume(self) -> None:
        """See Page."""
        self.fill()

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    @property
    def audience(self) -> Item | None:
        """The saved audience under the cursor."""
        kind, id_ = self.listing.value or ("", "")
        return self.audiences.get(id_) if kind == "audience" else None

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        super().answered(view)
        if view is not self.main:
            return
        self.counts = _sizes(view.answer)
        self.fill()
        self._ask_weeks()
        self.update_chrome()

    def fill(self) -> None:
        """List segments and audiences with their sizes."""
        rows = [Row("lifecycle")]
        rows += [self._row(name) for name in SEGMENTS if name in LIFECYCLE]
        rows.append(Row("engagement"))
        rows += [self._row(name) for name in SEGMENTS if name not in LIFECYCLE]
        self.audiences = {a.id: a for a in self.app.library.audiences()}
        none = self.app.library.troubles.get("audiences") or "yours: none yet, n creates one"
        rows.append(Row("yours" if self.audiences else none))
        for item in self.audiences.values():
            size = self.sizes.get(item.id)
            right = number(size) if size else ""
            rows.append(Row(f" {item.title}", ("audience", item.id), right, weight=size))
        self.listing.fill(rows)
        self._count_audiences()
        self._tell()

    def _row(self, name: str) -> Row:
        count = self.counts.get(name)
        return Row(f" {name.replace('_', ' ')}", ("segment", name), number(count), weight=count)

    def _count_audiences(self) -> None:
        for id_ in self.audiences:
            if id_ not in self.sizes:
                self.sizes[id_] = 0
                people = PeopleBehind(of=self._group(("audience", id_)))
                self.ask(Callback(partial(self._counted, id_)), people)

    def _counted(self, id_: str, people: Any) -> None:
        self.sizes[id_] = people.total
        self.fill()

    def came_back(self) -> None:
        """See Page: describe the segment under the cursor."""
        self._tell()
        super().came_back()

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Describe the segment under the cursor, and ask about it once the cursor rests."""
        self._tell()
        self.rest()

    # -- sizes over time, and people who are in an audience too

    def _ask_weeks(self) -> None:
        """Ask how large the segments were at the end of each of the weeks before."""
        question = self.question
        if not self.roomy or question is None or question == self._past:
            return
        self._past, self.weeks, self.shared = question, {}, {}
        self._ask_shared()
        span, now = self.context.span_to_today(question.range), self.counts

        def told(answers: dict[int, Any]) -> None:
            if question == self._past:
                weeks = [*map(_sizes, answers.values()), now]
                self.weeks = {name: [week.get(name) for week in weeks] for name in SEGMENTS}
                self._tell()

        ranges = {
            back: edits.dates_text(span.first_day - 7 * back, span.last_day - 7 * back)
            for back in range(WEEKS - 1, 0, -1)
        }
        asked = {back: edits.revise(question, range=text) for back, text in ranges.items()}
        self._ask_all(asked, told)

    def repeat(self, **options: bool) -> None:
        """See Page: also the weeks before, and who is in other audiences too."""
        self._past, self._asked_with = None, options
        super().repeat(**options)

    def _ask_shared(self) -> None:
        """Ask how many of the people under the cursor are in each of the first audiences."""
        value = self.listing.value
        if value is None or value in self.shared or not self.roomy:
            return
        others = [item for item in self.audiences.values() if item.id != value[1]][:MOST_SHARED]
        self.shared[value] = {}

        def told(answers: dict[str, Any]) -> None:
            self.shared[value] = {title: people.total for title, people in answers.items()}
            self._tell()

        self._ask_all({item.title: self._both(value, item.title) for item in others}, told)

    def _ask_all(
        self, questions: Mapping[Any, Question], told: Callable[[dict[Any, Any]], None]
    ) -> None:
        """Ask questions, and call `told` with their answers, in that order, once all are there."""
        found: dict[Any, Any] = {}

        def answered(key: Any, answer: Any) -> None:
            found[key] = answer
            if len(found) == len(questions):
                told({key: found[key] for key in questions})

        for key, question in questions.items():
            self.ask(Callback(partial(answered, key)), question, **self._asked_with)

    def _both(self, value: tuple[str, str], title: str) -> Question:
        """Return the question about who is in a segment or an audience and in another one."""
        kind, name = value
        body: dict[str, Any] = {"kind": "audience", "limit": 0}
        if kind == "segment":
            return from_json({**body, "audience": title, "segment": name, "range": self._range})
        names = (self._title_of(value), title)
        rules = [{"field": "audience", "value": each} for each in names]
        return from_json({**body, "definition": {"filters": rules}})

    def accompany(self) -> None:
        """See AccompaniedPage."""
        super().accompany()
        self._ask_shared()

    # -- about the segment under the cursor

    def _of_them(self, about: About, **body: Any) -> Question | None:
        """Return a question about the people of the segment under the cursor."""
        if self.listing.value is None:
            return None
        return from_json({**taken_over(about.question), **body, **self._only(self.listing.value)})

    def _active(self, about: About) -> Question | None:
        unit = unit_for(about.question.range, about.context)
        return self._of_them(about, kind="active_users", granularity=unit)

    def _did(self, about: About) -> Question | None:
        return self._of_them(about, kind="top_events", order_by="users", limit=15)

    def _overlap(self, about: About) -> Question | None:
        return self._of_them(about, kind="segments")

    def _tell(self) -> None:
        detail = self.query_one(Detail)
        value = self.listing.value
        if value is None:
            return
        kind, name = value
        wide = max(detail.size.width - 4, 20)
        facts = [*self._size_line(name, wide), *self._shared_line(value, wide)]
        if kind == "segment":
            lines: list[Line] = wrapped(SEGMENTS[name], wide)
            detail.tell(name.replace("_", " "), [*lines, *facts, (), *KEYS])
            return
        item = self.audiences.get(name)
        if item is not None:
            told = item.description not in ("", item.title)
            about = wrapped(item.description, wide) if told else []
            rules = [line for said in _rules(item.body) for line in _hanging(said, wide)]
            detail.tell(item.title, [*about, *rules, *facts, (), *KEYS])

    def _size_line(self, name: str, wide: int) -> list[Line]:
        sizes = self.weeks.get(name)
        if not sizes:
            return []
        first, last = number(sizes[0]), number(sizes[-1])
        end = self.context.span_to_today(self._past.range).last_day if self._past else 0
        begun, ended = (f"{to_date(day):%b %d}" for day in (end - 7 * (WEEKS - 1), end))
        line = sparkline(sizes, max(min(wide - 46, 2 * WEEKS), 6), self.app.look)
        return [
            (Span(f"size over {WEEKS} weeks  {begun}  ", "dim"), Span(f"{first} "), *line,
             Span(f" {last}", "bold"), Span(f"  {ended}", "dim"))
        ]  # fmt: skip

    def _shared_line(self, value: tuple[str, str], wide: int) -> list[Line]:
        counted = self.shared.get(value)
        if not counted:
            return []
        said = ", ".join(f"{clean(name, 24)} {number(n)}" for name, n in counted.items())
        return wrapped(f"also in {said}", wide)

    def _group(self, value: tuple[str, str]) -> Question:
        """Return the question for a segment's or an audience's people."""
        kind, _ = value
        span = {"range": self._range} if kind == "segment" else {}
        return from_json({"kind": kind, **self._only(value), **span})

    @property
    def _range(self) -> str:
        """The range that segments are counted in."""
        return self.range_now or "30d"

    def _only(self, value: tuple[str, str]) -> dict[str, str]:
        """Return the field of a question with which it is only about these people."""
        kind, name = value
        return {kind: self._title_of(value) if kind == "audience" else name}

    def _title_of(self, value: tuple[str, str]) -> str:
        """Return the title of an audience, which is how questions name it."""
        item = self.audiences.get(value[1])
        return item.title if item else value[1]

    def opens_row(self, row: Row | None) -> str:
        """See QuestionPage."""
        return many(int(row.weight)) if row is not None and row.weight else ""

    def choose(self, listing: Listing) -> None:
        """Open the members."""
        if listing.value is not None:
            self.app.navigator.open_people(self._group(listing.value), Cell())

    def action_segment(self) -> None:
        """Show the activity of the people in the segment under the cursor."""
        if self.listing.value is None:
            return
        only = self._only(self.listing.value)
        question = from_json({"kind": "active_users", "range": self._range, **only})
        self.app.navigator.open_chart(question)

    def action_edit(self) -> None:
        """Build an audience's rules."""
        if self.audience is not None:
            edit_audience(self, self.audience)
        else:
            self.say("Built-in segments cannot be edited. n creates an audience of your own.")

    def action_new(self) -> None:
        """Create an audience: its rules, then a name."""
        new_audience(self)

    def audience_changed(self, id_: str) -> None:
        """Count and list an audience again.

        Args:
            id_: the audience's id, "" for a new one.
        """
        self.sizes.pop(id_, None)
        self.fill()

    @property
    def link(self) -> Link | None:
        """See QuestionPage."""
        if self.panel is not self.listing or self.listing.value is None:
            return super().link
        return question_link(self._group(self.listing.value))

    def action_rename(self) -> None:
        """Give the audience under the cursor another name."""
        item = self.audience
        if item is not None:
            rename(self, "audiences", item, lambda _: self.audience_changed(item.id))
        else:
            self.say("Built-in segments keep their names.")

    def action_duplicate(self) -> None:
        """Save the audience under the cursor under another name too."""
        if self.audience is not None:
            duplicate(self, "audiences", self.audience, lambda _: self.audience_changed(""))
        else:
            self.say("Built-in segments cannot be duplicated; n creates an audience.")

    def action_delete(self) -> None:
        """Delete the audience under the cursor, after asking."""
        if self.audience is not None:
            delete_audience(self, self.audience)
        else:
            self.say("Built-in segments cannot be deleted.")

    def action_undo(self) -> None:
        """Bring the last deleted audience back."""
        undo_last(self, "audiences")

    def action_zoom(self) -> None:
        """Show the companion with the focus alone, and back; the list has nothing to zoom."""
        here = self.zoomed or self.panel
        if here is not None and here.has_class("companion"):
            super().action_zoom()
            return
        self.say("There is nothing to zoom here. s shows what these people did.")


def _sizes(answer: Any) -> dict[str, Any]:
    """Return how many people there are in each segment of an answer."""
    at = [column.name for column in answer.columns].index(answer.people_column)
    return {key: row[at] for key, row in zip(answer.keys, answer.rows, strict=True)}


def _rules(definition: dict[str, Any]) -> list[str]:
    """Return the rules of an audience in words, or why they cannot be read."""
    try:
        return rules_in_words(definition)
    except FootfallError as error:
        return [error.message]


def _hanging(said: str, wide: int) -> list[Line]:
    """Return a line of text, wrapped below where it begins."""
    text = said.lstrip(" ")
    before = Span(" " * (len(said) - len(text)))
    return [(before, *line) for line in wrapped(text, wide - len(before.text))]
