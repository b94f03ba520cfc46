"""Audiences as documented: list, create, get, change, delete, count.

Definitions 5.2 and 10.5: everybody lists and reads; creating takes an editor; changing and deleting
take the owner or an admin.
"""

from __future__ import annotations

from typing import Any

from core.definitions.audience import Definition, read_definition
from core.definitions.saved import Item, Kind, Version
from core.definitions.shared import checked
from core.engines.running import Engine
from core.errors import BadInput
from core.store.library.access import Access
from core.store.library.items import Items

KIND: Kind = "audiences"


class Audiences:
    """The audiences of one workspace; each is an Item whose body is its definition.

    Args:
        access: the workspace and the acting profile.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self.kept = Items(access)

    def all(self) -> list[Item]:
        """Return the audiences by title."""
        return self.kept.all(KIND)

    def one(self, name: str) -> Item:
        """Return one by id or title; NotFound with the nearest titles."""
        return self.kept.one(KIND, name)

    def create(self, name: str, definition: dict[str, Any], description: str = "") -> Item:
        """Store an audience.

        Args:
            name: 1 to 200 characters.
            definition: see core.definitions.audience.Definition.
            description: at most 2,000 characters.

        Raises:
            Forbidden: the role does not allow it.
            BadInput: name or description is too long, or the name is taken.
            BadQuestion: the definition has unknown or invalid parts.
        """
        read_definition(definition)
        return self.kept.save(KIND, _item("", name, description, definition))

    def change(
        self,
        name: str,
        *,
        title: str | None = None,
        description: str | None = None,
        definition: dict[str, Any] | None = None,
    ) -> Item:
        """Change the title, description or definition of an audience; None keeps a part.

        Raises:
            NotFound: there is none with that id or title.
            Forbidden, BadInput, BadQuestion: as for `create`.
        """
        item = self.one(name)
        if definition is not None:
            read_definition(definition)
        return self.kept.save(
            KIND,
            _item(
                item.id,
                item.title if title is None else title,
                item.description if description is None else description,
                item.body if definition is None else definition,
            ),
        )

    def delete(self, name: str) -> None:
        """Delete one by id or title; it can be restored for 30 days. NotFound, Forbidden."""
        self.kept.delete(KIND, self.one(name).id)

    def versions(self, name: str) -> list[Version]:
        """Return the versions of an audience, the current one first."""
        return self.kept.versions(KIND, name)

    def definition(self, name: str) -> Definition:
        """Return the rules of an audience, with every default filled in."""
        return read_definition(self.one(name).body)

    def count(self, engine: Engine, name: str) -> int:
        """Return how many people are in an audience now."""
        from core.queries.people.audience import Audience

        found = engine.answer(Audience(audience=self.one(name).id, limit=0))
        return int(found.total)


def _item(id_: str, name: Any, description: Any, definition: dict[str, Any]) -> Item:
    data = {"id": id_, "title": name, "description": description, "body": definition}
    try:
        return checked(Item, data)
    except BadInput as error:
        parameter = "name" if error.parameter == "title" else error.parameter
        sentence = error.message.replace("Item title", "name").replace("Item ", "")
        raise BadInput(sentence, error.hint, parameter=parameter) from error
