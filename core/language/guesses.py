"""What a text that is no question may mean: rewritten word by word into ones that can be asked.

People type what they call things ("daily active users", "signups per day", "conversion of a to b").
Every rule turns such words into those of the language; a text that then parses is a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from core.catalog.selectors import CUSTOM
from core.errors import FootfallError
from core.language.loose.asked import asked
from core.language.loose.heard import Names
from core.language.loose.stems import FIELDS, stem
from core.language.loose.workspace import names_of
from core.language.questions import parse_full
from core.queries.common.context import Context
from core.queries.lexicon import RESERVED
from core.timeframe import granularity

MOST: Final = 5
"""How many guesses there are at most."""

LONGEST: Final = 500
"""The longest text that is taken for a sentence, in characters."""

_ROUNDS: Final = 6
_DATE: Final = r"(\d{4}-\d\d-\d\d)"
_FIGURE: Final = r"(sum|total|avg|average|mean|min|minimum|max|maximum|median|p\d{1,2}|distinct)"
_FIGURES: Final = {
    "total": "sum", "average": "avg", "mean": "avg", "minimum": "min", "maximum": "max",
}  # fmt: skip
_CALLED: Final = ("page", "url", "device", "channel", "campaign", "referrer")
_SYNONYMS: Final = {word: FIELDS[stem(word)] for word in _CALLED} | {
    "city": ("region",), "operatingsystem": FIELDS["operat system"],
}  # fmt: skip
"""What people call a field -> the fields that may be it, if the workspace has none of that name."""

_REVENUE: Final = "sum of revenue:amount"
_END: Final = r"(?=$| last | by | where | vs | weekly| daily| monthly| hourly| today| this | for )"

Change = str | Callable[[re.Match[str]], str]


def _figure(found: re.Match[str]) -> str:
    """Return "sum(event.property)" of a figure, a property and an event if one is named."""
    figure = _FIGURES.get(found[1].lower(), found[1].lower())
    name = f"{found[3]}.{found[2]}" if found.lastindex and found.lastindex > 2 else found[2]
    return f"{figure}({name})"


def _every(found: re.Match[str]) -> str:
    return f" {granularity(found[1])}"


def _way(found: re.Match[str]) -> str:
    """Return the word between "paths" and what follows: a property has a dot."""
    word = found[1].lower()
    return word if word == "to" or (word == "of" and "." in found[2]) else "from"


def _active(found: re.Match[str]) -> str:
    return {"d": "dau", "w": "wau", "m": "mau"}[found[1][0].lower()]


def _steps(found: re.Match[str]) -> str:
    return " > ".join(part.strip() for part in re.split(r"\s+to\s+|,", found[1]))


_FILLING: Final = re.compile(
    r"^(?:please |can you |could you |show(?: me)? |what(?: is| are|'s) |get |give me |display "
    r"|plot |chart |graph |how many |number of |no\. of |count of "
    r"|amount of |total number of |the )+",
    re.IGNORECASE,
)

_COUNTED: Final = re.compile(
    r"^(?:how many|number of|no\.? of|count of) (?:unique )?(?:users|people|persons|customers) "
    r"(?:who|that) ", re.IGNORECASE,
)  # fmt: skip
"""Begins a text that asks how many people did something, and not who."""

_RULES: Final[Sequence[tuple[str, Change]]] = (
    (r"^(?:trend of |conversion (?:rate )?(?:of |from )?)(.+?) over time$", r"trend of \1"),
    (r" over time\b", ""),
    # periods
    (rf"\b(?:from|between) {_DATE} (?:to|and|until|till) {_DATE}", r"\1..\2"),
    (r" since monday$", " this week"),
    (r" (?:per|each|every|a) (minute|hour|day|week|month|quarter|year)\b", _every),
    (r"^compare (.+) (?:to|with) (?:last|previous|the last|the previous) month", r"\1 mtd vs prev"),
    (r"^compare (.+) (?:to|with) (?:last|previous|the last|the previous) week", r"\1 wtd vs prev"),
    (r"^compare (.+) (?:to|with) (?:last|previous|the last|the previous) year", r"\1 vs year"),
    # groups and what is usual
    (r"^(?:compare|difference (?:of|in)) (.+?) (?:for|between|of) (.+?) "
     r"(?:and|with|to|vs\.?|versus|against) (.+)$", r"\1 for \2 against \3"),
    (r"^(?:a/?b|split)[ -]?tests?(?: of)? ", "experiment of "),
    (r"^(?:forecast|prediction|normal range|usual)(?: (?:of|for))? (.+)$", r"\1 vs usual"),
    (r"^(?:step )?matrix(?: of)?(?: paths)? (from|to|of) (.+)$",
     lambda m: f"paths {_way(m)} {m[2]} as matrix"),
    # people
    (r"^(daily|weekly|monthly) (?:active users|actives|users)\b", _active),
    (r"^(?:dau|active users) rolling 7d?\b", "wau"),
    (r"^(?:dau|active users) rolling (?:28|30)d?\b", "mau"),
    (r"^(?:users|people|persons|everybody|customers) (?:who|that) (?:did |have )?(.+)$",
     r"people of (\1)"),
    (r"^unique users of ", "users of "),
    (r"^(?:timeline|activity|history|events) (?:of|for) (?:user |person )(\S+)$", r"user \1"),
    (r"^timeline (?:of|for) (\S+)$", r"user \1"),
    (r"^what did (\S+) do$", r"user \1"),
    (r"^(?:everything|all|what) (?:that )?(?:user |person )?(\S+) (?:did|has done)$", r"user \1"),
    (r"^(?:find|search)(?: user| users| for)? (\S+)$", r"users matching \1"),
    (r"^(?:growth accounting|new (?:vs\.?|versus|and) returning(?: users| visitors)?"
     r"|returning (?:vs\.?|versus|and) new(?: users| visitors)?)", "lifecycle"),
    (r"^(?:most active|power|best|heaviest) (?:users|people|customers)\b", "segment power_user"),
    (r"^(?:inactive|lost) (?:users|people|customers)\b", "segment dormant"),
    (r"^(?:churned users|churned people|who churned)\b", "segment churned"),
    (r"^churn(?: rate)?\b", "lifecycle"),
    (r"^dau ?(?:over|to|per|by) ?mau\b", "stickiness"),
    # sessions
    (r"^(?:average|avg|mean) (?:session (?:length|duration|time)|length of sessions?"
     r"|time (?:on site|spent))", "sessions average"),
    (r"^session (?:lengths?|durations?)\b", "sessions length"),
    (r"^(?:unique|total|all) sessions\b", "sessions volume"),
    (r"^bounce ?rate\b", "sessions bounce"),
    (r"^(?:entry|landing) (?:pages?|events?|points?)\b", "sessions entry"),
    (r"^exit (?:pages?|events?|points?)\b", "sessions exit"),
    (r"^top sessions by (\S+)", r"top sessions with property = \1"),
    # money
    (r"^(?:arpu|average revenue per (?:user|person|customer)|ltv per user|lifetime value)\b",
     "ltv arpu"),
    (r"^(?:arppu|average revenue per paying (?:user|person|customer))\b", "ltv arppu"),
    (r"^revenue per (?:user|person|customer)\b", "ltv arpu"),
    (r"^(?:total )?(?:revenue|sales|turnover|income)\b(?!:)", _REVENUE),
    (r"^mrr\b", f"{_REVENUE} monthly"),
    # steps
    (r"^(?:conversions?(?: rates?)?|drop[ -]?offs?|funnels?)(?: (?:of|from|for|in|between))? "
     r"(.+?)" + _END, lambda m: _steps(m) if re.search(r"\sto\s|,", m[1]) else m[1]),
    (r"\s*(?:->|=>|→|»)\s*", " > "),
    (r" (?:and )?then ", " > "),
    (r"^(?:what happens|paths?|next events?|what do people do) after (.+)$", r"paths from \1"),
    (r"^(?:what happens|paths?|events?) before (.+)$", r"paths to \1"),
    (r"^(.+?) (?:after|following) (.+?)" + _END, r"\2 > \1"),
    (r"^(?:time|how long)(?: it takes)? (?:from|between) (.+?) (?:to|and|until) (.+?)" + _END,
     r"time to convert \1 > \2"),
    (r"^(hourly|daily|weekly|monthly) retention( of \S+)?", r"retention\2 \1"),
    (r"^(?:cohorts?|cohort retention)(?: of)? ", "retention of "),
    (r"^([^()]+ > [^()]+?) (?:by (day|week|month|quarter|year))$",
     lambda m: f"trend of {m[1]} {granularity(m[2])}"),
    # figures
    (rf"^{_FIGURE} (?:number|count) of ", r"\1 "),
    (rf"^{_FIGURE} (?:of )?(?:the )?(?!revenue:)(\S+) (?:of|in|per) (\S+)", _figure),
    (rf"^{_FIGURE} (?:of )?(?:the )?(?!of\b)([^\s(]+)" + _END, _figure),
    (r"^(.+?) per (?:active )?(?:actor|user|person|customer)" + _END, r"per actor avg of \1"),
    (r"^per (?:actor|user|person) (?!avg|median|min|max|sum|p\d)(.+)$", r"per actor avg of \1"),
    (r"^(?:running total|cumulative (?:count|total|sum)?|accumulated)(?: of)? (.+)$",
     r"\1 with cumulative = true"),
    (r"^(.+?) (?:rolling|moving) (?:average|mean|avg)(?: of| over)? (\d+)\s*d?(?:ays?)?$",
     r"\1 with rolling_average = \2"),
    (r"^(.+?) (?:rolling|moving)(?: window)?(?: of| over)? (\d+)\s*d?(?:ays?)?$",
     r"\1 with rolling_window = \2"),
    (r"^(?:first time )?(.+?) lookback (\d+)\s*d(?:ays?)?",
     r"first time \1 with lookback_days = \2"),
    (r"^first (?:ever )?(?!time)(.+)$", r"first time \1"),
    # lists
    (r"^(?:raw|list of|occurrences of|single|each|every|latest|newest) (?!events|logs|\d)(.+)$",
     r"raw events of \1"),
    (r"^events of (.+)$", r"raw events of \1"),
    (r"^top (\d+ )?(?!events|logs|sessions)([a-z_.:]+)" + _END,
     lambda m: f"events by {_one(m[2])} top {(m[1] or '10').strip()}"),
    (r"^(.+?) (?:broken down|split|grouped|breakdown|group) by ", r"\1 by "),
    (r"\bby (\w[\w.:]*) (?:and|&) (\w[\w.:]*)" + _END, r"by \1, \2"),
    (r" (?:filtered (?:by|on|to)|when|if) (\w[\w.:]*) ?(=|is|>|<)", r" where \1 \2"),
    (r"^errors?\b", "logs where level <= error"),
    (r"^(?:anomal(?:y|ies)|outliers|what (?:has )?(?:moved|changed)(?: most)?|biggest movers)\b",
     "unusual"),
)  # fmt: skip


class Guess(NamedTuple):
    """A question that a text may mean.

    Attributes:
        text: the question.
        sure: whether every word of the text is in it, in words of the language.
    """

    text: str
    sure: bool


def guesses(text: str, names: Names) -> list[Guess]:
    """Return questions that a text may mean, best first; at most MOST. Each parses.

    A text of more than LONGEST characters is nobody's sentence.
    """
    if len(text) > LONGEST:
        return []
    found: dict[str, Guess] = {}
    for guess in _candidates(text, names):
        if guess.text not in found and guess.text != text.strip() and _parses(guess.text):
            found[guess.text] = guess
        if len(found) == MOST:
            break
    return list(found.values())


def askable(text: str, ctx: Context) -> list[Guess]:
    """Return the guesses at a text that can be asked of a workspace, best first."""
    found = []
    for guess in guesses(text, names_of(ctx)):
        with suppress(FootfallError):
            parse_full(guess.text).question.check(ctx)
            found.append(guess)
    return found


def _candidates(text: str, names: Names) -> Iterator[Guess]:
    plain = " ".join(text.strip().rstrip("?!.").split())
    short = plain if _COUNTED.match(plain) else _FILLING.sub("", plain)
    for start in dict.fromkeys((short, plain)):
        named = _named(start, names)
        for each in dict.fromkeys((_ruled(named), _ruled(start), named)):
            yield Guess(_tight(each), sure=True)
            yield Guess(_tight(_named(each, names)), sure=True)
    yield from (Guess(each, sure=False) for each in _two(short, names))
    yield from (Guess(*each) for each in asked(plain, names, _parses))
    yield from (Guess(each, sure=False) for each in _last_resort(short, names))


def _tight(text: str) -> str:
    """Return a text with parentheses and commas beside the words they belong to."""
    return re.sub(r" ([,)])", r"\1", text).replace("( ", "(")


def _ruled(text: str) -> str:
    """Return a text after all rules, until none changes it."""
    for _ in range(_ROUNDS):
        before = text
        for pattern, change in _RULES:
            text = re.sub(pattern, change, text, flags=re.IGNORECASE)
        text = " ".join(text.split())
        if text == before:
            break
    return text


def _two(text: str, names: Names) -> Iterator[str]:
    """Yield a comparison of two events as their ratio, as one chart of both is no line of text."""
    parts = re.split(r" (?:vs\.?|versus|against|or|and|compared (?:to|with)) ", text)
    if len(parts) == 2:
        one, other = (_named(part, names) for part in parts)
        yield f"{one} / {other}"
        yield f"{one} > {other}"


def _last_resort(text: str, names: Names) -> Iterator[str]:
    """Yield the events that a text names, alone."""
    for part in _quoted_or_plain(_named(text, names)):
        bare = part.strip('"')
        if bare in names.events:
            yield part


def _named(text: str, names: Names) -> str:
    """Return a text with names as the workspace has them, "sign ups" as signup."""
    known = {_key(name): name for name in (*names.fields, *names.events)}
    known |= {_key(n.removeprefix(CUSTOM)): n for n in names.events if n.startswith(CUSTOM)}
    for word, others in _SYNONYMS.items():
        same = [name for name in others if name in names.fields]
        known |= {word: same[0]} if same and word not in known else {}
    words = _quoted_or_plain(text)
    found: list[str] = []
    place = 0
    while place < len(words):
        for size in (4, 3, 2, 1):
            part = words[place : place + size]
            name = _name_of(part, known) if len(part) == size else None
            if name is not None:
                found.append(name)
                place += size
                break
        else:
            found.append(words[place])
            place += 1
    return " ".join(found)


def _name_of(words: Sequence[str], known: dict[str, str]) -> str | None:
    """Return the name that words mean, None if they mean none or are it already."""
    if any(not re.fullmatch(r"[\w$.:-]+", word) for word in words):
        return None
    if len(words) == 1 and words[0].casefold() in RESERVED:
        return None
    key = _key("".join(words))
    name = known.get(key) or known.get(_one(key)) or known.get(_key(_done(words)))
    if name is None:
        return None
    return name if re.fullmatch(r"[\w$][\w$.:@%+-]*", name) else f'"{name}"'


def _done(words: Sequence[str]) -> str:
    """Return "signup" for "signed up"."""
    return "".join(re.sub(r"(?:ed|ing)$", "", word) for word in words)


def _key(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _one(word: str) -> str:
    """Return the singular of a word."""
    for many, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if word.endswith(many) and len(word) > len(many) + 1:
            return word[: -len(many)] + one
    return word


def _quoted_or_plain(text: str) -> list[str]:
    """Return the words of a text; what is in quotes is one."""
    return re.findall(r'"[^"]*"|\'[^\']*\'|[>,()]|[^\s>,()]+', text)


def _parses(text: str) -> bool:
    try:
        parse_full(text)
    except FootfallError:
        return False
    return True
