"""Rows of retention: who starts, what coming back means, and when."""

from __future__ import annotations

from core.errors import BadInput
from core.queries.common.question import Question
from core.queries.retention.fields import MAX_DAYS, UNITS
from tui.editors.bodies import key_of, replaced
from tui.editors.entries import Edit, Entry, TextPick, title
from tui.editors.kinds import fields
from tui.editors.kinds.filters import About, filters

MODES = (
    ("n_day", "in exactly that period"), ("unbounded", "then or later"),
    ("on_or_before", "up to then"), ("streak", "in every period so far"),
    ("bracket", "in brackets of days"),
)  # fmt: skip
COHORTS = (
    ("first_ever", "with their first one ever"),
    ("first_in_range", "with their first one in the range"),
    ("every", "with every one"),
)
AVERAGES = (
    ("weighted", "large cohorts count more"),
    ("simple", "all cohorts count the same"),
)
BRACKETS = [[0, 1], [1, 7], [7, 30]]
"""Day 0, the rest of the first week, the rest of the month: first days, and days after the last."""


def events(question: Question) -> list[Entry]:
    """Return the rows of the start and the return event, with their filters."""
    return [
        title("who comes back"),
        fields.event(question, ("start_event",), "start", absent="any event", first_ever=True),
        *_filters_of(question, "start"),
        fields.event(question, ("return_event",), "return", absent="any event"),
        *_filters_of(question, "return"),
    ]


def _filters_of(question: Question, end: str) -> list[Entry]:
    event = fields.now(question, (f"{end}_event",))
    about = About(None if event == "_new" else event)
    return filters(question, (f"{end}_filters",), about, "where", 1)


def windows(question: Question) -> list[Entry]:
    """Return the rows of the periods and of what counts in them."""
    mode = fields.now(question, ("mode",))
    others: dict[str, dict[str, list[list[int]]]] = {
        value: {"brackets": []} for value, _ in MODES if value != "bracket"
    }
    kept = [list(each) for each in fields.now(question, ("brackets",))]
    also = {**others, "bracket": {"brackets": kept or BRACKETS}}
    words = (("calendar", "calendar days and weeks"), ("24h", "24 hours from the start"))
    return [
        title("when"),
        fields.units(question, UNITS),
        *([_brackets(question)] if mode == "bracket" else
          [fields.number(question, ("periods",), "periods", least=1, most=MAX_DAYS)]),
        fields.choice(question, ("mode",), "came back", MODES, also=also),
        fields.choice(question, ("basis",), "windows", words),
        fields.choice(question, ("cohort",), "they start", COHORTS),
        *fields.fields(question, ("breakdown",), "broken down by",
                       about=fields.now(question, ("start_event",))),
        fields.choice(question, ("combined",), "all together",
                      (("deduplicated", "each person once"), ("sum", "the cohorts added up"))),
        fields.choice(question, ("average",), "average", AVERAGES),
        fields.choice(question, ("reference",), "percent of",
                      (("cohort", "the cohort"), ("previous", "the period before"))),
        fields.flag(question, ("incomplete",), "show open periods"),
    ]  # fmt: skip


def _brackets(question: Question) -> Entry:
    path = ("brackets",)
    given = fields.now(question, path)
    shown = ", ".join(f"{a}" if b == a + 1 else f"{a}-{b - 1}" for a, b in given)
    picker = TextPick("Brackets of days", read_brackets, shown, "0, 1-6, 7-29")
    put = Edit("type", lambda asked, found: replaced(asked, path, found), picker)
    return Entry(key_of(path), "days", shown, enter=put)


def read_brackets(text: str) -> list[list[int]]:
    """Return the brackets in a text, each as [first day, day after the last]."""
    found = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.strip().isdigit()):
            raise BadInput(f"{part.strip()!r} is not a bracket of days.", "For example 0, 1-6.")
        found.append([int(first), int(last or first) + 1])
    return found
