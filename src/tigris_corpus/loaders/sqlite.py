"""SQLite: one file, ``tigris.sqlite``, with every table, its keys, and what is not allowed in it; and ``metadata.json`` for Datasette.

Tables and columns are those of the Table Schemas, with their descriptions as comments (``.schema`` shows them). Text is
``TEXT``, a whole number ``INTEGER``, another number ``REAL``, a truth value 0 or 1. What is required is ``NOT NULL``;
minimum and maximum are ``CHECK``; what refers to another table is a foreign key, and where the other's column is not
unique, a ``CHECK`` of the labels. Patterns are not kept: SQLite has none. Every foreign key has an index.

Beside them are ``texts`` (document_id, text: the raw text, of which ``substr(text, start + 1, end - start)`` is a span),
``package`` (property, value: what the corpus is), the view ``mentions_in_context``, and the tables ``event_records`` and
``incident_records``, as ``tigris_corpus.views`` has them. Offsets are code points, and so are SQLite's own.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus import views
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import describing
from tigris_corpus.loaders.describing import TEXTS, TEXTS_TITLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Field, ForeignKey, TableSchema

FILE = "tigris.sqlite"
METADATA = "metadata.json"
PACKAGE, CONTEXT = "package", "mentions_in_context"
TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
"""The type of SQLite of each type of field."""
_RECORDS = (
    (
        "event_records",
        "event_id",
        {
            "event_id": "events",
            "document_id": "documents",
            "sentence_id": "sentences",
            "incident_id": "incidents",
        },
        "One row an event mention, in the shape that users of POLECAT, ICEWS and ACLED know. Made from the other tables.",
    ),
    (
        "incident_records",
        "incident_id",
        {"incident_id": "incidents", "part_of": "incidents"},
        "One row an incident, with the arguments of all its mentions merged. Made from the other tables.",
    ),
)
"""The joined tables: name, key, the tables that their columns refer to, and what a row is."""
KEYS_OF = {
    "events": "event_id",
    "documents": "document_id",
    "sentences": "sentence_id",
    "incidents": "incident_id",
}
CONTEXT_QUERY = """\
SELECT m."mention_id", s."document_id", d."language", m."sentence_id",
  substr(s."text", CASE WHEN m."start" - s."start" > 60 THEN m."start" - s."start" - 59 ELSE 1 END,
    CASE WHEN m."start" - s."start" > 60 THEN 60 ELSE m."start" - s."start" END) AS "left",
  m."text", substr(s."text", m."end" - s."start" + 1, 60) AS "right", m."start", m."end",
  m."entity_type", m."mention_type", m."value", m."entity_id", e."name" AS "entity"
FROM "mentions" m
JOIN "sentences" s ON s."sentence_id" = m."sentence_id"
JOIN "documents" d ON d."document_id" = s."document_id"
LEFT JOIN "entities" e ON e."entity_id" = m."entity_id\""""
"""The mentions with the text around them in their sentence, in the SQL that SQLite and DuckDB share."""
CONTEXT_TITLE = "One row a mention, with the text around it in its sentence, at most 60 code points a side."


_PAGE = f"""\
`{FILE}` holds the tables with their keys, the raw texts and joined tables; `.schema` says what each column means.

```console
datasette {FILE} --metadata {METADATA}
```"""


@dataclass(frozen=True, slots=True)
class Made:
    """A table that is made from the others: its frame, its key, what its columns refer to, and what a row is."""

    frame: pd.DataFrame
    key: str
    references: dict[str, str]
    description: str


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the database, the metadata for Datasette, and a page about them.

    Raises CorpusError where a reference leads nowhere, a text cannot be read, or the package has a table of its own
    under the name of one that is made here.
    """
    extra = made(corpus)
    taken = sorted({*extra, PACKAGE, CONTEXT} & {*corpus.tables})
    if taken:
        raise CorpusError(
            f"the package has a table {taken[0]!r}, and the database one of its own by that name"
        )
    with closing(sqlite3.connect(":memory:")) as database:
        for name, frame in corpus.tables.items():
            database.execute(_create(corpus, name))
            _fill(database, name, frame)
        for name, one in extra.items():
            database.execute(_create_made(name, one))
            _fill(database, name, one.frame)
        database.execute(
            f"CREATE TABLE {named(PACKAGE)} (property TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"
        )
        database.executemany(f"INSERT INTO {PACKAGE} VALUES (?, ?)", describing.about(corpus).items())  # noqa: S608 - our own name
        database.execute(f"CREATE VIEW {named(CONTEXT)} AS {CONTEXT_QUERY}")
        for statement in _indexes(corpus, extra):
            database.execute(statement)
        database.commit()
        _look(corpus, database)
        data = database.serialize()
    return {
        FILE: data,
        METADATA: _metadata(corpus, extra),
        describing.README: describing.readme(corpus, "as a SQLite database", _PAGE),
    }


def made(corpus: Corpus) -> dict[str, Made]:
    """Return the tables that are made from the others, by name. Raises CorpusError where a text cannot be read."""
    texts = describing.texts(corpus)
    found = {TEXTS: Made(texts, "document_id", {"document_id": "documents"}, TEXTS_TITLE)}
    for name, key, references, description in _RECORDS:
        found[name] = Made(getattr(views, name)(corpus), key, references, description)
    return found


def _create(corpus: Corpus, name: str) -> str:
    """Return the statement that makes a table of the package."""
    schema = corpus.package.schema(name)
    lines = [(_column(field, schema), field.description) for field in schema.fields]
    if schema.primary_key:
        lines.append((f"PRIMARY KEY ({listed(schema.primary_key)})", ""))
    lines += [(f"UNIQUE ({listed(key)})", "") for key in schema.unique_keys]
    lines += [(rule, "") for rule in _links(corpus, name)]
    return _statement(name, lines)


def _create_made(name: str, one: Made) -> str:
    """Return the statement that makes a table that is made from the others."""
    kinds = {"Int64": "INTEGER", "Float64": "REAL", "boolean": "INTEGER"}
    lines = [
        (f"{named(str(column))} {kinds.get(str(kind), 'TEXT')}{' NOT NULL' if column == one.key else ''}", "")
        for column, kind in one.frame.dtypes.items()
    ]
    lines.append((f"PRIMARY KEY ({named(one.key)})", ""))
    lines += [
        (f"FOREIGN KEY ({named(column)}) REFERENCES {named(table)} ({named(KEYS_OF[table])})", "")
        for column, table in one.references.items()
    ]
    return _statement(name, lines)


def _statement(name: str, lines: list[tuple[str, str]]) -> str:
    """Return the statement that makes a table of some lines, each with what is said of it."""
    body = [
        f"  {line}{'' if number == len(lines) else ','}{f' -- {_flat(told)}' if told else ''}"
        for number, (line, told) in enumerate(lines, start=1)
    ]
    return "\n".join([f"CREATE TABLE {named(name)} (", *body, ")"])


def _column(field: Field, schema: TableSchema) -> str:
    """Return the definition of a column."""
    parts = [named(field.name), TYPES[field.type]]
    if field.required or field.name in schema.primary_key:
        parts.append("NOT NULL")
    if field.unique:
        parts.append("UNIQUE")
    bounds = ((">=", field.minimum), ("<=", field.maximum))
    rules = [f"{named(field.name)} {sign} {bound}" for sign, bound in bounds if bound is not None]
    if field.type == "boolean":
        rules.append(f"{named(field.name)} IN (0, 1)")
    return " ".join([*parts, *(f"CHECK ({rule})" for rule in rules)])


def _links(corpus: Corpus, name: str) -> Iterator[str]:
    """Yield the rules of what a table refers to: foreign keys, or the labels where their column is not unique."""
    for key in corpus.package.schema(name).foreign_keys:
        target = key.resource or name
        if target not in corpus.tables:
            continue
        if is_key(key, corpus.package.schema(target)):
            yield f"FOREIGN KEY ({listed(key.fields)}) REFERENCES {named(target)} ({listed(key.reference)})"
        elif corpus.package.vocabulary_of(name, key.fields[0]) == key:
            labels = corpus.tables[target][key.reference[0]].dropna().drop_duplicates()
            yield f"CHECK ({named(key.fields[0])} IN ({', '.join(map(literal, labels))}))"


def is_key(key: ForeignKey, schema: TableSchema) -> bool:
    """Whether the columns that a foreign key leads to tell rows apart, as SQLite asks for."""
    single = schema.field(key.reference[0]) if len(key.reference) == 1 else None
    return key.reference in (schema.primary_key, *schema.unique_keys) or (
        single is not None and single.unique
    )


def _indexes(corpus: Corpus, extra: dict[str, Made]) -> Iterator[str]:
    """Yield the statements that make an index of each foreign key that no key begins with."""
    wanted = [
        (name, key.fields, corpus.package.schema(name).primary_key)
        for name in corpus.tables
        for key in corpus.package.schema(name).foreign_keys
    ]
    wanted += [(name, (column,), (one.key,)) for name, one in extra.items() for column in one.references]
    for name, columns, key in dict.fromkeys(wanted):
        if key[: len(columns)] != columns:
            label = named("_".join(("index", name, *columns)))
            yield f"CREATE INDEX {label} ON {named(name)} ({listed(columns)})"


def _fill(database: sqlite3.Connection, name: str, frame: pd.DataFrame) -> None:
    """Put the rows of a frame into a table; what is empty is NULL. Raises CorpusError where a row may not be there."""
    columns = [column.astype(object).where(column.notna(), None).tolist() for _, column in frame.items()]
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {named(name)} VALUES ({marks})"  # noqa: S608 - the name is quoted
    try:
        database.executemany(statement, zip(*columns, strict=True))
    except sqlite3.IntegrityError as error:
        raise CorpusError(f"{name}: {error}; `tigris validate` says where") from None


def _look(corpus: Corpus, database: sqlite3.Connection) -> None:
    """Raise CorpusError where a reference leads nowhere."""
    lost = database.execute("PRAGMA foreign_key_check").fetchone()
    if lost:
        name, row, target, _ = lost
        place = corpus.place(name, row - 1) if name in corpus.tables else name
        raise CorpusError(
            f"{place}: refers to a row of {target} that is not there; run: tigris validate {corpus.package.root}"
        )


def _metadata(corpus: Corpus, extra: dict[str, Made]) -> bytes:
    """Return the metadata file of Datasette: title, licence and source, and what tables and columns mean."""
    package = corpus.package
    tables: dict[str, Any] = {}
    for name in corpus.tables:
        schema = package.schema(name)
        tables[name] = {
            "title": schema.title,
            "description": schema.description,
            "columns": {field.name: field.description for field in schema.fields if field.description},
        }
        if "name" in schema.names:
            tables[name]["label_column"] = "name"
    for name, one in extra.items():
        tables[name] = {"description": one.description}
    tables[TEXTS] |= {"license": describing.rights(corpus)}
    tables[CONTEXT] = {"description": CONTEXT_TITLE}
    tables[PACKAGE] = {"description": "What the corpus is: its name, version, licence and rights."}
    about = {"title": describing.title(corpus), "description": describing.word(package, "description")}
    terms = describing.licences(package)
    if terms:
        about |= {"license": terms[0].title or terms[0].name, "license_url": terms[0].path}
    sources = describing.words(package, "sources", "title")
    if sources:
        about["source"] = "; ".join(sources)
    told = {key: value for key, value in about.items() if value}
    return f"{json.dumps({**told, 'databases': {'tigris': {'tables': tables}}}, ensure_ascii=False, indent=1)}\n".encode()


def named(name: str) -> str:
    """Return a name as SQL has it.

    >>> named("end")
    '"end"'
    """
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str]) -> str:
    """Return several names as SQL has them."""
    return ", ".join(map(named, names))


def literal(value: str) -> str:
    """Return a text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


def _flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
