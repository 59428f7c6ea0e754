"""DuckDB: the tables as Parquet, and ``tigris.sql``, which makes a view of each with its columns described.

Run it where the files lie: ``duckdb tigris.duckdb < tigris.sql``, or ``duckdb.sql(Path("tigris.sql").read_text())``; the
views read the files by their relative paths. DuckDB has no keys for views, so those of the tables stand in the script
as comments. Beside the tables are ``texts``, ``mentions_in_context``, ``event_records`` and ``incident_records``, as in
``sqlite``. Labels are text. Offsets are code points, and so are DuckDB's own: ``substr(text, start + 1, end - start)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import describing, parquet_tables, sqlite
from tigris_corpus.loaders.sqlite import CONTEXT, CONTEXT_QUERY, CONTEXT_TITLE, listed, literal, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tigris_corpus.corpus import Corpus

SCRIPT = "tigris.sql"


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the tables in Parquet, the script and a page about them. Needs the extra ``scale``; not DuckDB itself.

    Raises CorpusError as ``sqlite.made`` does, and where the package has a table under the name of a view made here.
    """
    made = sqlite.made(corpus)
    taken = sorted({*made, CONTEXT} & {*corpus.tables})
    if taken:
        raise CorpusError(
            f"the package has a table {taken[0]!r}, and the script a view of its own by that name"
        )
    about = describing.about(corpus)
    found = parquet_tables.tables(corpus)
    for name, one in made.items():
        path = f"{name}{parquet_tables.SUFFIX}"
        found[path] = found.get(path) or parquet_tables.written(one.frame, about | {"table": name}, {})
    script = "\n".join(_script(corpus, made))
    page = (
        f"`{SCRIPT}` makes a view of each file of Parquet here. Run it in this folder:\n\n"
        f"```console\nduckdb tigris.duckdb < {SCRIPT}\n```"
    )
    return {
        **found,
        SCRIPT: f"{script}\n".encode(),
        describing.README: describing.readme(corpus, "for DuckDB: Parquet and a script of views", page),
    }


def _script(corpus: Corpus, made: Mapping[str, sqlite.Made]) -> Iterator[str]:
    """Yield the parts of the script."""
    yield from (
        f"-- {key}: {' '.join(value.split())}" for key, value in describing.about(corpus).items() if value
    )
    for name in corpus.tables:
        schema = corpus.package.schema(name)
        yield f"\n{_view(name)}"
        if schema.key:
            yield f"-- {named(name)} ({listed(schema.key)}) tells its rows apart"
        for key in schema.foreign_keys:
            target = f"{named(key.resource or name)} ({listed(key.reference)})"
            yield f"-- {named(name)} ({listed(key.fields)}) refers to {target}"
        yield _comment("VIEW", named(name), schema.description)
        for field in schema.fields:
            if field.description:
                yield _comment("COLUMN", f"{named(name)}.{named(field.name)}", field.description)
    for name, one in made.items():
        yield f"\n{_view(name)}"
        for column, table in one.references.items():
            yield f"-- {named(name)} ({named(column)}) refers to {named(table)} ({named(sqlite.KEYS_OF[table])})"
        yield _comment("VIEW", named(name), one.description)
    yield f"\nCREATE OR REPLACE VIEW {named(CONTEXT)} AS {CONTEXT_QUERY};"
    yield _comment("VIEW", named(CONTEXT), CONTEXT_TITLE)


def _view(name: str) -> str:
    path = literal(f"{name}{parquet_tables.SUFFIX}")
    return f"CREATE OR REPLACE VIEW {named(name)} AS SELECT * FROM read_parquet({path});"  # noqa: S608 - both are quoted


def _comment(kind: str, what: str, text: str) -> str:
    return f"COMMENT ON {kind} {what} IS {literal(text)};"
