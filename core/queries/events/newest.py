"""The newest events of a range, without reading all of it.

They are looked for in the last hour with events, then in the day and the week before it, and only
then in the rest; events that satisfy conditions in blocks, if these can say which do. Those of some
people are read with all of theirs.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from core.queries.common.blocks.calls import Writer
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement
from core.timeframe import DAY, HOUR, Span, exact_span

_FIRST: Final = (HOUR, DAY, 7 * DAY)
"""How long are the parts that are looked at before the rest, ms."""


@dataclass(frozen=True)
class Newest:
    """The newest of some events.

    Attributes:
        columns: SQL of what is wanted of events `e`; the first two are its ts and seq.
        before: only events that come after this one, its ts and seq, in the order of newest first.
    """

    ctx: Context
    selection: Selection
    columns: Sequence[str]
    before: tuple[int, int] | None = None

    def ask(self, span: Span, count: int) -> Generator[Statement, Rows, Rows]:
        """Yield statements; return the rows of so many events, newest first."""
        found: Rows = []
        parts, blocks = self._parts(span), self.selection.blocks
        for number, part in enumerate(parts, 1):
            left = count - len(found)
            if number > 1 and blocks.clauses and blocks.can():
                found += yield self._listed(part, left)
            else:
                found += yield self._page(part, left)
            if len(found) >= count:
                break
        return found

    def _parts(self, span: Span) -> list[Span]:
        """Return the parts of a span, the latest first."""
        latest, selection = self.ctx.latest, self.selection
        if latest is None or selection.members or self.ctx.dialect.blocks_from is None:
            return [span]
        calendar, parts = self.ctx.calendar, []
        end = min(span.end, latest + 1, *([self.before[0] + 1] if self.before else []))
        for length in _FIRST:
            if end - length <= span.start:
                break
            parts.append(exact_span(end - length, end, calendar))
            end -= length
        return [*parts, exact_span(span.start, end, calendar) if parts else span]

    def _page(self, span: Span, count: int) -> Statement:
        bind = self.ctx.binder()
        start = ""
        if self.before is not None:
            start = f"and (e.ts, e.seq) < ({bind(self.before[0])}, {bind(self.before[1])})"
        return bind.statement(
            f"""
            select {", ".join(self.columns)}
            from {self.selection.source()}
            where {self.selection.where(bind, span)} {start}
            order by e.ts desc, e.seq desc
            limit {bind(count)}
            """,
            "the newest events",
        )

    def _listed(self, span: Span, count: int) -> Statement:
        """The same by the keys that blocks have."""
        bind = self.ctx.binder()
        return bind.statement(
            f"""
            select {", ".join(self.columns)}
            from json_each({self._keys(bind, span, count)}) k
            cross join events e
            where e.actor = k.value ->> 0 and e.ts = k.value ->> 1 and e.seq = k.value ->> 2
            order by e.ts desc, e.seq desc
            """,
            "the newest events",
        )

    def _keys(self, bind: Binder, span: Span, count: int) -> str:
        writer = Writer(self.selection.blocks, bind)
        writer.read_order()
        return writer.call("block_newest", span, [], (), limit=count, before=self.before)
