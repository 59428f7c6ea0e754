"""BigBIO (Fries et al. 2022), the schema ``kb``: JSON Lines, a document a line, in a file for each part.

Fields, from ``kb_features`` of ``bigbio/hub/bigbiohub.py``: id, document_id, passages (id, type, text, offsets), entities
(id, type, text, offsets, normalized), events (id, type, trigger, arguments of role and ref_id), coreferences (id,
entity_ids) and relations (id, type, arg1_id, arg2_id, normalized). ``text`` and ``offsets`` are lists, with one member
here; offsets are code points into the raw text, which is the one passage of a document. No id comes twice in any file.

An ``entity`` there is a mention here; ``normalized`` links it to Tigris (the entity), Wikidata and GeoNames. Mentions of
one entity in a document are a coreference. A relation leads from a mention of its subject to one of its object: the first in
the sentence that states it, else the first in the document; where there is none, it is in ``left-out.csv``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tigris_corpus.loaders import describing
from tigris_corpus.loaders.batches import documents
from tigris_corpus.loaders.parts import partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.loaders.describing import Lost

DATABASES = {"wikidata": "Wikidata", "geonames": "GeoNames"}
"""What the databases are called that an entity is linked to, by the column with the link."""
OWN = "Tigris"
PASSAGE = "article"
NO_MENTION = "has no mention of both ends in the document"
_PAGE = """\
`train.jsonl`, `validation.jsonl` and `test.jsonl` (those that have documents) hold a document a line, in the schema `kb` of
BigBIO. {lost}"""


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the documents of each part, what is left out, and a page about them."""
    lost = describing.unstated(corpus)
    found = {}
    for part, ids in partition(corpus).parts.items():
        lines = []
        for document in documents(corpus, ids):
            told, missing = example(document)
            lost += missing
            lines.append(f"{json.dumps(told, ensure_ascii=False)}\n".encode())
        found[f"{part}.jsonl"] = b"".join(lines)
    return {
        **found,
        describing.LEFT_OUT: describing.left_out(lost),
        describing.README: describing.readme(
            corpus, "in the schema kb of BigBIO", _PAGE.format(lost=describing.counted(lost))
        ),
    }


def example(document: Document) -> tuple[dict[str, Any], list[Lost]]:
    """Return a document in the schema ``kb``, and the relations that it does not hold."""
    name, record = document.document_id, document.record
    mentions = record.get("mentions", [])
    entities = {row["entity_id"]: row for row in record.get("entities", [])}
    relations, lost = _relations(document, mentions)
    return {
        "id": name,
        "document_id": name,
        "passages": [
            {
                "id": f"{name}-P1",
                "type": PASSAGE,
                "text": [document.text],
                "offsets": [[0, len(document.text)]],
            }
        ],
        "entities": [
            {
                "id": row["mention_id"],
                "type": row["entity_type"],
                "text": [row["text"]],
                "offsets": [[row["start"], row["end"]]],
                "normalized": list(_links(row.get("entity_id"), entities)),
            }
            for row in mentions
        ],
        "events": [
            {
                "id": row["event_id"],
                "type": row["event_type"],
                "trigger": {
                    "text": [row["trigger_text"]],
                    "offsets": [[row["trigger_start"], row["trigger_end"]]],
                },
                "arguments": [
                    {"role": one["role"], "ref_id": one["mention_id"]} for one in row.get("arguments", [])
                ],
            }
            for row in record.get("events", [])
        ],
        "coreferences": [
            {"id": f"{name}-C{number}", "entity_ids": ids}
            for number, ids in enumerate(_clusters(mentions), start=1)
        ],
        "relations": relations,
    }, lost


def _links(entity_id: str | None, entities: Mapping[str, Record]) -> Iterator[dict[str, str]]:
    """Yield what an entity is known by in each database."""
    if entity_id is not None:
        yield {"db_name": OWN, "db_id": entity_id}
        for column, database in DATABASES.items():
            if column in entities.get(entity_id, {}):
                yield {"db_name": database, "db_id": entities[entity_id][column]}


def _clusters(mentions: Iterable[Record]) -> list[list[str]]:
    """Return the ids of the mentions of each entity that is mentioned more than once, in the order of the text."""
    found: dict[str, list[str]] = {}
    for row in mentions:
        if "entity_id" in row:
            found.setdefault(row["entity_id"], []).append(row["mention_id"])
    return [ids for ids in found.values() if len(ids) > 1]


def _relations(document: Document, mentions: Sequence[Record]) -> tuple[list[dict[str, Any]], list[Lost]]:
    """Return the relations that the sentences of a document state, between mentions, and those without any."""
    found: list[dict[str, Any]] = []
    lost: list[Lost] = []
    for row in document.record.get("entity_relations", []):
        subject, target = (
            _mention(mentions, row[end], row["sentence_id"]) for end in ("subject_id", "object_id")
        )
        if subject is None or target is None:
            lost.append(describing.lost_relation(row, NO_MENTION, document.document_id))
            continue
        found.append(
            {
                "id": f"{document.document_id}-R{len(found) + 1}",
                "type": row["relation"],
                "arg1_id": subject,
                "arg2_id": target,
                "normalized": [],
            }
        )
    return found, lost


def _mention(mentions: Sequence[Record], entity_id: str, sentence_id: str) -> str | None:
    """Return the first mention of an entity in a sentence, else in the document, else None."""
    all_of_it = [row for row in mentions if row.get("entity_id") == entity_id]
    here = [row for row in all_of_it if row["sentence_id"] == sentence_id]
    first: str | None = next((row["mention_id"] for row in (*here, *all_of_it)), None)
    return first
