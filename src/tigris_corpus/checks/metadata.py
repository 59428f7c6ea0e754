"""L5: what is known of the documents and how, who annotated them, and the memory of withdrawn ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.registry import in_rings
from tigris_corpus.checks.rule import Check, Stage, by_code, error, place, rows_at, warning
from tigris_corpus.descriptor import TEXT_TABLE, nearest
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        5,
        "meta.basis",
        "A fact says how it is known, and what is unknown stays empty.",
        "fill the value and say whether it is stated or inferred, or empty it and say that it is unknown",
        bad="publisher empty, publisher_basis stated",
        good="publisher empty, publisher_basis unknown",
    ),
    error(
        5,
        "meta.date-certainty",
        "The question mark of EDTF is part of a date that is inferred, and of no other.",
        "add the question mark to an inferred date, and take it from one that the text states",
        bad="date_published 2024-08, date_basis inferred",
        good="date_published 2024-08?, date_basis inferred",
    ),
    error(
        5,
        "split.story",
        "Two tellings of one story on both sides of the test make every score too good.",
        "put all documents of a fold into the test, or none",
        bad="D002 in test and D003 in train, both of fold 2",
        good="D002 in validation and D003 in train, both of fold 2",
    ),
    error(
        5,
        "layer.passes",
        "The status of a layer says how many annotated it, and the passes say who.",
        "add the pass that is missing to passes.csv, or mend the status of the layer",
        bad="events of D000 double, and one pass",
        good="events of D000 double, and two passes",
    ),
    error(
        5,
        "meta.language",
        "A language has one code, the shortest, or a search for it misses half.",
        "write the code of two letters",
        bad="language fra",
        good="language fr",
    ),
    error(
        5,
        "reg.tombstone",
        "A withdrawn id leads to what took its place, if anything did, or the way from old labels is lost.",
        "mend the row of deprecated.csv",
        bad="D000-M007, mentions, replaced by D000-M999, which is not there",
        good="D000-M007, mentions, replaced by D000-M006",
    ),
    error(
        5,
        "reg.merge-cycle",
        "Ids that replace each other lead nowhere.",
        "say which of them is in use, and remove its row",
        bad="iraq replaced by republic-of-iraq, republic-of-iraq replaced by iraq",
        good="republic-of-iraq replaced by iraq",
    ),
    warning(
        5,
        "annotator.unused",
        "An annotator of no pass is most likely a pass that was forgotten.",
        "add the pass to passes.csv, or remove the annotator",
        bad="model-z in annotators.csv, and no pass of it",
        good="model-a in annotators.csv, and its passes",
    ),
)
_KNOWN = (
    ("original_language", "original_language_basis"),
    ("publisher", "publisher_basis"),
    ("date_published", "date_basis"),
)
_NEEDED = {"single": 1, "double": 2, "adjudicated": 2}
_AT_MOST = {"blank": 0, "single": 1}
_VERSION = re.compile("([0-9]+)[.]([0-9]+)[.]([0-9]+)")


def bases(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents of which a fact and how it is known do not go together."""
    table = snapshot.tables[TEXT_TABLE]
    for value, basis in _KNOWN:
        wrong = table.sound.filter((pl.col(value) == "") != (pl.col(basis) == "unknown"))
        for row in wrong.iter_rows(named=True):
            message = f"{basis} is {row[basis]}, and {value} {'is filled' if row[value] else 'is empty'}"
            yield RULES["meta.basis"].issue(place(table, row, basis), row[basis], message)
    dated = table.sound.filter((pl.col("date_published") != "") & (pl.col("date_basis") != "unknown"))
    uncertain = pl.col("date_published").str.contains("?", literal=True)
    for row in dated.filter(uncertain != (pl.col("date_basis") == "inferred")).iter_rows(named=True):
        message = f"the date {row['date_published']} is {row['date_basis']}"
        at = place(table, row, "date_published")
        yield RULES["meta.date-certainty"].issue(at, row["date_published"], message)


def stories(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the folds with documents inside and outside the test: one issue a fold, at its smaller part, or the later."""
    table = snapshot.tables[TEXT_TABLE]
    is_test = pl.col("split") == "test"
    mixed = table.sound.group_by("fold").agg(tests=is_test.sum(), documents=pl.len())
    mixed = mixed.filter((pl.col("tests") > 0) & (pl.col("tests") < pl.col("documents"))).sort("fold")
    for fold, tests, documents in mixed.iter_rows():
        rows = list(table.sound.filter(pl.col("fold") == fold).sort(LINE).iter_rows(named=True))
        fewer_tests = tests * 2 < documents or (tests * 2 == documents and rows[0]["split"] != "test")
        odd = [row for row in rows if (row["split"] == "test") == fewer_tests]
        others = [place(table, row, "split") for row in rows if row not in odd]
        message = f"fold {fold} has {tests} of its {documents} documents in test"
        at = place(table, odd[0], "split")
        yield RULES["split.story"].issue(at, odd[0]["split"], message, related=others)


def provenance(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the layers with fewer passes than their status says, and the annotators of no pass."""
    if not snapshot.whole("passes"):
        return
    table = snapshot.tables["layers"]
    counted = (
        snapshot.sound("passes")
        .group_by("document_id", "layer")
        .agg(made=pl.col("annotator_id").n_unique(), followed=pl.col("guideline_version").unique())
    )
    needed = pl.col("status").replace_strict(_NEEDED, default=0, return_dtype=pl.UInt32)
    found = table.sound.join(counted, on=["document_id", "layer"], how="left").with_columns(
        made=pl.col("made").fill_null(0), needed=needed
    )
    is_short = pl.col("made") < pl.col("needed")
    most = pl.col("status").replace_strict(_AT_MOST, default=None, return_dtype=pl.UInt32)
    is_more = (pl.col("made") > most).fill_null(value=False)
    is_unfollowed = (pl.col("status") != "blank") & ~pl.col("guideline_version").is_in(pl.col("followed"))
    for row in rows_at(table, found.filter(~is_short & ~is_more & is_unfollowed).select(LINE)):
        at, version = place(table, row, "guideline_version"), row["guideline_version"]
        message = f"no pass of {row['layer']} of {row['document_id']} followed guidelines {version}"
        yield RULES["layer.passes"].issue(at, version, message)
    for row in rows_at(table, found.filter(is_short | is_more).select(LINE, "made")):
        message = f"{row['layer']} of {row['document_id']} is {row['status']}, and passes.csv has {row['made']} of it"
        yield RULES["layer.passes"].issue(place(table, row, "status"), row["status"], message)
    annotators = snapshot.tables["annotators"]
    unused = annotators.sound.join(snapshot.sound("passes"), on="annotator_id", how="anti")
    for row in unused.iter_rows(named=True):
        message = f"passes.csv has no pass of {row['annotator_id']!r}"
        yield RULES["annotator.unused"].issue(place(annotators, row), row["annotator_id"], message)


def languages(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the languages named by three letters that have two (BCP 47 takes the shortest code)."""
    table = snapshot.tables[TEXT_TABLE]
    for field in ("language", "original_language"):
        primary = pl.col(field).str.split_exact("-", 1).struct.field("field_0")
        for row in table.sound.filter(primary.is_in(list(_SHORTER))).iter_rows(named=True):
            short = _SHORTER[row[field].partition("-")[0]]
            message = f"{row[field]!r} is not how BCP 47 writes the language"
            yield RULES["meta.language"].issue(
                place(table, row, field), row[field], message, f'write "{short}"'
            )


_ISO_639 = """
aar:aa abk:ab afr:af aka:ak alb:sq amh:am ara:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay aze:az bak:ba
bam:bm baq:eu bel:be ben:bn bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs cha:ch che:ce chi:zh
chu:cu chv:cv cor:kw cos:co cre:cr cym:cy cze:cs dan:da deu:de div:dv dut:nl dzo:dz ell:el eng:en epo:eo
est:et eus:eu ewe:ee fao:fo fas:fa fij:fj fin:fi fra:fr fre:fr fry:fy ful:ff geo:ka ger:de gla:gd gle:ga
glg:gl glv:gv gre:el grn:gn guj:gu hat:ht hau:ha heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig
ice:is ido:io iii:ii iku:iu ile:ie ina:ia ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks
kat:ka kau:kr kaz:kk khm:km kik:ki kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la lav:lv
lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt
mon:mn mri:mi msa:ms mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb nor:no nya:ny
oci:oc oji:oj ori:or orm:om oss:os pan:pa per:fa pli:pi pol:pl por:pt pus:ps que:qu roh:rm ron:ro rum:ro
run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se smo:sm sna:sn snd:sd som:so sot:st spa:es
sqi:sq srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo
tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz ven:ve vie:vi vol:vo wel:cy
wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu
"""
_SHORTER = dict(pair.split(":") for pair in _ISO_639.split())
"""The two letters of each language that ISO 639 gives them, by its three: those of 639-3, and those of libraries."""


def tombstones(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the withdrawn ids that were no ids, or whose successors are none; labels are looked for elsewhere."""
    table = snapshot.tables["deprecated"]
    package = snapshot.package
    withdrawn = set(table.sound.select("table", "id").iter_rows())
    successors: dict[str, list[str]] = {}
    for row in table.sound.iter_rows(named=True):
        successors.setdefault(f"{row['table']}/{row['id']}", []).append(
            f"{row['table']}/{row['replaced_by']}"
        )
    rings = in_rings(successors)
    told: set[int | str] = set()
    for row in table.sound.iter_rows(named=True):
        name, successor = row["table"], row["replaced_by"]
        field, value, message, hint = "table", name, f"there is no table {name!r}", None
        if name in package.tables and len(package.schema(name).key) == 1:
            field, message = _fault_of(snapshot, row, withdrawn)
            value = row[field]
        else:
            near = nearest(name, list(package.tables))
            hint = f'did you mean "{near}"?' if near else None
        own, other = f"{name}/{row['id']}", f"{name}/{successor}"
        if own == other or (own in rings and rings[own] == rings.get(other)):
            ring = rings.get(own, own)
            if ring not in told:
                told.add(ring)
                several = " and ".join(
                    sorted(node.partition("/")[2] for node, number in rings.items() if number == ring)
                )
                message = f"{several} replace each other" if several else f"{row['id']} replaces itself"
                yield RULES["reg.merge-cycle"].issue(place(table, row, "replaced_by"), successor, message)
        elif message:
            fault = "version" if field == "version" else None  # most likely that of the package is wrong
            yield RULES["reg.tombstone"].issue(place(table, row, field), value, message, hint, fault=fault)


def _fault_of(snapshot: Snapshot, row: dict[str, str], withdrawn: set[tuple[str, str]]) -> tuple[str, str]:
    """Return the field and the fault of a row of deprecated, or no fault."""
    name, successor, package = row["table"], row["replaced_by"], snapshot.package
    key = package.schema(name).field(package.schema(name).key[0])
    form = re.compile(key.pattern or ".*")
    if not form.fullmatch(row["id"]):
        return "id", f"{row['id']!r} cannot have been an id of {name}"
    if successor and not form.fullmatch(successor):
        return "replaced_by", f"{successor!r} cannot be an id of {name}"
    is_there = not snapshot.readable(name) or successor in set(snapshot.tables[name].rows[key.name])
    if successor and name in snapshot.tables and not is_there and (name, successor) not in withdrawn:
        return "replaced_by", f"{successor!r} is not in {name}"
    if _numbers(row["version"]) > (_numbers(package.version) or _numbers(row["version"])):
        return "version", f"the version {row['version']} is still to come: this is {package.version}"
    return "id", ""


def _numbers(version: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version)
    return tuple(map(int, match.groups())) if match else ()


def successors(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows of deprecated whose successor is a label that is not there, nor withdrawn itself."""
    table = snapshot.tables["deprecated"]
    withdrawn = set(table.sound.select("table", "id").iter_rows())
    for name in snapshot.due:
        key = snapshot.tables[name].schema.key
        if len(key) != 1 or not snapshot.readable(name):
            continue
        named = table.sound.filter(
            (pl.col("table") == name) & (pl.col("replaced_by") != "") & snapshot.batch.owns("replaced_by")
        )
        ids = snapshot.tables[name].rows[key[0]]
        there = set(ids.filter(ids.is_in(named["replaced_by"].implode())))
        for row in named.filter(~pl.col("replaced_by").is_in(sorted(there))).iter_rows(named=True):
            successor = row["replaced_by"]
            is_lost = any(successor in line for line in snapshot.tables[name].lost)
            if (name, successor) not in withdrawn and not is_lost:
                message = f"{successor!r} is not in {name}"
                yield RULES["reg.tombstone"].issue(place(table, row, "replaced_by"), successor, message)


_ONCE = (Stage.PACKAGE,)
CHECKS = (
    Check((RULES["meta.basis"], RULES["meta.date-certainty"]), bases, needs=(TEXT_TABLE,), stages=_ONCE),
    Check((RULES["split.story"],), stories, needs=(TEXT_TABLE,), stages=_ONCE),
    Check(
        (RULES["layer.passes"], RULES["annotator.unused"]),
        provenance,
        needs=("layers", "passes", "annotators"),
        stages=(Stage.CORPUS,),  # a layer that holds something is not blank, whatever its passes
    ),
    Check(
        (RULES["reg.tombstone"], RULES["reg.merge-cycle"]), tombstones, needs=("deprecated",), stages=_ONCE
    ),
    Check((RULES["meta.language"],), languages, needs=(TEXT_TABLE,), stages=_ONCE),
    Check((RULES["reg.tombstone"],), successors, needs=("deprecated",)),
)
