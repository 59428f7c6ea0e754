"""The codebook: every table, column and label of the package, as a page in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Field, ForeignKey, TableSchema

_HEAD = """# Codebook

<!-- made by scripts/pages.py from schema/tables and schema/vocabulary; edit those -->

Every table, column and label of the package. All offsets count Unicode code points from the start of the raw text of
a document, and a span is half-open: it holds the characters from its start up to, and without, its end."""


def page(corpus: Corpus) -> str:
    """Return the documentation page of all tables and vocabularies, in Markdown."""
    parts = [_HEAD]
    for title, is_vocabulary in (("Tables", False), ("Vocabularies", True)):
        parts.append(f"## {title}")
        for name, resource in corpus.package.tables.items():
            if resource.is_vocabulary is is_vocabulary:
                parts.extend(_table(name, corpus.package.schema(name)))
                if is_vocabulary:
                    parts.append(_labels(corpus, name))
    return "\n\n".join(parts) + "\n"


def _table(name: str, schema: TableSchema) -> Iterator[str]:
    yield f"### `{name}`\n\n{schema.description}"
    keys = {key.fields[0]: key for key in schema.foreign_keys if len(key.fields) == 1}
    rows = [
        (
            f"`{field.name}`",
            field.type,
            _constraints(field, keys.get(field.name), schema),
            _escaped(field.description),
        )
        for field in schema.fields
    ]
    yield _markdown(("column", "type", "constraints", "meaning"), rows)
    for key in schema.foreign_keys:
        if len(key.fields) > 1:
            yield f"The columns {', '.join(key.fields)} together refer to `{key.resource}`."


def _constraints(field: Field, key: ForeignKey | None, schema: TableSchema) -> str:
    found = []
    if field.name in schema.primary_key:
        found.append("key")
    if field.required:
        found.append("required")
    if field.unique:
        found.append("unique")
    if key:
        found.append(
            f"one of `{key.resource}`" if key.resource else f"one of this table's `{key.reference[0]}`"
        )
    if field.minimum is not None:
        found.append(f"at least {field.minimum:g}")
    if field.maximum is not None:
        found.append(f"at most {field.maximum:g}")
    if field.edtf:
        found.append("EDTF")
    elif field.pattern:
        found.append(f"`{_escaped(field.pattern)}`")
    if field.unit:
        found.append(f"in {field.unit}s")
    return ", ".join(found)


def _labels(corpus: Corpus, name: str) -> str:
    frame = corpus.tables[name].astype("string").fillna("")
    rows = (tuple(_escaped(cell) for cell in row) for row in frame.itertuples(index=False))
    return _markdown(tuple(frame.columns), rows)


def _markdown(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = tuple(header)
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
