"""The names in a workspace: events, fields and their values, looked up once per change."""

from __future__ import annotations

from copy import copy

from core.catalog import revenue
from core.catalog.blocks import Blocks
from core.catalog.events import Events
from core.catalog.fields import GROUPS, PLAIN, PROPERTIES, STARTS, Field, asked_for
from core.catalog.people import People
from core.catalog.properties import Properties
from core.catalog.reading import Read
from core.catalog.values import Values
from core.columns import CONTEXT, CONTEXT_ALIASES
from core.errors import BadQuestion, did_you_mean


class Catalog:
    """The contents of one workspace at one generation, and the fields that texts name.

    Args:
        read: runs one SELECT against the workspace and returns its rows.

    Attributes:
        events, values, properties, people, blocks: the catalogs of each.
        missed: sentences on unknown names in a question; None if they are refused.
    """

    def __init__(self, read: Read) -> None:
        self.read = read
        self.events = Events(read)
        self.values = Values(read)
        self.properties = Properties(read)
        self.people = People(read)
        self.blocks = Blocks(read)
        self.missed: list[str] | None = None

    def forgiving(self) -> Catalog:
        """Return the same catalog for a question that may use unknown names.

        An unknown event never happened and an unknown field has no value; `missed` says so.
        """
        found = copy(self)
        found.missed = []
        found.events = self.events.forgiving(found.missed)
        return found

    def field(self, text: str, parameter: str = "breakdown") -> Field:
        """Return the field named by a text; BadQuestion with the nearest names if it is unknown.

        `properties.x`, `trait:x` and `gp:x` say where to look; a bare name is a context column, one
        of the identity fields, or a property in the data. On events where a column is empty it is
        the property of that name (definitions 2.5).
        """
        name = text.strip()
        if "\0" in name:
            raise BadQuestion(f"{parameter} contains a NUL character.", parameter=parameter)
        if name == revenue.AMOUNT:
            return Field("revenue", "revenue")
        if name != text and self.properties.has(text.removeprefix(PROPERTIES)):
            return self._field_of("property", text.removeprefix(PROPERTIES))
        for prefix, kind in ((PROPERTIES, "property"), ("trait:", "trait"), ("gp:", "trait")):
            if name.startswith(prefix) and (len(name) > len(prefix) or prefix == PROPERTIES):
                return self._field_of(kind, name.removeprefix(prefix))
        folded = name.lower()
        if folded in PLAIN:
            kind = PLAIN[folded]
            if (
                kind in ("device", "session")
                and self.properties.is_seen(name)
                and not self.people.has_any(kind)
            ):
                return self._field_of("property", name)
            return Field(kind, kind)
        if folded in STARTS:
            return Field("start", STARTS[folded])
        column = CONTEXT_ALIASES.get(folded, folded)
        if column in CONTEXT:
            return self._column(self._os_family(column), (name, folded, column))
        if self.properties.has(name):
            return self._field_of("property", name)
        if folded in GROUPS:
            return Field(folded, folded)  # type: ignore[arg-type]
        return self._missing(name, parameter, Field("property", name))

    def _column(self, column: str, names: tuple[str, ...]) -> Field:
        """Return a context column or, where it is empty, a property with one of the names."""
        instead = next((name for name in names if self.properties.is_seen(name)), "")
        if instead and not self.values.of(column):
            return self._field_of("property", instead)
        if instead and self.values.empty_somewhere(column):
            return Field("either", column, instead=instead)
        return Field("context", column, self.values.sets_of(column))

    def _os_family(self, column: str) -> str:
        """platform and os stand in for each other if only one of them has values."""
        other = {"platform": "os", "os": "platform"}.get(column)
        if other and not self.values.of(column) and self.values.of(other):
            return other
        return column

    def _field_of(self, kind: str, name: str) -> Field:
        dimension = self.properties.sets_of(name) if kind == "property" else 0
        return Field(kind, name, dimension)  # type: ignore[arg-type]

    def existing(self, text: str, parameter: str = "breakdown") -> Field:
        """Return the field named by a text; BadQuestion also if no event or person has it."""
        found = self.field(text, parameter)
        if found.kind == "revenue" and parameter != "field":
            raise BadQuestion(
                f"{parameter} cannot be {text.strip()}: it is an amount, not a group.",
                "Measure it, or break down by another field.",
                parameter=parameter,
            )
        if found.kind in GROUPS and parameter != "field":
            raise BadQuestion(
                f"{parameter} cannot be {found.name}: people may be in several.",
                f"Add a condition, such as {found.name} = NAME.",
                parameter=parameter,
            )
        has = {"property": self.properties.has, "trait": self.people.has_trait}.get(found.kind)
        if has and not has(found.name):
            return self._missing(text.strip(), parameter, found)
        return found

    def _missing(self, name: str, parameter: str, found: Field) -> Field:
        """Return a field without values if unknown names are allowed; else raise BadQuestion."""
        if self.missed is None:
            raise self._no_field(name, parameter)
        plain = name.removeprefix("properties.")
        self.missed.append(f"{plain!r} is not a field in this workspace: it has no value.")
        return found

    def _no_field(self, name: str, parameter: str) -> BadQuestion:
        known = self.fields
        if name.startswith(("trait:", "gp:")):
            known = [f"trait:{key}" for key in self.people.trait_keys()]
        some = f"It has {', '.join(known[:10])}." if known else "It has none yet."
        return BadQuestion(
            f"{parameter} {name.removeprefix(PROPERTIES)!r} is not a field in this workspace.",
            did_you_mean(name.removeprefix(PROPERTIES), known) or some,
            parameter=parameter,
        )

    def property_of(self, name: str) -> Field | None:
        """Return a property of events by its exact name; None if no event has it."""
        return self._field_of("property", name) if self.properties.has(name) else None

    def single_valued(self, field: Field) -> bool:
        """Whether a property has stored sets, and these are of one value."""
        return bool(field.dimension) and not self.properties.has_several_values(field.dimension)

    @property
    def fields(self) -> list[str]:
        """Every field to break down by, under its name in questions: columns with values first."""
        columns = [column for column in CONTEXT if self.values.of(column)]
        asked = (asked_for(name) for name in self.properties.names)
        return columns + [name for name in asked if name not in columns]
