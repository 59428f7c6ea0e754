"""DuckDB: the script is run where the files lie, and the views are what the frames are."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tigris_corpus import views
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import duckdb as export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

duckdb: Any = pytest.importorskip("duckdb")

ROLES = """\
CREATE OR REPLACE VIEW "arguments" AS SELECT * FROM read_parquet('arguments.parquet');
-- "arguments" ("event_id", "role", "mention_id") tells its rows apart
-- "arguments" ("event_id") refers to "events" ("event_id")
-- "arguments" ("role") refers to "role_types" ("role")
-- "arguments" ("mention_id") refers to "mentions" ("mention_id")
COMMENT ON VIEW "arguments" IS 'One row a mention that fills a role of an event.';
COMMENT ON COLUMN "arguments"."event_id" IS 'The event that has the argument.';
COMMENT ON COLUMN "arguments"."role" IS 'The role that the mention fills, which must be one of those of the event''s type.';
COMMENT ON COLUMN "arguments"."mention_id" IS 'The mention that fills the role, which stands in the sentence of the event.';
"""


@pytest.fixture(scope="module")
def folder(released: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the corpus."""
    found = tmp_path_factory.mktemp("duckdb")
    for name, data in export.files(released).items():
        (found / name).write_bytes(data)
    return found


@pytest.fixture
def database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(folder)
    with closing(duckdb.connect()) as found:
        found.execute((folder / export.SCRIPT).read_text(encoding="utf-8"))
        yield found


def values(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [*frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]


def test_every_view_has_the_rows_of_its_frame(released: Corpus, database: Any) -> None:
    for name, frame in released.tables.items():
        found = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - our own names
        assert [column for column, *_ in found.description] == [*frame.columns]
        assert sorted(found.fetchall(), key=repr) == sorted(values(frame), key=repr), name


def test_a_join_counts_what_pandas_counts(released: Corpus, database: Any) -> None:
    found = database.execute(
        "SELECT d.language, e.event_type, count(*) FROM events e JOIN sentences USING (sentence_id) "
        "JOIN documents d USING (document_id) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    joined = released.events.merge(released.sentences, on="sentence_id").merge(
        released.documents, on="document_id"
    )
    counted = Counter(zip(joined["language"], joined["event_type"], strict=True))
    assert found == sorted((language, kind, number) for (language, kind), number in counted.items())
    assert sum(number for *_, number in found) == len(released.events)


def test_the_joined_views_are_those_of_the_package(released: Corpus, database: Any) -> None:
    for name, key in (
        ("event_records", "event_id"),
        ("incident_records", "incident_id"),
        ("mentions_in_context", "mention_id"),
    ):
        frame = getattr(views, name)(released)
        found = database.execute(f'SELECT * FROM "{name}" ORDER BY "{key}"')  # noqa: S608 - our own names
        assert [column for column, *_ in found.description] == [*frame.columns]
        assert found.fetchall() == values(frame.sort_values(key)), name


def test_a_span_is_a_slice_of_its_text(database: Any) -> None:
    (found,) = database.execute(
        'SELECT bool_and(substr(t.text, m.start + 1, m."end" - m.start) = m.text), count(*) FROM mentions m '
        "JOIN sentences USING (sentence_id) JOIN texts t USING (document_id)"
    ).fetchall()
    assert found == (True, database.execute("SELECT count(*) FROM mentions").fetchone()[0])


def test_views_and_columns_are_described(database: Any) -> None:
    query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'mentions' AND column_name = 'end'"
    ((told,),) = database.execute(query).fetchall()
    assert told.startswith("Offset just after the last character of the mention")
    ((told,),) = database.execute("SELECT comment FROM duckdb_views() WHERE view_name = 'texts'").fetchall()
    assert told.startswith("The raw text of each document.")


def test_the_script_names_keys_and_terms(base: Path) -> None:
    script = export.files(load(base))[export.SCRIPT].decode()
    assert ROLES in script
    assert script.startswith("-- name: tigris-corpus\n-- version: 0.1.0\n")
    assert "\n-- rights: In copyright (2 documents)" in script
    assert export.files(load(base)) == export.files(load(base))


def test_a_table_of_the_same_name_is_refused(base: Path) -> None:
    corpus = load(base)
    tables = corpus.tables | {"event_records": corpus.tables["waivers"]}
    with pytest.raises(CorpusError, match="the package has a table 'event_records'"):
        export.files(Corpus(corpus.package, tables))
