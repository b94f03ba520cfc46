"""Questions about figures: of events, properties, money, sessions and everybody who is active."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.language.loose import known
from core.language.loose.counts import SHARED, events
from core.language.loose.sentence import REVENUE, Draft, Sentence, of
from core.language.loose.stems import stem
from core.queries.terms import name as quoted

_ORDER: Final = "(?:order|purchase|basket|cart|ticket|transaction|sale)"
_SIZE: Final = "(?:order|basket|cart) (?:value|size)"

MONEY: Final = (
    "revenue|sales|money|income|turnover|mrr|gmv|earnings|aov|paying|payers?"
    f"|(?:average|avg|mean|median|typical) {_ORDER}(?: (?:value|size|amount))?|{_SIZE}"
)
"""Names what is earned."""


def everybody(s: Sentence) -> Iterator[Draft]:
    """Yield what is counted without an event: everybody who is active."""
    if s.events:
        return
    if s.each and s.heard.persons:
        s.by, s.unit = [s.each], ""
        yield Draft("users")
    if s.unit:
        word = "mau" if s.says("monthly active") else "wau" if s.says("weekly active") else ""
        if word:
            yield Draft(f"{word}{s.counting}", without=("granularity",))
        yield Draft(f"active users{s.counting}")
    if (place := s.place()) and not s.by and s.says("where .*(?:based|located|live|from)"):
        s.by = [place]
    fields = s.by or s.free
    number = s.number()
    if number and not s.heard.persons and not s.heard.number and not s.heard.limits:
        yield Draft(of("avg", "", number), assumed=True)
    if s.says(
        "share|percent(?:age)?|proportion|fraction|distribution|break ?down|how many of"
    ) and (fields or s.heard.values):
        field = fields[0] if fields else s.heard.values[0].field
        yield Draft(f"composition by {quoted(field)}", without=("by", "top"), apart=field)
    viewed = s.viewed()
    if viewed and s.by and s.says("view(?:s|ed)?|visited|seen|pages?"):
        yield Draft(viewed)
    if s.free and not s.by and (s.heard.persons or s.says("traffic|audience|visitors")):
        s.by = s.free[:1]
    if s.heard.persons or s.says("traffic|audience|dau|active|come from|coming from|based|located"):
        yield Draft("users")
    if s.heard.values or fields or s.says("events?|activity|usage"):
        yield Draft("events")


def slow(s: Sentence) -> Iterator[Draft]:
    """Yield how long most of something takes, by what it is of."""
    if s.heard.number:
        return
    took = r"latency|duration|response.?time|elapsed|load.?time"
    field = next((f for f in s.names.fields if re.search(took, f, re.I)), "")
    if field:
        s.by = s.by or [name for name in s.free if name != field]
        yield Draft(of("p95", s.event, field), assumed=True)


def growing(s: Sentence) -> Iterator[Draft]:
    """Yield whether people become more, where nothing else is named."""
    if not s.events and not s.by and not s.free and "compare" in s.heard.clauses:
        yield Draft("users", assumed=True)


def figure(s: Sentence) -> Iterator[Draft]:
    """Yield sums, means and the like of a property."""
    figure = s.figure()
    share = re.search(r"\bp ?(\d\d)\b|\b(\d\d)(?:th)? percentile", s.heard.text)
    figure = f"p{share[1] or share[2]}" if share else figure
    fields = [name for name in (*s.free, *s.by) if name not in s.by[:1] or not s.by[1:]]
    field = next(iter(s.free), "")
    if s.says("distributions?|histogram|spread|range of") and fields:
        if not field and s.by and s.event:
            yield Draft(s.event)
        if (field or fields[0]) in s.names.texts and not s.by:
            s.by = [field or fields[0]]
            yield from events(s)
        yield Draft(of("histogram", s.event, field or fields[0]), without=("by", "granularity"))
    if figure and field:
        if s.unit and s.each:
            s.by, s.unit = [*s.by, s.unit], ""
        yield Draft(of(figure, s.event, field))
    elif "with" in s.heard.clauses and s.event:
        yield Draft(s.event)
    elif figure not in ("", "sum") and s.event and s.event == s.paying() and not s.heard.persons:
        yield Draft(f"{figure}({REVENUE})", assumed=True)


def revenue(s: Sentence) -> Iterator[Draft]:
    """Yield revenue, and who brings it."""
    valued = any(re.fullmatch(MONEY, each.value) for each in s.heard.values)
    if s.event and s.says("per paying") and s.heard.words[s.heard.events[0].at :][:1] != ["paying"]:
        return
    named = s.says(MONEY.replace("paying|payers?", "paid")) or s.event == s.paying()
    if s.event and (valued or not s.says(MONEY) or not (named or s.by)):
        return
    if s.event and s.number() and s.figure():
        return
    if s.each:
        s.by, s.unit = [s.each], ""
        yield Draft(f"sum({REVENUE})")
    if s.event and s.event != s.paying() and len(s.events) == 1 and s.says("per|for each"):
        yield Draft(f"sum({REVENUE}) / {s.event}")
    if s.says("mrr|monthly recurring (?:revenue|income)"):
        yield Draft(f"sum({REVENUE}) monthly", without=("granularity",))
    if s.says("paying|payers?") and not s.says("revenue|sales|money|income|earnings"):
        yield Draft("users of revenue_amount")
    if s.says(
        f"(?:average|avg|mean|typical) {_ORDER}|aov|{_SIZE}|average deal"
        "|average revenue per (?:order|purchase|transaction)"
    ):
        figure = "median" if s.says("median") else "avg"
        if size := _size_alone(s):
            yield Draft(of(figure, s.paying(), size))
        yield Draft(f"{figure}({REVENUE})")
    elif s.says("per (?:paying )?(?:user|customer|person|visitor|head)|arpu|arppu"):
        yield Draft("ltv arppu" if s.says("arppu|paying") else "ltv arpu")
    elif s.says("per session"):
        yield Draft("sum(revenue:amount) / sessions")
    if s.says(f"(?:{SHARED}) of") and len(s.heard.values) == 1 and not s.by:
        s.by = [s.heard.values[0].field]
        yield Draft(f"sum({REVENUE})", assumed=True, apart=s.by[0])
    figure = s.figure() or "sum"
    if s.says("biggest|highest|largest") and (s.by or s.heard.persons):
        figure = "sum"
    yield Draft(f"{figure}({REVENUE})")


def _size_alone(s: Sentence) -> str:
    """Return how much an order is by another name than those that make it revenue, "" for none."""
    own = s.names.held.get(s.paying().strip('"'), frozenset())
    if any(re.fullmatch(r"(?i)\$?(?:amount|price|revenue)", name) for name in own):
        return ""
    sizes = (name for name in s.names.fields if name in own and s.names.is_number(name))
    return next((name for name in sizes if re.search("(?i)amount|total|price|value", name)), "")


def worth(s: Sentence) -> Iterator[Draft]:
    """Yield what people bring over their time."""
    yield Draft("ltv arppu" if s.says("arppu|paying") else "ltv arpu")


def sessions(s: Sentence) -> Iterator[Draft]:
    """Yield sessions: how many, how long, where they begin and end."""
    if s.each and not s.event:
        s.by, s.unit = [*s.by, s.each], ""
    if s.event and not s.says(r"sessions?|bounce\w*|landing|entry|exit|time|stay|leave|leaving"):
        return
    if s.says("revenue|sales|money") and s.says("per (?:session|visit)"):
        yield Draft(f"sum({REVENUE}) / sessions")
    ends = (
        s.says(
            r"(?:landing|entry|exit) pages?|pages?(?: \w+)* (?:leave|exit|quit|land|start|enter)\w*"
        )
        and s.event == s.viewed()
    )
    if s.event and not ends:
        if s.says("per (?:session|visit)"):
            yield Draft(f"{s.event} / sessions")
        if s.heard.never and s.says(r"sessions? (?:\w+ )?(?:with no|without|that (?:had|have) no)"):
            yield Draft(f"sessions - sessions({s.event})")
        if s.says(SHARED) and s.says("sessions? (?:with|that|where|in which)"):
            yield Draft(f"sessions({s.event}) / sessions * 100")
        yield Draft(f"sessions of {s.event}")
        return
    for pattern, subject in (
        (r"bounce\w*", "sessions bounce"), ("entry|landing|start on|land on", "sessions entry"),
        ("exit|leave|leaving|quit|last page", "sessions exit"),
        ("distribution|lengths|durations|longe(?:r|st)|shorte(?:r|st)"
         "|last(?:ed|ing|s)? (?:less|more|over|under)",
         "sessions length"),
        ("length|duration|long|time|stay|lasts|lasted|lasting|spend|minutes", "sessions average"),
        ("per (?:user|person|visitor|customer)", "sessions per user"), ("top", "top sessions"),
        ("users?|people", "sessions"),
    ):  # fmt: skip
        if s.says(pattern):
            yield Draft(subject)
    yield Draft("sessions volume")


def active(s: Sentence) -> Iterator[Draft]:
    """Yield active people or units."""
    word = "mau" if s.says("monthly|mau") else "wau" if s.says("weekly|wau") else "dau"
    if s.event and not s.says("dau|wau|mau"):
        yield from events(s)
        return
    if s.says(r"stick\w*|ratio"):
        yield Draft("stickiness")
    granular = () if s.says("per|each|by (?:day|week|month)|every") else ("granularity",)
    yield Draft(f"{word if granular else 'active users'}{s.counting}", without=granular)


def new(s: Sentence) -> Iterator[Draft]:
    """Yield people or units that are new."""
    if len(s.events) > 1 and "within" in s.heard.clauses:
        return
    if s.event and not s.says("new|first(?:[- ]time)?(?! (?:half|quarter|month|week|day))"):
        return
    if s.unit:
        first = s.event or s.starting()
        if first:
            yield Draft(f"first time {first}{s.counting}")
        yield Draft(f"lifecycle{s.counting}")
    elif s.event:
        yield Draft(f"first time {s.event}" if s.says("first(?:[- ]time)?") else s.event)
    else:
        yield Draft("new users", assumed=s.says("first events?"))


def ranking(s: Sentence) -> Iterator[Draft]:
    """Yield what is most frequent."""
    if s.event and s.free and not s.by:
        if s.names.is_number(s.free[0]):
            yield Draft(of("max", s.event, s.free[0]), assumed=True)
            return
        s.by = s.free[:1]
        yield Draft(s.event)
    if s.event and s.heard.persons and not s.by and s.says("top|most|best"):
        yield Draft(f'{s.event} by "user"')
    if s.event and not s.by and not s.free:
        piece = s.heard.events[0]
        words = s.heard.words[piece.at : piece.end]
        if field := known.field(" ".join(words), tuple(map(stem, words)), s.names):
            s.by = [field]
            yield Draft(s.event)
        if s.event == s.viewed() and (field := s.page()):
            s.by = [field]
            yield Draft(s.event)
        return
    if not s.by and not s.free:
        yield Draft("top events", without=("granularity",))
    elif s.free and not s.by and not s.event:
        s.by = s.free[:1]
        yield Draft(
            s.viewed() if s.says(r"pages?|view\w*|visited|urls?") and s.viewed() else "events"
        )


def most(s: Sentence) -> Iterator[Draft]:
    """People by a figure, the largest first."""
    ranked = 'by "user"'
    if any(re.fullmatch("vips?|whales?", each.value.casefold()) for each in s.heard.values):
        return
    if s.says(MONEY + "|spen[dt]|spending|spenders?|whales?|vips?|paid|valuable"):
        yield Draft(f"sum({REVENUE}) {ranked}", without=("by",))
    elif s.event:
        yield Draft(f"{s.event} {ranked}", without=("by",))
    elif s.heard.values:
        yield Draft(f"events {ranked}", without=("by",))
    elif (
        not s.by and not s.free and s.says(r"(?:biggest|largest|best|top) (?:customers?|clients?)")
    ):
        yield Draft(f"sum({REVENUE}) {ranked}", without=("by",), assumed=True)


def raw(s: Sentence) -> Iterator[Draft]:
    """Single events, newest first."""
    if s.event and not s.heard.persons and not s.unit:
        most = re.search(r"\b(?:last|latest|recent|newest) (\d+)\b", s.heard.text)
        limit = f" limit {most[1]}" if most else ""
        yield Draft(f"raw events of {s.event}{limit}", without=("granularity", "by"))
