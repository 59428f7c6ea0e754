"""Validation: the tuple of checks, run level by level over one snapshot of a package.

After each check, the rows and documents of its errors are in doubt, and later checks do not see them: one fault is
one issue. What could not be decided is reported as not run, never as passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tigris_corpus.checks import events, form, keys, package, registry, release, spans, values
from tigris_corpus.checks.rule import LEVELS, Check, Rule, Undecidable
from tigris_corpus.descriptor import open_package
from tigris_corpus.engine.snapshot import take_snapshot
from tigris_corpus.issues import Issue, Severity, sort_key

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.descriptor import Package
    from tigris_corpus.engine.snapshot import Snapshot

CHECKS: tuple[Check, ...] = (
    *package.CHECKS,
    *form.CHECKS,
    *values.CHECKS,
    *keys.CHECKS,
    *package.FILE_CHECKS,
    *spans.CHECKS,
    *registry.CHECKS,
    *events.CHECKS,
    *release.CHECKS,
)
RULES: dict[str, Rule] = {rule.code: rule for check in CHECKS for rule in check.rules}
"""Every rule by its code, in the order of the checks."""

_RELEASE_LEVEL = len(LEVELS) - 1
_SPREADING = frozenset(code for code, rule in RULES.items() if rule.spreads)


@dataclass(frozen=True)
class Report:
    """What validation found: the issues in the order of files and lines, and the checks that could not be run.

    ``not_run`` holds (level, check, reason).
    """

    package: Package
    issues: tuple[Issue, ...]
    not_run: tuple[tuple[int, str, str], ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is no error, and everything could be judged."""
        return not self.not_run and not any(issue.severity is Severity.ERROR for issue in self.issues)

    def count(self, severity: Severity) -> int:
        """Return how many issues have a severity."""
        return sum(issue.severity is severity for issue in self.issues)


def validate(path: Path | str | None = None, *, release: bool = False) -> list[Issue]:
    """Return what is wrong with the package at ``path``, or with the packaged release.

    ``path`` is a folder with a datapackage.json, or that file. With ``release``, what a release needs is an error
    and not a warning. Needs the extra ``validate``. Raises NotAPackageError where there is no package.

    >>> validate()
    []
    """
    return list(examine(path, release=release).issues)


def examine(path: Path | str | None = None, *, release: bool = False) -> Report:
    """Return the full report on a package: as ``validate``, with the checks that could not be run."""
    opened = open_package(path)
    snapshot = take_snapshot(opened)
    issues: list[Issue] = []
    not_run: list[tuple[int, str, str]] = []
    for check in CHECKS:
        lacking = [name for name in check.needs if not snapshot.readable(name)]
        has_errors = any(issue.severity is Severity.ERROR for issue in issues)
        if check.level == _RELEASE_LEVEL and (has_errors or not_run):
            not_run.append((check.level, check.name, "there are errors below it"))
        elif lacking:
            not_run.append((check.level, check.name, f"{', '.join(lacking)} could not be read"))
        else:
            found, reason = _run(check, snapshot)
            if reason:
                not_run.append((check.level, check.name, reason))
            if check.level == _RELEASE_LEVEL and release:
                found = [replace(issue, severity=Severity.ERROR) for issue in found]
            issues.extend(found)
            snapshot = snapshot.doubting(found, _SPREADING)
    return Report(opened, tuple(sorted(issues, key=sort_key)), tuple(not_run))


def _run(check: Check, snapshot: Snapshot) -> tuple[list[Issue], str | None]:
    """Return what a check found, and why it could not decide the rest, if it could not."""
    found: list[Issue] = []
    try:
        found.extend(check.find(snapshot))
    except Undecidable as reason:
        return found, str(reason)
    except Exception as error:  # noqa: BLE001 - a check that breaks must not lose what the others found
        return found, f"the check itself failed, which is a bug of Tigris: {type(error).__name__}: {error}"[
            :300
        ]
    return found, None
