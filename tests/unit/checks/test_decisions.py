"""The sections that a decision may name are those of the guidelines."""

from __future__ import annotations

import re

import packages
from tigris_corpus.checks.decisions import SECTIONS

GUIDELINES = packages.CLONE / "docs" / "guidelines.md"
NUMBERED = re.compile(r"(?:## ([0-9]+)[.] |### ([0-9]+)[.]([0-9]+) |([0-9]+)[.]([0-9]+)[.] |([0-9]+)[.] )")


def test_the_sections_and_their_parts_are_those_of_the_guidelines() -> None:
    text = GUIDELINES.read_text(encoding="utf-8")
    assert "Version 1.0" in text
    parts: dict[int, int] = {}
    points: dict[int, int] = {}
    section = 0
    for line in text.partition("\n## Changes")[0].splitlines():
        match = NUMBERED.match(line)
        if not match:
            continue
        heading, outer, part, item, inner, point = (int(cell or 0) for cell in match.groups())
        if heading:
            section = heading
            parts[section] = points[section] = 0
        elif outer or item:
            parts[section] = max(parts[section], part, inner)
        elif section:
            points[section] = max(points[section], point)
    assert {number: part or points[number] for number, part in parts.items()} == SECTIONS["1.0"]
