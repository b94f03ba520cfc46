"""From a sentence to questions in the language, with the clauses that fit their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.language.loose.complete import Said
from core.language.loose.conditions import placed, tests_of
from core.language.loose.heard import Names
from core.language.loose.hearing import hear
from core.language.loose.meaning import drafts
from core.language.loose.sentence import Draft, Sentence


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
        draft, where, by = placed(draft, tests_of(sentence, draft.apart), sentence)
        if draft.part and where:
            part = f"{draft.subject}[{where.removeprefix('where ')}]"
            draft = draft._replace(
                subject=f"{part} / {draft.subject} * 100", without=("where", *draft.without)
            )
        elif draft.part:
            continue
        clauses = _clauses(sentence, draft, where, by)
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


def _clauses(sentence: Sentence, draft: Draft, where: str, by: str) -> list[str]:
    said = sentence.heard.clauses
    own = {
        "within": said.get("within", ""), "range": said.get("range", ""),
        "granularity": said.get("granularity", ""), "where": where,
        "by": by, "top": f"top {said['top']}" if "top" in said else "",
        "compare": said.get("compare", ""), "with": said.get("with", ""),
        "for": sentence.group[0],
    }  # fmt: skip
    if own["for"].startswith("where"):
        own["where"] = f"{own['where']} {own.pop('for')}".strip()
    return [text for key, text in own.items() if text and key not in draft.without]
