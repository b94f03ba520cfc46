"""Which logs count: conditions on the logs themselves, and on their sessions.

A log has no person. Conditions on events and people, audiences and segments select the logs whose
session contains an event that satisfies them, or belongs to such a person (definitions 4.9).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from core.catalog.selectors import ANY
from core.columns import has_table
from core.errors import BadQuestion, did_you_mean
from core.filters import AllOf, AnyOf, Clause, Condition, NotOf, as_text, atoms
from core.log_levels import LEVELS, PLACE, level_number
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.sql.dialect import Binder
from core.timeframe import Span

GROUPS = ("level", "service", "source", "pattern")
"""Fields that logs can be broken down by; all others have too many values, or none."""

_TEXTS = {"service": 1, "source": 2, "pattern": 3}
_NAMES = {**{name: name for name in (*GROUPS, "message", "session")}, "session_id": "session"}
_IN_PATTERNS = re.compile(r"[^\s<*>]+")
"""A text that a pattern keeps as it is if it keeps it at all: spaces are joined there."""

_ORDERED = {"gt": int.__lt__, "gte": int.__le__, "lt": int.__gt__, "lte": int.__ge__}
"""Comparisons of level numbers: the smaller number is more severe, so it is the greater level."""


def log_field(name: str) -> str | None:
    """Return the log's own field that a name means, or None for a field of events and people."""
    return _NAMES.get(name.strip().lower())


def level_of(text: object, parameter: str = "level") -> int:
    """Return a level's number; BadQuestion if it is not a level."""
    found = level_number(text)
    if found is None:
        raise BadQuestion(
            f"{parameter} {text!r} is not known.",
            f"Allowed: {', '.join(LEVELS)}.",
            parameter=parameter,
        )
    return found


class Words(NamedTuple):
    """The patterns all of whose messages contain a word, and those of which some may; the messages
    of all others do not.
    """

    inside: list[int]
    maybe: list[int]


def _beyond(words: Words | None) -> bool:
    """Whether messages must be read to know."""
    return words is None or bool(words.maybe)


@dataclass(frozen=True)
class Wanted:
    """The logs that count.

    Attributes:
        own: clauses about logs; all must hold.
        events: events and people, of which the log's session must contain one; None if it need not
            have a session.
    """

    ctx: Context
    own: tuple[Clause, ...]
    events: Selection | None

    @property
    def by_day(self) -> bool:
        """Whether the totals by day are enough: no conditions are on sessions, nor on messages
        but on words that patterns tell of.
        """
        fields = {log_field(atom.field) for clause in self.own for atom in atoms(clause)}
        return self.events is None and "session" not in fields and not self._reads_messages

    @cached_property
    def _reads_messages(self) -> bool:
        every = [atom for clause in self.own for atom in atoms(clause)]
        return any(log_field(a.field) == "message" and _beyond(self.words(a)) for a in every)

    def source(self) -> str:
        """Return the FROM part for a scan of logs `l`, with messages `m` if they are needed."""
        joined = " join log_messages m on m.id = l.message" if self._reads_messages else ""
        return f"logs l{joined}"

    def where(self, bind: Binder, span: Span, *, by_day: bool = False) -> str:
        """Return the WHERE part for logs `l`, or with `by_day` for their totals by day."""
        if by_day:
            tests = [f"l.day between {bind(span.first_day)} and {bind(span.last_day)}"]
        else:
            tests = [f"l.timestamp >= {bind(span.start)} and l.timestamp < {bind(span.end)}"]
        tests += [self._clause(bind, clause) for clause in self.own]
        if self.events is not None:
            tests.append(f"l.session in ({self.sessions(bind)})")
        return " and ".join(tests)

    def sessions(self, bind: Binder) -> str:
        """Return SQL selecting the sessions of the matching events and people."""
        wanted = self.events
        assert wanted is not None
        if wanted.clauses:
            return f"""
                select e.session from {wanted.source()}
                where e.session > 0 and e.actor <> 0 and {wanted.where(bind, None)}"""
        return f"select s.session from sessions s where {self.owners(bind)}"

    def owners(self, bind: Binder) -> str:
        """Return the test of `sessions s`: sessions with an id, of the people that count."""
        tests = ["s.session > 0", "s.actor <> 0"]
        if self.events is not None:
            tests += [f"s.actor in ({members.write(bind)})" for members in self.events.members]
        return " and ".join(tests)

    def texts(self, field: str) -> dict[int, str]:
        """Return the texts of services, sources or patterns by id."""
        return texts_of(self.ctx, field)

    # -- clauses

    def _clause(self, bind: Binder, clause: Clause) -> str:
        if isinstance(clause, Condition):
            return self._condition(bind, clause)
        if isinstance(clause, NotOf):
            return f"not {self._clause(bind, clause.not_)}"
        inner = clause.any if isinstance(clause, AnyOf) else clause.all
        word, empty = (" or ", "1 = 0") if isinstance(clause, AnyOf) else (" and ", "1 = 1")
        return f"({word.join(self._clause(bind, c) for c in inner) or empty})"

    def _condition(self, bind: Binder, condition: Condition) -> str:
        field, dialect = log_field(condition.field) or "", self.ctx.dialect
        if field == "message":
            return self._of_message(bind, condition)
        if field == "session":
            missing = condition.holds(None)
            ids = self.ctx.catalog.people.keys_where("session", condition, wanted=not missing)
            test = dialect.member("l.session", bind.list(ids))
            return f"not {test}" if missing else test
        if field == "level":
            found = [n for n in range(len(LEVELS)) if _level_holds(condition, n)]
        else:
            found = [i for i, text in self.texts(field).items() if condition.holds((text,))]
            found += [0] if condition.holds(None) else []
        return dialect.member(f"l.{field}", bind.list(found))

    def _of_message(self, bind: Binder, condition: Condition) -> str:
        """Return the test of a log's message; a word is sought in its pattern before its text."""
        dialect = self.ctx.dialect
        tested = dialect.json_text("m.text")
        words = self.words(condition)
        if words is None:
            return dialect.holds(condition, tested, bind)
        found = dialect.member("l.pattern", bind.list(words.inside))
        if _beyond(words):
            contains = condition.model_copy(update={"operator": "contains"})
            found = f"""({found}
            or {dialect.member("l.pattern", bind.list(words.maybe))}
            and {dialect.may_contain("m.text", as_text(condition.wanted[0]), bind)}
            and {dialect.holds(contains, tested, bind)})"""
        return found if condition.operator == "contains" else f"not {found}"

    def words(self, condition: Condition) -> Words | None:
        """Return which patterns tell whether their messages contain a word, ignoring case; None
        for another condition.

        What stands between the places of numbers is part of each message.
        """
        if condition.operator not in ("contains", "not_contains"):
            return None
        word = as_text(condition.wanted[0])
        if word not in self._known_words:
            self._known_words[word] = self._words(word)
        return self._known_words[word]

    @cached_property
    def _known_words(self) -> dict[str, Words]:
        return {}

    def _words(self, word: str) -> Words:
        folded, plain = word.casefold(), bool(word and _IN_PATTERNS.fullmatch(word))
        inside, maybe = [], []
        every = self.texts("pattern")
        open_ = self._with_letters() if word.isascii() and word.isalpha() else None
        for id_, pattern in every.items():
            parts = pattern.split(PLACE)
            if plain and any(folded in part.casefold() for part in parts):
                inside.append(id_)
            elif open_ is None or id_ in open_:
                maybe.append(id_)
        return Words(inside, maybe)

    def _with_letters(self) -> set[int] | None:
        """Return the patterns whose messages may have further words; None if that is unknown."""
        read = self.ctx.catalog.read
        if not has_table(read, "log_letters"):
            return None
        return {int(id_) for (id_,) in read("select pattern from log_letters", ())}


def _level_holds(condition: Condition, level: int) -> bool:
    """Whether a level satisfies a condition; ERROR and more severe levels are `>= error`."""
    wanted = condition.wanted
    if condition.operator in _ORDERED:
        return _ORDERED[condition.operator](level, level_of(wanted[0]))
    if condition.operator in ("eq", "ne", "in", "not_in"):
        listed = level in [level_of(text) for text in wanted]
        return listed == (condition.operator in ("eq", "in"))
    return condition.holds((LEVELS[level],))


def wanted_logs(ctx: Context, question: Question, clauses: Sequence[Clause]) -> Wanted:
    """Return the logs that a question selects.

    Args:
        clauses: about logs, in addition to the question's conditions.

    Raises:
        BadQuestion: a field that neither logs nor events have, or any, all or not around both
            kinds.
    """
    own, others = list(clauses), list[Clause]()
    for clause in _one_by_one(question.conditions):
        kinds = {log_field(atom.field) is not None for atom in atoms(clause)}
        if len(kinds) > 1:
            raise BadQuestion(
                "conditions cannot mix fields of logs and of events in any, all or not.",
                f"Of logs are {', '.join(_NAMES)}.",
                parameter="conditions",
            )
        (others if False in kinds else own).append(clause)
    if not (others or question.audience or question.segment or question.among):
        return Wanted(ctx, tuple(own), None)
    _check(ctx, others)
    asked = question.model_copy(update={"conditions": tuple(others)})
    return Wanted(ctx, tuple(own), select(ctx, asked, absent=ANY))


def _one_by_one(clauses: Sequence[Clause]) -> list[Clause]:
    """Return clauses that must all hold, with every `all` among them unpacked."""
    found: list[Clause] = []
    for clause in clauses:
        found += _one_by_one(clause.all) if isinstance(clause, AllOf) else [clause]
    return found


def _check(ctx: Context, clauses: Sequence[Clause]) -> None:
    """Suggest a log's own field for a name that is neither an event's field nor a log's."""
    for atom in (atom for clause in clauses for atom in atoms(clause)):
        try:
            ctx.catalog.existing(atom.field, "field")
        except BadQuestion as error:
            near = did_you_mean(atom.field, _NAMES)
            raise BadQuestion(error.message, near or error.hint, parameter="field") from None


def texts_of(ctx: Context, field: str) -> dict[int, str]:
    """Return the texts of services, sources or patterns of logs by id."""
    rows = ctx.catalog.read("select id, value from log_texts where kind = ?", (_TEXTS[field],))
    return {int(id_): str(value) for id_, value in rows}
