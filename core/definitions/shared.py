"""What all saved things share: ids, titles, and data checked against a model."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from core.answers import Model
from core.errors import BadInput

AnyModel = TypeVar("AnyModel", bound=Model)
Title = Annotated[str, Field(min_length=1, max_length=200)]


def new_id(prefix: str) -> str:
    """Return a new id such as "brd_3f9c21d0a4b7"."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


def id_from(prefix: str, origin: str) -> str:
    """Return an id such as new ones are that follows from where a thing comes from."""
    from hashlib import sha256

    return f"{prefix}_{sha256(origin.encode()).hexdigest()[:12]}"


def checked(kind: type[AnyModel], data: Any) -> AnyModel:
    """Return data as a model.

    Raises:
        BadInput: a field is missing, unknown or beyond its limit; the message names it.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        sentence = f"{kind.__name__}{' ' + place if place else ''}: {text}."
        raise BadInput(sentence, parameter=place) from error
