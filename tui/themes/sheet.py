"""The stylesheet of an application, which is parsed again only for other colours."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Sheet(Stylesheet):
    """A stylesheet for which the same colours are no reason to parse it again.

    Textual parses all rules again for the first page of each place; rules of widgets that are new
    there are parsed all the same, when they are needed.
    """

    _is_stale = False

    def set_variables(self, variables: dict[str, str]) -> None:
        """See Stylesheet."""
        if variables != self._variables:
            self._is_stale = True
            super().set_variables(variables)

    def reparse(self) -> None:
        """See Stylesheet."""
        if self._is_stale:
            super().reparse()
            self._is_stale = False
