"""Questions about what comes after what: funnels, retention, paths, and who is behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.language.loose.groups import USER
from core.language.loose.sentence import REVENUE, Draft, Sentence
from core.queries.terms import name as quoted
from core.queries.terms import scalar

_EACH: Final = {"d": "daily", "w": "weekly", "m": "monthly"}
STEPS: Final = (
    r"likely|likelihood|chances?|propensity|funnels?|conver\w*|drop\w*[ -]?offs?|abandon\w*"
)


def stepwise(s: Sentence) -> Iterator[Draft]:
    """Yield a funnel where several steps, or words for them, are there."""
    if len(s.events) == 1 and s.says("after") and s.says(r"drop\w*[ -]?offs?|leave|lose|lost"):
        yield Draft(f"paths from {s.event}", without=("granularity",))
    if len(s.events) == 2 and s.says("as (?:an? |the )?(?:percent(?:age)?|share|fraction) of"):
        yield Draft(f"{s.events[0]} / {s.events[1]} * 100")
    if len(s.events) == 2 and s.says("vs|versus") and not s.says(STEPS):
        return
    share = s.says(r"share|percent\w*|rate|many") and s.says("new (?:users?|people|customers?)")
    turned = len(s.events) == 1 and s.says(
        r"(?:turn\w*|bec[oa]m\w*).* (?:paying|paid|payers?|customers?|buyers?)"
    )
    if (
        len(s.events) > 1
        or s.says(STEPS)
        or turned
        or share
        or (s.unit and s.says(r"share|percent\w*"))
    ):
        yield from funnel(s)


def who(s: Sentence) -> Iterator[Draft]:
    """Yield lists of people or of units."""
    if moved := s.heard.clauses.get("moved", ""):
        subject = f"users of {s.event}" if s.event else "users"
        yield Draft(subject, f"people of ({{}}) at {moved}", ("granularity",))
    user = s.user()
    if user and not s.events and s.says("who is"):
        yield Draft(f"user {scalar(user)}", without=("where", "granularity"))
    if s.event and s.says("stopped|no longer"):
        yield Draft(f"lifecycle of {s.event}", assumed=True)
    yield from _among(s)
    if s.says(r"how many|number of|no of|count|unique|distinct|percent\w*|share|active"):
        return
    if s.unit and not s.event:
        return
    if repeated := s.so_often():
        yield repeated
    if s.unit and s.heard.never:
        if chain := s.chain():
            around = "units of ({}) at step 2 dropped"
            yield Draft(f"{chain}{s.counting}", around, ("granularity",))
        return
    if s.unit:
        if len(s.events) > 1:
            around = f"units of ({{}}) at step {len(s.events)}"
            yield Draft(f"{s.chain()}{s.counting}", around, ("granularity",))
        yield Draft(f"users of {s.event}{s.counting}", "units of ({})", ("granularity",))
        return
    if (s.heard.often > 1 or s.heard.bound) and s.event:
        yield Draft(f"frequency of {s.event}{s.counting}", without=("granularity",))
    chain = s.chain() if len(s.events) > 1 or (s.heard.never and s.events) else ""
    if chain and s.heard.never:
        yield Draft(chain, "people of ({}) at step 2 dropped", ("granularity",))
    elif chain:
        yield Draft(chain, f"people of ({{}}) at step {chain.count(' > ') + 1}", ("granularity",))
    if s.event and len(s.events) == 1 and s.says("first time|first ever"):
        yield Draft(f"first time {s.event}", "people of ({})", ("granularity",))
    limited = s.free and (s.heard.number or s.heard.limits)
    some = (s.heard.values or limited) and not s.says(
        r"most|power|active|dormant|churned|sp[ea]n\w+|by|per"
    )
    if s.event or (some and (s.heard.persons or s.says("who"))):
        yield Draft(s.event or "events", "people of ({})", ("granularity",))


def _among(s: Sentence) -> Iterator[Draft]:
    """Yield what is counted of the people who did something: revenue from users who invited."""
    words = " ".join(s.heard.words)
    better = rf"(?:do|does|are|did) {USER} (?:who|that) .*\b(?:more|less|better|worse|likel\w+)"
    if len(s.events) == 2 and not s.heard.never and s.says(better):
        one, other = (quoted(piece.name) for piece in s.heard.events[:2])
        yield Draft(f"users of {other} for ({one}) against everyone else", without=("for",))
        return
    told = re.search(rf"\b(?:from|by|for|of|among) {USER} (?:who|that)\b", words)
    if told is None or s.heard.never or s.unit:
        return
    at = len(words[: told.start()].split())
    counted = [quoted(piece.name) for piece in s.heard.events if piece.at < at]
    did = [quoted(piece.name) for piece in s.heard.events if piece.at > at]
    if len(did) != 1 or len(counted) > 1:
        return
    if counted:
        yield Draft(f"{counted[0]} for ({did[0]})", without=("for",))
    elif s.says("revenue|sales|money|income"):
        yield Draft(f"sum({REVENUE}) for ({did[0]})", without=("for",))
    elif s.says("sessions"):
        yield Draft(f"sessions volume for ({did[0]})", without=("for",))


def related(s: Sentence) -> Iterator[Draft]:
    """Yield the funnel of what is said to have become something: signups that purchased."""
    words = s.heard.words
    one, other = sorted(s.heard.events, key=lambda piece: piece.at)[:2]
    between = " ".join(words[one.end : other.at])
    if not re.search(r"\b(?:that|who|which)\b", between):
        return
    told = re.search(r"\b(?:used?|using|had|have|with)\b", between)
    first, then = (quoted(each.name) for each in ((other, one) if told else (one, other)))
    if first != then:
        yield Draft(f"{first} > {then}{s.counting}", assumed=told is not None)


def _of_rate(s: Sentence) -> str:
    """Return the funnel of a rate that names two events in no order: the one that the workspace had
    first is its begin.
    """
    pieces = sorted(s.heard.events, key=lambda piece: piece.at)
    if len(pieces) == 2:
        between = " ".join(s.heard.words[pieces[0].end : pieces[1].at])
        if re.match(r"rates? (?:of|for|among|from)\b", between):
            return f"{quoted(pieces[1].name)} > {quoted(pieces[0].name)}"
    listed = [*s.names.written]
    known = all(event in listed for event in s.events)
    if len(s.events) != 2 or not known or s.says(rf"to|from|then|before|after|of|{STEPS}"):
        return ""
    return " > ".join(sorted(s.events, key=listed.index))


def funnel(s: Sentence) -> Iterator[Draft]:
    """Yield funnels, and conversion over time."""
    if s.says("rate") and (rate := _of_rate(s)):
        yield Draft(f"{rate}{s.counting}", assumed=True)
    chain = s.chain()
    if not chain:
        return
    if s.heard.never and not s.unit:
        yield Draft(chain, "people of ({}) at step 2 dropped", ("granularity",))
    if "over_time" in s.heard.clauses or "granularity" in s.heard.clauses:
        yield Draft(f"trend of {chain}{s.counting}")
    told = (not s.says("rate") or s.says(STEPS)) and not s.says("gets?|got")
    yield Draft(f"{chain}{s.counting}", assumed=not told)


def time_between(s: Sentence) -> Iterator[Draft]:
    """Yield how long conversion takes."""
    if len(s.events) == 1 and s.says(
        "between|(?:second|next|another|repeat)(?! (?:day|week|month))"
    ):
        yield Draft(f"usage interval of {s.event}", without=("granularity",))
    chain = s.chain() if s.events else ""
    if chain:
        yield Draft(f"time to convert {chain}{s.counting}", without=("granularity",))


def retention(s: Sentence) -> Iterator[Draft]:
    """Yield retention, in the periods that are named."""
    if s.says(
        r"(?:after|from) (?:being |having been )?(?:dormant|inactive|away|gone|churn\w*|a break)"
    ):
        yield Draft(f"lifecycle{s.of}{s.counting}")
    back = f" return {s.events[1]}" if len(s.events) > 1 else ""
    sized = re.search(
        r"\b(day|week|month|d|w|m)[ -]?(\d{1,2})\b|\b(\d{1,2})[ -]?(day|week|month)s?\b|"
        r"within (\d+)(d|w)", f"{s.heard.text} {s.heard.clauses.get('within', '')}",
    )  # fmt: skip
    several = [int(n) for n in re.findall(r"\bday (\d{1,2})\b", s.heard.text)]
    upcoming = re.search(r"\b(?:next|following|second) (day|week|month)\b", s.heard.text)
    periods = f" {_EACH[upcoming[1][0]]} 1" if upcoming else ""
    if sized is not None:
        word, count = next((w, n) for w, n in (
            (sized[1], sized[2]), (sized[4], sized[3]), (sized[6], sized[5])
        ) if n)  # fmt: skip
        periods = f" {_EACH[word[0]]} {max(several, default=0) or count}"
    if (
        s.event
        and s.says("better|worse|more|longer|than|compared?|vs|versus")
        and s.says("who|that|those")
    ):
        yield Draft(f"retention for ({s.event}) against everyone else", without=("compare",))
    yield Draft(
        f"retention{s.of}{back}{periods}{s.counting}", without=("within",) if periods else ()
    )


def paths(s: Sentence) -> Iterator[Draft]:
    """Yield paths from or to an event."""
    user = s.user()
    if user and not s.events and s.says("what did|what has"):
        yield Draft(f"user {scalar(user)}", without=("where", "granularity"), assumed=True)
    if not s.events and s.says("what happen(?:ed|s)") and not s.says("after|before|next|then"):
        yield Draft("top events", without=("granularity",), assumed=True)
    if len(s.events) == 1 and s.says("what (?:has )?happened (?:to|with)"):
        yield Draft(s.event, assumed=True)
    before = s.says(
        r"(?:paths?|journeys?|flows?|ways?) to|before"
        r"|lead(?:s|ing)? (?:up )?to|prior to|precede\w*|end(?:s|ing)? (?:in|with)"
    )
    if len(s.events) > 1:
        yield Draft(f"paths from {s.events[0]} to {s.events[1]}")
    elif s.event:
        yield Draft(f"paths {'to' if before else 'from'} {s.event}")
    else:
        start = s.starting()
        yield Draft(f"paths from {start}" if start else "paths")


def around(s: Sentence) -> Iterator[Draft]:
    """Yield paths to or from the event that stands after "before" or "after"."""
    if s.by and s.event and s.says(r"which (?:\w+ )+(?:leads? to|brings?|drives?)"):
        yield Draft(s.event, assumed=True)
    found = re.search(
        r"\b(before|after|prior to|leading up to|leads? to)\b", " ".join(s.heard.words)
    )
    later = [] if found is None else [
        piece for piece in s.heard.events
        if piece.at >= len(" ".join(s.heard.words)[: found.start()].split())
    ]  # fmt: skip
    if found is not None and later:
        way = "from" if found[1] == "after" else "to"
        yield Draft(f"paths {way} {quoted(later[0].name)}", without=("by", "granularity"))
