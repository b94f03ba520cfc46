"""Pictures of charts as SVG and as a page of HTML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from core.draw import Look, draw, plain
from core.draw.shapes import WIDE, blocks, framed
from core.draw.spans import Span
from core.draw.svg import Paint, page, picture
from tests.worlds import drawings

SVG = "{http://www.w3.org/2000/svg}"


def paint(style: str) -> Paint:
    """Heat on a ground of its own, everything else dark on white."""
    ground = "#ff0000" if style.startswith("heat") else "#ffffff" if not style else ""
    return Paint("#111111", ground, "bold" in style)


@pytest.mark.parametrize(
    "answer", [drawings.signups(), drawings.retention(), drawings.activation()]
)
def test_a_picture_says_what_is_drawn(answer):
    lines = draw(answer, 78, 16, Look())
    root = ElementTree.fromstring(picture(lines, 78, paint))
    said = "".join(text.text or "" for text in root.iter(f"{SVG}text"))
    words = [c for c in plain(lines) if not (blocks(c) or framed(c))]
    assert "".join(said.split()) == "".join("".join(words).split())
    assert ("<path" in picture(lines, 78, paint)) == (len(words) < len(plain(lines)))
    wide = float(root.get("width") or 0)
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("x") or 0) + float(text.get("textLength") or 0) <= wide


def test_text_from_data_is_text_in_a_picture_and_in_its_page():
    lines = [(Span("<script>&日本", "heat3"), Span("  b", "bold"))]
    drawn = picture(lines, 20, paint)
    texts = list(ElementTree.fromstring(drawn).iter(f"{SVG}text"))
    assert [text.text for text in texts] == ["<script>&", "日", "本", "b"]
    assert texts[3].get("x") == f"{15 * WIDE:g}"
    assert drawn.count('fill="#ff0000"') == 1
    shown = page("<b>", drawn, paint)
    assert "<title>&lt;b&gt;</title>" in shown
    assert "<script>" not in shown
    assert drawn in shown
