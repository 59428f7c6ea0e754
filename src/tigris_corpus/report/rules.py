"""The rules, explained: for the terminal one at a time, for the documentation all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import IMPORT, LEVELS
from tigris_corpus.formats.rules import RULES as IMPORTS
from tigris_corpus.validation import RULES as CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.checks.rule import Rule

RULES: dict[str, Rule] = CHECKS | IMPORTS
"""Every rule by its code: those of validation by their levels, then those of imports."""

_PAGE_HEAD = """# Codes of the validator

<!-- made by scripts/pages.py from the rules in src/tigris_corpus/checks; edit those -->

Each issue that `tigris validate` or `tigris import` reports has one of these codes. They are stable: a code keeps its meaning for as
long as the profile keeps its version. `tigris explain CODE` shows the same text in the terminal."""


def explain(rule: Rule) -> str:
    """Return what there is to know of one rule, as text."""
    return (
        f"{rule.code} ({rule.severity}, {_level(rule.level)})\n\n"
        f"{rule.reason}\n\n"
        f"  bad:  {rule.bad}\n"
        f"  good: {rule.good}\n\n"
        f"To mend it: {rule.hint}.\n"
    )


def _level(level: int) -> str:
    return "imports from tools" if level == IMPORT else f"level {level}: {LEVELS[level]}"


def listing(rules: Iterable[Rule]) -> str:
    """Return the codes with their weight and reason, a line each, sorted."""
    ordered = sorted(rules, key=lambda rule: rule.code)
    width = max(len(rule.code) for rule in ordered)
    return "".join(f"{rule.code:{width}}  {rule.severity:7}  {rule.reason}\n" for rule in ordered)


def page(rules: Iterable[Rule]) -> str:
    """Return the documentation page of all rules, in Markdown."""
    by_level: dict[int, list[Rule]] = {}
    for rule in rules:
        by_level.setdefault(rule.level, []).append(rule)
    parts = [_PAGE_HEAD]
    for level in sorted(by_level):
        parts.append(f"## {_level(level).capitalize()}")
        parts.extend(_entry(rule) for rule in sorted(by_level[level], key=lambda rule: rule.code))
    return "\n\n".join(parts) + "\n"


def _entry(rule: Rule) -> str:
    return (
        f"### `{rule.code}`\n\n*{rule.severity}.* {rule.reason}\n\n"
        f"- bad: `` {rule.bad} ``\n- good: `` {rule.good} ``\n- to mend it: {rule.hint}"
    )
