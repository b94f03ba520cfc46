"""A sentence in words of the workspace, and the drafts of questions that are made of it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, NamedTuple

from core.catalog.revenue import is_named
from core.language.loose.groups import groups
from core.language.loose.heard import Heard, Names, Piece
from core.language.loose.stems import FIELDS, alike, stem, stems
from core.queries.terms import name as quoted

REVENUE: Final = "revenue:amount"
FIGURES: Final = {
    r"averages?|avg|mean": "avg", r"medians?|typical": "median", r"sum|total|overall": "sum",
    r"max(?:imum)?|highest|largest|biggest|longest": "max",
    r"min(?:imum)?|lowest|smallest|shortest": "min",
}  # fmt: skip
_BEGINNING: Final = frozenset(
    map(stem, ("start", "started", "begin", "began", "open", "submitted"))
)
"""What is first done to something that later ends."""

_AMOUNTS: Final = ("amount", "price", "value", "total", "revenue", "cost")
_UNITS: Final = re.compile(
    r"account|compan|org|team|workspace|tenant|customer|client|group|site|store|shop|household"
    r"|project|device|case|order|_id$|[a-z]Id$", re.IGNORECASE,
)  # fmt: skip


class Draft(NamedTuple):
    """A question that a sentence may be, before its clauses.

    Attributes:
        subject: its subject, with the clauses that follow from it.
        around: what is written around subject and clauses, "{}" for them.
        without: clauses that the subject already says.
        often: whether it says how many times.
        assumed: whether some of it was not said, so that it is only offered.
        part: whether it is an event, and how large a part of it meets the conditions is asked.
        apart: the field whose values are no conditions, as the subject lists them.
    """

    subject: str
    around: str = "{}"
    without: tuple[str, ...] = ()
    often: bool = False
    assumed: bool = False
    apart: str = ""
    part: bool = False


class Sentence:
    """A sentence that was heard, and what its words are in questions.

    Attributes:
        heard: what it says.
        names: of the workspace.
        events: quoted, in the order of a funnel.
        each: of what there is a figure for each, "" if it says none.
        unit: what is counted in place of people, "" for people.
        by: the fields to break down by.
        free: the other fields that it names.
    """

    def __init__(self, heard: Heard, names: Names) -> None:
        self.heard, self.names = heard, names
        told = set(re.findall(r"\w+", self.group[1])) - {"new", "to", "and"}
        found = [
            p for p in heard.events if p.at == p.end or not set(heard.words[p.at : p.end]) <= told
        ]
        heard.events[:] = found
        pages = _pages(found, heard)
        ordered = [
            quoted(piece.name) + pages.get(piece.at, "") for piece in _in_order(found, heard)
        ]
        if heard.says("then"):
            ordered = list(dict.fromkeys(ordered[::-1]))[::-1]
        self.events = list(dict.fromkeys(ordered))
        per = self._per()
        self.each = "" if per is None else _unit_name(per, heard)
        unit = per or self._unit()
        self.unit = "" if unit is None else _unit_name(unit, heard)
        self.by = [piece.name for piece in heard.fields if piece.by and piece is not unit]
        self.free = [piece.name for piece in heard.fields if not piece.by and piece is not unit]

        self.free = [self._own(name) for name in self.free]
        many = next((p for p in heard.fields if any(p.at == e.end for e in found)), None)
        if many and not self.by and many.name in self.free and many.name in names.texts and (
            heard.words[many.at].endswith("s")
        ):  # fmt: skip
            self.free.remove(many.name)
            self.by = [many.name]
        split = heard.says("break ?down|breakdowns?|mix|split")
        if split and self.events and not self.by and self.free[:1] and self.free[0] in names.texts:
            self.by, self.free = self.free[:1], self.free[1:]

    def _own(self, field: str) -> str:
        """Return a number's field, or that of the first event whose name has it: paymentamount for
        the amount of a payment.
        """
        own = self.names.of_event(self.event)
        if field in own or not self.names.is_number(field):
            return field
        return next((name for name in own if field.casefold() in name.casefold()), field)

    def says(self, pattern: str) -> bool:
        """Whether it has words of a pattern."""
        return self.heard.says(pattern)

    def _per(self) -> Piece | None:
        words = self.heard.words
        for piece in self.heard.fields:
            before = words[piece.at - 1] if piece.at else ""
            if before == "per" and _UNITS.search(piece.name):
                return piece
        return None

    def _unit(self) -> Piece | None:
        counted = [
            piece for piece in self.heard.fields
            if not piece.by and not self.names.is_number(piece.name)
        ]  # fmt: skip
        for piece in self.heard.fields:
            if re.search(r"count(?:ed|ing) (?:as|by|in) ?(?:unique |the )?$",
                         " ".join((*self.heard.words[: piece.at], ""))):  # fmt: skip
                return piece
        words = self.heard.words
        likely = [
            piece for piece in counted
            if _UNITS.search(piece.name) and words[max(piece.at - 1, 0)] not in ("the", "a", "an")
        ]  # fmt: skip
        if likely or self.heard.persons or self.figure():
            return next(iter(likely), None)
        told = "how many|number of|unique|distinct|active|retained|new|paying|churned"
        return next(iter(counted), None) if self.says(told) else None

    @property
    def event(self) -> str:
        """The first event, "" for none."""
        return self.events[0] if self.events else ""

    @property
    def of(self) -> str:
        """The clause that names the first event, "" for none."""
        return f" of {self.event}" if self.events else ""

    @cached_property
    def group(self) -> tuple[str, str]:
        """The clause of its people or of two groups, and the words that say so (`groups`)."""
        return groups(self.heard, self.names)

    @property
    def counting(self) -> str:
        """The clause that says what is counted."""
        return f" counting {quoted(self.unit)}" if self.unit else ""

    def amount(self) -> str:
        """The field of an amount that is compared with a number, "" for none."""
        if self.free:
            return self.free[0]
        fields = self.names.of_event(self.event)
        measure = re.search(r"\d ?([kmg]b|ms)\b", self.heard.text)
        took = re.search(r"\d ?(second|minute|hour)s?\b", self.heard.text)
        if took is not None:
            spans = (f for f in fields if stem(took[1]) in stems(f))
            return next(spans, "")
        if measure is not None:
            return next((name for name in fields if name.casefold().endswith(measure[1])), "")
        return next((f for word in _AMOUNTS for f in fields if word in f.casefold()), "")

    def number(self) -> str:
        """The first field whose values are numbers, "" for none."""
        return next(filter(self.names.is_number, self.free), "")

    def figure(self) -> str:
        """The figure of a property that is asked for, "" for none."""
        return next((figure for said, figure in FIGURES.items() if self.says(said)), "")

    def user(self) -> str:
        """The id of somebody who is named, "" for none."""
        return next((each.value for each in self.heard.values if each.field == "user"), "")

    def starting(self) -> str:
        """The event with which people begin, quoted, "" for none."""
        return self._first_of("regist")

    def paying(self) -> str:
        """The event with which people pay, quoted, "" for none."""
        return next(map(quoted, filter(is_named, self.names.events)), "")

    def viewed(self) -> str:
        """The event of a page that is seen, quoted, "" for none."""
        return self._first_of("pageview")

    def _first_of(self, kind: str) -> str:
        events = (event for event in self.names.events if kind in alike(stems(event)))
        return next(map(quoted, events), "")

    def place(self) -> str:
        """The field with the country of people, "" for none."""
        known = ("country", *FIELDS["country"])
        return next((name for name in known if name in self.names.fields), "")

    def page(self) -> str:
        """The field with the page of a view, "" for none."""
        return next((name for name in FIELDS["page"] if name in self.names.fields), "")

    def chain(self) -> str:
        """The steps of a funnel, "" if only one can be found."""
        steps = self.events or [self.starting()]
        if len(steps) == 1:
            start, end = self.starting(), self.paying()
            if self.heard.never and steps == [start]:
                start = self.viewed()
            begun = _BEGINNING.intersection(stems(self.event))
            if begun and self.says("complet\\w*|finish\\w*"):
                start = ""
            if self.says(r"abandon\w*|(?:drop\w*|bounce\w*) (?:from|at|in|during)"):
                start = ""
            if self.heard.never and not start:
                start = next(map(quoted, self.names.events), "")
            steps = [start, *steps] if start not in ("", *steps) else [*steps, end]
        steps = [step for step in dict.fromkeys(steps) if step]
        return " > ".join(steps) if len(steps) > 1 else ""

    def begun(self) -> str:
        """The event with which begins what the first event ends: level_start for level_complete."""
        called = {quoted(name): set(own) for name, own in self.names.called}
        ends = called.get(self.event, set())
        for event, words in called.items():
            begins = words & _BEGINNING
            rest = words - begins
            if begins and rest and rest <= ends and not begins & ends:
                return event
        return ""

    def so_often(self) -> Draft | None:
        """Who did the first event so many times as it says; None if it says no such number."""
        heard = self.heard
        told = heard.persons or self.unit or self.says("who")
        if (
            not (
                heard.bound in ("least", "exact") and heard.often and len(self.events) == 1 and told
            )
            or heard.never
        ):
            return None
        times = "time" if heard.often == 1 else "times"
        row = f"{heard.often} {'or more ' if heard.bound == 'least' else ''}{times}"
        around = f'{"units" if self.unit else "people"} of ({{}}) at row "{row}"'
        return Draft(f"frequency{self.of}{self.counting}", around, ("granularity",), often=True)


def of(figure: str, event: str, field: str) -> str:
    """Return sum(event.field)."""
    if field != REVENUE:
        field = quoted(field)
    if "." in event and event[0] != '"':
        event = f'"{event}"'
    return f"{figure}({event}.{field})" if event else f"{figure}({field})"


def _unit_name(piece: Piece, heard: Heard) -> str:
    return "device" if stem(heard.words[piece.at]) == "devic" else piece.name


def _pages(found: list[Piece], heard: Heard) -> dict[int, str]:
    """Return conditions on the steps of several that are views of a page, by their first word."""
    pages: dict[int, str] = {}
    if len({piece.name for piece in found}) < 2:
        return pages
    for valued in [each for each in heard.values if each.value.startswith("/")]:
        near = min(found, key=lambda piece: abs(piece.at - valued.at))
        if "pageview" in alike(stems(near.name)) and near.at not in pages:
            pages[near.at] = f"[{quoted(valued.field)} = {quoted(valued.value)}]"
            heard.values.remove(valued)
    return pages


def _in_order(found: list[Piece], heard: Heard) -> list[Piece]:
    """Return the events in order of time: what is said to be after the other one last."""
    if len(found) != 2:
        return found
    between = " ".join(heard.words[found[0].end : found[1].at])
    later = re.search(
        r"\b(after|following|once|since)\b|\bfrom(?: the| a)?$|· of$", between.strip()
    )
    earlier = re.search(r"\b(then|before)\b", between)
    return found[::-1] if later and not earlier else found
