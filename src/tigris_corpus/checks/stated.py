"""L5: what is said of a text against what the text says of itself, its date, language and licence; and of how many there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, Stage, by_code, place, rows_at, warning
from tigris_corpus.checks.wording import counted
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import Location, plural
from tigris_corpus.paths import MAX_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "meta.date-stated",
        "A date that is said to be stated is the one that stands in the text's own metadata.",
        "mend the date, or how it is known",
        bad='"date 2024-01" above the text, and date_published 2024-02, stated',
        good='"date 2024-01" above the text, and date_published 2024-01, stated',
    ),
    warning(
        5,
        "meta.language-stated",
        "A text that says in which language it first appeared is a translation from that one.",
        "write the language that the text names, and that it is stated",
        bad='"This article was originally published in French.", and original_language ar',
        good='"This article was originally published in French.", and original_language fr',
    ),
    warning(
        5,
        "meta.licence",
        "The licence of the annotations is given by those who made them, and never holds for a text of others.",
        "write what holds for the text, which is in-copyright where nothing else is known; waive it where its publisher says so",
        bad="rights cc-by-4.0, as the annotations are, for a text that says nothing of it",
        good="rights in-copyright",
    ),
    warning(
        5,
        "pkg.count",
        "What the package says of its size is what a catalogue shows, and nobody counts again.",
        "mend the number in the description",
        bad='"Seven news texts", of five documents',
        good='"Five news texts", of five documents',
    ),
)
_WRITTEN = r"\b((?:1[89]|20)[0-9]{2}-[0-9]{2}(?:-[0-9]{2})?)\b"


def dates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents whose date is stated, and is none of those that stand in the metadata of their text."""
    table = snapshot.tables[TEXT_TABLE]
    stated = table.sound.filter((pl.col("date_basis") == "stated") & (pl.col("date_published") != ""))
    if stated.is_empty():
        return
    heads = snapshot.sound("sentences").filter(pl.col("zone") == "metadata")
    written = heads.select("document_id", written=pl.col("text").str.extract_all(_WRITTEN)).explode("written")
    held = stated.select(LINE, "document_id", "date_published").join(
        written.drop_nulls("written"), on="document_id"
    )
    date, other = pl.col("date_published"), pl.col("written")
    judged = held.group_by(LINE, maintain_order=True).agg(
        is_there=(other.str.starts_with(date) | date.str.starts_with(other)).any(), first=other.first()
    )
    for row in rows_at(table, judged.filter(~pl.col("is_there")).select(LINE, "first")):
        message = f"the date is {row['date_published']}, stated, and the text states {row['first']}"
        at = place(table, row, "date_published")
        yield RULES["meta.date-stated"].issue(at, row["date_published"], message)


_TONGUES = {
    "ar": ("Arabic", "arabe"),
    "de": ("German", "allemand"),
    "en": ("English", "anglais"),
    "es": ("Spanish", "espagnol"),
    "fa": ("Persian", "persan"),
    "fr": ("French", "français"),
    "he": ("Hebrew", "hébreu"),
    "it": ("Italian", "italien"),
    "ku": ("Kurdish", "kurde"),
    "pt": ("Portuguese", "portugais"),
    "ru": ("Russian", "russe"),
    "tr": ("Turkish", "turc"),
}
"""The languages that news is translated from most often, by their code, and how they are called in English and French."""
_CODES = {name.lower(): code for code, names in _TONGUES.items() for name in names}
_FROM = re.compile(
    r"(?:\b(?:originally|first) (?:published|written|appeared|broadcast) in|\btranslated from(?: the)?"
    r"|\b(?:publié|paru|écrit|rédigé)e?s? (?:initialement|d’abord|d'abord|à l’origine|à l'origine) en"
    r"|\btraduite?s? d(?:u|e l[’']))"
    rf"\s*({'|'.join(_CODES)})\b",
    re.IGNORECASE,
)
_NAMED = "(?i)originally|first|translated|traduit|origine|initialement|abord"


def languages(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents whose text says, outside its body, that it was first in another language than the table has it."""
    table = snapshot.tables[TEXT_TABLE]
    aside = snapshot.sound("sentences").filter(pl.col("zone") != "body")
    said = aside.filter(pl.col("text").str.contains(_NAMED)).select("document_id", "text")
    named = {
        document: _CODES[found[1].lower()]
        for document, text in said.iter_rows()
        if (found := _FROM.search(text))
    }
    rows = (
        table.sound.filter(pl.col("document_id").is_in(sorted(named))).sort(LINE)
        if named
        else table.sound.clear()
    )
    for row in rows.iter_rows(named=True):
        stated, own = named[row["document_id"]], row["original_language"]
        if own.partition("-")[0] != stated:
            message = f"the text says that it was first in {_TONGUES[stated][0]}, and original_language is {own or 'empty'}"
            yield RULES["meta.language-stated"].issue(place(table, row, "original_language"), own, message)


_OF_COMMONS = re.compile(r"creative ?commons|\bCC[ -](?:BY|0)", re.IGNORECASE)


def borrowed(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that have the licence of the package, of which their text says nothing."""
    table, listed = snapshot.tables[TEXT_TABLE], snapshot.package.descriptor.get("licenses")
    licences = listed if isinstance(listed, list) else []
    paths = [str(one.get("path")) for one in licences if isinstance(one, dict)]
    known = snapshot.sound("rights").select("rights", "url").iter_rows()
    own = [rights for rights, url in known if url and any(path.startswith(url) for path in paths)]
    given = table.sound.filter(pl.col("rights").is_in(own)).select(LINE, "document_id", "rights")
    if given.is_empty():
        return
    texts = given.join(snapshot.raw_texts.select("document_id", "raw"), on="document_id")
    silent = [line for line, raw in texts.select(LINE, "raw").iter_rows() if not _OF_COMMONS.search(raw)]
    for row in rows_at(table, pl.DataFrame({LINE: silent}, schema={LINE: pl.UInt32})):
        message = (
            f"{row['rights']} is the licence of the annotations, and the text does not say that it is its own"
        )
        at = place(table, row, "rights")
        yield RULES["meta.licence"].issue(at, row["rights"], message, fault=row["rights"])


_COUNTED = re.compile(
    rf"\b({'|'.join(counted('en'))}|[0-9]{{1,3}}(?:,?[0-9]{{3}})*)\s+(?:[a-z]+\s+)?(?:texts|documents|articles)\b",
    re.IGNORECASE,
)


def counts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the number of texts that the description begins with, where it is not that of the documents."""
    if not snapshot.whole(TEXT_TABLE):
        return
    found = _COUNTED.search(str(snapshot.package.descriptor.get("description", "")))
    if not found:
        return
    said = counted("en").get(found[1].lower()) or int(found[1].replace(",", ""))
    documents = snapshot.tables[TEXT_TABLE].rows.height
    if said != documents:
        text = snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8")
        line = jsontext.pointer_lines(text, ["/description"])["/description"]
        message = f"the description says {found[0]!r}, and there are {plural(documents, 'document')}"
        at = Location(file=DESCRIPTOR, line=line, pointer="/description")
        yield RULES["pkg.count"].issue(at, found[0], message)


CHECKS = (
    Check((RULES["pkg.count"],), counts, needs=(TEXT_TABLE,), stages=(Stage.PACKAGE,)),
    Check((RULES["meta.date-stated"],), dates, needs=(TEXT_TABLE, "sentences")),
    Check((RULES["meta.language-stated"],), languages, needs=(TEXT_TABLE, "sentences")),
    Check((RULES["meta.licence"],), borrowed, needs=(TEXT_TABLE, "rights")),
)
