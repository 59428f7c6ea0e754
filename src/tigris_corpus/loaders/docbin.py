"""spaCy, for training: a folder a language, with a DocBin of each part and a configuration that `spacy train` takes.

``en/train.spacy``, ``en/dev.spacy`` and ``en/test.spacy`` (so far as the part has documents of the language) hold one
``Doc`` a sentence of those zones and documents in which mentions are annotated, cut into words by spaCy's own blank
pipeline of the language, so that a model is trained on the words that it will meet. What a Doc holds:

- ``doc.ents``: the mentions that lie in no other, with entity type, ``kb_id`` (entity) and ``id`` (mention);
- ``doc.spans["sc"]``: every mention, and every trigger with its event type, ``kb_id`` (incident) and ``id`` (event);
- ``doc.cats``: 1.0 for each event type that the sentence tells of, else 0.0; nothing where events are not annotated;
- ``doc.user_data``: document_id, sentence_id, and start, the place of the sentence in the raw text (code points).

A span that begins or ends inside a word of spaCy is in neither; ``left-out.csv`` lists it, and what ``doc.ents`` has no
place for, with the reason. ``config.cfg`` trains ``tok2vec`` and ``ner`` on a CPU: the one of ``spacy init config``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigris_corpus.formats import bio
from tigris_corpus.loaders import describing
from tigris_corpus.loaders.batches import documents
from tigris_corpus.loaders.parts import partition
from tigris_corpus.loaders.tables import NOT_ANNOTATED, Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.loaders.describing import Lost

NAMES = {"train": "train", "validation": "dev", "test": "test"}
"""What spaCy calls the parts."""
CONFIG = "config.cfg"
SPANS = "sc"
"""The key of the spans: the one that spaCy's span categorizer takes unless it is told another."""
ANY = "xx"
"""The pipeline of spaCy for languages of which it has none."""
NOT_IN_ENTS = "not in doc.ents: it {}"
NOT_AT_ALL = "neither in doc.ents nor in doc.spans: it {}"
NOT_IN_SPANS = "not in doc.spans: it {}"
_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")


def files(corpus: Corpus, fold: int | None = None, view: str | None = None) -> dict[str, bytes]:
    """Return the DocBins, the configurations, what is left out, and a page with the commands. Needs the extra ``spacy``.

    The parts are those of ``parts`` for a fold or a view. Raises CorpusError as it does.
    """
    from spacy.tokens import DocBin  # noqa: PLC0415 - takes a second to import

    dealt = partition(corpus, fold, view)
    annotated = _annotated(corpus)
    types = tuple(corpus.tables["event_types"]["event_type"].astype(str))
    bins: dict[str, Any] = {}
    pipelines: dict[str, Language] = {}
    lost: list[Lost] = []
    for part, ids in dealt.parts.items():
        for document in documents(corpus, ids):
            language = document.language.partition("-")[0]
            if language not in pipelines:
                pipelines[language] = _pipeline(language)
            path = f"{language}/{NAMES.get(part, part)}.spacy"
            target = bins.setdefault(path, DocBin(_ATTRIBUTES, store_user_data=True))
            for doc, missing in docs(document, pipelines[language], annotated, types):
                lost += missing
                if doc is not None:
                    target.add(doc)
    found = {path: target.to_bytes() for path, target in sorted(bins.items())}
    configs = {
        f"{name}/{CONFIG}": _config(str(pipeline.lang)) for name, pipeline in sorted(pipelines.items())
    }
    page = _page(sorted(pipelines), found, dealt.left_out, _counted(lost))
    return {
        **found,
        **configs,
        describing.LEFT_OUT: describing.left_out(lost),
        describing.README: describing.readme(corpus, "for training with spaCy", page),
    }


def _annotated(corpus: Corpus) -> dict[str, tuple[bool, bool]]:
    """Return whether mentions and events are annotated in each sentence, by its id."""
    rows = Tables(corpus).labelled.select("sentence_id", "mentions", "events").iter_rows()
    return {name: (mentions, events) for name, mentions, events in rows}


def _pipeline(language: str) -> Language:
    """Return the blank pipeline of a language."""
    import spacy  # noqa: PLC0415 - takes a second to import

    try:
        return spacy.blank(language)
    except ImportError:  # spaCy knows nothing of it
        return spacy.blank(ANY)


def docs(
    document: Document,
    pipeline: Language,
    annotated: Mapping[str, tuple[bool, bool]],
    types: Sequence[str],
) -> Iterator[tuple[Doc | None, list[Lost]]]:
    """Yield a Doc for each sentence of a document, None where mentions are not annotated, and what it does not hold."""
    mentions, events = (_by_sentence(document.record.get(table, [])) for table in ("mentions", "events"))
    for row in document.sentences:
        here = mentions.get(row["sentence_id"], []), events.get(row["sentence_id"], [])
        is_open, has_events = annotated.get(row["sentence_id"], (False, False))
        if is_open:
            yield _doc(document, row, pipeline, here, types if has_events else ())
        else:
            reason = NOT_AT_ALL.format(NOT_ANNOTATED)
            lost = [describing.lost_mention(document, one, reason) for one in here[0]]
            yield None, lost + [describing.lost_event(document, one, reason) for one in here[1]]


def _by_sentence(rows: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["sentence_id"], []).append(row)
    return found


def _doc(
    document: Document,
    row: Record,
    pipeline: Language,
    labels: tuple[list[Record], list[Record]],
    types: Sequence[str],
) -> tuple[Doc, list[Lost]]:
    """Return the Doc of a sentence, and what it does not hold. ``types`` are those that it is a case of or not."""
    mentions, events = labels
    origin = int(row["start"])
    doc = pipeline.make_doc(row["text"])
    words = [(token.idx, token.idx + len(token)) for token in doc]
    places = {one["mention_id"]: (one["start"] - origin, one["end"] - origin) for one in mentions}
    kept, reasons = bio.chosen(words, places)
    lost, spans, by_id = [], [], {}
    for one in mentions:
        name = one["mention_id"]
        span = doc.char_span(
            *places[name], label=one["entity_type"], kb_id=one.get("entity_id", ""), span_id=name
        )
        if span is not None:
            spans.append(span)
            by_id[name] = span
        if name in reasons:
            told = NOT_AT_ALL if span is None else NOT_IN_ENTS
            lost.append(describing.lost_mention(document, one, told.format(reasons[name])))
    for one in events:
        span = doc.char_span(
            one["trigger_start"] - origin,
            one["trigger_end"] - origin,
            label=one["event_type"],
            kb_id=one.get("incident_id", ""),
            span_id=one["event_id"],
        )
        if span is None:
            lost.append(describing.lost_event(document, one, NOT_IN_SPANS.format(bio.SPLITS_A_WORD)))
        else:
            spans.append(span)
    doc.set_ents([by_id[name] for name in kept])
    doc.spans[SPANS] = spans
    told_of = {one["event_type"] for one in events}
    doc.cats = {name: float(name in told_of) for name in types}
    doc.user_data |= {"document_id": document.document_id, "sentence_id": row["sentence_id"], "start": origin}
    return doc, lost


def _config(language: str) -> bytes:
    """Return the configuration with which `spacy train` trains a small recogniser of names on a CPU."""
    from spacy.cli.init_config import init_config  # noqa: PLC0415 - takes seconds to import

    text: str = init_config(lang=language, pipeline=["ner"], optimize="efficiency", silent=True).to_str()
    return f"{text}\n".encode()


def _counted(lost: Sequence[Lost]) -> str:
    """Return a sentence that says how many spans are left out, and how many have no place in ``doc.ents`` alone."""
    number = sum(one.reason.startswith(NOT_IN_ENTS.format("")) for one in lost)
    return (
        f"Left out are {len(lost) - number} spans, and {number} mentions are in `doc.spans` alone; "
        f"`{describing.LEFT_OUT}` lists them, each with the reason."
    )


def _page(
    languages: Sequence[str], paths: Mapping[str, bytes], left_out: Mapping[str, str], counted: str
) -> str:
    """Return what the files are, with the commands that train on those that are there."""
    parts = [f"`train.spacy`, `dev.spacy` and `test.spacy` hold a Doc a sentence. {counted}"]
    for language in languages:
        there = [name for name in NAMES.values() if f"{language}/{name}.spacy" in paths]
        missing = ", ".join(name for name in NAMES.values() if name not in there)
        dev = "dev" if "dev" in there else "train"
        parts.append(f"## {language}")
        if missing:
            parts.append(f"No document of this language is in {missing}.")
        if "train" in there:
            if dev == "train":
                parts.append(
                    "Without dev, nothing can be chosen by its score: the training itself stands in for it."
                )
            parts.append(
                f"```console\npython -m spacy train {language}/{CONFIG} --paths.train {language}/train.spacy "
                f"--paths.dev {language}/{dev}.spacy -o model-{language}\n```"
            )
    parts += [f"{name} is in no part: {reason}." for name, reason in left_out.items()]
    return "\n\n".join(parts)
