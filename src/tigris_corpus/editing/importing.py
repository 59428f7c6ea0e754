"""An import, planned whole before anything is written: what changes, what is wrong, and the files as they would be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.editing import changes as states
from tigris_corpus.editing import suggesting
from tigris_corpus.editing.changes import REGISTRY, Change, flat, nested
from tigris_corpus.editing.merging import (
    dropped_overlaps,
    edited,
    matched,
    merged,
    minted,
    renamed,
    settled,
)
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl, tables
from tigris_corpus.formats.exchange import Document, documents_of, items_of, labels_of, state_of
from tigris_corpus.formats.judging import judge
from tigris_corpus.formats.rules import RULES, fault
from tigris_corpus.issues import Location, Severity
from tigris_corpus.paths import MAX_JSON
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Package
    from tigris_corpus.editing.changes import Key, Rows
    from tigris_corpus.editing.manifest import Manifest
    from tigris_corpus.editing.merging import Conflict
    from tigris_corpus.formats import Format
    from tigris_corpus.formats.exchange import Answer, Item, Labels
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue

PASSES = "corpus/passes/{}.jsonl"
_BLANK, _SINGLE, _DOUBLE = "blank", "single", "double"
_SHOWN = 120


@dataclass(frozen=True)
class Settings:
    """How an import is meant.

    ``annotator`` is whose pass it is; without one, the labels of the tables are corrected. ``round`` and
    ``guidelines`` are those of the pass. ``new`` are columns of new rows that the format cannot say;
    ``accept_removals`` says that spans which a tool may have dropped were meant to go.
    """

    annotator: str | None = None
    round: int = 1
    guidelines: str | None = None
    new: Mapping[str, str] = field(default_factory=dict)
    accept_removals: bool = False


@dataclass(frozen=True)
class Plan:
    """What an import would do: its changes, what is wrong, and the files as they would be, by path.

    ``expected`` has the SHA-256 of the files that it was planned on: it holds for them alone. ``passes`` names the
    documents whose labels are kept as a pass, ``untouched`` those that were exported and are not in the files.
    """

    changes: tuple[Change, ...] = ()
    issues: tuple[Issue, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    expected: Mapping[str, str | None] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing stands against writing it."""
        return all(issue.severity is not Severity.ERROR for issue in self.issues)


class Shelf(Mapping[str, Document]):
    """The documents of a corpus by id, each made when it is first asked for."""

    def __init__(self, corpus: Corpus, records: Mapping[str, Record] | None = None) -> None:
        self._corpus = corpus
        self._ids = list(corpus.documents["document_id"])
        self._records = records
        self._made: dict[str, Document] = {}

    def __getitem__(self, document_id: str) -> Document:
        if document_id not in self._made:
            if document_id not in self._ids:
                raise KeyError(document_id)
            if self._records is None:
                self._records = {record["document_id"]: record for record in jsonl.records(self._corpus)}
            own = [self._records[document_id]] if document_id in self._records else []
            self._made[document_id] = documents_of(self._corpus, [document_id], own)[0]
        return self._made[document_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def digests(package: Package) -> dict[str, str | None]:
    """Return the SHA-256 of the files that an import is planned on: the tables that are CSV, and the descriptor."""
    paths = [DESCRIPTOR, *(path for path in package.table_at if path.endswith(".csv"))]
    return {path: hashlib.sha256(package.gate.read(path)).hexdigest() for path in paths}


def plan(  # noqa: PLR0913 - what an import is made of
    corpus: Corpus,
    form: Format,
    files: Mapping[str, bytes],
    manifest: Manifest | None,
    settings: Settings,
    expected: Mapping[str, str | None],
    faults: Sequence[Issue] = (),
    *,
    also: Mapping[str, Mapping[tuple[str, ...], Record | None]] | None = None,
) -> Plan:
    """Return what importing files of a format into a corpus would do.

    ``manifest`` says what the tool was given; without one, it is taken to have been given the labels of today, unless
    the files say otherwise. ``expected`` are the ``digests`` of the package, taken before the corpus was loaded;
    ``faults`` what was wrong with the files before they were read. ``also`` are rows of other tables that are written
    with it, by table and key; they stand over those that the import would write.
    Raises CorpusError for what is misuse: an unknown annotator, tables that cannot be edited.
    """
    _check_annotator(corpus, settings)
    shelf, labels = Shelf(corpus), labels_of(corpus)
    judged = judge(form.load().read(files, shelf), shelf, labels)
    issues = [*faults, *judged.issues]
    if not judged.answers and not issues:
        issues.append(fault("imp.format", f"there is nothing of the format {form.name} in the files given"))
    results = [
        _Result.of(answer, shelf[answer.document_id], form, manifest, settings, labels)
        for answer in judged.answers
        if judged.is_sound
    ]
    issues += [issue for result in results for issue in result.issues]
    documents = tuple(answer.document_id for answer in judged.answers)
    untouched = tuple(name for name in (manifest.records if manifest else ()) if name not in documents)
    if untouched and documents:
        message = f"{', '.join(untouched)} stay as they are: they were exported, and are not in the files"
        issues.append(RULES["imp.scope"].issue(Location(), None, message))
    planned = Plan(issues=tuple(issues), documents=documents, untouched=untouched, expected=expected)
    if not planned.is_sound:
        return planned
    return _written(corpus, form, results, settings, planned, also or {})


def _check_annotator(corpus: Corpus, settings: Settings) -> None:
    if settings.annotator is None:
        return
    kinds = dict(zip(corpus.annotators["annotator_id"], corpus.annotators["kind"].astype(str), strict=True))
    if settings.annotator not in kinds:
        raise CorpusError(
            f"annotators.csv has no {settings.annotator!r}; it has {', '.join(kinds) or 'nobody'}. Add the row first: "
            f"{settings.annotator},human,…"
        )
    if kinds[settings.annotator] == "rule":
        raise CorpusError(
            f"{settings.annotator!r} is a rule: what it suggests is no pass until somebody has read it"
        )


@dataclass(frozen=True)
class _Result:
    """What comes of one answer: the rows of the document before and after, and the rows of the pass."""

    document: Document
    before: Rows
    after: Rows
    own: Rows
    places: Mapping[Key, Location]
    issues: tuple[Issue, ...] = ()

    @classmethod
    def of(
        cls,
        answer: Answer,
        document: Document,
        form: Format,
        manifest: Manifest | None,
        settings: Settings,
        labels: Labels,
    ) -> _Result:
        """Return what comes of an answer."""
        ours = flat(document.record)
        base, stale = _base(answer, document, manifest, settings)
        if base is None:
            return cls(document, ours, ours, {}, {}, (stale,) if stale else ())
        if answer.maker.get("annotator_id") == suggesting.ANNOTATOR:
            message = f"the labels of {document.document_id} are suggestions of a rule"
            return cls(
                document,
                ours,
                ours,
                {},
                {},
                (RULES["imp.not-gold"].issue(answer.at, suggesting.ANNOTATOR, message),),
            )
        seen = _seen(base, form, labels)
        issues = [] if settings.accept_removals else list(_dropped(answer, seen, document))
        made = edited(answer, base, seen, form, settings.new)
        issues += made.issues
        started = flat(base.record)
        theirs, at_one_place = settled(started, ours, made.rows)
        after, conflicts = (theirs, []) if settings.annotator else merged(started, ours, theirs)
        issues += [
            _conflict(one, answer, made.places)
            for one in (*conflicts, *([] if settings.annotator else at_one_place))
        ]
        return cls(document, ours, after, made.rows, made.places, tuple(issues))


def _base(
    answer: Answer, document: Document, manifest: Manifest | None, settings: Settings
) -> tuple[Document | None, Issue | None]:
    """Return the document as the tool was given it, or why that cannot be known."""
    told = manifest.records.get(document.document_id) if manifest else None
    if told is not None and answer.state in {None, state_of(told)}:
        return replace(document, record=told), None
    if answer.state is None or answer.state == document.state:
        return document, None
    if settings.annotator and answer.state == state_of({"document_id": document.document_id}):
        return replace(document, record={"document_id": document.document_id}), None
    message = f"{document.document_id} was exported in the state {answer.state}, and is in the state {document.state} by now"
    at = replace(answer.at, document=document.document_id)
    return None, RULES["imp.stale-base"].issue(at, answer.state, message)


def _seen(base: Document, form: Format, labels: Labels) -> list[Item]:
    """Return the labels of the base as the tool was given them: written in the format, and read back."""
    module = form.load()
    one = {base.document_id: base}
    answers = judge(module.read(module.write([base], labels), one), one, labels).answers
    items = list(answers[0].items) if answers else []
    ids = matched(items, items_of(base))
    return [
        replace(
            item,
            id=ids[item.table, item.ref],
            ref=ids[item.table, item.ref],
            source=None if item.source is None else ids.get(("mentions", item.source), item.source),
            arguments=tuple(
                replace(one, ref=ids.get(("mentions", one.ref), one.ref)) for one in item.arguments
            ),
        )
        for item in items
        if (item.table, item.ref) in ids
    ]


def _dropped(answer: Answer, seen: Sequence[Item], document: Document) -> Iterator[Issue]:
    """Yield one issue where a tool seems to have dropped all spans that overlap others."""
    gone = dropped_overlaps(answer, seen)
    if gone:
        names = ", ".join(str(item.id) for item in gone[:10])
        message = f"{len(gone)} spans that overlap others are gone from {document.document_id}: {names}"
        at = replace(answer.at, document=document.document_id)
        yield replace(RULES["imp.lossy-roundtrip"].issue(at, gone[0].id, message), count=len(gone))


def _conflict(conflict: Conflict, answer: Answer, places: Mapping[Key, Location]) -> Issue:
    """Return a conflict as an issue that shows both versions."""
    at = replace(places.get(conflict.key, answer.at), document=answer.document_id)
    ours, theirs = (_told(row, conflict.base) for row in (conflict.ours, conflict.theirs))
    message = (
        f"{' '.join(conflict.key[1:])} of {conflict.key[0]}: the table has {ours}; the file has {theirs}"
    )
    return RULES["imp.conflict"].issue(at, conflict.key[1], message)


def _told(row: Record | None, base: Record | None) -> str:
    """Return what a side of a conflict says: the cells in which it differs from the base."""
    if row is None:
        return "taken it out"
    cells = {name: value for name, value in row.items() if base is None or base.get(name) != value}
    return ", ".join(f"{name} {str(value)[:_SHOWN]!r}" for name, value in cells.items()) or "left it"


def _written(
    corpus: Corpus,
    form: Format,
    results: Sequence[_Result],
    settings: Settings,
    planned: Plan,
    also: Mapping[str, Mapping[tuple[str, ...], Record | None]],
) -> Plan:
    """Return the plan with the files as they would be, validated as the package that they make."""
    package = corpus.package
    found: list[Change] = []
    places: dict[Key, Location] = {}
    kept: list[tuple[_Result, Rows]] = []
    edits: dict[str, dict[tuple[str, ...], Record | None]] = {}
    for result in results:
        after, own, names = _with_ids(corpus, result)
        document_id = result.document.document_id
        places |= {(key[0], names.get((key[0], key[1]), key[1])): at for key, at in result.places.items()}
        if settings.annotator:
            own = {key: row for key, row in own.items() if _is_carried(key[0], form)}
            kept.append((result, own))
            after = {**result.before, **own} if _is_blank(corpus, document_id, form) else result.before
        found += states.between(document_id, result.before, after)
    for change in found:
        edits.setdefault(change.table, {})[change.key] = change.after
    if not settings.annotator:
        edits["deprecated"] = _withdrawn(found, package, form)
    files: dict[str, bytes] = {}
    if settings.annotator:
        files, more = _passes(corpus, form, kept, settings)
        edits |= more
    for name, rows in also.items():
        edits[name] = {**edits.get(name, {}), **rows}
    for name, rows in edits.items():
        if rows:
            files[package.tables[name].path] = tables.edited(package, name, rows)
    files = {path: data for path, data in files.items() if not _is_as_it_was(package, path, data)}
    issues = (*planned.issues, *(_checked(package, files, places, planned.documents) if files else ()))
    passes = tuple(result.document.document_id for result, _ in kept)
    return replace(planned, changes=tuple(found), issues=issues, files=files, passes=passes)


def _is_as_it_was(package: Package, path: str, data: bytes) -> bool:
    known = path in package.table_at or path == DESCRIPTOR
    return known and package.gate.read(path) == data


def _with_ids(corpus: Corpus, result: _Result) -> tuple[Rows, Rows, dict[tuple[str, str], str]]:
    """Return the rows after and the rows of the pass with new ids, and these by their table and what they were."""
    withdrawn = corpus.deprecated["id"]
    used = [key[1] for rows in (result.before, result.after, result.own) for key in rows if len(key) > 1]
    names = minted({**result.own, **result.after}, result.document.document_id, [*used, *withdrawn])
    return renamed(result.after, names), renamed(result.own, names), names


def _withdrawn(
    found: Sequence[Change], package: Package, form: Format
) -> dict[tuple[str, ...], Record | None]:
    """Return the rows of deprecated.csv for the ids that an import takes out of the tables."""
    schema = package.schema("deprecated")
    rows: dict[tuple[str, ...], Record | None] = {}
    for change in found:
        if change.after is None and change.table in {"mentions", "events"}:
            row = {
                "id": change.key[0],
                "table": change.table,
                "reason": f"Taken out by an import from {form.name}.",
                "version": package.version,
            }
            rows[tuple(row.get(name, "") for name in schema.key)] = row
    return rows


def layers_of(form: Format) -> tuple[str, ...]:
    """Return the layers that a format carries, in the order of the work."""
    carried = {
        "mentions": form.mentions is not None,
        "entities": "entity_id" in (form.mentions or ()),
        "events": form.events is not None,
        "arguments": form.arguments and form.events is not None,
        "incidents": "incident_id" in (form.events or ()),
    }
    return tuple(layer for layer, is_there in carried.items() if is_there)


def _is_carried(table: str, form: Format) -> bool:
    """Whether the rows of a table are an annotator's own work in a format."""
    if table in REGISTRY or table == "entity_relations":
        return form.module == "records"
    return (form.mentions if table == "mentions" else form.events) is not None


def _is_blank(corpus: Corpus, document_id: str, form: Format) -> bool:
    """Whether nobody has annotated any of the layers that a format carries."""
    rows = corpus.layers[corpus.layers["document_id"] == document_id]
    status = dict(zip(rows["layer"].astype(str), rows["status"].astype(str), strict=True))
    return all(status.get(layer, _BLANK) == _BLANK for layer in layers_of(form))


def _passes(
    corpus: Corpus, form: Format, kept: Sequence[tuple[_Result, Rows]], settings: Settings
) -> tuple[dict[str, bytes], dict[str, dict[tuple[str, ...], Record | None]]]:
    """Return the file of an annotator's passes with the new ones, its resource, and the rows that tell of them."""
    package, annotator = corpus.package, str(settings.annotator)
    version = settings.guidelines or _latest_guidelines(corpus)
    name = annotator if settings.round == 1 else f"{annotator}-{settings.round}"
    path = PASSES.format(name)
    declared = any(path in resource.paths for resource in package.resources)
    lines = package.gate.read(path).splitlines(keepends=True) if declared else []
    records = {record["document_id"]: record for record in map(jsontext.loads, lines)}
    passes: dict[tuple[str, ...], Record | None] = {}
    statuses: dict[tuple[str, ...], Record | None] = {}
    for result, own in kept:
        document_id = result.document.document_id
        about = {"annotator_id": annotator, "round": settings.round, "guideline_version": version}
        labels = nested(document_id, own)
        records[document_id] = {"document_id": document_id, **about, **labels}
        for layer in layers_of(form):
            row = {"document_id": document_id, "layer": layer, **about, "path": path}
            passes[document_id, layer, str(settings.round), annotator] = row
            statuses |= _status(corpus, document_id, layer, annotator, version)
    files = {path: jsonl.write(records[key] for key in sorted(records, key=_number))}
    if not declared:
        files[DESCRIPTOR] = _declared(package, f"pass-{name}", path, annotator, files[path])
    return files, {"passes": passes, "layers": statuses}


def _number(document_id: str) -> tuple[int, str]:
    digits = document_id.removeprefix("D")
    return (int(digits) if digits.isdecimal() else 0, document_id)


def _latest_guidelines(corpus: Corpus) -> str:
    """Return the newest version of the guidelines that a layer was made by."""
    known = [*corpus.layers["guideline_version"].dropna(), *corpus.passes["guideline_version"].dropna()]
    if not known:
        raise CorpusError(
            "no layer says by which guidelines it was made: say so with --guidelines, as in 1.0"
        )
    return str(max(known, key=lambda version: [int(part) for part in version.split(".")]))


def _status(
    corpus: Corpus, document_id: str, layer: str, annotator: str, version: str
) -> dict[tuple[str, ...], Record | None]:
    """Return the row of a layer with the status that one more pass gives it; none where it is beyond that."""
    own = corpus.layers[(corpus.layers["document_id"] == document_id) & (corpus.layers["layer"] == layer)]
    status = _BLANK if own.empty else str(own["status"].iloc[0])
    if status not in {_BLANK, _SINGLE, _DOUBLE}:
        return {}
    made = corpus.passes[(corpus.passes["document_id"] == document_id) & (corpus.passes["layer"] == layer)]
    others = set(made["annotator_id"]) - {annotator}
    row = {"document_id": document_id, "layer": layer, "guideline_version": version}
    return {(document_id, layer): {**row, "status": _DOUBLE if others else _SINGLE}}


def _declared(package: Package, name: str, path: str, annotator: str, data: bytes) -> bytes:
    """Return the descriptor with a file of passes declared, and nothing else changed."""
    descriptor: dict[str, Any] = jsontext.loads(package.gate.read(DESCRIPTOR, MAX_JSON))
    descriptor["resources"].append(
        {
            "name": name,
            "type": "table",
            "title": f"The passes of {annotator}, as they were made",
            "path": path,
            "format": "jsonl",
            "mediatype": "application/jsonl",
            "encoding": "utf-8",
            "bytes": len(data),
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
    )
    return f"{json.dumps(descriptor, ensure_ascii=False, indent=2)}\n".encode()


def _checked(
    package: Package, files: Mapping[str, bytes], places: Mapping[Key, Location], documents: Sequence[str]
) -> Iterator[Issue]:
    """Yield what is wrong with the package as it would be: each where it was read, if it was read from the files."""
    report = examine(package.root, instead=files)
    for issue in report.issues:
        is_error = issue.severity is Severity.ERROR
        if is_error or (issue.location.document in documents and issue.code != "pkg.hash"):
            yield _as_read(issue, package, places)
    for _, check, reason in report.not_run if report.count(Severity.ERROR) == 0 else ():
        yield fault("imp.unchecked", f"{check} could not be run on the result: {reason}")


def _as_read(issue: Issue, package: Package, places: Mapping[Key, Location]) -> Issue:
    """Return an issue of the package with the place in the tool's file that its row was read from."""
    at = issue.location
    table = package.table_at.get(at.file or "")
    named = (at.key or "").split("+")[0]
    owner = {"event_modes": "events", "arguments": "events"}.get(table or "", table or "")
    place = places.get((owner, named))
    if place is None:
        return issue
    where = replace(
        place, document=at.document, sentence=at.sentence, field=at.field, start=at.start, end=at.end
    )
    return replace(issue, location=where, message=f"{named}: {issue.message}", related=())
