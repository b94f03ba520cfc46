"""Hearing a sentence: its clauses are taken out; its words are names of a workspace, or left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from core.language.loose import known
from core.language.loose.heard import Heard, Names, Piece, Valued
from core.language.loose.marked import dated
from core.language.loose.numbers import compared
from core.language.loose.stems import stem, stems
from core.language.loose.times import OPEN, taken

_WORDS: Final = re.compile(r"[^\s,;:?!()\"']+(?:'\w+)?|[,·]")
_LONGEST: Final = 6
_PERSONS: Final = frozenset(stem(word) for word in (
    "user", "person", "customer", "visitor", "people", "member", "subscriber", "player",
    "buyer", "shopper", "someone", "somebody", "anyone", "everyone", "everybody", "uniques",
))  # fmt: skip
_PAID: Final = [["vs"], ["versus"], ["and"], ["or"], ["traffic"], ["search"], ["channels"]]
"""Words after "paid" where it is a kind of channel."""

_BUYERS: Final = ("buyer", "buyers", "shopper", "shoppers")
"""People who are called by what they do."""

_USER: Final = ("user", "users", "customer", "customers", "person", "people")
_BY: Final = frozenset({"by", "per", "across", "each", "which", "what", "split", "every", "whose"})
_MOST: Final = re.compile("with the (?:highest|lowest|most|least|fewest|best|worst|largest)")
"""Stands after what has more of something than others."""

_NOT: Final = frozenset({
    "not", "never", "without", "excluding", "except", "non", "didn't", "don't", "doesn't",
    "haven't", "hasn't", "didnt", "dont", "wasn't", "isn't", "outside",
})  # fmt: skip
_APART: Final = (",", "·", "per", "by", "then", "vs", "versus", "or", "who", "that", "and")
"""Words between two names."""


def hear(text: str, names: Names) -> Heard:
    """Return what a sentence says about a workspace."""
    text = re.sub(r"\bUS\b", "USA", text)
    plain = re.sub("%", " percent ", text.casefold().replace("’", "'"))
    plain = re.sub(r"(\w)'s\b", r"\1", plain)
    plain = plain.replace("sign-up", "sign up").replace("app's", "app")
    plain = dated(plain, names.marks, names.today)
    rest, clauses = taken(plain, names.today)
    if (open_ := clauses.get("range", "")).startswith(OPEN):
        first = min(names.first or names.today, date.fromisoformat(open_.removeprefix(OPEN)))
        clauses["range"] = f"{first.isoformat()}{open_}"
    found = Heard(plain, [], clauses, typed=text)
    rest = re.sub(r"\bper \d+ (?=[a-z])", "per ", rest)
    rest = compared(rest, found, names)
    found.words = [word.strip(".") or word for word in _WORDS.findall(rest)]
    _name(found, names)
    for valued in found.values:
        if valued.out:
            found.never = [p for p in found.never if not valued.at - 4 <= p < valued.at]
        if valued.value.casefold() in known.TELLING:
            found.text = re.sub(rf"\b{re.escape(valued.value.casefold())}\b", " ", found.text)
            found.text = " ".join(found.text.split())
    kinds = {(each.name, each.at) for each in found.fields if found.words[each.at].endswith("s")}
    if "ranked" in clauses:
        found.values = [each for each in found.values if (each.field, each.at + 1) not in kinds]
    found.events.sort(key=lambda piece: piece.at)
    return found


def _name(found: Heard, names: Names) -> None:
    words = found.words
    spread = [stems(word) or (word,) for word in words]
    place = 0
    while place < len(words):
        none = words[place] == "no" and words[place + 1 : place + 2] not in (["of"], ["longer"])
        if words[place] in _NOT or none:
            found.never.append(place)
        size = int(_undone(found, names, words[place], place)) or _at(found, names, spread, place)
        if size == 0:
            _leftover(found, names, place)
            size = 1
        place += size


def _leftover(found: Heard, names: Names, place: int) -> None:
    word = found.words[place]
    done = any(each.end == place - 1 for each in found.events) and (
        re.search(r"ed by \w+s? ", " ".join((*found.words[place - 2 : place + 1], "")))
        and word in ("users", "people", "customers")
    )
    if word in _USER and _before(found, place) == "by" and not done:
        found.fields.append(Piece("user", place, place + 1, by=True))
    elif stem(word) in _PERSONS:
        found.persons = found.persons or not done
        if word in _BUYERS and (event := known.other(("buy",), names)):
            found.events.append(Piece(event, place, place + 1))
    elif word not in names.fillers and word not in _NOT and re.search(r"\w", word):
        found.left.append(word)
        if re.fullmatch(
            r"(?!\d+(?:st|nd|rd|th)$)(?=\D*\d)(?=\d*[a-z@])[\w.@+-]{4,}|[\w.+-]+@[\w-]+\.\w+", word
        ):
            found.values.append(Valued("user", found.spelt(word), place))


def _before(found: Heard, place: int) -> str:
    """Return the word before another one, "" before the first."""
    return found.words[place - 1] if place else ""


class _Window(NamedTuple):
    """Words that stand together.

    Attributes:
        at, end: the first, and the one after the last.
        words: as they are said.
        said: their stems.
        by: whether they are something to break down by.
    """

    at: int
    end: int
    words: list[str]
    said: known.Stems
    by: bool


def _at(found: Heard, names: Names, spread: Sequence[known.Stems], place: int) -> int:
    """Note the longest name that begins at a word; return how many words it has, 0 for none."""
    if found.words[place] == "paid" and found.words[place + 1 : place + 2] in _PAID:
        return 0
    by = _is_by(found, place)
    for size in range(min(_LONGEST, len(spread) - place), 0, -1):
        end = place + size
        said = tuple(part for parts in spread[place:end] for part in parts)
        window = _Window(place, end, found.words[place:end], said, by)
        if any(word in _APART for word in window.words):
            continue
        if _is_value_of(found, names, window) or _is_number_of(found, names, window):
            return size
        if _is_name(found, names, window) or (size == 1 and _is_nearly(found, names, window)):
            return size
        if (
            size <= 2
            and window.words[0] not in ("hit", *_NOT)
            and (event := known.other(said, names))
        ):
            told = known.is_said(event, said, [each.name for each in found.events])
            if not told and not (found.values and _is_code_before(found, place)):
                found.events.append(Piece(event, place, end))
            return size
    return 0


def _is_code_before(found: Heard, place: int) -> bool:
    """Whether the code of a failure stands before a word: 500 errors are no event of their own."""
    last = found.values[-1]
    return last.at == place - 1 and re.fullmatch(r"[45]\d\d", last.value) is not None


def _meant(found: Heard, names: Names, window: _Window) -> tuple[str, str] | None:
    """Return the field and the value that a word is which mostly says nothing: GET requests."""
    word = window.words[0]
    valued = names.values.get(word)
    if len(window.words) > 1 or valued is None or word not in names.fillers or len(word) < 3:
        return None
    typed = re.search(rf"\b{re.escape(valued[1])}\b", found.typed)
    shouted = typed is not None and valued[1].isupper()
    named = valued[1].isupper() and _before(found, window.at) in ("of", "for", "with", "only", "by")
    return valued if shouted or named else None


def _is_value_of(found: Heard, names: Names, window: _Window) -> bool:
    """Note a value of the field that is named just before, or of which another value is."""
    at, words = window.at, window.words
    text = " ".join(words)
    if text in known.TELLING:
        return False
    last = found.fields[-1] if found.fields else None
    if last is not None and last.end == at and text not in _BY:
        field = last.name
    elif found.values and _before(found, at) in ("and", "or", "vs", "versus", "to", "nor"):
        field = found.values[-1].field if found.values[-1].at == at - 2 else ""
    else:
        field, last = "", None
    if not field:
        return _is_value_of_part(found, names, window)
    number = re.fullmatch(r"-?\d+(\.\d+)?", text) and field not in names.texts
    valued = names.values.get(text, ("", ""))
    if not number and (valued[0] != field or _is_filler(found, names, text, valued[1])):
        return False
    if last is not None and last.end == at:
        found.fields.pop()
    out = found.denies(at, 4)
    found.values.append(Valued(field, text if number else valued[1], at, out))
    return True


def _is_number_of(found: Heard, names: Names, window: _Window) -> bool:
    """Note a number before its field: 1 star, 5 seats."""
    number, *rest = window.words
    if not rest or not re.fullmatch(r"\d{1,6}", number) or _before(found, window.at) in _BY:
        return False
    field = known.field(" ".join(rest), tuple(p for word in rest for p in stems(word)), names)
    if not field or not names.is_number(field):
        return False
    found.values.append(Valued(field, number, window.at))
    return True


def _is_filler(found: Heard, names: Names, text: str, value: str) -> bool:
    """Whether a value is only a word like "a", and not the letter A as it is in the data."""
    letter = len(text) == 1 and re.search(rf"\b{re.escape(value)}\b", found.typed)
    return text in names.fillers and not letter


def _is_value_of_part(found: Heard, names: Names, window: _Window) -> bool:
    """Note a value after the end of its field's name: class M of vehicleclass."""
    at, _, words, said, _ = window
    if len(words) != 2 or len(words[0]) < 4 or not said:
        return False
    field, value = names.values.get(words[1], ("", ""))
    if not field.casefold().endswith(words[0]) or field.casefold() == words[0]:
        return False
    out = found.denies(at, 3)
    found.values.append(Valued(field, value, at + 1, out))
    return True


def _flag(found: Heard, names: Names, window: _Window) -> Valued | None:
    """Return the field of yes and no that people have or not: members, non members."""
    field = names.flags.get(window.said[0])
    after = found.words[window.end : window.end + 2]
    sides = after[1:] == ["non"] and after[0] in ("vs", "versus", "and", "or")
    if field is None or (window.by and not sides) or stem(_before(found, window.at)) == "is":
        return None
    return Valued(field, "true", window.at, found.denies(window.at, 2))


def _is_name(found: Heard, names: Names, window: _Window) -> bool:
    """Note the event, value or field that words name; return whether there is one."""
    at, end, words, said, by = window
    event = known.whole(said, names)
    if end - at == 1 and (flag := _flag(found, names, window)):
        found.values.append(flag)
        counted = _before(found, at) == "many" and stem(words[0]) in _PERSONS
        found.persons = found.persons or counted
        return True
    field = known.field(" ".join(words), said, names)
    if event and not (by and field):
        found.events.append(Piece(event, at, end))
        asked = _before(found, at) in ("which", "what")
        first = stems(words[0]) or (words[0],)
        if asked and len(words) > 1 and (broken := known.field(words[0], first, names)):
            found.fields.append(Piece(broken, at, at + 1, by=True))
        return True
    valued = (
        _meant(found, names, window)
        or known.value(words, names)
        or known.page(found.words, at, end, names)
    )
    if valued and not (by and field):
        listed = _before(found, at - (_before(found, at) in ("the", "in", "from"))) in (
            "or",
            "nor",
            "and",
            ",",
        ) and bool(found.values)
        out = found.denies(at, 3)
        found.values.append(Valued(*valued, at, out or (listed and found.values[-1].out)))
        return True
    if field and (by or not _part(names, window) or _is_unit(found, field, window)):
        found.fields.append(Piece(field, at, end, by=by))
        return True
    return False


def _part(names: Names, window: _Window) -> str:
    """Return the event of which words are a part."""
    return known.part(window.said, names, many=window.words[-1].endswith("s"))


def _count_of(names: Names, base: str) -> str:
    """Return the field that counts what a stem is of: answer_count."""
    counted = (f for f in names.fields if stems(f)[:1] == (base,) and stems(f)[-1] == "count")
    return next(counted, "")


def _undone(found: Heard, names: Names, word: str, place: int) -> bool:
    """Note what is said not to be done to something: unpaid, unanswered."""
    none = place > 0 and found.words[place - 1] in ("no", "without", "zero")
    base = stem(word if none else word.removeprefix("un"))
    if none and (field := _count_of(names, base)):
        found.values.append(Valued(field, "0", place))
        found.never = [at for at in found.never if at != place - 1]
        return True
    if not word.startswith("un") or not word.endswith(("ed", "id", "en")) or len(base) < 3:
        return False
    if field := _count_of(names, base):
        found.values.append(Valued(field, "0", place))
        return True
    event = known.part((base,), names) or known.other((base,), names)
    if not event:
        return False
    found.events.append(Piece(event, len(found.words), len(found.words)))
    found.never.append(place)
    found.left.append(word)
    return True


def _is_told(word: str) -> bool:
    """Whether a word is a plural or says what is asked, and no form of a value."""
    return word.endswith("s") or word in known.TELLING or stem(word) in _PERSONS


def _is_unit(found: Heard, field: str, window: _Window) -> bool:
    """Whether words name what an id is of, and not that one is made: workspaces that uploaded."""
    if not re.fullmatch(r"(?i).+(?:_id|Id|_uuid)", field):
        return False
    near = found.words[max(window.at - 2, 0) : window.at] + found.words[window.end : window.end + 2]
    return not any(stem(word) in known.MAKING or word in ("new", "first") for word in near)


def _is_nearly(found: Heard, names: Names, window: _Window) -> bool:
    """Note the event or value of which one word is a part, or which it nearly is."""
    at, end, (word,), said, _ = window
    made = said[0] in known.MAKING and any(f.end == at and not f.by for f in found.fields)
    part = "" if made else known.part(said, names, many=word.endswith("s"))
    if part and said[0] in known.MAKING and known.is_made(part, said[0], found.events):
        return True
    if part and (stem(word) not in _PERSONS or stem(word).endswith("er")):
        found.events.append(Piece(part, at, end))
        own = {each for name, parts in names.called if name == part for each in parts}
        found.persons = found.persons or (word.endswith("ers") and said[0] not in own)
        return True
    if meant := known.misspelt(said, names):
        found.events.append(Piece(meant, at, end))
    elif (formed := names.values_by_stem.get(said)) and not _is_told(word):
        found.values.append(Valued(*formed, at))
    elif begun := known.begun(word, names):
        found.values.append(Valued(*begun, at))
    else:
        return False
    found.left.append(word)
    return True


def _is_by(found: Heard, place: int) -> bool:
    """Whether what begins at a word is something to break down by."""
    if _MOST.match(" ".join(found.words[place + 1 : place + 4])):
        return True
    start = place
    for event in reversed(found.events):
        start = event.at if event.end == start else start
    before = [w for w in found.words[max(start - 4, 0) : start] if w not in ("the", "our", "of")]
    if not before:
        return "ranked" in found.clauses and place <= 1
    if before[-1] in _BY or (before[-2:-1] and before[-2] in _BY and before[-1] in found.left):
        return True
    if before[-1] == "·" and "ranked" in found.clauses:
        return all(word in ("·", "the", "what", "are") for word in found.words[:place])
    paired = before[-1] in ("and", "&", ",") and bool(found.fields)
    return paired and found.fields[-1].by and found.fields[-1].end >= place - 2
