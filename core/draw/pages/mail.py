"""A board as a message, to be piped into a program that sends mail.

Programs that read mail show neither SVG nor what opens, so the message has the charts as text,
plain and as HTML, and the page of core.draw.pages.html as a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from email.errors import MessageError
from email.message import EmailMessage
from html import escape
from typing import Any

from core.boards.answering import board_span, tile_chart
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw import NATURAL, charts, draw, textured
from core.draw.board import tile_title
from core.draw.pages.words import LONGEST, dates_of, failure, several
from core.draw.spans import Look, plain, safe
from core.draw.svg import ROWS
from core.errors import BadInput, FootfallError

COLUMNS, LOW = 54, 4
"""The width of a chart: what fits beside the list of messages; and the rows of a figure, which is
then written in letters of the usual size."""

MONOSPACED = "font: 13px/1.2 Consolas, Menlo, 'DejaVu Sans Mono', monospace; white-space: pre"


def board_mail(
    to: Iterable[str],
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    page: str,
) -> str:
    """Return a message with a board, addressed and with a subject, as `sendmail -t` takes it.

    Args:
        to: addresses.
        page: the board as a page, which is attached.

    Raises:
        BadInput: an address is not one.
    """
    look = replace(look, glyphs="block", colour=False)
    tiles = [_tile(block, answers.get(block.id), look, marks) for block in board.in_order]
    title, dates = safe(board.title), dates_of(board_span(answers))
    said = [several(board.description), safe(wide_words(board), LONGEST)]
    message = EmailMessage()
    message["Subject"] = ", ".join(filter(None, (title, dates)))
    message["To"] = _addresses(to)
    message.set_content(_plain([title, dates, *said], tiles))
    message.add_alternative(_html([title, dates, *said], tiles), subtype="html")
    name = "".join(char if char.isalnum() else "-" for char in title.lower()).strip("-") or "board"
    message.add_attachment(page, subtype="html", filename=f"{name}.html")
    return message.as_bytes().decode("ascii", "replace")


def _addresses(to: Iterable[str]) -> str:
    """Return addresses as one header."""
    from email.headerregistry import Address

    found = []
    for address in to:
        try:
            Address(addr_spec=address)
        except (ValueError, MessageError, IndexError) as error:
            raise BadInput(
                f"{address!r} is not the address of somebody.", "For example team@example.com."
            ) from error
        found.append(address)
    return ", ".join(found)


def _tile(block: Block, answer: Any, look: Look, marks: Sequence[Any]) -> tuple[str, str, str]:
    """Return the title of a tile, its chart, and what is said below it."""
    if block.type == "note":
        return "", "", several(block.content)
    title = tile_title(block, answer)
    if answer is None or isinstance(answer, FootfallError):
        return title, "", failure(answer)
    bare = answer.model_copy(update={"title": "", "notes": (), "missed": ()})
    chart = tile_chart(block) or charts(answer)[0]
    height = LOW if chart == "number" else min(NATURAL.get(chart, ROWS), ROWS)
    lines = draw(bare, COLUMNS, height, textured(look, bare), chart=chart, marks=marks)
    drawn = "\n".join(filter(None, [dates_of((answer.first, answer.last)), plain(lines).rstrip()]))
    return title, drawn, "\n".join(safe(note, LONGEST) for note in answer.notes)


def _plain(head: list[str], tiles: list[tuple[str, str, str]]) -> str:
    parts = [part for part in head if part]
    for title, drawn, said in tiles:
        parts += [part for part in (title.upper(), drawn, said) if part]
    return "\n\n".join(parts) + "\n"


def _html(head: list[str], tiles: list[tuple[str, str, str]]) -> str:
    title, *rest = head
    parts = [f"<h1>{escape(title)}</h1>", *(_paragraph(line) for line in rest)]
    for name, drawn, said in tiles:
        parts.append(f"<h2>{escape(name)}</h2>" if name else "")
        parts.append(f'<pre style="{MONOSPACED}">{escape(drawn)}</pre>' if drawn else "")
        parts.append(_paragraph(said))
    body = "\n".join(part for part in parts if part)
    return f'<!doctype html>\n<html lang="en">\n<body>\n{body}\n</body>\n</html>\n'


def _paragraph(words: str) -> str:
    return f'<p style="white-space: pre-wrap">{escape(words)}</p>' if words.strip() else ""
