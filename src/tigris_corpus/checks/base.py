"""L7: the package against an earlier release of it: ids are permanent, and the test stays what it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus import jsontext
from tigris_corpus.checks.package import OPTIONAL, lacking, schema_path
from tigris_corpus.checks.rule import Check, Stage, Undecidable, by_code, document_of, error, place, warning
from tigris_corpus.checks.vocabularies import weakened_labels
from tigris_corpus.descriptor import DESCRIPTOR, SPANS, TEXT_TABLE, profile
from tigris_corpus.engine.expressions import document_expr
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.snapshot import LABEL_TABLES, id_column
from tigris_corpus.issues import Location, plural
from tigris_corpus.paths import MAX_JSON, PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Package, Resource
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        7,
        "rel.id-removed",
        "An id that was published and is gone leaves whoever cited it with nothing.",
        "restore the row, or record the id in deprecated.csv with what takes its place",
        bad="D000-M007 in 0.2.0, and neither in mentions.csv nor in deprecated.csv of 0.3.0",
        good="D000-M007 in deprecated.csv of 0.3.0",
    ),
    error(
        7,
        "rel.id-reused",
        "An id that stands for another thing than it did makes old results wrong without a sign.",
        "give the new thing the next free id, and record the old one in deprecated.csv",
        bad="D000-M007 at 10 to 17 in 0.2.0, and at 200 to 204 in 0.3.0",
        good="D000-M007 in deprecated.csv, and D000-M120 at 200 to 204",
    ),
    error(
        7,
        "rel.test-changed",
        "Scores on a test whose labels have changed cannot be compared with those before.",
        "raise the major version (before 1.0.0 the minor one), or leave the labels as they were",
        bad="a mention of D001 retyped between 0.2.0 and 0.2.1",
        good="a mention of D001 retyped between 0.2.0 and 0.3.0",
    ),
    error(
        7,
        "rel.schema-weakened",
        "A rule that is taken away lets in what the release before kept out.",
        "restore the rule; where it was wrong, raise the major version (before 1.0.0 the minor one)",
        bad="0.2.1 without the foreign key from mentions to sentences",
        good="0.2.1 with every key and constraint of 0.2.0",
    ),
    warning(
        7,
        "rel.split-changed",
        "Models that were trained on one part are tested on another: results before and after cannot be compared.",
        "leave the document where it was; where it has to move, enter the finding in waivers.csv with the reason",
        bad="D001 in test in 0.2.0, and in train in 0.3.0",
        good="D001 in test in both",
    ),
    warning(
        7,
        "rel.rights-changed",
        "Who took the texts or the labels under one licence goes by it.",
        "restore the statement; where it has changed, enter the finding in waivers.csv with the reason",
        bad="D001 in-copyright in 0.2.0, and public-domain in 0.2.1",
        good="D001 in-copyright in both",
    ),
    error(
        7,
        "rel.pass-changed",
        "A pass is what an annotator did on a day; figures of agreement are made from it.",
        "restore the file; a new reading is a pass of its own",
        bad="a label of corpus/passes/model-a.jsonl corrected in 0.2.1",
        good="corpus/passes/model-a.jsonl as it was",
    ),
    error(
        7,
        "rel.tombstone-changed",
        "When an id was withdrawn is history.",
        "restore the version; an id withdrawn now bears the version of this release",
        bad="an id withdrawn in 0.2.0, and in 0.1.0 by the next release",
        good="an id withdrawn in 0.2.0, in every release after",
    ),
    warning(
        7,
        "rel.version-not-bumped",
        "Two contents under one version cannot be told apart by whoever cites it.",
        "raise the version in datapackage.json, and say in CHANGELOG.md what has changed",
        bad="other rows in events.csv, and still 0.2.0",
        good="other rows in events.csv, and 0.2.1",
    ),
)
_VERSION = re.compile("(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?")
_TRIGGERS = {"sentences": SPANS[0], "mentions": SPANS[0], "events": SPANS[1]}


def refusal(package: Package, snapshot: Snapshot | None) -> str | None:
    """Return why a package cannot be an earlier release, with the file, or None: what is not seen of it would pass.

    There is no snapshot where the package could not be opened without problems.
    """
    if package.problems or snapshot is None:
        problem = package.problems[0]
        return f"{problem.file}: {problem.message}"
    if not _VERSION.fullmatch(package.version):
        return f"{DESCRIPTOR}: the version {package.version!r} is not three numbers with dots between"
    wanted = [name for name in profile().tables if name not in OPTIONAL]
    gone = next((name for name in wanted if name not in package.tables), None)
    return f"{DESCRIPTOR}: it has no table {gone!r}" if gone else unread(snapshot)


def unread(base: Snapshot) -> str | None:
    """Return which table of an earlier release could not be read whole, with the file and why, or None."""
    for table in base.tables.values():
        if not table.readable or table.lost:
            if not table.faults:
                return f"{table.resource.path}: its schema has not the columns and the key of the profile"
            fault = table.faults[0]
            file, line = fault.path or table.resource.path, None
            if fault.line:
                file, line, _ = table.locate(fault.line)
            return f"{file}{'' if line is None else f':{line}'}: {fault.message}"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version)
    return tuple(map(int, match.groups()[:3])) if match else (0, 0, 0)


def _is_new_major(snapshot: Snapshot, base: Snapshot) -> bool:
    """Whether the version says that results cannot be compared with those before: before 1.0.0, a new minor one does."""
    old, new = _numbers(base.package.version), _numbers(snapshot.package.version)
    return new[0] > old[0] or (new[0] == old[0] == 0 and new[1] > old[1])


def _is_changed(snapshot: Snapshot, resource: Resource, base: Snapshot, old: Resource) -> bool:
    """Whether the files of a resource are others than they were; one that cannot be read was reported as such."""
    try:
        measured = snapshot.package.measure(resource)
    except PathError:
        return False
    try:
        return measured != base.package.measure(old)
    except PathError as error:
        raise Undecidable(f"a file of the base cannot be read: {error}") from None


def versions(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield that the version is not higher, where a file has changed."""
    base = snapshot.base
    if base is None or _numbers(snapshot.package.version) > _numbers(base.package.version):
        return
    before = {resource.name: resource for resource in base.package.resources}
    changed = []
    for resource in snapshot.package.resources:
        old = before.pop(resource.name, None)
        if old is None or _is_changed(snapshot, resource, base, old):
            changed.append(resource.name)
    if changed or before:
        lines = jsontext.pointer_lines(
            snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8"), ["/version"]
        )
        at = Location(file=DESCRIPTOR, line=lines.get("/version"), pointer="/version")
        named = ", ".join([*changed, *before][:5])
        message = f"the version is {snapshot.package.version}, the base is {base.package.version}, and not all is as it was: {named}"
        yield RULES["rel.version-not-bumped"].issue(at, snapshot.package.version, message)


def schemas(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what the schemas and vocabularies demand no longer."""
    base = snapshot.base
    if base is None or _is_new_major(snapshot, base):
        return
    package = snapshot.package
    for name in base.package.tables:
        if name not in package.tables:
            at = Location(file=DESCRIPTOR, pointer="/resources")
            yield RULES["rel.schema-weakened"].issue(at, name, f"the table {name!r} of the base is gone")
            continue
        for what, lack in lacking(base.package.schema(name), package.schema(name)):
            at = Location(file=schema_path(package, name), pointer="")
            yield RULES["rel.schema-weakened"].issue(
                at, what, f"table {name!r}: {lack}".replace("profile", "base")
            )
    labels = {name: table.rows for name, table in base.tables.items() if table.resource.is_vocabulary}
    for at, value, message in weakened_labels(snapshot, labels, base.package):
        yield RULES["rel.schema-weakened"].issue(at, value, message.replace("profile", "base"))


def ids(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the ids of the base that are gone without a word, and those that stand for something else."""
    base = snapshot.base
    if base is None:
        return
    withdrawn = _withdrawn(snapshot)
    for name in snapshot.due:
        table, old = snapshot.tables[name], base.tables.get(name)
        if old is None or not (table.readable and old.readable) or _is_vocabulary(old):
            continue
        if len(table.schema.key) == 1 and table.schema.key == old.schema.key:
            yield from _removed(table, old, withdrawn)
            yield from _reused(snapshot, base, table, old)
    if "deprecated" in snapshot.due and base.readable("deprecated"):
        yield from _tombstones(snapshot, base)
        yield from _dates_of_tombstones(snapshot, base)


def _withdrawn(snapshot: Snapshot) -> set[tuple[str, str]]:
    """Return the withdrawn ids, each with its table."""
    return set(snapshot.tables["deprecated"].rows.select("table", "id").iter_rows())


def _is_told(table: str, identifier: str, withdrawn: set[tuple[str, str]]) -> bool:
    """Whether deprecated.csv says that an id, or its document, is withdrawn."""
    return (table, identifier) in withdrawn or (TEXT_TABLE, str(identifier).partition("-")[0]) in withdrawn


def _is_vocabulary(old: Table) -> bool:
    """Whether a table of the base has labels, which ``schemas`` compares, and no ids: in the profile, or by its folder."""
    return profile().tables.get(old.name, old.resource).is_vocabulary


def _removed(table: Table, old: Table, withdrawn: set[tuple[str, str]]) -> Iterator[Issue]:
    key = table.schema.key[0]
    for row in old.rows.join(table.rows, on=key, how="anti").sort(LINE).iter_rows(named=True):
        document = str(row[key]).partition("-")[0]
        if _is_told(table.name, row[key], withdrawn):
            continue
        at = Location(file=table.resource.path, key=row[key], field=key, document=row.get("document_id"))
        message = f"{row[key]!r} of the base is gone, and deprecated.csv does not say so"
        fault = f"{table.name} {document}" if table.name in LABEL_TABLES else None
        yield RULES["rel.id-removed"].issue(at, row[key], message, fault=fault)


def _tombstones(snapshot: Snapshot, base: Snapshot) -> Iterator[Issue]:
    """Yield the withdrawn ids that are withdrawn no longer."""
    table = snapshot.tables["deprecated"]
    gone = base.tables["deprecated"].rows.join(table.rows, on=["table", "id"], how="anti").sort(LINE)
    for row in gone.iter_rows(named=True):
        at = Location(file=table.resource.path, key=row["id"], field="id")
        message = f"{row['id']!r} of {row['table']} was withdrawn, and deprecated.csv has forgotten it"
        yield RULES["rel.id-removed"].issue(at, row["id"], message)


def _dates_of_tombstones(snapshot: Snapshot, base: Snapshot) -> Iterator[Issue]:
    """Yield the withdrawn ids whose version is another than it was, or is that of the base where they are new."""
    table, old = snapshot.tables["deprecated"], base.tables["deprecated"]
    before = old.rows.select("table", "id", old_version="version").unique(["table", "id"])
    for row in table.sound.join(before, on=["table", "id"], how="left").sort(LINE).iter_rows(named=True):
        was, now = row["old_version"], row["version"]
        if was is not None and was != now:
            message = f"{row['id']!r} was withdrawn in {was}, and now in {now}"
        elif was is None and _numbers(now) <= _numbers(base.package.version) < _numbers(
            snapshot.package.version
        ):
            message = f"{row['id']!r} was not withdrawn in {base.package.version}, and is said to have been in {now}"
        else:
            continue
        yield RULES["rel.tombstone-changed"].issue(place(table, row, "version"), now, message)


def kept_passes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the passes of the base that are gone or were changed."""
    base = snapshot.base
    if base is None or not base.readable("passes") or not snapshot.readable("passes"):
        return
    table = snapshot.tables["passes"]
    known = (
        set(snapshot.tables["annotators"].rows["annotator_id"]) if snapshot.readable("annotators") else set()
    )
    there = set(snapshot.tables[TEXT_TABLE].rows["document_id"]) if snapshot.readable(TEXT_TABLE) else set()
    for row in (
        base.tables["passes"]
        .rows.join(table.rows, on=list(table.schema.key), how="anti")
        .sort(LINE)
        .iter_rows(named=True)
    ):
        if row["annotator_id"] not in known or row["document_id"] not in there:
            continue  # its annotator or its document is gone, which is reported as such
        key = "+".join(str(row[name]) for name in table.schema.key)
        at = Location(file=table.resource.path, key=key, document=row["document_id"])
        yield RULES["rel.pass-changed"].issue(
            at, key, f"the pass {key} of the base is gone", fault=row["annotator_id"]
        )
    new = {path: resource for resource in snapshot.package.resources for path in resource.paths}
    old = {path: resource for resource in base.package.resources for path in resource.paths}
    for path in sorted(set(base.tables["passes"].rows["path"]) & new.keys() & old.keys()):
        if _is_changed(snapshot, new[path], base, old[path]):
            yield RULES["rel.pass-changed"].issue(
                Location(file=path), path, f"{path} is not the pass that it was"
            )


def rights(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents and the package whose rights are others than before."""
    base = snapshot.base
    if base is None:
        return
    if snapshot.package.descriptor.get("licenses") != base.package.descriptor.get("licenses"):
        at = Location(file=DESCRIPTOR, pointer="/licenses")
        yield RULES["rel.rights-changed"].issue(
            at, None, "the licences of the package are others than those of the base"
        )
    if snapshot.readable(TEXT_TABLE) and base.readable(TEXT_TABLE):
        table = snapshot.tables[TEXT_TABLE]
        before = base.sound(TEXT_TABLE).select("document_id", old_rights="rights")
        changed = table.sound.join(before, on="document_id").filter(pl.col("rights") != pl.col("old_rights"))
        for row in changed.sort(LINE).iter_rows(named=True):
            message = f"{row['document_id']} was {row['old_rights']}, and is {row['rights']}"
            at, fault = place(table, row, "rights"), f"{row['old_rights']} {row['rights']}"
            yield RULES["rel.rights-changed"].issue(at, row["rights"], message, fault=fault)


def _reused(snapshot: Snapshot, base: Snapshot, table: Table, old: Table) -> Iterator[Issue]:
    """Yield the ids whose row is of something else: another place in the same text, another thing, another text."""
    key = table.schema.key[0]
    common = [name for name in table.schema.names if name in old.schema.names and name != key]
    before = old.sound.select(key, *(pl.col(name).alias(f"old_{name}") for name in common))
    both = table.sound.join(before, on=key)
    is_other = _is_other(table.name)
    if is_other is None:
        return
    if table.name in LABEL_TABLES:
        both = both.filter(document_expr(key).is_in(_same_texts(snapshot, base)))
    for row in both.filter(is_other).sort(LINE).iter_rows(named=True):
        field, value = _telling(table.name, row)
        message = f"{row[key]!r} was {row[f'old_{field}']!r} in the base, and is {value!r}"
        fault = f"{table.name} {document_of(table, row)}" if table.name in LABEL_TABLES else None
        yield RULES["rel.id-reused"].issue(place(table, row, field), value, message, fault=fault)


def _is_other(table: str) -> pl.Expr | None:
    """Return whether a row and its earlier version are of two things, or None where nothing tells.

    A sentence that is cut anew has a new id; other spans may be mended, and are apart where they stand for others.
    """
    if table in ("mentions", "events"):
        start, end, _ = _TRIGGERS[table]
        return (pl.col(start) >= pl.col(f"old_{end}")) | (pl.col(end) <= pl.col(f"old_{start}"))
    return {
        "sentences": _changed("start") | _changed("end"),
        TEXT_TABLE: _changed("sha256"),
        "annotators": _changed("kind"),
        "entities": _replaced("wikidata")
        | (_changed("name") & (_changed("entity_type") | _replaced("geonames") | _replaced("country"))),
        "incidents": _changed("name") & (_changed("event_type") | _changed("date") | _changed("location_id")),
    }.get(table)


def _changed(column: str) -> pl.Expr:
    return pl.col(column) != pl.col(f"old_{column}")


def _replaced(column: str) -> pl.Expr:
    """Return whether a column has another value than it had, where it had and has one."""
    return _changed(column) & (pl.col(column) != "") & (pl.col(f"old_{column}") != "")


def _telling(table: str, row: dict[str, Any]) -> tuple[str, Any]:
    """Return the field that tells one thing from another, and its value."""
    field = (
        _TRIGGERS[table][2]
        if table in _TRIGGERS
        else {TEXT_TABLE: "sha256", "annotators": "kind"}.get(table, "name")
    )
    if table == "entities" and row["name"] == row["old_name"]:
        field = "wikidata"
    return field, row[field]


def _same_texts(snapshot: Snapshot, base: Snapshot) -> list[str]:
    """Return the documents whose text is as it was."""
    if not base.readable(TEXT_TABLE):
        return []
    columns = ["document_id", "sha256"]
    return snapshot.documents.join(base.sound(TEXT_TABLE), on=columns, how="semi")["document_id"].to_list()


def _lost(snapshot: Snapshot, base: Snapshot) -> set[str]:
    """Return the ids of labels of the base that are gone without a word, which is reported: with them goes what names them."""
    lost: set[str] = set()
    withdrawn = _withdrawn(snapshot)
    for name in LABEL_TABLES:
        key = base.tables[name].schema.key
        if len(key) == 1 and snapshot.readable(name):
            gone = base.tables[name].rows.join(snapshot.tables[name].rows, on=key, how="anti")[key[0]]
            lost |= {one for one in gone if not _is_told(name, one, withdrawn)}
    return lost


def labels_of_test(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the test documents of the base whose labels have changed, one issue a document."""
    base = snapshot.base
    if base is None or _is_new_major(snapshot, base) or not base.readable(TEXT_TABLE):
        return
    tested = base.sound(TEXT_TABLE).filter((pl.col("split") == "test") & snapshot.batch.owns("document_id"))[
        "document_id"
    ]
    changes: dict[str, list[tuple[Table, dict[str, Any], str]]] = {}
    lost = _lost(snapshot, base)
    for name in LABEL_TABLES:
        if name in snapshot.tables and name in base.tables:
            table, old = snapshot.tables[name], base.tables[name]
            first = id_column(table.schema)
            columns = [column for column in old.schema.names if column in table.schema.names]
            of_test = document_expr(first).is_in(tested.implode())
            for one, other, change in ((table, old, "added"), (old, table, "removed")):
                rows = one.rows.filter(of_test).join(other.rows, on=columns, how="anti").sort(LINE)
                for row in rows.iter_rows(named=True):
                    if one is table or lost.isdisjoint(str(row[column]) for column in columns):
                        changes.setdefault(str(row[first]).partition("-")[0], []).append((one, row, change))
    for document, found in sorted(changes.items()):
        table, row, change = found[0]
        added = sum(kind == "added" for _, _, kind in found)
        counts = f"{plural(added, 'row')} added, {len(found) - added} removed; a changed row is both"
        is_new = change == "added"
        at = place(table, row) if is_new else Location(file=table.resource.path, document=document)
        versions_ = f"{base.package.version} to {snapshot.package.version}"
        message = f"labels of the test document {document} have changed from {versions_}: {counts}"
        yield RULES["rel.test-changed"].issue(at, document, message)


def splits(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that are in another part, or another fold, than they were."""
    base = snapshot.base
    if base is None or not (snapshot.readable(TEXT_TABLE) and base.readable(TEXT_TABLE)):
        return
    table = snapshot.tables[TEXT_TABLE]
    before = base.sound(TEXT_TABLE).select("document_id", old_split="split", old_fold="fold")
    both = table.sound.join(before, on="document_id").sort(LINE)
    for field in ("split", "fold"):
        for row in both.filter(pl.col(field) != pl.col(f"old_{field}")).iter_rows(named=True):
            message = f"{row['document_id']} was in {field} {row[f'old_{field}']}, and is in {row[field]}"
            yield RULES["rel.split-changed"].issue(place(table, row, field), row[field], message)


_LAST = (Stage.CORPUS,)
CHECKS = (
    Check((RULES["rel.version-not-bumped"],), versions, stages=_LAST),
    Check((RULES["rel.schema-weakened"],), schemas, stages=_LAST),
    Check(
        (RULES["rel.id-removed"], RULES["rel.id-reused"], RULES["rel.tombstone-changed"]),
        ids,
        needs=("deprecated",),
        stages=(Stage.BATCH, Stage.CORPUS),
    ),
    Check((RULES["rel.test-changed"],), labels_of_test, needs=("deprecated",)),
    Check((RULES["rel.split-changed"],), splits, stages=_LAST),
    Check((RULES["rel.pass-changed"],), kept_passes, stages=_LAST),
    Check((RULES["rel.rights-changed"],), rights, stages=_LAST),
)
