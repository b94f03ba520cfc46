"""docs/definitions.md has every section that the code refers to, once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests import ROOT

ONE = r"(?:appendix )?(?:\d+\.\d+|\d+|A\.\d+b?|[AB])\b"
CITED = re.compile(rf"definitions\s+({ONE}(?:(?:,\s+and\s+|,\s+|\s+and\s+|\s+to\s+){ONE})*)", re.I)
HEADING = re.compile(r"^#+ (?:Appendix )?(\d+(?:\.\d+)?|A\.\d+b?|[AB])[.:]? ", re.M)


def cited() -> Iterator[tuple[str, str]]:
    """Every file with each section that it refers to as "definitions N.N, A.N"."""
    for folder in ("core", "tui", "tests", "benchmarks", "fixtures"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for found in CITED.finditer(path.read_text()):
                for section in re.findall(ONE, found[1]):
                    yield str(path.relative_to(ROOT)), section.removeprefix("appendix ")


def headings() -> list[str]:
    """The sections of the document, in its order."""
    return HEADING.findall((ROOT / "docs" / "definitions.md").read_text())


def test_every_section_that_the_code_refers_to_is_a_heading() -> None:
    known, found = set(headings()), list(cited())
    assert len(found) > 200
    assert [(path, section) for path, section in found if section not in known] == []


def test_no_section_is_there_twice() -> None:
    assert [section for section, times in Counter(headings()).items() if times > 1] == []


def test_sections_that_the_document_refers_to_are_there() -> None:
    text = (ROOT / "docs" / "definitions.md").read_text()
    referred = set(re.findall(r"\((\d+\.\d+)\)", text))
    assert {"1.9", "2.6"} <= referred
    assert referred <= set(headings())
