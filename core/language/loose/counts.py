"""What is counted of the events that a sentence names: how often, by whom, of whom, per what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.language.loose.groups import USER
from core.language.loose.sentence import Draft, Sentence, of
from core.language.loose.steps import funnel, related

SHARED: Final = r"percent(?:age)?|share|fraction|proportion|what part"
"""Asks for a part of a whole."""

_UNWANTED: Final = r"error\w*|crash\w*|fail\w*|cancel\w*|active|growth|support\w*"
"""Of what nobody wants a conversion."""

_TURNED: Final = r"refund|return|chargeback|reject\w*|declin\w*|cancel\w*"
"""What becomes of some orders."""


def events(s: Sentence) -> Iterator[Draft]:
    """Yield what is counted of events."""
    first = s.event
    if not first:
        return
    if (place := s.place()) and not s.by and s.says("where (?:do|did|are) .*(?:come|based|from)"):
        s.by = [place]
        yield Draft(f"users of {first}", assumed=True)
    yield from _several(s)
    yield from _sizes(s)
    yield from _often(s)
    if len(s.events) == 2 and s.says("how many") and not s.says("vs|versus|or"):
        yield from funnel(s)
    if s.says("adoption"):
        yield Draft(f"pct_dau of {first}" if s.says("rate") else f"users of {first}")
    told = s.group[1]
    others = re.search(rf"\b{USER}\b", s.heard.text.replace(told, " ")) if told else None
    piece = min(s.heard.events, key=lambda each: each.at)
    counted = s.heard.words[max(piece.at - 1, 0)] == "many"
    named = s.heard.persons and (not told or others is not None)
    people = (named and not counted) or s.says("unique|who|paying|distinct")
    yield from _per(s)
    yield from _rates(s)
    yield Draft(f"users of {first}" if people else first)


def _several(s: Sentence) -> Iterator[Draft]:
    """Yield what two events have to do with each other, or units that did not do one."""
    two = len(s.events) == 2
    if two and s.says("(?:leads? to|results? in|means?|brings?|causes?) (?:more|higher)"):
        around = f"for ({s.events[0]}) against everyone else"
        yield Draft(f"users of {s.events[1]} {around}", without=("for",), assumed=True)
    if two and s.says("ratio|divided by"):
        yield Draft(f"{s.events[0]} / {s.events[1]}")
    for word, sign in (("minus|less", "-"), ("plus", "+")):
        if two and s.says(word):
            yield Draft(f"{s.events[0]} {sign} {s.events[1]}")
    if len(s.events) > 1 and (s.says("to") or "within" in s.heard.clauses):
        yield from funnel(s)
    if len(s.events) == 1 and "within" in s.heard.clauses and s.event != s.starting():
        yield from (each._replace(assumed=True) for each in funnel(s))
    if two and s.heard.never:
        whose = bool(s.unit or s.heard.persons or s.says("who|but|yet"))
        yield from (each._replace(assumed=not whose) for each in funnel(s))
    elif s.unit and s.heard.never and (chain := s.chain()):
        yield Draft(f"{chain}{s.counting}", "units of ({}) at step 2 dropped", ("granularity",))
    elif two and not s.heard.persons:
        yield from related(s)


def _sizes(s: Sentence) -> Iterator[Draft]:
    """Yield how large events are, and which part of them has a value."""
    first = s.event
    if s.unit and s.says("most|fewest|highest"):
        s.by, s.unit = [s.unit], ""
        yield Draft(first)
    alone = not s.by and not s.heard.persons
    size = s.amount()
    if size and alone and s.says("biggest|largest|highest|smallest|lowest"):
        yield Draft(of("min" if s.says("smallest|lowest") else "max", first, size), assumed=True)
    if len(s.events) == 1 and alone and s.says(SHARED):
        yield Draft(first, part=True)
    if s.by and s.says("share"):
        yield Draft(first)
    number = s.number()
    asked = s.says("how many|how much|number of|total|sold|sum|volume") and not s.heard.number
    if number and asked and len(s.events) == 1 and not s.heard.limits:
        if s.unit:
            s.by, s.unit = [*s.by, s.unit], ""
        sold = s.says("sold") and all(
            s.heard.words[p.at : p.end] == ["sold"] for p in s.heard.events
        )
        yield Draft(of("sum", "" if sold else first, number))


def _often(s: Sentence) -> Iterator[Draft]:
    """Yield how often people or units did an event."""
    first = s.event
    if repeated := s.so_often():
        yield repeated
    if s.heard.often > 1 or s.heard.bound or s.says("one[- ]time|repeat(?:ed|ing)?|only once"):
        yield Draft(f"frequency of {first}{s.counting}", without=("granularity",))
    if s.each and s.unit:
        yield Draft(f"average of {first}{s.counting}")
    if s.unit:
        yield Draft(f"users of {first}{s.counting}")


def _per(s: Sentence) -> Iterator[Draft]:
    """Yield an event for each of another one, person or session."""
    first = s.event
    number = s.number()
    if number and len(s.events) == 1 and not s.heard.number and s.says("per|for each|for every"):
        at = next(piece.at for piece in s.heard.fields if piece.name == number)
        if at < s.heard.events[0].at and s.heard.words[s.heard.events[0].at - 1] in ("per", "each"):
            yield Draft(of("avg", first, number))
    if len(s.events) == 2 and s.says("per|for each|ratio|divided by|vs|versus|compared"):
        beside = s.says("vs|versus|compared")
        yield Draft(f"{s.events[0]} / {s.events[1]}", assumed=beside)
    many = re.search(r"\bper (\d+) (?:active )?(?:users|people|persons|customers|visitors)\b",
                     s.heard.text)  # fmt: skip
    if many is not None:
        yield Draft(f"{first} / users * {many[1]}")
    if s.says("per (?:user|person|customer|visitor|head|capita|active user)"
              "|(?:each|every) (?:user|person|customer|visitor|player|member)"):  # fmt: skip
        yield Draft(f"per actor avg of {first}")
    elif s.says("per (?:paying )?(?:buyer|payer|shopper|member|subscriber|player|reader|customer)"):
        yield Draft(f"average of {first}")
    if s.says("per (?:session|visit)"):
        yield Draft(f"{first} / sessions")


def _rates(s: Sentence) -> Iterator[Draft]:
    """Yield which part of people did an event, or of another event became it."""
    first, pays = s.event, s.paying()
    if s.says(r"repeat \w+(?: \w+)? rate|repeat rate"):
        yield Draft(f"{first} > {first} without window", assumed=True)
    if s.says("rate") and pays not in ("", first) and s.says(_TURNED):
        yield Draft(f"{first} / {pays}", assumed=True)
    if s.says("rate") and (begun := s.begun()):
        yield Draft(f"{begun} > {first}", assumed=True)
    rate = s.says("rate") and not s.says("growth rate")
    if rate and len(s.events) == 1 and s.chain() and not s.says(_UNWANTED):
        yield Draft(f"{s.chain()}", assumed=True)
    if rate or s.says("share|percent(?:age)?|what %|proportion|fraction"):
        yield Draft(f"pct_dau of {first}",
                    assumed=bool(s.heard.values) or not s.heard.persons)  # fmt: skip
