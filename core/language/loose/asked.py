"""From a sentence to questions in the language, with the clauses that fit their kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from core.language.loose.complete import Said
from core.language.loose.figures import MONEY
from core.language.loose.heard import Heard, Names
from core.language.loose.hearing import hear
from core.language.loose.meaning import drafts
from core.language.loose.sentence import Draft, Sentence
from core.queries.terms import name as quoted
from core.queries.terms import scalar

OTHERS = "(?:more|less) likely|likelier|(?:convert|retain|perform|do)(?:s|ed)? (?:better|worse)"
"""Says that those with one value are set against the others."""


def asked(text: str, names: Names, parses: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Yield questions that a sentence may be, the likeliest first, each with whether all of the
    sentence is in it.

    Args:
        parses: whether a text is a question.
    """
    if "=" in text:  # that is written in the language, with a mistake in it
        return
    sentence = Sentence(hear(text, names), names)
    for draft, pattern in drafts(sentence):
        where = _where(sentence, draft.apart)
        if draft.part and where:
            part = f"{draft.subject}[{where.removeprefix('where ')}]"
            draft = draft._replace(
                subject=f"{part} / {draft.subject} * 100", without=("where", *draft.without)
            )
        elif draft.part:
            continue
        clauses = _clauses(sentence, draft, where)
        found, missing = _fitting(draft, clauses, parses)
        if found:
            said = Said(found, draft, pattern, sentence)
            yield found, not missing and said.is_all


def _fitting(
    draft: Draft, clauses: list[str], parses: Callable[[str], bool]
) -> tuple[str, list[str]]:
    """Return a draft with all clauses that it takes, "" if it is none; and those it does not."""
    found, missing = draft.subject, []
    if not parses(draft.around.format(found)):
        return "", clauses
    for clause in clauses:
        if parses(draft.around.format(f"{found} {clause}")):
            found = f"{found} {clause}"
        else:
            missing.append(clause)
    return draft.around.format(found), missing


def _clauses(sentence: Sentence, draft: Draft, where: str) -> list[str]:
    said = sentence.heard.clauses
    own = {
        "within": said.get("within", ""), "range": said.get("range", ""),
        "granularity": said.get("granularity", ""), "where": where,
        "by": _by(sentence), "top": f"top {said['top']}" if "top" in said else "",
        "compare": said.get("compare", ""), "with": said.get("with", ""),
        "for": sentence.group[0],
    }  # fmt: skip
    if own["for"].startswith("where"):
        own["where"] = f"{own['where']} {own.pop('for')}".strip()
    return [text for key, text in own.items() if text and key not in draft.without]


def _by(sentence: Sentence) -> str:
    fields = [field for field in dict.fromkeys(sentence.by) if field != sentence.unit][:2]
    compared = _side_by_side(sentence.heard)
    fields = fields or ([compared] if compared else [])
    return f"by {', '.join(map(quoted, fields))}" if fields else ""


def _side_by_side(heard: Heard) -> str:
    """Return the field of which several values are compared."""
    fields = [valued.field for valued in heard.values if not valued.out]
    if len(fields) == 1 and heard.says(OTHERS):
        return fields[0]
    denied = {valued.field for valued in heard.values if valued.out and valued.value == "true"}
    return next((f for f in fields if fields.count(f) > 1 or f in denied), "")


def _where(sentence: Sentence, apart: str) -> str:
    heard = sentence.heard
    alone = _side_by_side(heard) if len(heard.values) == 1 else ""
    sides = {v.field for v in heard.values if v.out} & {v.field for v in heard.values if not v.out}
    by_field: dict[tuple[str, bool], list[str]] = {}
    for valued in heard.values:
        if valued.field in (alone, apart) or (valued.field in sides and valued.value == "true"):
            continue
        values = by_field.setdefault((valued.field, valued.out), [])
        values += [valued.value] if valued.value not in values else []
    tests = []
    for (field, out), values in by_field.items():
        written = [_value(value) for value in values]
        if len(written) > 1:
            tests.append(f"{quoted(field)} {'not in' if out else 'in'} ({', '.join(written)})")
        else:
            tests.append(f"{quoted(field)} {'!=' if out else '='} {written[0]}")
    tests += [
        f"{quoted(field)} {'= 0' if sentence.names.is_number(field) else 'is not set'}"
        for field in _without(sentence)
    ]
    tests += [f"{quoted(field)} is set" for field in _with(sentence)]
    counted = sentence.event or sentence.free or sentence.says(MONEY)
    if heard.limits is not None and counted and (field := sentence.amount()):
        least, most = heard.limits
        tests.append(f"{quoted(field)} >= {least} and {quoted(field)} <= {most}")
    if heard.number is not None and counted and (field := sentence.amount()):
        tests.append(f"{quoted(field)} {heard.number[0]} {heard.number[1]}")
    return f"where {' and '.join(tests)}" if tests else ""


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
