"""L0: the vocabularies: labels that annotators can tell apart, and those of the profile as they are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.package import RULES as PACKAGE
from tigris_corpus.checks.rule import Check, Stage, by_code, place, warning
from tigris_corpus.checks.wording import counted
from tigris_corpus.descriptor import TEXT_TABLE, packaged_root
from tigris_corpus.descriptor import profile as installed_profile
from tigris_corpus.engine.expressions import is_one_of
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.snapshot import profile_labels
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Package
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        0,
        "vocab.same-text",
        "Two labels of one name, definition or address cannot be told apart by annotators.",
        "give each label its own, in both languages",
        bad="two zones, both defined as the text of the article",
        good="two zones, each with its definition",
    ),
    warning(
        0,
        "vocab.moved-text",
        "A definition under another label sends whoever annotates by it to the wrong one.",
        "put each text beside the label that it is of",
        bad="the definition of test under validation",
        good="the definition of test under test",
    ),
    warning(
        0,
        "vocab.translation",
        "Who annotates in one language goes by another number than who annotates in the other.",
        "write the same number in both languages",
        bad="at least two states, au moins trois États",
        good="at least two states, au moins deux États",
    ),
    warning(
        0,
        "vocab.accents",
        "French without accents is misspelt, and some tool has most likely taken them away everywhere.",
        "restore the column from before the tool",
        bad="Les desaccords ont ete tranches.",
        good="Les désaccords ont été tranchés.",
    ),
    warning(
        0,
        "vocab.test-example",
        "An example of a test document shows its labels to whoever writes a model by the definitions.",
        "take an example from the other parts, or invent one",
        bad="a sentence of a document in test",
        good="a sentence of a document in train",
    ),
    warning(
        0,
        "vocab.example",
        "An example shows which words a label is of, by the square brackets around them.",
        "put the words concerned in square brackets",
        bad="Ismail Haniyeh was killed in Tehran.",
        good="Ismail Haniyeh was killed in [Tehran].",
    ),
    warning(
        0,
        "vocab.language",
        "Who annotates in one language reads the definitions of that language only.",
        "put each definition and example under the heading of its language",
        bad="definition_en: Le texte affirme l'événement.",
        good="definition_fr: Le texte affirme l'événement.",
    ),
)


def vocabularies(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the labels of the profile that the package has changed or taken away; what is in words is its own."""
    package = snapshot.package
    if package.root == packaged_root():
        return
    for at, value, message in weakened_labels(snapshot, profile_labels(), installed_profile()):
        yield PACKAGE["pkg.schema-weakened"].issue(at, value, message)


def weakened_labels(
    snapshot: Snapshot, labels: dict[str, pl.DataFrame], profile: Package
) -> Iterator[tuple[Location, str, str]]:
    """Yield where a package has changed or taken away labels of a profile or a base: place, value, what is wrong."""
    for name, wanted in labels.items():
        if not snapshot.readable(name):
            continue
        schema, table = profile.schema(name), snapshot.tables[name]
        if wanted is table.rows:
            continue  # the very same
        licensing = [column for column in schema.names if not _IN_WORDS.fullmatch(column)]
        key = list(schema.key)
        gone = wanted.join(table.rows, on=licensing, how="anti").select(licensing)
        doubtful = {tuple(row[column] for column in key) for row in table.doubtful.iter_rows(named=True)}
        there = {tuple(row[column] for column in key): row for row in table.rows.iter_rows(named=True)}
        for row in gone.iter_rows(named=True):
            label = tuple(row[column] for column in key)
            shown = " and ".join(label)
            if label in doubtful:
                continue  # reported when it was found
            if label not in there and not table.lost and not doubtful:
                at = Location(file=table.resource.path, key="+".join(label))
                yield at, shown, f"{name}: {shown!r} of the profile is gone"
            elif label in there:
                field = next(column for column in licensing if there[label][column] != row[column])
                message = f"{name}: {field} of {shown!r} is {there[label][field]!r}, and {row[field]!r} in the profile"
                yield place(table, there[label], field), there[label][field], message
        if len(key) == 1 and table.whole and gone.is_empty():
            yield from _in_another_order(table, key[0], wanted[key[0]].to_list())


def _in_another_order(table: Table, column: str, wanted: list[str]) -> Iterator[tuple[Location, str, str]]:
    """Yield the first label that stands before one that it follows elsewhere: their order gives labels their numbers."""
    known = set(wanted)
    rows = [row for row in table.rows.iter_rows(named=True) if row[column] in known]
    for row, label in zip(rows, wanted, strict=False):
        if row[column] != label:
            message = f"{table.name}: the labels are in another order than in the profile, where {label!r} comes here"
            yield place(table, row, column), row[column], message
            return


_IS_TEXT = re.compile("(definition|example)s?(_[a-z]+)?")
_IN_WORDS = re.compile("name|url|reason|(name|definition|example)s?(_[a-z]+)?")


def _readable(snapshot: Snapshot) -> Iterator[Table]:
    """Yield the vocabularies that could be read."""
    return (table for table in snapshot.tables.values() if table.resource.is_vocabulary and table.readable)


def definitions(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the labels of a vocabulary that share what tells them apart, and definitions that were not translated."""
    for table in _readable(snapshot):
        told: set[int] = set()
        for column in [column for column in _DISTINCT if column in table.schema.names]:
            seen: dict[tuple[str, str], dict[str, Any]] = {}
            of_type = "mode" in table.schema.key  # a mode of one name is the same in several types
            for row in table.sound.iter_rows(named=True):
                first = seen.setdefault((row["event_type"] if of_type else "", row[column]), row)
                if row[column] and first is not row and row[LINE] not in told:
                    told.add(row[LINE])
                    at, related = place(table, row, column), (place(table, first, column),)
                    message = f"{table.name}: {row[column][:80]!r} is the {column} of another label as well"
                    yield RULES["vocab.same-text"].issue(at, row[column], message, related=related)
        if {"definition_en", "definition_fr"} <= set(table.schema.names):
            for row in table.sound.iter_rows(named=True):
                if _is_untranslated(row):
                    at = place(table, row, "definition_fr")
                    message = f"{table.name}: the definition in French is the English one"
                    yield RULES["vocab.same-text"].issue(at, row["definition_fr"], message)


_NUMBERS = counted("en") | counted("fr")
_HYPHENED = re.compile(r"\w+(?:-\w+)*")


def _numbers(text: str) -> list[int]:
    """Return the numbers that a text says in words or in figures, the lowest first."""
    words = [
        word
        for hyphened in _HYPHENED.findall(text.lower())
        for word in ([hyphened] if hyphened in _NUMBERS else hyphened.split("-"))
    ]
    figures = [int(word) for word in words if word.isascii() and word.isdigit()]
    return sorted([*figures, *(_NUMBERS[word] for word in words if word in _NUMBERS)])


def translations(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the definitions that say one number in English and another in French."""
    for table in _readable(snapshot):
        if not {"definition_en", "definition_fr"} <= set(table.schema.names):
            continue
        for row in table.sound.iter_rows(named=True):
            one, other = _numbers(row["definition_en"]), _numbers(row["definition_fr"])
            if one and other and one != other:
                message = f"{table.name}: the numbers are {one} in English and {other} in French"
                at, related = place(table, row, "definition_fr"), (place(table, row, "definition_en"),)
                yield RULES["vocab.translation"].issue(at, row["definition_fr"], message, related=related)


_ENOUGH = 120
"""So many characters of French have an accent somewhere."""
_ACCENT = re.compile("[àâçéèêëîïôûùüœÀÂÇÉÈÊËÎÏÔÛÙÜŒ]")


def unaccented(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the columns of French in which there is no accent, by their first row."""
    for table in _readable(snapshot):
        for column in (name for name in table.schema.names if name.endswith("_fr")):
            words = " ".join(filter(None, table.sound[column].to_list()))
            if len(words) >= _ENOUGH and not _ACCENT.search(words):
                row = next(row for row in table.sound.iter_rows(named=True) if row[column])
                message = f"{table.name}: no word of {column} has an accent"
                yield RULES["vocab.accents"].issue(place(table, row, column), row[column], message)


def leaked(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the examples of a vocabulary that are sentences of test documents, word by word."""
    examples = {
        row[field].translate(_NO_BRACKETS).strip(): (table, row, field)
        for table in _readable(snapshot)
        for field in table.schema.names
        if field.startswith("example_")
        for row in table.sound.iter_rows(named=True)
        if row[field]
    }
    test = snapshot.documents.filter(pl.col("split") == "test")["document_id"]
    same = snapshot.sound("sentences").filter(is_one_of("text", tuple(examples)))
    same = same.filter(pl.col("document_id").is_in(test.implode())).sort("sentence_id")
    for name, text in same.select("sentence_id", "text").iter_rows():
        table, row, field = examples[text]
        message = f"{table.name}: the example is {name}, which is of a test document"
        yield RULES["vocab.test-example"].issue(place(table, row, field), row[field], message)


_NO_BRACKETS = str.maketrans("", "", "[]")


def moved(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the texts that the profile has under another label of the vocabulary; those of one vocabulary are one fault."""
    if snapshot.package.root == packaged_root():
        return
    for table in _readable(snapshot):
        known = profile_labels().get(table.name)
        if known is None or len(table.schema.key) != 1:
            continue
        key = table.schema.key[0]
        for column in [
            name for name in known.columns if _IS_TEXT.fullmatch(name) and name in table.schema.names
        ]:
            of_text = {text: label for label, text in known.select(key, column).iter_rows() if text}
            own = dict(known.select(key, column).iter_rows())
            for row in table.sound.iter_rows(named=True):
                label, text = row[key], row[column]
                if own.get(label, text) != text and of_text.get(text, label) != label:
                    message = f"{table.name}: the {column} of {label!r} is that of {of_text[text]!r}"
                    at = place(table, row, column)
                    yield RULES["vocab.moved-text"].issue(at, text, message, fault=table.name)


def examples(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the examples of a vocabulary that do not show the words concerned."""
    for table in _readable(snapshot):
        fields = [name for name in table.schema.names if name.startswith("example_")]
        for row in table.sound.iter_rows(named=True) if fields else ():
            for field in fields:
                if row[field] and not _EXAMPLE.fullmatch(row[field]):
                    message = f"no words of {row[field]!r} are in square brackets, or a bracket is alone"
                    yield RULES["vocab.example"].issue(place(table, row, field), row[field], message)


_COMMON = {
    "en": re.compile(
        r"\b(?:the|of|and|to|that|is|are|was|were|by|with|has|have|it|its|which|an|or|for)\b", re.IGNORECASE
    ),
    "fr": re.compile(
        r"\b(?:le|la|les|des|du|et|une|un|est|sont|qui|que|par|pour|dans|ou|au|aux|ont|[ldnsc]['’])",
        re.IGNORECASE,
    ),
}
LANGUAGES = {"en": "English", "fr": "French"}
"""The languages of definitions and examples, and how they are called."""
_FEWEST = 2
"""So many common words of another language, and none of its own, show that a sentence is not in its language."""


def languages(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the definitions and examples that are in another language than their column: one of each row."""
    for table in _readable(snapshot):
        columns = [column for column in table.schema.names if column.rpartition("_")[2] in _COMMON]
        for row in table.sound.iter_rows(named=True):
            if _is_untranslated(row):
                continue  # reported as such
            wrong = next((column for column in columns if _is_foreign(row[column], column)), None)
            if wrong:
                other = next(language for language in LANGUAGES if not wrong.endswith(language))
                message = f"{table.name}: the words of {wrong} are {LANGUAGES[other]}"
                yield RULES["vocab.language"].issue(place(table, row, wrong), row[wrong], message)


def _is_untranslated(row: dict[str, Any]) -> bool:
    return bool(row.get("definition_en")) and row["definition_en"] == row.get("definition_fr")


def _is_foreign(words: str, column: str) -> bool:
    own = column.rpartition("_")[2]
    if _COMMON[own].search(words):
        return False
    return any(len(common.findall(words)) >= _FEWEST for name, common in _COMMON.items() if name != own)


_EXAMPLE = re.compile(r"[^\[\]]*(\[[^\[\]]+\][^\[\]]*)+")

_DISTINCT = ("name", "url", "definition_en", "definition_fr", "cameo_code")


_ONCE = (Stage.PACKAGE,)
CHECKS = (
    Check((RULES["vocab.same-text"],), definitions, stages=_ONCE),
    Check((RULES["vocab.language"],), languages, stages=_ONCE),
    Check((RULES["vocab.moved-text"],), moved, stages=_ONCE),
    Check((RULES["vocab.translation"],), translations, stages=_ONCE),
    Check((RULES["vocab.accents"],), unaccented, stages=_ONCE),
    Check((RULES["vocab.test-example"],), leaked, needs=(TEXT_TABLE, "sentences")),
    Check((RULES["vocab.example"],), examples, stages=_ONCE),
    Check((PACKAGE["pkg.schema-weakened"],), vocabularies, stages=_ONCE),
)
