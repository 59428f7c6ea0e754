"""SQLite: what is in the database, what may not be put into it, and what Datasette makes of it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus import views
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

DATASETTE = shutil.which(os.environ.get("TIGRIS_DATASETTE", "datasette"))
ARGUMENTS = """\
CREATE TABLE "arguments" (
  "event_id" TEXT NOT NULL, -- The event that has the argument.
  "role" TEXT NOT NULL, -- The role that the mention fills, which must be one of those of the event's type.
  "mention_id" TEXT NOT NULL, -- The mention that fills the role, which stands in the sentence of the event.
  PRIMARY KEY ("event_id", "role", "mention_id"),
  FOREIGN KEY ("event_id") REFERENCES "events" ("event_id"),
  FOREIGN KEY ("role") REFERENCES "role_types" ("role"),
  FOREIGN KEY ("mention_id") REFERENCES "mentions" ("mention_id")
)"""


def opened(corpus: Corpus) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(sqlite.files(corpus)[sqlite.FILE])
    database.execute("PRAGMA foreign_keys = ON")
    return database


@pytest.fixture(scope="module")
def database(released: Corpus) -> Iterator[sqlite3.Connection]:
    with closing(opened(released)) as found:
        yield found


def values(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a frame as plain values, None where they are empty."""
    return [*frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]


def rows(database: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    return database.execute(query).fetchall()


def columns(database: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the type of each column of a table."""
    return {name: kind for _, name, kind, *_ in rows(database, f'PRAGMA table_info("{table}")')}


def test_every_table_has_the_rows_of_its_frame(released: Corpus, database: sqlite3.Connection) -> None:
    for name, frame in released.tables.items():
        query = f'SELECT * FROM "{name}" ORDER BY rowid'  # noqa: S608 - our own names
        assert rows(database, query) == values(frame), name


def test_the_database_is_whole(released: Corpus, database: sqlite3.Connection) -> None:
    assert rows(database, "PRAGMA foreign_key_check") == []
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert sqlite.files(released) == sqlite.files(released)


def test_a_table_is_made_as_its_schema_says(database: sqlite3.Connection) -> None:
    ((told,),) = rows(database, "SELECT sql FROM sqlite_master WHERE name = 'arguments'")
    assert told == ARGUMENTS
    assert columns(database, "entities") == {
        "entity_id": "TEXT",
        "name": "TEXT",
        "entity_type": "TEXT",
        "sector": "TEXT",
        "country": "TEXT",
        "wikidata": "TEXT",
        "geonames": "TEXT",
        "latitude": "REAL",
        "longitude": "REAL",
    }
    assert columns(database, "mentions")["start"] == "INTEGER"
    assert columns(database, "zones")["mentions_annotated"] == "INTEGER"
    assert columns(database, "incident_records")["mentions"] == "INTEGER"
    assert columns(database, "incident_records")["latitude"] == "REAL"


def test_every_foreign_key_has_an_index(database: sqlite3.Connection) -> None:
    names = {name for (name,) in rows(database, "SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {
        "index_mentions_sentence_id",
        "index_arguments_mention_id",
        "index_event_records_document_id",
    } <= names
    assert "index_arguments_event_id" not in names  # the primary key begins with it
    plan = rows(database, "EXPLAIN QUERY PLAN SELECT * FROM mentions WHERE entity_id = 'iraq'")
    assert "USING INDEX index_mentions_entity_id" in plan[0][3]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO event_modes VALUES ('D000-E001', 'dance')", "CHECK constraint failed"),
        ("INSERT INTO event_modes VALUES ('D999-E001', 'visit')", "FOREIGN KEY constraint failed"),
        ("INSERT INTO arguments SELECT * FROM arguments LIMIT 1", "UNIQUE constraint failed"),
        ("INSERT INTO layers SELECT * FROM layers LIMIT 1", "UNIQUE constraint failed"),
        (
            "INSERT INTO deprecated VALUES ('a', 'events', 'b', '', '1'), ('a', 'events', 'b', '', '1')",
            "UNIQUE constraint failed",
        ),
        ("UPDATE mentions SET start = -1 WHERE mention_id = 'D000-M001'", "CHECK constraint failed"),
        (
            "UPDATE mentions SET entity_type = 'DOG' WHERE mention_id = 'D000-M001'",
            "FOREIGN KEY constraint failed",
        ),
        ("UPDATE mentions SET text = NULL WHERE mention_id = 'D000-M001'", "NOT NULL constraint failed"),
        ("UPDATE zones SET mentions_annotated = 2", "CHECK constraint failed"),
        ("UPDATE entities SET wikidata = 'Q30' WHERE entity_id = 'iraq'", "UNIQUE constraint failed"),
        ("UPDATE entities SET latitude = 91 WHERE entity_id = 'iraq'", "CHECK constraint failed"),
    ],
)
def test_what_the_schemas_forbid_is_refused(database: sqlite3.Connection, statement: str, said: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=said):
        database.execute(statement)


def test_a_span_is_a_slice_of_its_text(base: Path) -> None:
    with closing(opened(load(base))) as database:
        found = rows(
            database,
            'SELECT m.text, substr(t.text, m.start + 1, m."end" - m.start) FROM mentions m JOIN sentences USING (sentence_id) '
            "JOIN texts t USING (document_id)",
        )
    assert [text for text, _ in found][:3] == ["U.S.", "two", "fighters"]
    assert all(text == part for text, part in found)


def test_the_joined_tables_are_those_of_the_views(released: Corpus, database: sqlite3.Connection) -> None:
    for name, key in (
        ("event_records", "event_id"),
        ("incident_records", "incident_id"),
        ("mentions_in_context", "mention_id"),
    ):
        frame = getattr(views, name)(released)
        found = database.execute(f'SELECT * FROM "{name}" ORDER BY "{key}"')  # noqa: S608 - our own names
        assert [column for column, *_ in found.description] == [*frame.columns]
        assert found.fetchall() == values(frame.sort_values(key)), name


def test_the_package_is_named(base: Path) -> None:
    with closing(opened(load(base))) as database:
        told = dict(rows(database, "SELECT property, value FROM package"))
    assert (told["name"], told["version"]) == ("tigris-corpus", "0.1.0")
    assert told["rights"].startswith("In copyright (2 documents)")


def test_text_that_looks_like_nothing_is_text(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 2, "publisher", "NA")
    with closing(opened(load(base))) as database:
        assert rows(database, "SELECT publisher, title FROM documents") == [("NA", None), (None, None)]


def test_a_reference_that_leads_nowhere_is_told_with_its_line(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_id", "atlantis")
    with pytest.raises(
        CorpusError, match=r"corpus/mentions\.csv:5: refers to a row of entities that is not there"
    ):
        sqlite.files(load(base))


def test_a_row_that_may_not_be_there_is_told(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 3, "start", "-1")
    with pytest.raises(
        CorpusError, match=r"mentions: CHECK constraint failed: .*start.*; `tigris validate` says"
    ):
        sqlite.files(load(base))


def test_a_table_of_the_same_name_is_refused(base: Path) -> None:
    corpus = load(base)
    tables = corpus.tables | {"texts": corpus.tables["waivers"]}
    with pytest.raises(CorpusError, match="the package has a table 'texts'"):
        sqlite.files(Corpus(corpus.package, tables))


def test_what_datasette_is_told(base: Path) -> None:
    told = json.loads(sqlite.files(load(base))[sqlite.METADATA])
    assert (told["license_url"], told["title"][:7]) == (
        "https://creativecommons.org/licenses/by/4.0/",
        "Tigris:",
    )
    assert told["license"].startswith("Creative Commons Attribution 4.0, for the annotations")
    assert told["source"].startswith("PLOVER: ")
    tables = told["databases"]["tigris"]["tables"]
    assert tables["arguments"] == {
        "title": "Arguments",
        "description": "One row a mention that fills a role of an event.",
        "columns": {
            "event_id": "The event that has the argument.",
            "role": "The role that the mention fills, which must be one of those of the event's type.",
            "mention_id": "The mention that fills the role, which stands in the sentence of the event.",
        },
    }
    assert tables["entities"]["label_column"] == "name"
    assert tables["texts"]["license"].startswith("In copyright (2 documents)")


@pytest.mark.skipif(DATASETTE is None, reason="Datasette is not installed: TIGRIS_DATASETTE=…/bin/datasette")
def test_datasette_serves_it(base: Path, tmp_path: Path) -> None:
    for name, data in sqlite.files(load(base)).items():
        (tmp_path / name).write_bytes(data)

    def served(path: str) -> Any:
        command = [str(DATASETTE), sqlite.FILE, "-m", sqlite.METADATA, "--get", path]
        return json.loads(subprocess.check_output(command, cwd=tmp_path))

    (row,) = served("/tigris/arguments.json?_shape=array&_labels=on&role=killed")
    assert row["role"] == {"value": "killed", "label": "Killed"}
    assert (
        served("/tigris/mentions_in_context.json?_shape=array&mention_id=D000-M003")[0]["left"]
        == "A U.S. strike killed two "
    )
