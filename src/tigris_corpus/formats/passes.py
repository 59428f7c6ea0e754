"""Annotations by their name: an annotator's passes, a file, or gold. Cuts of sentences are passes of another form."""

from __future__ import annotations

import errno
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import SPANS
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.extent import MAX_RECORD, overlong
from tigris_corpus.formats import jsonl

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

GOLD = "gold"


def find(corpus: Corpus, name: str) -> list[Record]:
    """Return the records of an annotator whose passes the corpus keeps, of a file of records, or of ``gold``.

    Raises CorpusError where there is none of that name, and UnreadableError where a file is not of the format.
    """
    if name == GOLD:
        return jsonl.records(corpus)
    passes = corpus.passes[corpus.passes["layer"] != "sentences"].dropna(subset=["path"])
    kept = dict.fromkeys(
        str(kept_path)
        for annotator, kept_path in zip(passes["annotator_id"], passes["path"], strict=True)
        if isinstance(annotator, str) and annotator == name
    )
    schema = jsonl.record_schema(corpus)
    if kept:
        records: dict[str, Record] = {}
        for kept_path in kept:
            for record in _read(corpus.package.gate.read(kept_path), kept_path, schema):
                _check(corpus, record, f"{kept_path}: {record['document_id']}")
                if record["document_id"] in records:
                    raise CorpusError(
                        f"{name} has two records of {record['document_id']}: name one of the files"
                    )
                records[record["document_id"]] = record
        return list(records.values())
    data = _file(name)
    if data is not None:
        found = _read(data, name, schema)
        for record in found:
            _check(corpus, record, f"{name}: {record['document_id']}")
        return found
    annotators = sorted(passes["annotator_id"].unique())
    raise CorpusError(
        f"{name!r} is no file, and no annotator whose passes are kept: {', '.join(annotators) or 'none'}"
    )


def _file(name: str) -> bytes | None:
    """Return the bytes of a file, or None where there is no file of that name."""
    path = Path(name)
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise UnreadableError(f"{name}: cannot be read: {error.strerror}") from None


def _read(data: bytes, where: str, schema: dict[str, Any]) -> list[Record]:
    """Return the records of a file whose lines are of a length that JSON is read of."""
    line = overlong(data, MAX_RECORD)
    if line:
        raise UnreadableError(f"{where}:{line}: the line is longer than {MAX_RECORD:,} bytes")
    return jsonl.read(data, where, schema)


def _check(corpus: Corpus, record: Record, where: str) -> None:
    """Refuse a record whose spans are not those of the corpus's text, or whose ids lead nowhere or stand twice."""
    if record["document_id"] not in set(corpus.documents["document_id"]):
        raise UnreadableError(f"{where}: the corpus has no such document")
    raw = corpus.text(record["document_id"])
    mentions = Counter(row["mention_id"] for row in record["mentions"])
    for table, (start, end, text) in zip(("mentions", "events"), SPANS, strict=True):
        for number, row in enumerate(record[table]):
            found = raw[row[start] : row[end]]
            if row[start] >= row[end] or found != row[text]:
                span = f"{row[start]} to {row[end]}"
                raise UnreadableError(
                    f"{where}: /{table}/{number}: {row[text]!r} is not what stands at {span}, counted in code points: {found!r}"
                )
    events = Counter(row["event_id"] for row in record["events"])
    for kind, ids in (("mention", mentions), ("event", events)):
        twice = next((name for name, count in ids.items() if count > 1), None)
        if twice:
            raise UnreadableError(f"{where}: the {kind} {twice} stands twice")
    for number, event in enumerate(record["events"]):
        named = [filler["mention_id"] for filler in event.get("arguments", ())]
        lost = next((name for name in named if name not in mentions), None)
        if lost:
            raise UnreadableError(f"{where}: /events/{number}: the record has no mention {lost}")


def pairs(corpus: Corpus) -> list[tuple[str, int, tuple[str, str]]]:
    """Return each document and round of which two passes are kept, with the two annotators."""
    kept = corpus.passes[corpus.passes["layer"] != "sentences"].dropna(subset=["path"])
    kept = kept[kept["round"] > 0]
    found = []
    for (document, number), group in kept.groupby(["document_id", "round"]):
        names = sorted(group["annotator_id"].unique())
        if len(names) == 2:  # noqa: PLR2004 - agreement is of two
            found.append((str(document), int(str(number)), (names[0], names[1])))
    return found


def rounds(corpus: Corpus) -> dict[int, tuple[str, str]]:
    """Return the two annotators of each blind round whose passes are kept, by the round's number from 1."""
    kept = corpus.passes[corpus.passes["layer"] != "sentences"].dropna(subset=["path"])
    found = {}
    for number, group in kept[kept["round"] > 0].groupby("round"):
        names = sorted(group["annotator_id"].unique())
        if len(names) == 2:  # noqa: PLR2004 - agreement is of two
            found[int(str(number))] = (names[0], names[1])
    return found
