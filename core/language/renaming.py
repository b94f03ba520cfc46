"""Names of kept things in what is kept: it follows when one of them gets another name.

A custom event is named as `ce:NAME`, an audience and a saved chart by their titles, without regard
to case. What names a thing by its id stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from core.errors import FootfallError

NAMED: Final = frozenset({"custom_events", "audiences", "charts"})
"""The kinds of kept things that questions name by their titles."""

_TEXTS: Final = frozenset({"question", "query"})
"""The keys of stored questions that may be text."""


@dataclass(frozen=True)
class Renaming:
    """Another name for a kept thing.

    Attributes:
        kind: one of NAMED.
        old, new: its titles.
    """

    kind: str
    old: str
    new: str

    def followed(self, body: Any) -> Any:
        """Return stored JSON with the new name in place of the old; the same object if it has none.

        A question that cannot be read stays as it is.
        """
        return self._in(body, None, "")

    def _in(self, value: Any, holder: Any, key: str) -> Any:
        if isinstance(value, str):
            is_text = key in _TEXTS and isinstance(holder, dict) and holder.get("kind") != "sql"
            return self._in_text(value) if is_text else self._named(value, holder, key)
        if isinstance(value, list | tuple):
            found = [self._in(each, holder, key) for each in value]
            same = all(new is old for new, old in zip(found, value, strict=True))
            return value if same else type(value)(found)
        if isinstance(value, dict):
            changed = {name: self._in(each, value, name) for name, each in value.items()}
            same = all(changed[name] is each for name, each in value.items())
            return value if same else changed
        if isinstance(value, BaseModel):
            return self._in_model(value)
        return value

    def _in_model(self, model: BaseModel) -> BaseModel:
        changes: dict[str, Any] = {}
        for name in model.model_fields_set:
            old = getattr(model, name)
            new = self._in(old, model, name)
            if new is not old:
                changes[name] = new
        return model.model_copy(update=changes) if changes else model

    def _in_text(self, text: str) -> str:
        if text.lstrip()[:1] == "{":
            return self._in_json(text)
        from core.language.questions import parse_kept
        from core.language.writer import format_question

        try:
            found = parse_kept(text)
        except FootfallError:
            return text
        question: Any = self._in_model(found.question)
        if question is found.question:
            return text
        return format_question(question) + (f" as {found.chart}" if found.chart else "")

    def _in_json(self, text: str) -> str:
        try:
            body = json.loads(text)
        except ValueError:
            return text
        found = self.followed(body)
        return text if found is body else json.dumps(found, ensure_ascii=False)

    def _named(self, value: str, holder: Any, key: str) -> str:
        if self.kind == "custom_events":
            named = key not in ("value", "values") and self._is(value, f"ce:{self.old}")
            return f"ce:{self.new}" if named else value
        if self.kind == "audiences":
            named = key == "audience" or _of(holder, "field").casefold() == "audience"
        else:
            named = key == "chart" and _of(holder, "kind") == "saved"
        return self.new if named and self._is(value, self.old) else value

    @staticmethod
    def _is(value: str, name: str) -> bool:
        return value.casefold() == name.casefold()


def _of(holder: Any, key: str) -> str:
    found = holder.get(key) if isinstance(holder, dict) else getattr(holder, key, "")
    return found if isinstance(found, str) else ""
