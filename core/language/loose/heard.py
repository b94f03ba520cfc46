"""What a sentence names of a workspace: events, fields, values, units; and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Final, NamedTuple

from core.language.loose.marked import dated
from core.language.loose.stems import FIELDS, PLACES, alike, stem, stems
from core.language.loose.times import GAP, Clauses, taken

WORDS: Final = re.compile(r"[^\s,;:?!()\"']+(?:'\w+)?|[,·]")
_LONGEST: Final = 6
_SPELT: Final = 6
"""From how many letters on a word may be misspelt."""

PERSONS: Final = frozenset(stem(word) for word in (
    "user", "person", "customer", "visitor", "people", "member", "subscriber", "player",
    "buyer", "shopper", "someone", "somebody", "anyone", "everyone", "everybody", "uniques",
))  # fmt: skip
_PAID: Final = [["vs"], ["versus"], ["and"], ["or"], ["traffic"], ["search"], ["channels"]]
"""Words after "paid" where it is a kind of channel."""

_BUYERS: Final = ("buyer", "buyers", "shopper", "shoppers")
"""People who are called by what they do."""

_USER: Final = ("user", "users", "customer", "customers", "person", "people")
_BY: Final = frozenset({"by", "per", "across", "each", "which", "what", "split", "every", "whose"})
_NOT: Final = frozenset({
    "not", "never", "without", "excluding", "except", "non", "didn't", "don't", "doesn't",
    "haven't", "hasn't", "didnt", "dont", "wasn't", "isn't", "outside",
})  # fmt: skip
_APART: Final = (",", "·", "per", "by", "then", "vs", "versus", "or", "who", "that", "and")
"""Words between two names."""

_ENDS: Final = ("up", "in", "out", "down")
"""Fillers that belong to the word before them: signed up, logged in."""

_TELLING: Final = frozenset(re.findall(r"\S+", """
    funnel funnels retention revenue cohort cohorts conversion conversions paths path sessions
    churn activation new active overview traffic top best usage growth
"""))  # fmt: skip
"""Words that say what is asked, and are therefore no values."""

_MAKING: Final = frozenset(
    ("ask", "creat", "post", "send", "show", "place", "submit", "make", "add", "write", "start")
)
"""Verbs of an event that a noun alone means: questions are those that were asked."""

FILLERS: Final = frozenset(re.findall(r"\S+", """
    a an no the our my your their its his her this that these those some any all of in on at to for
    from with and or is are was were be been being do does did have has had i we you they it he she
    me us them show give get list see find want need like know tell please can could would should
    what which who whom how when where there here many much number count counts total amount out
    then after before by per each every as also just only ever actually currently overall most
    chart graph plot table report stat stats statistics data metric metrics figure figures kpi
    value times time event events happen happened happening did done doing perform performed
    up down about into onto than vs versus compare compared comparison between against over
    use used using via through i'd let's what's whats who's rate share percent percentage ratio %
    go gone went come came made make unique distinct different new top rank ranked one ones first
    last really exactly right now so if but not never without never per someone people person user
    users customer customers visitor visitors breakdown break broken split group grouped segmented
    segment wise level based counted counting another view
    something anything later again once across whose every them was
"""))  # fmt: skip


_SMALL: Final = frozenset(
    re.findall(r"\S+", "a an the of in on at to for from with and or is are by not no it")
)
"""Words that say nothing by themselves even where a name has them."""


class Piece(NamedTuple):
    """A name in a sentence.

    Attributes:
        name: of the event or field.
        at, end: its first word, and the one after its last.
        whole: whether all words of the name are there, and not only one of them.
        by: whether it is something to break down by.
    """

    name: str
    at: int
    end: int
    whole: bool = True
    by: bool = False


class Valued(NamedTuple):
    """A value in a sentence: of which field, at which word, and whether it is excluded."""

    field: str
    value: str
    at: int
    out: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a workspace.

    Attributes:
        events: event names, `ce:NAME` for custom ones.
        fields: names of properties, traits and context columns.
        values: values of fields in lower case -> the field and the value.
        groups: saved audiences.
        marks: public marks in lower case, and the newest of a category -> their date.
        today: its local date.
    """

    events: Sequence[str] = ()
    fields: Sequence[str] = ()
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    groups: Sequence[str] = ()
    marks: Mapping[str, date] = field(default_factory=dict)
    today: date = date(2000, 1, 1)

    @property
    def texts(self) -> frozenset[str]:
        """The fields with values that are no numbers."""
        return frozenset(
            name for name, value in self.values.values()
            if not re.fullmatch(r"-?\d+(\.\d+)?", value)
        )  # fmt: skip


@dataclass
class Heard:
    """What a sentence says.

    Attributes:
        text: all of it, in lower case.
        words: what is left after its clauses, word by word.
        clauses: periods and the like (`taken`).
        events, fields, values: what it names, in order.
        never: the words that say not.
        persons: whether it names people.
        numbers: of a comparison with a number its sign and the number.
        limits: the numbers between which another one is.
        often: how many times at least, if it says.
        left: the words that nothing has made use of.
        typed: all of it, as it was typed.
        fillers: words that say nothing, as no event has them in its name.
    """

    text: str
    words: list[str]
    clauses: Clauses
    events: list[Piece] = field(default_factory=list)
    fields: list[Piece] = field(default_factory=list)
    values: list[Valued] = field(default_factory=list)
    never: list[int] = field(default_factory=list)
    persons: bool = False
    number: tuple[str, str] | None = None
    limits: tuple[str, str] | None = None
    often: int = 0
    left: list[str] = field(default_factory=list)
    fillers: frozenset[str] = frozenset()
    typed: str = ""

    def spelt(self, word: str) -> str:
        """Return a word as it was typed."""
        at = self.typed.casefold().find(word)
        return self.typed[at : at + len(word)] if at >= 0 else word

    def says(self, pattern: str) -> bool:
        """Whether it has words of a pattern."""
        return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", self.text) is not None


_SIGNS: Final = (
    (r"(?:at least|minimum of|no less than|>=)", ">="),
    (r"(?:at most|no more than|up to|<=)", "<="),
    (r"(?:more than|over|above|greater than|bigger than|larger than|longer than|exceeding|>)", ">"),
    (r"(?:less than|under|below|fewer than|smaller than|shorter than|cheaper than|<)", "<"),
)  # fmt: skip
_AMOUNT: Final = (
    r"[$€£]? ?(\d+(?:[.,]\d+)*|an?(?= (?:second|minute|hour)))"
    r"(?: ?(?:seconds?|minutes?|mins?|hours?|euros?|eur|dollars?|usd|bucks|pounds?|gbp|[$€£]))?"
)


def hear(text: str, names: Names) -> Heard:
    """Return what a sentence says about a workspace."""
    text = re.sub(r"\bUS\b", "USA", text)
    plain = re.sub("%", " percent ", text.casefold().replace("’", "'"))
    plain = re.sub(r"(\w)'s\b", r"\1", plain)
    plain = plain.replace("sign-up", "sign up").replace("app's", "app")
    plain = dated(plain, names.marks, names.today)
    rest, clauses = taken(plain, names.today)
    found = Heard(plain, [], clauses, typed=text)
    rest = re.sub(r"\bper \d+ (?=[a-z])", "per ", rest)
    rest = _numbers(rest, found, names)
    found.words = [word.strip(".") or word for word in WORDS.findall(rest)]
    _name(found, names)
    return found


_COUNTS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _numbers(text: str, found: Heard, names: Names) -> str:
    """Take what is compared with a number out of a sentence."""
    one = f"(?:{'|'.join(_COUNTS)})"
    text = re.sub(rf"\b{one}\b(?= or more)|(?<=at least ){one}\b|(?<=more than ){one}\b",
                  lambda m: str(_COUNTS.index(m[0]) + 1), text)  # fmt: skip
    text = re.sub(r"\b(\d+)(?: or more|\+)(?= \w)", r"at least \1", text)
    many = re.search(r"(more than|at least|over)? ?(once|twice|(\d+) ?(?:times|x))(?!\w)", text)
    if many is not None:
        times = {"once": 1, "twice": 2}.get(many[2]) or int(many[3])
        found.often = times + (many[1] in ("more than", "over"))
        return text[: many.start()] + GAP + text[many.end() :]
    for pattern, sign in _SIGNS[:3:2]:
        many = re.search(rf"(?<!\w){pattern} (\d+)(?= (\w+))", text)
        if many is not None and any(stem(many[2]) in stems(name) for name in names.events):
            found.often = int(many[1]) + (sign == ">")
            return text[: many.start()] + text[many.end() :]
    both = re.search(rf"(?<!\w)between {_AMOUNT} (?:and|to) {_AMOUNT}(?!\w)", text)
    if both is not None:
        least, most = (amount.replace(",", "") for amount in both.groups())
        with suppress(ValueError):  # of an amount that is no number
            if float(least) < float(most):
                found.limits = (least, most)
                return text[: both.start()] + GAP + text[both.end() :]
    for pattern, sign in _SIGNS:
        sized = re.search(rf"(?<!\w)(?:is |are |was )?{pattern} {_AMOUNT}(?!\w)", text)
        if sized is not None:
            amount = sized[1].replace(",", "")
            found.number = (sign, amount if amount[0].isdigit() else "1")
            return text[: sized.start()] + GAP + text[sized.end() :]
    return text


def _name(found: Heard, names: Names) -> None:
    words = found.words
    own = {part for name in names.events for part in stems(name)} - _SMALL
    found.fillers = FILLERS - own
    spread = [stems(word) or (word,) for word in words]
    events = [(name, stems(name.removeprefix("ce:"))) for name in names.events]
    place = 0
    while place < len(words):
        none = words[place] == "no" and words[place + 1 : place + 2] not in (["of"], ["longer"])
        if words[place] in _NOT or none:
            found.never.append(place)
        size = _at(found, names, events, spread, place)
        if size == 0:
            _leftover(found, place, events)
            size = 1
        place += size


def _leftover(found: Heard, place: int, events: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    word = found.words[place]
    done = any(each.end == place - 1 for each in found.events) and (
        re.search(r"ed by \w+s? ", " ".join((*found.words[place - 2 : place + 1], "")))
        and word in ("users", "people", "customers")
    )
    if word in _USER and place and found.words[place - 1] == "by" and not done:
        found.fields.append(Piece("user", place, place + 1, by=True))
    elif stem(word) in PERSONS:
        found.persons = found.persons or not done
        if word in _BUYERS and (event := _other(("buy",), events)):
            found.events.append(Piece(event, place, place + 1, whole=False))
    elif word not in found.fillers and word not in _NOT and re.search(r"\w", word):
        found.left.append(word)
        if re.fullmatch(r"(?=\D*\d)(?=\d*[a-z@])[\w.@+-]{4,}|[\w.+-]+@[\w-]+\.\w+", word):
            found.values.append(Valued("user", found.spelt(word), place))


def _at(
    found: Heard, names: Names, events: Sequence[tuple[str, tuple[str, ...]]],
    spread: Sequence[tuple[str, ...]], place: int,
) -> int:  # fmt: skip
    """Note the longest name that begins at a word; return how many words it has, 0 for none."""
    if found.words[place] == "paid" and found.words[place + 1 : place + 2] in _PAID:
        return 0
    by = _is_by(found, place)
    for size in range(min(_LONGEST, len(spread) - place), 0, -1):
        window = found.words[place : place + size]
        if any(word in _APART for word in window):
            continue
        said = tuple(part for parts in spread[place : place + size] for part in parts)
        event = _whole(said, events, found.fillers)
        field_ = _field(" ".join(window), said, names)
        if event and not (by and field_):
            found.events.append(Piece(event, place, place + size))
            asked = found.words[place - 1] in ("which", "what") if place else False
            if asked and size > 1 and (broken := _field(window[0], spread[place], names)):
                found.fields.append(Piece(broken, place, place + 1, by=True))
            return size
        valued = _value(window, names) or _page(found, place, size, names)
        if valued and not (field_ and by):
            listed = found.words[place - 1] in ("or", "nor", "and") if place else False
            out = any(place - 3 <= at < place for at in found.never) or (
                listed and found.values[-1:] != [] and found.values[-1].out
            )
            found.values.append(Valued(*valued, place, out))
            return size
        if field_ and (by or not _part(said, events)):
            found.fields.append(Piece(field_, place, place + size, by=by))
            return size
        made = said[0] in _MAKING and any(f.end == place and not f.by for f in found.fields)
        part = _part(said, events) if size == 1 and not made else ""
        if part and stem(window[0]) not in PERSONS:
            found.events.append(Piece(part, place, place + 1, whole=False))
            found.persons = found.persons or window[0].endswith("ers")
            return 1
        if size == 1 and (meant := _misspelt(said, events)):
            found.events.append(Piece(meant, place, place + 1, whole=False))
            found.left.append(window[0])
            return 1
        if size == 1 and (begun := _begun(window[0], names)):
            found.values.append(Valued(*begun, place))
            found.left.append(window[0])
            return 1
        if size <= 2 and window != ["hit"] and (other := _other(said, events)):
            found.events.append(Piece(other, place, place + size))
            return size
    return 0


def _is_by(found: Heard, place: int) -> bool:
    """Whether what begins at a word is something to break down by."""
    start = place
    while any(event.end == start for event in found.events):
        start = max(event.at for event in found.events if event.end == start)
    before = [w for w in found.words[max(start - 4, 0) : start] if w not in ("the", "our", "of")]
    if not before:
        return "ranked" in found.clauses and place <= 1
    if before[-1] in _BY:
        return True
    if before[-1] == "·" and "ranked" in found.clauses:
        return len([w for w in found.words[:place] if w not in ("·", "the", "what", "are")]) == 0
    paired = before[-1] in ("and", "&", ",") and bool(found.fields)
    return paired and found.fields[-1].by and found.fields[-1].end >= place - 2


def _whole(
    said: tuple[str, ...], events: Sequence[tuple[str, tuple[str, ...]]], fillers: frozenset[str]
) -> str:
    """Return the event all of whose words are said, and no others that mean something."""
    plain = tuple(part for part in said if part not in fillers or part in _ENDS)
    if not plain or said[0] in fillers or (said[-1] in fillers and said[-1] not in _ENDS):
        return ""
    joined = "".join(plain)
    for name, parts in events:
        if sorted(parts) == sorted(plain) or "".join(parts) == joined:
            return name
    return ""


def _part(said: tuple[str, ...], events: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Return the event with a word that is said, the one that makes it if there are several."""
    said = (
        tuple(re.sub(r"(?<=\w{3})e?r$", "", part) if part.endswith("er") else part for part in said)
        if not any(said[0] in parts for _, parts in events)
        else said
    )
    if len(said) != 1 or len(said[0]) < 4 or said[0] in FILLERS:
        return ""
    found = [(name, parts) for name, parts in events if said[0] in parts]
    for name, parts in found:
        if parts[0] == said[0] or set(parts) & _MAKING:
            return name
    return found[0][0] if found else ""


def _misspelt(said: tuple[str, ...], events: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Return the event with a word that is nearly the one that is said."""
    if len(said) != 1 or len(said[0]) < _SPELT or said[0] in FILLERS:
        return ""
    known = {part: name for name, parts in reversed(events) for part in parts}
    close = get_close_matches(said[0], known, 1, 0.84)
    return known[close[0]] if close else ""


def _other(said: tuple[str, ...], events: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Return the event that is called otherwise: purchase for orders."""
    text = " ".join(said)
    same = alike(said)
    if text not in same:
        return ""
    ways = [word for word in same if word != text]
    for name, parts in events:
        if any(f" {way} " in f" {' '.join(parts)} " for way in ways):
            return name
    return ""


def _field(text: str, said: tuple[str, ...], names: Names) -> str:
    """Return the field that words name, as they are or in the singular, with or without _id."""
    if not said or (text in FILLERS and text not in map(str.casefold, names.fields)):
        return ""
    joined = "".join(said)
    known = {"".join(stems(name.rpartition(".")[2])): name for name in reversed(names.fields)}
    for end in ("", "id", "name", "type", "uuid"):
        if joined + end in known:
            return known[joined + end]
    if joined.removesuffix("name") in known:
        return known[joined.removesuffix("name")]
    for other in FIELDS.get(" ".join(said), ()):
        for name in names.fields:
            if name.casefold() in (other, f"{other}_id", f"{other}id"):
                return name
    return "device" if joined == "devic" and len(said) == 1 else ""


def _is_code(text: str, names: Names) -> bool:
    """Whether two letters are a country, and not one of the short words that are no codes."""
    return names.values[text][0] == "country" and text not in {"am", "as", "id", "la", "pm", "so"}


def _begun(word: str, names: Names) -> tuple[str, str] | None:
    """Return the only value that begins with a word: google ads for google."""
    if len(word) < _SPELT - 1 or word in FILLERS or word in _TELLING:
        return None
    begun = [value for text, value in names.values.items() if text.startswith(f"{word} ")]
    return begun[0] if len(begun) == 1 else None


def _page(found: Heard, place: int, size: int, names: Names) -> tuple[str, str] | None:
    """Return the field and the path of a page: of "viewed pricing", of "the pricing page"."""
    words = found.words
    after = words[place + size : place + size + 1]
    before = words[max(place - 2, 0) : place]
    seen = re.search(r"\b(?:view|visit|saw|seen)(?:s|ed|ing)?\b", " ".join(before))
    valued = names.values.get(" ".join(words[place : place + size]))
    if valued and after and stem(after[0]) == stem(valued[0]):
        return valued
    if not seen and after not in (["page"], ["screen"]):
        return None
    return names.values.get("/" + "-".join(words[place : place + size]))


def _value(window: Sequence[str], names: Names) -> tuple[str, str] | None:
    text = " ".join(window)
    code = re.fullmatch(r"([1-5]\d\d)s?", text)
    if code and (field_ := next((f for f in names.fields if f in ("status", "code")), "")):
        return field_, code[1]
    if text in _TELLING or text.isdigit():
        return None
    if text in names.values and (len(text) > 2 or _is_code(text, names)) and text not in FILLERS:
        return names.values[text]
    place = (PLACES.get(text) or PLACES.get(text.removesuffix("s"), "")).casefold()
    return names.values.get(place) if place else None
