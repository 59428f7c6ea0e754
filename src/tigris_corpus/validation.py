"""Validation: the tuple of checks, run level by level over one snapshot of a package.

After each check, the rows and documents of its errors are in doubt, and later checks do not see them: one fault is
one issue. What could not be decided is reported as not run, never as passed. What is read whole is looked at first,
then the labels, batch by batch, then what only the whole corpus shows.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks import base as base_checks
from tigris_corpus.checks import (
    characters,
    consistency,
    decisions,
    described,
    events,
    form,
    keys,
    metadata,
    package,
    passes,
    plausible,
    records,
    registry,
    release,
    roles,
    sequence,
    spans,
    spelling,
    stated,
    values,
    vocabularies,
    waivers,
    wording,
)
from tigris_corpus.checks.rule import LEVELS, Check, Rule, Stage, Undecidable
from tigris_corpus.descriptor import TEXT_TABLE, open_package, read_steadily
from tigris_corpus.engine.links import Links
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.snapshot import (
    BATCHES,
    LABEL_TABLES,
    REGISTRY_LINKS,
    Census,
    OutOfOrderError,
    plan,
    read_batch,
    read_labels,
    take_snapshot,
    texts_of,
)
from tigris_corpus.errors import UnreadableError
from tigris_corpus.issues import KEPT, Issue, Severity, gathered, sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
    from pathlib import Path

    from tigris_corpus.descriptor import Package
    from tigris_corpus.engine.snapshot import Batch, Plan, Snapshot, Table
    from tigris_corpus.engine.texts import Texts
    from tigris_corpus.issues import Location

CHECKS: tuple[Check, ...] = (
    *package.CHECKS,
    *described.CHECKS,
    *form.CHECKS,
    *characters.CHECKS,
    *values.CHECKS,
    *keys.CHECKS,
    *sequence.CHECKS,
    *package.FILE_CHECKS,
    *vocabularies.CHECKS,
    *records.CHECKS,
    *spans.CHECKS,
    *registry.CHECKS,
    *spelling.CHECKS,
    *events.CHECKS,
    *metadata.CHECKS,
    *stated.CHECKS,
    *passes.CHECKS,
    *wording.CHECKS,
    *roles.CHECKS,
    *decisions.CHECKS,
    *plausible.CHECKS,
    *consistency.CHECKS,
    *base_checks.CHECKS,
    *release.CHECKS,
)
RULES: dict[str, Rule] = {rule.code: rule for check in CHECKS for rule in check.rules} | waivers.RULES
"""Every rule by its code, in the order of the checks."""

EVERY_LEVEL = range(len(LEVELS))
MOST, MOST_OF_ALL = 1_000, 10_000
"""How many faults one check reports, and how many issues: those of one fault are told as one."""
_RELEASE_LEVEL = len(LEVELS) - 1
_SPREADING = frozenset(code for code, rule in RULES.items() if rule.spreads)


@dataclass(frozen=True)
class Report:
    """What validation found: the issues in the order of files and lines, and the checks that could not be run.

    ``not_run`` holds (level, check, reason), ``waived`` the issues that the package's table of waivers takes out.
    """

    package: Package
    issues: tuple[Issue, ...]
    not_run: tuple[tuple[int, str, str], ...]
    waived: tuple[Issue, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether there is no error, and everything could be judged."""
        return not self.not_run and not any(issue.severity is Severity.ERROR for issue in self.issues)

    def count(self, severity: Severity) -> int:
        """Return how many issues have a severity."""
        return sum(issue.severity is severity for issue in self.issues)


def validate(
    path: Path | str | None = None, *, release: bool = False, base: Path | str | None = None
) -> list[Issue]:
    """Return what is wrong with the package at ``path``, or with the packaged release.

    ``path`` is a folder with a datapackage.json, or that file. With ``release``, what a release needs is an error
    and not a warning; ``base`` is the path of an earlier release to compare with. Needs the extra ``validate``.
    Raises NotAPackageError where there is no package.

    >>> validate()
    []
    """
    return list(examine(path, release=release, base=base).issues)


def examine(
    path: Path | str | None = None,
    *,
    release: bool = False,
    base: Path | str | None = None,
    levels: Container[int] = EVERY_LEVEL,
    progress: Callable[[int, int], None] | None = None,
    instead: Mapping[str, bytes | None] | None = None,
) -> Report:
    """Return the full report on a package: as ``validate``, with the checks that could not be run.

    ``base`` is an earlier release of the package, with which it is compared. Only the checks of ``levels`` are run.
    ``progress`` is told now and then how many documents of how many are done. ``instead`` holds files that are read
    in place of those of the package, by path: the package as it would be. Raises CorpusError where the base cannot be
    compared with.
    """

    def examined(opened: Package) -> Report:
        return _examined(opened, release=release, base=base, levels=levels, progress=progress)

    return read_steadily(examined, path, instead=instead)


def _examined(
    opened: Package,
    *,
    release: bool,
    base: Path | str | None,
    levels: Container[int],
    progress: Callable[[int, int], None] | None,
) -> Report:
    without = () if base is not None else base_checks.CHECKS
    checks = [check for check in CHECKS if check.level in levels and check not in without]
    below = [check for check in checks if check.level < _RELEASE_LEVEL]
    last = [check for check in checks if check.level == _RELEASE_LEVEL]
    aside = [check for check in below if _changes_nothing(check)]
    before = [check for check in below if check not in aside]
    taken = replace(take_snapshot(opened), base=_base(base))
    with ThreadPoolExecutor(BATCHES) as pool, ThreadPoolExecutor(1) as other:
        reading = _Reading.begun(pool, other, taken)
        first = _run(before, Stage.PACKAGE, taken)
        files = other.submit(_run, last, Stage.PACKAGE, taken)
        beside = other.submit(_run, aside, Stage.PACKAGE, first.snapshot)
        labels = _run_batches(checks, (files, beside), first.snapshot, reading, progress)
        compared = [issue for issue in labels.issues if RULES[issue.code].level == _RELEASE_LEVEL]
        found = [*first.issues, *(one for one in labels.issues if RULES[one.code].level != _RELEASE_LEVEL)]
        snapshot = first.snapshot.doubting(waivers.standing(first.snapshot, found, _level_of), _SPREADING)
        snapshot = replace(
            snapshot, doubts=snapshot.doubts | labels.snapshot.doubts, census=labels.snapshot.census
        )
        late = other.submit(_run, aside, Stage.CORPUS, snapshot)
        looked = pool.submit(opened.gate.look)
        whole = _run(before, Stage.CORPUS, snapshot)
        warned = late.result()
        looked.result()
    not_run = dict.fromkeys([*first.not_run, *labels.not_run, *whole.not_run, *warned.not_run])
    issues = _by_fault([*found, *whole.issues, *warned.issues], snapshot)
    issues, waived = waivers.waived(snapshot, issues, _level_of, _judged(checks, not_run, is_last=False))
    if not_run or any(issue.severity is Severity.ERROR for issue in issues):
        not_run |= {(check.level, check.name, "there are errors below it"): None for check in last}
    else:
        end = _run(last, Stage.CORPUS, snapshot)
        not_run |= dict.fromkeys(end.not_run)
        compared = _by_fault([*compared, *end.issues], snapshot)
        compared, also = waivers.waived(snapshot, compared, _level_of, _judged(checks, not_run, is_last=True))
        waived += also
        issues += [replace(issue, severity=Severity.ERROR) for issue in compared] if release else compared
    return Report(opened, tuple(sorted(issues, key=sort_key)), tuple(not_run), tuple(waived))


def _changes_nothing(check: Check) -> bool:
    """Whether a check that is asked once puts nothing in doubt, so that others need not wait for it."""
    is_asked_once = check.stages in {(Stage.PACKAGE,), (Stage.CORPUS,)}
    return is_asked_once and all(rule.severity is Severity.WARNING for rule in check.rules)


def _judged(checks: list[Check], not_run: Collection[object], *, is_last: bool) -> Callable[[str], bool]:
    """Return whether a code was judged, at the last level or below it, so that a waiver of it can be known to be unused."""
    asked = {rule.code for check in checks for rule in check.rules}
    left = {rule.code for check in CHECKS if check not in checks for rule in check.rules}

    def is_judged(code: str) -> bool:
        rule = RULES.get(code)
        if rule is None or code in waivers.RULES:
            return not not_run and not is_last
        return not not_run and code in asked - left and (rule.level == _RELEASE_LEVEL) == is_last

    return is_judged


def _by_fault(issues: list[Issue], snapshot: Snapshot) -> list[Issue]:
    """Return the issues of each fault as one, at the first of its places in the order of tables and rows."""
    order = {path: number for number, path in enumerate(snapshot.package.table_at)}
    ordered = sorted(
        _not_told_elsewhere(issues),
        key=lambda issue: (order.get(issue.location.file or "", -1), issue.location.row or 0),
    )
    return [issue for several in gathered(ordered) for issue in _of_one_fault(several, snapshot)]


def _not_told_elsewhere(issues: list[Issue]) -> list[Issue]:
    """Return the issues without those that give way to another about the same row."""
    told = {
        (at.file, at.row)
        for issue in issues
        if not RULES[issue.code].gives_way
        for at in (issue.location, *issue.related)
        if at.row is not None
    }

    def is_told(issue: Issue) -> bool:
        return any((at.file, at.row) in told for at in (issue.location, *issue.related))

    return [issue for issue in issues if not RULES[issue.code].gives_way or not is_told(issue)]


def _base(path: Path | str | None) -> Snapshot | None:
    """Return the snapshot of an earlier release. Raises UnreadableError unless all of it can be read: see ``refusal``."""
    if path is None:
        return None
    package = open_package(path)
    snapshot = None if package.problems else take_snapshot(package)
    _refuse(package, base_checks.refusal(package, snapshot))
    return snapshot


def _refuse(package: Package, reason: str | None) -> None:
    if reason is not None:
        raise UnreadableError(f"{package.root}: the base cannot be compared with: {reason}")


@dataclass(frozen=True)
class _Result:
    """What some checks found, what they could not decide, and the snapshot with its rows in doubt."""

    issues: list[Issue]
    not_run: list[tuple[int, str, str]]
    snapshot: Snapshot


def _level_of(code: str) -> int:
    return RULES[code].level


def _run(checks: Iterable[Check], stage: Stage, snapshot: Snapshot) -> _Result:
    """Run the checks of a stage, one after another, each without the rows that those before it put in doubt."""
    issues: list[Issue] = []
    not_run: list[tuple[int, str, str]] = []
    for check in checks:
        if stage not in check.stages:
            continue
        lacking = [name for name in check.needs if not snapshot.readable(name)]
        if lacking:
            not_run.append((check.level, check.name, f"{', '.join(lacking)} could not be read"))
            continue
        found, reason = _find(check, snapshot)
        if reason:
            not_run.append((check.level, check.name, reason))
        issues.extend(found)
        if check.level < _RELEASE_LEVEL:  # another release puts no row of this one in doubt
            snapshot = snapshot.doubting(waivers.standing(snapshot, found, _level_of), _SPREADING)
    return _Result(issues, not_run, snapshot)


@dataclass(frozen=True)
class _Reading:
    """How the batches are read, by whom, and those of which the reading has begun."""

    pool: ThreadPoolExecutor
    plan: Plan
    ahead: dict[Batch, Future[dict[str, Table]]] = field(default_factory=dict)
    texts: dict[Batch, Future[Texts]] = field(default_factory=dict)
    documents: Table | None = None
    """The table of documents by which the texts were read: they are read anew where any of them is in doubt now."""

    @classmethod
    def begun(cls, pool: ThreadPoolExecutor, other: ThreadPoolExecutor, snapshot: Snapshot) -> _Reading:
        """Return the reading of the labels and texts, begun with as many batches as are looked at at a time."""
        planned = plan(snapshot)
        first = planned.batches[:BATCHES]
        return cls(
            pool,
            planned,
            {batch: pool.submit(read_labels, snapshot.package, planned, batch) for batch in first},
            {batch: other.submit(texts_of, snapshot, batch) for batch in first},
            snapshot.tables.get(TEXT_TABLE),
        )

    def batch(self, snapshot: Snapshot, batch: Batch) -> Snapshot:
        """Return the snapshot with the labels of a batch."""
        begun, texts = self.ahead.pop(batch, None), self.texts.pop(batch, None)
        is_same = snapshot.tables.get(TEXT_TABLE) is self.documents
        return read_batch(
            snapshot,
            self.plan,
            batch,
            begun.result() if begun else None,
            texts.result() if texts and is_same else None,
        )


def _run_batches(
    checks: list[Check],
    beside: Collection[Future[_Result]],
    snapshot: Snapshot,
    reading: _Reading,
    progress: Callable[[int, int], None] | None,
) -> _Result:
    """Run the checks of the labels over all batches, as many at a time as there are workers, with what others find beside them."""
    out_of_order: set[str] = set()
    while True:
        try:
            return _merged(_each_batch(checks, beside, snapshot, reading, progress), snapshot)
        except OutOfOrderError as error:
            out_of_order.add(error.table)
        reading = _Reading(reading.pool, plan(snapshot, out_of_order))


def _each_batch(
    checks: list[Check],
    beside: Collection[Future[_Result]],
    snapshot: Snapshot,
    reading: _Reading,
    progress: Callable[[int, int], None] | None,
) -> Iterator[_Result]:
    def examined(batch: Batch) -> _Result:
        read = reading.batch(snapshot, batch)
        if read.base is not None:
            _refuse(read.base.package, base_checks.unread(read.base))
        return _run_batch(checks, read)

    documents = snapshot.tables["documents"].rows.height if snapshot.readable("documents") else 0
    if progress:
        progress(0, documents)
    batches = reading.plan.batches
    for number, result in enumerate(reading.pool.map(examined, batches), start=1):
        if progress:
            progress(documents * number // len(batches), documents)
        yield result
    yield from (one.result() for one in beside)


def _run_batch(checks: list[Check], snapshot: Snapshot) -> _Result:
    """Run the checks of the labels over one batch, and keep of it only what the whole corpus is judged by."""
    result = _run(checks, Stage.BATCH, snapshot)
    seen = result.snapshot
    labels = [table for name, table in seen.tables.items() if name in LABEL_TABLES]
    census = Census(
        torn=frozenset(table.name for table in labels if not table.whole),
        uses={
            (name, column): (_counted(seen.tables[name].rows[column]),)
            for name, column in REGISTRY_LINKS
            if seen.readable(name)
        },
        kept={
            check.name: (check.remember(seen),)
            for check in checks
            if check.remember and seen.readable(*(name for name in check.needs))
        },
    )
    kept = replace(seen, tables={}, census=census, _texts=[], _links=Links())
    issues = [issue for several in gathered(result.issues) for issue in several]
    return _Result(issues, result.not_run, kept)


def _counted(column: pl.Series) -> pl.DataFrame:
    counts = column.filter(column != "").value_counts()
    return counts.select(value=column.name, count=pl.col("count").cast(pl.UInt32))


def _merged(results: Iterable[_Result], snapshot: Snapshot) -> _Result:
    issues: list[Issue] = []
    not_run: dict[tuple[int, str, str], None] = {}
    census, doubts = Census(), snapshot.doubts
    for result in results:
        issues += result.issues
        not_run |= dict.fromkeys(result.not_run)
        census += result.snapshot.census
        doubts |= result.snapshot.doubts
    return _Result(issues, list(not_run), replace(snapshot, census=census, doubts=doubts))


def _find(check: Check, snapshot: Snapshot) -> tuple[list[Issue], str | None]:
    """Return what a check found, and why it could not decide the rest, if it could not."""
    found: list[Issue] = []
    try:
        count, faults = 0, set()
        for issue in check.find(snapshot):
            found.append(issue)
            count += issue.fault is None or issue.fault not in faults
            faults.add(issue.fault)
            if count >= MOST or len(found) >= MOST_OF_ALL:
                return found, f"there are {len(found):,} issues or more, and the rest was not looked for"
    except Undecidable as reason:
        return found, str(reason)
    except Exception as error:  # noqa: BLE001 - a check that breaks must not lose what the others found
        broken = f"the check itself failed, which is a bug of Tigris: {type(error).__name__}: {error}"
        return found, broken[:300]
    return found, None


def _of_one_fault(issues: list[Issue], snapshot: Snapshot) -> list[Issue]:
    """Return the issues of one fault as one, or where they blame what they refer to, that, or else each by itself."""
    first = issues[0]
    rule = RULES[first.code]
    count = sum(issue.count for issue in issues)
    if first.fault is None or count == 1:
        return issues
    if rule.blames:
        uses = snapshot.census.used(*rule.blames).filter(pl.col("value") == first.fault)["count"]
        if not first.related or sum(uses) != count:
            return issues
        message = f"all {count} rows of {rule.blames[0]} that name {first.fault!r} are at odds with it: {first.message}"
        at, places = first.related[0], [issue.location for issue in issues]
        return [rule.issue(at, _cell_at(snapshot, at), message, related=places)]
    named = RULES[rule.many] if rule.many else rule
    places = [place for issue in issues for place in (issue.location, *issue.related)][: KEPT + 1]
    message = f"{first.message} ({count} places)"
    merged = named.issue(
        first.location, first.value, message, first.hint if not rule.many else None, places[1:]
    )
    return [replace(merged, severity=first.severity, count=count)]


def _cell_at(snapshot: Snapshot, at: Location) -> str | None:
    """Return the cell at a location of a table that is read whole, or None where there is none."""
    table = snapshot.tables.get(snapshot.package.table_at.get(at.file or "", ""))
    number = table.number_at(at) if table else None
    if table is None or number is None or at.field is None:
        return None
    cells = table.rows.filter(pl.col(LINE) == number)[at.field]
    return str(cells[0]) if len(cells) else None
