"""What a rule and a check are, and how a row of a table becomes a location."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import SPANS
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import Issue, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl

    from tigris_corpus.engine.snapshot import Snapshot, Table

LEVELS = (
    "bytes and package",
    "CSV",
    "schema",
    "keys",
    "spans",
    "events and registry",
    "corpus",
    "release",
)
"""What each level looks at; the place in the tuple is the level's number."""
IMPORT = len(LEVELS)
"""The level of the rules that are asked of what comes back from tools, before it is part of any package."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the profile: its stable code, level and weight, why it is there, how to mend it, and two examples.

    ``spreads`` says that the related places of an issue are at fault with it, and not merely compared with it.
    ``many`` is the code that several issues of one fault have together. ``blames`` is a column of references (table,
    column): where every row that refers to one thing is at odds with it, the thing is at fault and not the rows.
    ``gives_way`` says that its issues are left out where another is about the same row.
    """

    code: str
    level: int
    severity: Severity
    reason: str
    hint: str
    bad: str
    good: str
    spreads: bool = False
    many: str | None = None
    blames: tuple[str, str] | None = None
    gives_way: bool = False

    def issue(
        self,
        at: Location,
        value: object,
        message: str,
        hint: str | None = None,
        related: Iterable[Location] = (),
        fault: str | None = None,
    ) -> Issue:
        """Return an issue of this rule; ``hint`` takes the place of the general one where more is known.

        Issues of one code and ``fault`` are one fault that shows in several places.
        """
        text = None if value is None else str(value)
        return Issue(self.code, self.severity, at, text, message, hint or self.hint, tuple(related), fault)


class Undecidable(Exception):  # noqa: N818 - it is no error, and never leaves validation
    """Raised by a check, after what it could decide, where earlier findings leave the rest open. Says why."""


class Stage(StrEnum):
    """When a check runs: once for what is read whole, once a batch of documents, or once when all batches have been."""

    PACKAGE = "package"
    BATCH = "batch"
    CORPUS = "corpus"


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """A pure function from a snapshot to issues, the rules it may report, and the tables it cannot do without.

    A check with two stages looks at the tables that are due. One of the stage CORPUS does not see the labels: what it
    has to know of them ``remember`` tells of each batch, as a frame, and the census of its snapshot keeps under the
    name of the check.
    """

    rules: tuple[Rule, ...]
    find: Callable[[Snapshot], Iterator[Issue]]
    needs: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = (Stage.BATCH,)
    remember: Callable[[Snapshot], pl.DataFrame] | None = None

    @property
    def level(self) -> int:
        """The level at which the check runs."""
        return self.rules[0].level

    @property
    def name(self) -> str:
        """A name for the check, for the list of those that were not run."""
        return f"{self.find.__module__.rpartition('.')[2]}.{self.find.__name__}"


EVERYWHERE = (Stage.PACKAGE, Stage.BATCH)
"""The stages of a check that looks at every table."""


def error(level: int, code: str, reason: str, hint: str, *, bad: str, good: str, **more: Any) -> Rule:
    """Return a rule whose breach makes a package unsound."""
    return Rule(code, level, Severity.ERROR, reason, hint, bad, good, **more)


def warning(level: int, code: str, reason: str, hint: str, *, bad: str, good: str, **more: Any) -> Rule:
    """Return a rule whose breach is worth a look and blocks nothing."""
    return Rule(code, level, Severity.WARNING, reason, hint, bad, good, **more)


def by_code(*rules: Rule) -> dict[str, Rule]:
    """Return rules by their code."""
    return {rule.code: rule for rule in rules}


def place(table: Table, row: dict[str, Any], field: str | None = None, **more: Any) -> Location:
    """Return the location of a row of a table, or of one of its cells."""
    start, end, _ = next((span for span in SPANS if span[0] in row), ("", "", ""))
    spanned: dict[str, Any] = {}
    if isinstance(row.get(start), int) and isinstance(row.get(end), int):
        spanned = {"start": row[start], "end": row[end]}
    file, line, number = table.locate(row[LINE])
    return Location(
        file=file,
        line=line,
        row=number,
        key="+".join(str(row[name]) for name in table.schema.key) or None,
        field=field,
        document=document_of(table, row),
        sentence=row.get("sentence_id") or None,
        **{**spanned, **more},
    )


_DOCUMENT = re.compile("D[0-9]{3,}(?=-|$)")


def document_of(table: Table, row: dict[str, Any]) -> str | None:
    """Return the document that a row belongs to: by the id that begins with it, else by its column."""
    for name in table.schema.key:
        match = _DOCUMENT.match(str(row[name]))
        if match:
            return match[0]
    return row.get("document_id") or None


def expect_whole(snapshot: Snapshot, *tables: str) -> None:
    """Raise Undecidable where rows of tables are missing or in doubt, so that nothing follows from what is absent."""
    if not snapshot.whole(*tables) or snapshot.may_lack_rows:
        named = " or ".join(filter(None, [", ".join(tables[:-1]), tables[-1]]))
        raise Undecidable(f"rows of {named} are missing or in doubt")


def rows_at(table: Table, broken: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table named by the line column of ``broken``, with the other columns of it beside them."""
    if not broken.height:
        return
    extra = [name for name in broken.columns if name == LINE or name not in table.sound.columns]
    joined = table.sound.join(broken.select(extra), on=LINE, how="inner").sort(LINE)
    yield from joined.iter_rows(named=True)
