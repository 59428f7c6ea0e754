"""L5: what is known of the documents and how, who annotated them, and the memory of withdrawn ids."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus import jsontext
from tigris_corpus.checks.characters import is_damaged
from tigris_corpus.checks.described import CREDENTIALS
from tigris_corpus.checks.package import RULES as PACKAGE
from tigris_corpus.checks.registry import in_rings
from tigris_corpus.checks.rule import Check, Stage, by_code, error, place, rows_at, warning
from tigris_corpus.checks.spelling import without_accents
from tigris_corpus.checks.vocabularies import LANGUAGES
from tigris_corpus.countries import of_name
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE, nearest, profile
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import hashed, is_one_of
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import KEPT, Location
from tigris_corpus.paths import MAX_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Package
    from tigris_corpus.engine.snapshot import Snapshot, Table
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
    warning(
        5,
        "meta.address",
        "The address of a text is one at which every reader can look it up.",
        "write the public address, or leave the cell empty",
        bad="http://192.168.1.24/preview/48213",
        good="https://www.france24.com/en/20200612-us-iraq",
    ),
    warning(
        5,
        "meta.text-number",
        "The number of a document is that of its text, so that nobody takes one text for another.",
        "mend text_path, or rename the file",
        bad="seeds/005_talks.txt as the text of D004",
        good="seeds/004_talks.txt as the text of D004",
    ),
    warning(
        5,
        "annotator.kind",
        "Labels of a model that pass for those of a person are trusted for what they are not.",
        "say model, or mend the description",
        bad='human, "A large language model that annotated two texts."',
        good='model, "A large language model that annotated two texts."',
    ),
    warning(
        5,
        "split.empty",
        "Who trains needs documents to choose by and documents to be measured on.",
        "put at least one document into each part",
        bad="four documents in train, one in test, none in validation",
        good="three documents in train, one in validation, one in test",
    ),
    error(
        5,
        "split.story",
        "Two tellings of one story on both sides of the test make every score too good.",
        "put all documents of a fold into the test, or none",
        bad="D002 in test and D003 in train, both of fold 2",
        good="D002 in validation and D003 in train, both of fold 2",
    ),
    warning(
        5,
        "split.shared-story",
        "Documents that tell of the same happenings tell one story, and belong to one fold.",
        "give the two the same fold, or mend the incidents of their events",
        bad="two documents of folds 2 and 4 that share six incidents, of which one has fourteen",
        good="two documents of folds 2 and 4 that share one incident",
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
        "meta.language-code",
        "A code that no register has names no language.",
        "write the code of the language in ISO 639",
        bad="original_language sp",
        good="original_language es",
    ),
    error(
        5,
        "entity.country",
        "A code that no register has names no country, and what bears it is on no map.",
        "write the code of three letters that ISO 3166-1 gives the country",
        bad="country UAE",
        good="country ARE",
    ),
    warning(
        5,
        "meta.text-language",
        "The language of a document is that of its text, by which it is read, cut and searched.",
        "mend the language, or the path of the text",
        bad="language en, and a text in French",
        good="language fr, and a text in French",
    ),
    warning(
        5,
        "meta.title",
        "A title is what the text has as its own; one that somebody gave it is none.",
        "copy the title from the text, or leave the cell empty",
        bad="a title that the text does not have",
        good="the title as it stands in the text",
    ),
    warning(
        5,
        "meta.published-later",
        "A text was published before the package was made that has it.",
        "mend the date, or the date in the descriptor on which the package was created",
        bad="date_published 2042-08, in a package of 2024",
        good="date_published 2024-08, in a package of 2024",
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
_GUESSED = 20
"""For how many names of tables the nearest one is looked for: guessing is slow."""
_SHOWN = 20
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


def numbers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents whose text is in a file that begins with another number than theirs."""
    table = snapshot.tables[TEXT_TABLE]
    numbered = table.sound.select(
        LINE,
        own=pl.col("document_id").str.strip_prefix("D").str.strip_chars_start("0"),
        number=pl.col("text_path").str.extract("(?:^|/)([0-9]+)[^/]*$"),
    )
    is_other = pl.col("number").str.strip_chars_start("0") != pl.col("own")
    for row in rows_at(table, numbered.filter(is_other).select(LINE, "number")):
        message = f"the file of {row['document_id']} begins with {row['number']}"
        yield RULES["meta.text-number"].issue(place(table, row, "text_path"), row["text_path"], message)


_MODEL = r"(?i)\b(?:language model|modèle de lang\w+|LLM|GPT|neural network|réseau de neurones)\b"


def makers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the annotators that are said to be human and are described as a model."""
    table = snapshot.tables["annotators"]
    odd = table.sound.filter((pl.col("kind") == "human") & pl.col("description").str.contains(_MODEL))
    for row in odd.iter_rows(named=True):
        message = f"{row['annotator_id']} is human, and its description is of a model"
        yield RULES["annotator.kind"].issue(place(table, row, "kind"), row["kind"], message)


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
        rest = [row for row in rows if (row["split"] == "test") != fewer_tests]
        others = [place(table, row, "split") for row in rest[:KEPT]]
        message = f"fold {fold} has {tests} of its {documents} documents in test"
        at = place(table, odd[0], "split")
        yield RULES["split.story"].issue(at, odd[0]["split"], message, related=others)


_MANY = 5
"""So many documents are enough for every part to have one, once any but the training has."""


def parts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the split that no document is in, where others than the training are used."""
    table = snapshot.tables[TEXT_TABLE]
    used = set(table.rows["split"])
    if table.rows.height < _MANY or not table.whole or len(used) < 2:  # noqa: PLR2004 - one part is no split
        return
    splits = snapshot.tables["splits"]
    for row in splits.sound.iter_rows(named=True):
        if row["split"] not in used:
            message = f"no document is in {row['split']}"
            at = Location(file=table.resource.path, line=1, field="split")
            yield RULES["split.empty"].issue(at, row["split"], message)


_TOLD = {"text": pl.UInt32, "incident": pl.UInt32}
_SHARED, _PART = 5, 3
"""So many incidents in common, and one in so many of those of the document that has fewer, make one story of two."""
_TOLD_OFTEN = 50
"""What so many documents tell of is the background, and says nothing of any two."""


def told(snapshot: Snapshot) -> pl.DataFrame:
    """Return which documents of a batch tell of which incidents: the numbers of their rows."""
    if not snapshot.readable("events", "incidents", TEXT_TABLE):
        return pl.DataFrame(schema=_TOLD)
    texts = snapshot.sound(TEXT_TABLE)[LINE].gather(snapshot.homes("events"))
    incidents = snapshot.beside("events", "incident_id", "incidents", incident=LINE)
    return incidents.select(text=texts, incident="incident").drop_nulls().unique()


def shared_stories(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that tell mostly of what a document before them of another fold tells of."""
    table = snapshot.tables[TEXT_TABLE]
    linked = snapshot.census.remembered("metadata.shared_stories", _TOLD)
    linked = linked.join(table.sound.select("fold", text=LINE), on="text")
    spread = linked.group_by("incident").agg(folds=pl.col("fold").n_unique(), texts=pl.len())
    spread = spread.filter((pl.col("folds") > 1) & (pl.col("texts") <= _TOLD_OFTEN))
    often, counts = linked.join(spread, on="incident", how="semi"), linked.group_by("text").len("told")
    pairs = (
        often.join(often, on="incident", suffix="_other")
        .filter((pl.col("text") < pl.col("text_other")) & (pl.col("fold") != pl.col("fold_other")))
        .group_by("text", "text_other")
        .len("shared")
        .filter(pl.col("shared") >= _SHARED)
        .join(counts, on="text")
        .join(counts, left_on="text_other", right_on="text", suffix="_other")
        .filter(_PART * pl.col("shared") >= pl.min_horizontal("told", "told_other"))
        .sort("text", "text_other")
    )
    rows = table.by_number(pl.concat([pairs["text"], pairs["text_other"]]))
    for first, second, shared in pairs.select("text", "text_other", "shared").iter_rows():
        one, other = rows[first], rows[second]
        message = f"{other['document_id']} shares {shared} incidents with {one['document_id']}, of fold {one['fold']}"
        at, related = place(table, other, "fold"), (place(table, one, "fold"),)
        yield RULES["split.shared-story"].issue(at, other["fold"], message, related=related)


def provenance(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the layers with fewer passes than their status says, and the annotators of no pass."""
    if not snapshot.whole("passes"):
        return
    table = snapshot.tables["layers"]
    layer = ["document_id", "layer"]
    mark, followed = hashed(layer), hashed([*layer, "guideline_version"])
    passes = snapshot.sound("passes").select(
        mark=mark, by=hashed([*layer, "annotator_id"]), followed=followed
    )
    made = passes.filter(pl.col("by").is_first_distinct()).group_by("mark").len("made")
    needed = pl.col("status").replace_strict(_NEEDED, default=0, return_dtype=pl.UInt32)
    found = (
        table.sound.with_columns(mark=mark, asked=followed)
        .join(made, on="mark", how="left")
        .with_columns(made=pl.col("made").fill_null(0), needed=needed)
    )
    is_short = pl.col("made") < pl.col("needed")
    most = pl.col("status").replace_strict(_AT_MOST, default=None, return_dtype=pl.UInt32)
    is_more = (pl.col("made") > most).fill_null(value=False)
    is_made = ~is_short & ~is_more & (pl.col("made") > 0) & (pl.col("status") != "blank")
    is_followed = pl.col("asked").is_in(passes["followed"].implode())
    for row in rows_at(table, found.filter(is_made & ~is_followed).select(LINE)):
        at, version = place(table, row, "guideline_version"), row["guideline_version"]
        message = f"no pass of {row['layer']} of {row['document_id']} followed guidelines {version}"
        yield RULES["layer.passes"].issue(at, version, message, fault="guideline_version")
    for row in rows_at(table, found.filter(is_short | is_more).select(LINE, "made")):
        message = f"{row['layer']} of {row['document_id']} is {row['status']}, and passes.csv has {row['made']} of it"
        fault = f"{row['document_id']} {row['status']} {row['made']}"  # of all layers of a pass, most likely
        yield RULES["layer.passes"].issue(place(table, row, "status"), row["status"], message, fault=fault)
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
_FORMER = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro"}
_SHORTER = dict(pair.split(":") for pair in _ISO_639.split()) | _FORMER
"""The code in use by others: that of two letters by the three of ISO 639-3 or of libraries, and by one withdrawn."""
_SHORT = frozenset(_SHORTER.values()) | {"sh"}
"""Every code of two letters that ISO 639 has."""
_PRIVATE_LANGUAGE = re.compile("q[a-t][a-z]")
_PRIVATE_COUNTRY = re.compile("AA[A-Z]|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]")
"""Codes that the registers leave to whoever needs one."""
_NEAR = frozenset(
    [
        "AFG",
        "ARE",
        "AUS",
        "AUT",
        "BEL",
        "BGR",
        "BHR",
        "CAN",
        "CHE",
        "CHN",
        "CYP",
        "CZE",
        "DEU",
        "DNK",
        "DZA",
        "EGY",
        "ESP",
        "FIN",
        "FRA",
        "GBR",
        "GRC",
        "HUN",
        "IND",
        "IRL",
        "IRN",
        "IRQ",
        "ISR",
        "ITA",
        "JOR",
        "JPN",
        "KWT",
        "LBN",
        "LBY",
        "MAR",
        "NLD",
        "NOR",
        "OMN",
        "PAK",
        "POL",
        "PRT",
        "PSE",
        "QAT",
        "ROU",
        "RUS",
        "SAU",
        "SDN",
        "SWE",
        "SYR",
        "TUN",
        "TUR",
        "UKR",
        "USA",
        "YEM",
    ]
)
"""The countries that this corpus and its like name most: the register is opened for others alone."""


def codes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the languages and countries whose code is in no register."""
    asked = (
        (TEXT_TABLE, "language", "meta.language-code", _is_language, "ISO 639"),
        (TEXT_TABLE, "original_language", "meta.language-code", _is_language, "ISO 639"),
        ("entities", "country", "entity.country", _is_country, "ISO 3166-1"),
    )
    for name, field, code, is_known, register in asked:
        if not snapshot.readable(name):
            continue
        table = snapshot.tables[name]
        values = table.sound[field].unique()
        unknown = [value for value in values if value and not is_known(value)]
        for row in table.sound.filter(pl.col(field).is_in(unknown)).sort(LINE).iter_rows(named=True):
            message = f"{row[field]!r} is no code of {register}"
            fault = f"{code} {row[field]}"
            yield RULES[code].issue(place(table, row, field), row[field], message, fault=fault)


def countries(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the countries with the code of another; a town of the name of a country has a position."""
    table = snapshot.tables["entities"]
    unplaced = table.sound.filter((pl.col("entity_type") == "GPE") & pl.col("latitude").is_null())
    for row in unplaced.filter(pl.col("country") != "").sort(LINE).iter_rows(named=True):
        own = of_name(row["name"])
        if own and own != row["country"] and _is_country(row["country"]):
            message = f"the country is {row['country']}, and {row['name']} is {own}"
            yield RULES["entity.country"].issue(place(table, row, "country"), row["country"], message)


def _is_language(tag: str) -> bool:
    primary = tag.partition("-")[0]
    if primary in _SHORTER or primary in _SHORT or _PRIVATE_LANGUAGE.fullmatch(primary):
        return True  # one that has a shorter code is reported as such
    if len(primary) == len("en"):
        return False
    import pycountry  # noqa: PLC0415 - a register of 8,000 languages, for a code that is not among the usual ones

    registers = (pycountry.languages, pycountry.language_families)
    return any(register.get(alpha_3=primary) for register in registers)


def _is_country(code: str) -> bool:
    if code in _NEAR or _PRIVATE_COUNTRY.fullmatch(code):
        return True
    import pycountry  # noqa: PLC0415 - as above

    registers = (pycountry.countries, pycountry.historic_countries)
    return any(register.get(alpha_3=code) for register in registers)


_COMMON = {
    "en": " the | of | and | to | that | was | were | by ",
    "fr": " le | la | les | des | du | et | une | est ",
}
_SAMPLE = 800
"""So many characters of a text show its language."""
_FEWEST, _TIMES = 5, 3
"""How many common words of the other language there are, and how many times those of its own, where a text is not in it."""


def texts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents whose text is in another language, or has not their title."""
    table = snapshot.tables[TEXT_TABLE]
    columns = ["document_id", "language", "title", LINE]
    raw = snapshot.raw_texts.select("document_id", "raw").join(table.sound.select(columns), on="document_id")
    head = pl.col("raw").str.slice(0, _SAMPLE)
    counted = raw.select(
        LINE, "language", *(head.str.count_matches(words).alias(name) for name, words in _COMMON.items())
    )
    for own, other in (("en", "fr"), ("fr", "en")):
        is_other = (pl.col(other) >= _FEWEST) & (pl.col(other) > _TIMES * pl.col(own))
        wrong = counted.filter(pl.col("language").str.contains(f"^{own}(-|$)") & is_other)
        for row in rows_at(table, wrong.select(LINE)):
            message = f"the language is {row['language']}, and the words of the text are {LANGUAGES[other]}"
            at = place(table, row, "language")
            yield RULES["meta.text-language"].issue(at, row["language"], message)
    titled = raw.filter(~pl.col("raw").str.contains(pl.col("title"), literal=True))
    lacking = [
        line
        for line, title, text in titled.select(LINE, "title", "raw").iter_rows()
        if not (_has(text, title) or is_damaged(title))
    ]
    for row in rows_at(table, pl.DataFrame({LINE: lacking}, schema={LINE: pl.UInt32})):
        message = f"the text has no {row['title']!r}"
        at, title = place(table, row, "title"), row["title"]
        yield RULES["meta.title"].issue(at, title, message, fault=title)


_HOST = r"^https?://([^/:?#]+)"
_PRIVATE = frozenset(
    ["localhost", "local", "localdomain", "lan", "intranet", "internal", "corp", "home", "test", "invalid"]
)


def addresses(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents whose address is of a network that the public does not reach, or hands out a password."""
    table = snapshot.tables[TEXT_TABLE]
    for other in snapshot.tables.values():
        yield from _handing_out(other) if "url" in other.schema.names and other.readable else ()
    yield from _of_others(table)
    hosts = table.sound.select(LINE, host=pl.col("url").str.extract(_HOST)).drop_nulls()
    private = [host for host in hosts["host"].unique() if _is_private(host)]
    if not private:
        return
    for row in rows_at(table, hosts.filter(pl.col("host").is_in(private))):
        message = f"{row['host']!r} is of a private network"
        yield RULES["meta.address"].issue(place(table, row, "url"), row["url"], message)


def _handing_out(table: Table) -> Iterator[Issue]:
    """Yield the addresses of a table that have a name, a password or a key in them."""
    for row in table.sound.filter(pl.col("url").str.contains("[@=]")).sort(LINE).iter_rows(named=True):
        if CREDENTIALS.search(row["url"]):
            message = "the address has a name, password or key in it"
            yield PACKAGE["sec.credentials"].issue(place(table, row, "url"), None, message)


def _of_others(table: Table) -> Iterator[Issue]:
    """Yield the documents whose address is at the site of a publisher of other documents, and not of their own."""
    given = table.sound.select(LINE, "publisher", host=pl.col("url").str.extract(_HOST)).drop_nulls()
    pairs = given.filter(pl.col("publisher") != "").select("publisher", "host").unique()
    slugs = {name: _slug(name) for name in table.sound["publisher"].unique() if name}
    if pairs.height * len(slugs) > _MANY_PAIRS:
        return
    others: dict[tuple[str, str], str] = {}
    for publisher, host in pairs.iter_rows():
        named = [name for name, slug in slugs.items() if len(slug) >= _LONG_NAME and slug in _slug(host)]
        if named and publisher not in named:
            others[publisher, host] = named[0]
    named_otherwise = given.filter(pl.col("host").is_in([host for _, host in others])).select(LINE, "host")
    for row in rows_at(table, named_otherwise):
        other = others.get((row["publisher"], row["host"]))
        if other:
            message = f"{row['host']!r} is a site of {other}, and the publisher is {row['publisher']}"
            yield RULES["meta.address"].issue(place(table, row, "url"), row["url"], message)


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]", "", without_accents(name.lower()))


_LONG_NAME = 5
"""So many letters of a publisher's name in an address are no chance."""
_MANY_PAIRS = 1_000_000


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.lower().rpartition(".")[2] in _PRIVATE


def _has(text: str, title: str) -> bool:
    """Whether a text has a title, whatever the case and the blanks."""
    return " ".join(title.casefold().split()) in " ".join(text.casefold().split())


def published(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that were published after the package was created."""
    created = str(snapshot.package.descriptor.get("created", ""))[:10]
    if not _DAY.fullmatch(created):
        return
    table = snapshot.tables[TEXT_TABLE]
    dates = table.sound["date_published"].unique()
    later = [date for date in dates if date and ((bounds(date) or (None,))[0] or "") > created]
    for row in table.sound.filter(pl.col("date_published").is_in(later)).sort(LINE).iter_rows(named=True):
        message = f"the text is of {row['date_published']}, and the package of {created}"
        at = place(table, row, "date_published")
        yield RULES["meta.published-later"].issue(at, row["date_published"], message)


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def tombstones(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the withdrawn ids that were no ids, or whose successors are none; labels are looked for elsewhere."""
    table = snapshot.tables["deprecated"]
    package = snapshot.package
    withdrawn = set(table.sound.select("table", "id").iter_rows())
    rings = _rings(table)
    members: dict[int, list[str]] = {}
    for node, number in rings.items():
        members.setdefault(number, []).append(node.partition("/")[2])
    ids: dict[str, frozenset[str]] = {}
    hints: dict[str, str | None] = {}
    named = _named(package) - {name for name in package.tables if len(package.schema(name).primary_key) > 1}
    told: set[int | str] = set()
    early: list[dict[str, Any]] = []
    for row in table.sound.iter_rows(named=True):
        name, successor = row["table"], row["replaced_by"]
        field, value, message, hint = "table", name, f"there is no table {name!r}", None
        if name in package.tables and len(package.schema(name).key) == 1:
            if name not in ids and snapshot.readable(name):
                ids[name] = frozenset(snapshot.tables[name].rows[package.schema(name).key[0]])
            field, message = _fault_of(snapshot, row, withdrawn, ids.get(name))
            value = row[field]
        elif name in named:
            message = ""  # it is there, and what is wrong with it is reported
        else:
            hint = _near_table(name, package, hints)
        own, other = f"{name}/{row['id']}", f"{name}/{successor}"
        if own == other or (own in rings and rings[own] == rings.get(other)):
            ring = rings.get(own, own)
            if ring not in told:
                told.add(ring)
                message = _ring_message(row["id"], sorted(members.get(rings.get(own, -1), [])))
                yield RULES["reg.merge-cycle"].issue(place(table, row, "replaced_by"), successor, message)
        elif field == "version":
            early.append(row)
        elif message:
            yield RULES["reg.tombstone"].issue(place(table, row, field), value, message, hint)
    yield from _to_come(package, table, early)


def _rings(table: Table) -> dict[str, int]:
    """Return the withdrawn ids that replace each other, with their table, each with the number of its ring."""
    edges: dict[str, list[str]] = {}
    for name, identifier, successor in table.sound.select("table", "id", "replaced_by").iter_rows():
        edges.setdefault(f"{name}/{identifier}", []).append(f"{name}/{successor}")
    return in_rings(edges)


def _near_table(name: str, package: Package, hints: dict[str, str | None]) -> str | None:
    """Return which table was most likely meant; ``hints`` holds what was said of the names before."""
    if name not in hints and len(hints) < _GUESSED:
        near = nearest(name, list(package.tables))
        hints[name] = f'did you mean "{near}"?' if near else None
    return hints.get(name)


def _ring_message(identifier: str, several: list[str]) -> str:
    """Return what to say of ids that replace each other, of which only the first are named, or of one that replaces itself."""
    if not several:
        return f"{identifier} replaces itself"
    more = f" and {len(several) - _SHOWN} more" if len(several) > _SHOWN else ""
    return f"{' and '.join(several[:_SHOWN])}{more} replace each other"


def _named(package: Package) -> set[str]:
    """Return the tables that a package has or means to have, readable or not."""
    entries = package.descriptor.get("resources")
    entries = entries if isinstance(entries, list) else []
    return set(profile().tables) | {str(entry.get("name")) for entry in entries if isinstance(entry, dict)}


def _to_come(package: Package, table: Table, rows: list[dict[str, Any]]) -> Iterator[Issue]:
    """Yield the withdrawn ids of a version that is still to come: of one the version is wrong, of several the package's."""
    places = [place(table, row, "version") for row in rows]
    if len(rows) == 1:
        version = rows[0]["version"]
        message = f"the version {version} is still to come: this is {package.version}"
        yield RULES["reg.tombstone"].issue(places[0], version, message)
    elif rows:
        text = package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8")
        line = jsontext.pointer_lines(text, ["/version"]).get("/version")
        at = Location(file=DESCRIPTOR, line=line, pointer="/version")
        last = max((row["version"] for row in rows), key=_numbers)
        message = f"the version is {package.version}, and {len(rows)} ids were withdrawn by {last}"
        hint = f"raise the version to {last} or above, or mend the versions of deprecated.csv"
        yield RULES["reg.tombstone"].issue(at, package.version, message, hint, places[:KEPT])


def _fault_of(
    snapshot: Snapshot, row: dict[str, str], withdrawn: set[tuple[str, str]], ids: frozenset[str] | None
) -> tuple[str, str]:
    """Return the field and the fault of a row of deprecated, or no fault; the ids of its table are None where it has none."""
    name, successor, package = row["table"], row["replaced_by"], snapshot.package
    key = package.schema(name).field(package.schema(name).key[0])
    form = re.compile(key.pattern or ".*")
    if not form.fullmatch(row["id"]):
        return "id", f"{row['id']!r} cannot have been an id of {name}"
    if successor and not form.fullmatch(successor):
        return "replaced_by", f"{successor!r} cannot be an id of {name}"
    is_there = ids is None or successor in ids
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
    replaced = table.sound.filter(pl.col("replaced_by") != "")
    for name in snapshot.due:
        key = snapshot.tables[name].schema.key
        named = replaced.filter(pl.col("table") == name)
        if len(key) != 1 or not snapshot.readable(name) or not named.height:
            continue
        named = named.filter(snapshot.batch.owns("replaced_by"))
        ids = snapshot.tables[name].rows.select(key[0])
        there = set(ids.filter(is_one_of(key[0], named["replaced_by"])).to_series())
        for row in named.filter(~pl.col("replaced_by").is_in(sorted(there))).iter_rows(named=True):
            successor = row["replaced_by"]
            is_lost = snapshot.tables[name].may_hold(successor)
            if (name, successor) not in withdrawn and not is_lost:
                message = f"{successor!r} is not in {name}"
                yield RULES["reg.tombstone"].issue(place(table, row, "replaced_by"), successor, message)


_ONCE = (Stage.PACKAGE,)
CHECKS = (
    Check((RULES["meta.basis"], RULES["meta.date-certainty"]), bases, needs=(TEXT_TABLE,), stages=_ONCE),
    Check((RULES["meta.text-number"],), numbers, needs=(TEXT_TABLE,), stages=(Stage.CORPUS,)),
    Check((RULES["annotator.kind"],), makers, needs=("annotators",), stages=_ONCE),
    Check((RULES["split.empty"],), parts, needs=(TEXT_TABLE, "splits"), stages=_ONCE),
    Check((RULES["split.story"],), stories, needs=(TEXT_TABLE,), stages=_ONCE),
    Check(
        (RULES["split.shared-story"],),
        shared_stories,
        needs=(TEXT_TABLE,),
        stages=(Stage.CORPUS,),
        remember=told,
    ),
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
    Check((RULES["meta.language-code"], RULES["entity.country"]), codes, stages=_ONCE),
    Check((RULES["entity.country"],), countries, needs=("entities",), stages=_ONCE),
    Check((RULES["meta.published-later"],), published, needs=(TEXT_TABLE,), stages=_ONCE),
    Check((RULES["meta.address"], PACKAGE["sec.credentials"]), addresses, needs=(TEXT_TABLE,), stages=_ONCE),
    Check((RULES["meta.text-language"], RULES["meta.title"]), texts, needs=(TEXT_TABLE,)),
    Check((RULES["reg.tombstone"],), successors, needs=("deprecated",)),
)
