"""What an export says of the corpus it is of: name, version, licence and rights; and a list of what it had to leave out.

All of it comes from the descriptor, the vocabulary of rights and the documents, so that it cannot differ from them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import pandas as pd

from tigris_corpus.formats import tables
from tigris_corpus.formats.jsonl import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Package
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record

README = "README.md"
LEFT_OUT = "left-out.csv"
NOT_SET = "none is stated"
TEXTS = "texts"
TEXTS_TITLE = (
    "The raw text of each document. No licence of the corpus covers it; documents.rights says what is known."
)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of the descriptor: its name (an SPDX identifier, as a rule), what it covers, and where it is."""

    name: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A row that an export cannot hold: its table and id, where it stands (code points), its text, label, and why."""

    table: str
    id: str
    document_id: str
    sentence_id: str
    start: int | None
    end: int | None
    text: str
    label: str
    reason: str


def licences(package: Package) -> list[Licence]:
    """Return the licences of a package."""
    stated = package.descriptor.get("licenses")
    entries = [one for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []
    return [Licence(*(str(one.get(key, "")) for key in ("name", "title", "path"))) for one in entries]


def word(package: Package, key: str) -> str:
    """Return a text of the descriptor by its key, or nothing where it has none."""
    value = package.descriptor.get(key)
    return value if isinstance(value, str) else ""


def words(package: Package, key: str, inside: str | None = None) -> list[str]:
    """Return the texts of a list of the descriptor; with ``inside``, those that its objects have under that key."""
    value = package.descriptor.get(key)
    found = value if isinstance(value, list) else []
    if inside is not None:
        found = [one.get(inside) for one in found if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str)]


def first_sentence(text: str) -> str:
    """Return the first sentence of a description.

    >>> first_sentence("One row a text. It is also the manifest.")
    'One row a text.'
    """
    first, stop, _ = text.partition(". ")
    return f"{first}." if stop else first


def title(corpus: Corpus) -> str:
    """Return the title of a corpus, else its name."""
    return word(corpus.package, "title") or corpus.name


def licence(corpus: Corpus) -> str:
    """Return the licences of a corpus in words."""
    found = [" ".join(filter(None, (one.name, one.path))) for one in licences(corpus.package)]
    return "; ".join(found) or NOT_SET


def rights(corpus: Corpus) -> str:
    """Return the rights in the texts in words: how many documents have each rights statement, and what it means.

    >>> from tigris_corpus.corpus import load
    >>> rights(load())[:62]
    'In copyright (5 documents): The text is protected by copyright'
    """
    counted = corpus.documents["rights"].value_counts()
    parts = []
    for row in corpus.tables["rights"].to_dict("records"):
        number = int(counted.get(row["rights"], 0))
        if number:
            many = f"{number} document{'' if number == 1 else 's'}"
            parts.append(f"{row['name']} ({many}): {row['definition_en']}")
    return " ".join(parts) or NOT_SET


def texts(corpus: Corpus) -> pd.DataFrame:
    """Return the raw text of each document: document_id, text. Raises CorpusError where one cannot be read."""
    names = corpus.documents["document_id"]
    return pd.DataFrame({"document_id": names, "text": pd.array([*map(corpus.text, names)], dtype="string")})


def about(corpus: Corpus) -> dict[str, str]:
    """Return what a corpus is, by property: name, version, title, description, created, licence, licence_covers, rights."""
    package = corpus.package
    return {
        "name": corpus.name,
        "version": corpus.version,
        "title": title(corpus),
        "description": word(package, "description"),
        "created": word(package, "created"),
        "licence": licence(corpus),
        "licence_covers": "; ".join(one.title for one in licences(package) if one.title),
        "rights": rights(corpus),
    }


def readme(corpus: Corpus, what: str, body: str) -> bytes:
    """Return a page that says of what corpus some files are, under what terms, and what each of them is."""
    told = about(corpus)
    covers = f" ({told['licence_covers']})" if told["licence_covers"] else ""
    head = f"# {told['title']}\n\n{told['description']}\n" if told["description"] else f"# {told['title']}\n"
    return (
        f"{head}\nVersion {told['version']}, {what}.\n\n{body.strip()}\n\n"
        f"## Rights\n\nLicence: {told['licence']}{covers}.\n\nRights in the texts: {told['rights']}\n"
    ).encode()


def left_out(lost: Iterable[Lost]) -> bytes:
    """Return rows that an export cannot hold as a table of CSV, with the columns of ``Lost``."""
    lines = ([tables.cell(value) for value in astuple(one)] for one in lost)
    return tables.write([[field.name for field in fields(Lost)], *lines])


def lost_mention(document: Document, row: Record, reason: str) -> Lost:
    """Return a mention that is left out."""
    places = (row["sentence_id"], row["start"], row["end"], row["text"], row["entity_type"])
    return Lost("mentions", row["mention_id"], document.document_id, *places, reason)


def lost_event(document: Document, row: Record, reason: str) -> Lost:
    """Return an event that is left out."""
    span = (row["trigger_start"], row["trigger_end"], row["trigger_text"])
    return Lost(
        "events", row["event_id"], document.document_id, row["sentence_id"], *span, row["event_type"], reason
    )


def lost_argument(
    document: Document, event: Record, argument: Record, mention: Record | None, reason: str
) -> Lost:
    """Return an argument that is left out: its id is that of the event, and its place that of the mention, if there is one."""
    found = mention or {"start": None, "end": None, "text": argument["mention_id"]}
    places = (event["sentence_id"], found["start"], found["end"], found["text"], argument["role"])
    return Lost("arguments", event["event_id"], document.document_id, *places, reason)


def lost_relation(row: Record, reason: str, document_id: str = "") -> Lost:
    """Return a relation that is left out: its id is its subject, and its text the two entities."""
    pair = f"{row['subject_id']} {row['relation']} {row['object_id']}"
    places = (row.get("sentence_id", ""), None, None, pair, row["relation"])
    return Lost("entity_relations", row["subject_id"], document_id, *places, reason)


def unstated(corpus: Corpus) -> list[Lost]:
    """Return the relations that no sentence states, which formats of documents have no place for."""
    every = rows(corpus, "entity_relations")
    return [lost_relation(row, "is stated by no sentence") for row in every if "sentence_id" not in row]


def counted(lost: Iterable[Lost]) -> str:
    """Return a sentence that says how many rows of which tables are left out, and where they are listed."""
    numbers = Counter(one.table for one in lost)
    told = ", ".join(f"{number} of {table}" for table, number in sorted(numbers.items()))
    return (
        f"Left out: {told}; `{LEFT_OUT}` lists them, each with the reason."
        if told
        else "Nothing is left out."
    )
