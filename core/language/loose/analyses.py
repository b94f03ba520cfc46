"""Questions that compare and explain: experiments, what is usual, rhythms and groups of people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.language.loose.sentence import REVENUE, Draft, Sentence
from core.queries.terms import name as quoted
from core.queries.terms import scalar

LOGS: Final = r"logs?(?! ?-?(?:in|ins|out|outs)\b)"
"""Names logs, and not that somebody logs in or out."""

LOGS_WITH: Final = (
    r"(?:contain\w*|mention\w*|matching|saying|with the (?:word|text)) [\"']?([\w.-]+)"
)
"""Says the word that logs have."""


def realtime(s: Sentence) -> Iterator[Draft]:
    """Yield who is here now."""
    if not s.events and not s.unit:
        yield Draft("realtime")


def stickiness(s: Sentence) -> Iterator[Draft]:
    """Yield on how many days people come."""
    yield Draft(f"stickiness{s.of}{s.counting}", without=("granularity",))


def experiment(s: Sentence) -> Iterator[Draft]:
    """Yield an experiment: its variants, exposure and goal."""
    field = next(
        (
            f
            for f in (*s.by, *s.free, *s.names.fields)
            if re.search(r"variant|experiment.?group|bucket|test.?group|cohort", f, re.I)
        ),
        "",
    )
    field = field or next(iter((*s.by, *s.free)), "")
    exposed = [quoted(e) for e in s.names.events
               if re.search(r"experiment|exposure|exposed|assigned|variant", e, re.I)]  # fmt: skip
    steps = [*exposed[:1], *(e for e in s.events if e not in exposed)]
    if len(steps) == 1:
        sold = [quoted(e) for e in s.names.events if re.search("subscri|upgrad|activat", e, re.I)]
        steps += [e for e in (s.paying(), *sold, s.starting()) if e and e not in steps][:1]
    if field and len(steps) > 1:
        yield Draft(f"experiment of {' > '.join(steps)} by {quoted(field)}",
                    without=("by", "where", "granularity"))  # fmt: skip


def common(s: Sentence) -> Iterator[Draft]:
    """Yield what a segment's people have in common."""
    for draft in segment(s):
        if draft.subject.startswith("segment"):
            yield Draft(f"differences of ({draft.subject})", without=("granularity", "for"))


def logs(s: Sentence) -> Iterator[Draft]:
    """Yield logs, of a level or with a word."""
    if (s.events or any(re.fullmatch(r"[1-5]\d\d", v.value) for v in s.heard.values)) and not (
        s.says(LOGS)
    ):
        return
    if not s.says(rf"logs?|errors?|warnings?|{LOGS_WITH}"):
        return
    tests = [f"level <= {word[:-1]}" for word in ("errors", "warnings") if s.says(f"{word}?")][:1]
    said = re.search(LOGS_WITH, s.heard.text)
    tests += [f"message contains {scalar(said[1])}"] if said else []
    only = [valued.value.casefold() for valued in s.heard.values]
    taken = ("where",) if said and only == [said[1]] else ()
    named = re.search(r"(?:from|in|of) (?:the )?([\w-]+) (service|source)\b", s.heard.text)
    tests += [f"{named[2]} = {scalar(named[1])}"] if named else []
    start = "logs"
    if s.says("most (?:common|frequent)|top"):
        start = "top logs"
    elif s.says(r"messages?|lines?|entries|list|show|latest"):
        start = "raw logs"
    by = re.search(r"\b(?:by|per) (level|service|source|pattern)\b", s.heard.text)
    grouped = f" by {by[1]}" if by and start == "logs" else ""
    yield Draft(f"{start}{grouped}" + (f" where {' and '.join(tests)}" if tests else ""),
                without=taken if start == "top logs" else ("top", *taken),
                assumed=s.says("rate"))  # fmt: skip


def _figure(s: Sentence) -> str:
    """Return the figure that may have moved: an event or revenue, "" for none."""
    return s.event or (f"sum({REVENUE})" if s.says("revenue|sales|income") else "")


def explain(s: Sentence) -> Iterator[Draft]:
    """Yield what moved a figure."""
    told = next((f for f in s.names.fields if re.search("(?i)reason|(?:^|_)cause", f)), "")
    if (
        told
        and len(s.events) == 1
        and not s.by
        and "compare" not in s.heard.clauses
        and s.says("why (?:do|did|are|were)|reasons? (?:for|behind)")
    ):
        s.by = [told]
        yield Draft(s.event, assumed=True)
        s.by = []
    subject = _figure(s) or "dau"
    if len(s.events) > 1 or s.says(r"conver\w*"):
        subject = s.chain() or subject
    yield Draft(f"explain {subject}", without=("granularity", "compare"))
    yield Draft(f"{subject} vs usual", without=("compare",))


def usual(s: Sentence) -> Iterator[Draft]:
    """Yield what is usual for a figure, or what is unusual at all."""
    subject = _figure(s)
    if s.says("dau|active users|traffic|users") and not subject:
        subject = "dau"
    if subject:
        yield Draft(f"{subject} vs usual", without=("compare",))
    else:
        yield Draft("unusual", without=("granularity", "compare"))


def correlation(s: Sentence) -> Iterator[Draft]:
    """Yield what people who convert do differently."""
    if s.says(r"different\w*|power users") and not s.event:
        yield Draft("differences of (segment power_user)", without=("for",))
    if s.events == [s.starting()]:
        yield Draft(f"explain {s.event}", without=("granularity", "compare"))
    chain = s.chain()
    if chain:
        yield Draft(f"correlation of {chain}", without=("granularity", "by"))


def attribution(s: Sentence) -> Iterator[Draft]:
    """Yield which values of a field led to an event."""
    field = next(iter((*s.by, *s.free)), "") or next(
        (f for f in s.names.fields if f in ("source", "utm_source", "referrer", "channel")), ""
    )
    event = s.event or s.paying()
    if field and event:
        model = " with model = first" if s.says("first[ -]touch") else ""
        yield Draft(f"attribution of {event} by {quoted(field)}{model}", without=("by",))


def weekday(s: Sentence) -> Iterator[Draft]:
    """Yield days of the week, and hours of the day."""
    if s.event and s.says("(?:which|what) day (?:had|was|did|saw)"):
        yield Draft(f"{s.event} daily", without=("granularity", "top"), assumed=True)
    part = s.says("mornings?|evenings?|afternoons?|nights?|night ?time")
    hourly = part or s.says("hours?|time|when|peak|heat ?map|hourly")
    yield Draft(f"weekday{s.of}{' hourly' if hourly else ''}", without=("granularity", "top"),
                assumed=part)  # fmt: skip


def lifecycle(s: Sentence) -> Iterator[Draft]:
    """Yield new, returning and dormant people, or the list of who churned."""
    if s.event and "against" in s.group[0]:
        yield Draft(s.event)
    elif s.says(r"churned (?:\w+ )?(?:users|people|customers)") and not s.says(
        "how many|number of"
    ):
        yield Draft("segment churned", without=("granularity", "for"))
    if s.says("list|who|which (?:users|people|customers)|(?:users|people|customers) (?:who|that)"):
        yield Draft("segment churned", without=("granularity",))
    yield Draft(f"lifecycle{s.of}{s.counting}")


def segment(s: Sentence) -> Iterator[Draft]:
    """Yield the people of a built-in segment."""
    if s.event or (s.group[0] and s.free):
        return
    if "granularity" in s.heard.clauses and s.says("returning|dormant|churned"):
        yield Draft("lifecycle", without=("for",), assumed=True)
    if (s.by or s.unit) and s.says("most active|most engaged|heaviest|best"):
        s.by = s.by or [s.unit]
        yield Draft("events")
    elif s.by:
        yield Draft("users")
    for pattern, name in (
        ("power|best|most active|heaviest|most engaged", "power_user"),
        ("inactive|did nothing|done nothing|no activity|dormant|sleeping|idle|lost|stopped|haven't"
            "|not (?:been )?active"
            "|no longer|at risk",
         "dormant"),
        ("one[- ]time|one[- ]timers?|only once", "one_timer"), ("casual", "casual"),
        ("regular|loyal", "regular"), ("churned", "churned"), ("returning", "returning"),
    ):  # fmt: skip
        if s.says(pattern):
            fixed = name == "dormant" and "range" in s.heard.clauses
            yield Draft(f"segment {name}", without=("granularity", "top", "for"), assumed=fixed)


def often(s: Sentence) -> Iterator[Draft]:
    """Yield how many people did something how often."""
    if "ranked" in s.heard.clauses and (s.by or s.free):
        return
    if s.event:
        yield Draft(f"frequency of {s.event}{s.counting}", without=("granularity",))
    else:
        yield Draft("engagement")
