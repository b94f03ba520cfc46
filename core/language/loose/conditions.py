"""The conditions of a sentence, and where in a question they belong."""

from __future__ import annotations

import re
from typing import NamedTuple

from core.language.loose.figures import MONEY
from core.language.loose.heard import Heard
from core.language.loose.sentence import Draft, Sentence
from core.queries.terms import name as quoted
from core.queries.terms import scalar

OTHERS = "(?:more|less) likely|likelier|(?:convert|retain|perform|do)(?:s|ed)? (?:better|worse)"
"""Says that those with one value are set against the others."""


class Test(NamedTuple):
    """A condition: the field that it is on, and its text."""

    field: str
    text: str


def side_by_side(heard: Heard) -> str:
    """Return the field of which several values are compared."""
    fields = [valued.field for valued in heard.values if not valued.out]
    if len(fields) == 1 and heard.says(OTHERS):
        return fields[0]
    denied = {valued.field for valued in heard.values if valued.out and valued.value == "true"}
    return next((f for f in fields if fields.count(f) > 1 or f in denied), "")


def tests_of(sentence: Sentence, apart: str) -> list[Test]:
    """Return what a sentence says of fields; of those of `apart` only that they are there."""
    heard = sentence.heard
    alone = side_by_side(heard) if len(heard.values) == 1 else ""
    sides = {v.field for v in heard.values if v.out} & {v.field for v in heard.values if not v.out}
    by_field: dict[tuple[str, bool], list[str]] = {}
    for valued in heard.values:
        if valued.field in (alone, apart) or (valued.field in sides and valued.value == "true"):
            continue
        values = by_field.setdefault((valued.field, valued.out), [])
        values += [valued.value] if valued.value not in values else []
    tests: list[Test] = []
    for (field, out), values in by_field.items():
        written = [_value(value) for value in values]
        if len(written) > 1:
            text = f"{'not in' if out else 'in'} ({', '.join(written)})"
            tests.append(Test(field, f"{quoted(field)} {text}"))
        else:
            tests.append(Test(field, f"{quoted(field)} {'!=' if out else '='} {written[0]}"))
    tests += [
        Test(field, f"{quoted(field)} {'= 0' if sentence.names.is_number(field) else 'is not set'}")
        for field in _without(sentence)
    ]
    tests += [Test(field, f"{quoted(field)} is set") for field in _with(sentence)]
    counted = sentence.event or sentence.free or sentence.says(MONEY)
    if heard.limits is not None and counted and (field := sentence.amount()):
        least, most = heard.limits
        tests.append(Test(field, f"{quoted(field)} >= {least} and {quoted(field)} <= {most}"))
    if heard.number is not None and counted and (field := sentence.amount()):
        tests.append(Test(field, f"{quoted(field)} {heard.number[0]} {heard.number[1]}"))
    return tests


def _without(sentence: Sentence) -> list[str]:
    """Return the fields that are said to be missing."""
    return [
        piece.name for piece in sentence.heard.fields
        if piece.name in sentence.free
        and re.search(r"\b(?:no|without|missing)(?: an?| any)?$",
                      " ".join(sentence.heard.words[: piece.at]))
    ]  # fmt: skip


def _with(sentence: Sentence) -> list[str]:
    """Return the fields that are said to be there: with a referral code."""
    heard = sentence.heard
    return [
        piece.name for piece in heard.fields
        if piece.name in sentence.free and heard.number is None and sentence.event
        and re.search(r"\b(?:with|from|using|has|have|had) (?:an?|any)$",
                      " ".join(heard.words[: piece.at]))
    ]  # fmt: skip


def _value(value: str) -> str:
    return value if re.fullmatch(r"\d{1,15}|true", value) else scalar(value)


def placed(draft: Draft, tests: list[Test], sentence: Sentence) -> tuple[Draft, str, str]:
    """Return a draft, and the clauses of its conditions and of what it is broken down by.

    A condition on a property that only some steps of a funnel have stands at these. A property
    that no event of the question has is the trait of that name; without one, the question is only
    offered.
    """
    names = sentence.names
    kept = []
    for field, text in tests:
        events = _events(draft.subject, sentence)
        own = [event for event in events if field in names.of_event(event)]
        if own and len(own) < len(events) and " > " in draft.subject:
            for event in own:
                draft = draft._replace(subject=_at_step(draft.subject, event, text))
            continue
        name, known = _called(field, events, sentence)
        kept.append(text.replace(quoted(field), quoted(name)))
        draft = draft._replace(assumed=draft.assumed or not known)
    events = _events(draft.subject, sentence)
    for event in events:
        for field in {*sentence.free, *sentence.by} - {*names.of_event(event)}:
            alone = draft.subject.replace(
                f"({quoted(event)}.{quoted(field)})", f"({quoted(field)})"
            )
            if alone != draft.subject:
                draft = draft._replace(subject=alone, assumed=True)
    by = [_called(field, events, sentence) for field in broken_by(sentence)]
    if not all(known for _, known in by) and "by" not in draft.without:
        draft = draft._replace(assumed=True)
    return (
        draft,
        f"where {' and '.join(kept)}" if kept else "",
        f"by {', '.join(quoted(name) for name, _ in by)}" if by else "",
    )


def broken_by(sentence: Sentence) -> list[str]:
    """Return the fields to break down by, at most two."""
    fields = [field for field in dict.fromkeys(sentence.by) if field != sentence.unit][:2]
    compared = side_by_side(sentence.heard)
    return fields or ([compared] if compared else [])


def _called(field: str, events: list[str], sentence: Sentence) -> tuple[str, bool]:
    """Return a field as it is called where only people have it, and whether there is one at all."""
    names = sentence.names
    if not events or field not in names.fields:
        return field, True
    if any(field in names.of_event(event) for event in events):
        return field, True
    trait = f"trait:{field}"
    return (trait, True) if trait in names.fields else (field, False)


def _events(subject: str, sentence: Sentence) -> list[str]:
    """Return the events in the subject of a question."""
    return [
        name for written, name in sentence.names.written.items()
        if written in subject and re.search(_name(written), subject)
    ]  # fmt: skip


def _at_step(subject: str, event: str, test: str) -> str:
    """Return a subject with a condition at the first step that is an event."""
    found = re.search(_name(quoted(event)), subject)
    end = found.end() if found is not None else len(subject)
    if subject[end : end + 1] == "[":
        return subject
    return f"{subject[:end]}[{test}]{subject[end:]}"


def _name(event: str) -> str:
    """Return a pattern of an event in a question."""
    return rf"(?<![\w\"]){re.escape(event)}(?![\w\"])"
