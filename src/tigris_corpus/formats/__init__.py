"""Formats in which annotations are kept and exchanged: one module each, reader beside writer.

A module has ``write(documents, labels)``, which returns the bytes of files by their names, and
``read(files, documents)``, which returns a ``Reading``; see ``exchange`` for both. This is the list of them all, and
what each keeps, without importing any.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

MENTION = ("entity_type", "mention_type", "value", "entity_id")
EVENT = ("event_type", "realis", "polarity", "incident_id")
"""The columns of mentions and of events, beside their spans, that a tool may carry."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of exchange: what it is for, what it keeps and loses, and what has to be installed for it.

    ``mentions`` and ``events`` are the columns that it carries beside the spans; None where it has no place for the
    rows at all. ``modes``, ``arguments`` and ``sources`` say whether an event keeps those. A format is ``lossless``
    where a document comes back as it went out. ``ids`` says whether it keeps the ids of the corpus.
    """

    name: str
    title: str
    module: str
    loses: str
    mentions: tuple[str, ...] | None = MENTION
    events: tuple[str, ...] | None = EVENT
    modes: bool = True
    arguments: bool = True
    sources: bool = True
    lossless: bool = True
    ids: bool = True
    extra: str | None = None
    needs: tuple[str, ...] = ()

    def load(self) -> Any:
        """Return the module of the format. Raises ModuleNotFoundError where its extra is not installed."""
        return import_module(f"tigris_corpus.formats.{self.module}")


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("jsonl", "Tigris JSON Lines, a record a document", "records", "nothing"),
        Format("brat", "brat standoff, with the configuration of its interface", "brat", "nothing"),
        Format(
            "label-studio", "Label Studio, as tasks with their labelling interface", "labelstudio", "nothing"
        ),
        Format(
            "uima-xmi",
            "UIMA CAS XMI, with the type system from which INCEpTION makes its layers",
            "cas_xmi",
            "nothing",
            extra="uima",
            needs=("cassis",),
        ),
        Format(
            "uima-json",
            "UIMA CAS JSON, as INCEpTION reads and writes it",
            "cas_json",
            "nothing",
            extra="uima",
            needs=("cassis",),
        ),
        Format("webanno-tsv", "WebAnno TSV 3.3, as INCEpTION reads and writes it", "webanno_tsv", "nothing"),
        Format(
            "doccano",
            "doccano JSON Lines, for sequence labelling with relations",
            "doccano",
            "kind, value and entity of mentions; realis, polarity, modes and incident of events",
            mentions=("entity_type",),
            events=("event_type",),
            modes=False,
            lossless=False,
        ),
        Format("prodigy", "Prodigy JSON Lines, with tokens, spans and relations", "prodigy", "nothing"),
        Format(
            "conll2003",
            "CoNLL-2003, words with BIO tags of entity types",
            "conll2003",
            "mentions within others, ids, all of a mention but its type, and events",
            mentions=("entity_type",),
            events=None,
            modes=False,
            arguments=False,
            sources=False,
            lossless=False,
            ids=False,
        ),
        Format("conllu-plus", "CoNLL-U Plus, with columns of mentions and events", "conllu_plus", "nothing"),
        Format(
            "spacy",
            "spaCy DocBin, a file a language",
            "spacy_docbin",
            "nothing",
            extra="spacy",
            needs=("spacy",),
        ),
        Format("webannotation", "W3C Web Annotation, pages in JSON-LD", "webannotation", "nothing"),
    )
}
"""Every format by its name."""
