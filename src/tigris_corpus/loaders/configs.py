"""The datasets that models are trained from, as Polars frames: one function a config, a column at a time.

Each takes the tables of some documents and returns one row an example, with the column ``document`` (the place of the
document in its table) where it is of one document. Offsets are code points: into the raw text of the document, unless
a name ends in ``_in_sentence``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import words
from tigris_corpus.loaders.features import told
from tigris_corpus.loaders.markdown import table_of
from tigris_corpus.loaders.pairs import pairs
from tigris_corpus.loaders.records import event_records
from tigris_corpus.loaders.tables import ABOUT, DOCUMENT, LAYERS, PLACE, SPANS, Tables, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tigris_corpus.corpus import Corpus

_AT_ONCE = 2
"""How many tables are joined at a time."""
_FILLER = ("text", "start", "end", "entity_type", "mention_type", "value", "entity_id")


def documents(tables: Tables) -> pl.DataFrame:
    """Return one row a document, with everything in it.

    The columns of the documents; text (raw); layers, sentences, mentions, events (with modes and arguments) and
    entity_relations (those that a sentence of it states), each a list of the rows of that table; entities and
    incidents, the ids of those that the mentions and events are linked to, in the order in which they come.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # they are kept, and Polars lets the others run
        list(pool.map(partial(getattr, tables), ("mentions", "arguments", "sentences", "modes", "relations")))
    found = tables.documents.with_columns(tables.texts)
    sentences, mentions = tables.sentences, tables.mentions
    layers = tables.of("layers").join(tables.documents.select(DOCUMENT, "document_id"), on="document_id")
    for name, rows in (
        ("layers", layers),
        ("sentences", sentences.drop("language", "fold")),
        ("mentions", mentions),
        ("events", _with_lists(tables, ("role", "mention_id"), tables.arguments).drop("event")),
        ("entity_relations", tables.relations),
    ):
        columns = pl.exclude(DOCUMENT, PLACE, "document_id")
        lists = rows.group_by(DOCUMENT, maintain_order=True).agg(pl.struct(columns).alias(name))
        found = _beside(found, lists, name)
    for name, rows, column in (
        ("entities", mentions, "entity_id"),
        ("incidents", tables.events, "incident_id"),
    ):
        ids = pl.col(column).drop_nulls().unique(maintain_order=True).alias(name)
        found = _beside(found, rows.group_by(DOCUMENT, maintain_order=True).agg(ids), name)
    return found


def sentences(tables: Tables) -> pl.DataFrame:
    """Return one row a sentence of the zones and documents in which events are annotated, with the types of its events.

    Columns: sentence_id, document_id, language, fold, zone, start, end, text, event_types (each once, in the order of
    the vocabulary; empty where the sentence tells of no event).
    """
    types = tables.wanted(tables.whole.placed("events", "event_type")).sort("event_type")
    lists = types.group_by(PLACE).agg(pl.col("event_type").unique(maintain_order=True).alias("event_types"))
    found = tables.labelled.filter(pl.col("events"))
    return _beside(found, lists, "event_types", by=PLACE).select(
        DOCUMENT, "sentence_id", *ABOUT, "zone", "start", "end", "text", "event_types"
    )


def tokens(tables: Tables) -> pl.DataFrame:
    """Return one row a sentence of the zones and documents in which mentions or events are annotated, as words with tags.

    Columns: sentence_id, document_id, language, fold, zone, text, words, starts, ends, starts_in_sentence,
    ends_in_sentence (lists as long as words), ner_tags and trigger_tags (IOB2 of the types of mentions and of events;
    null where that layer is not annotated). Which spans the tags do not hold, ``left_out`` says.
    """
    cells = tables.words.select(
        "sentence",
        "start",
        "end",
        "in_sentence",
        words="word",
        ends_in_sentence=pl.col("in_sentence") + pl.col("end") - pl.col("start"),
    )
    for layer, name in zip(LAYERS, ("ner_tags", "trigger_tags"), strict=True):
        judged = tables.judged(layer)
        kept = judged.filter(pl.col("reason").is_null())
        cells = cells.with_columns(words.tags(tables.words, kept).alias(name))
    lists = cells.rename({"start": "starts", "end": "ends", "in_sentence": "starts_in_sentence"})
    lists = lists.group_by("sentence", maintain_order=True).agg(pl.all())
    found = tables.worded.drop("start", "end")
    found = found.join(lists, on="sentence", how="left", maintain_order="left")
    return found.select(
        DOCUMENT,
        "sentence_id",
        *ABOUT,
        "zone",
        "text",
        "words",
        "starts",
        "ends",
        "starts_in_sentence",
        "ends_in_sentence",
        pl.when("mentions").then("ner_tags"),
        pl.when("events").then("trigger_tags"),
    )


def left_out(corpus: Corpus) -> pd.DataFrame:
    """Return the mentions and events that the tags of ``tokens`` do not hold, one row each, in the order of their tables.

    Columns: table (mentions or events), id, document_id, sentence_id, start, end (code points into the raw text),
    text, label (the type), reason.
    """
    tables = Tables(corpus)
    found: list[dict[str, Any]] = []
    names = dict(tables.documents.select(DOCUMENT, "document_id").iter_rows())
    for layer, key, text in (("mentions", "mention_id", "text"), ("events", "event_id", "trigger_text")):
        rows = getattr(tables, layer).select("sentence_id", id=key, text=text)
        lost = rows.hstack(tables.judged(layer)).filter(pl.col("reason").is_not_null())
        found += [
            {"table": layer, "document_id": names[row[DOCUMENT]], **row} for row in lost.iter_rows(named=True)
        ]
    columns = ["table", "id", "document_id", "sentence_id", "start", "end", "text", "label", "reason"]
    frame = pd.DataFrame(found, columns=columns)
    return frame.astype({name: "Int64" if name in {"start", "end"} else "string" for name in columns})


def events(tables: Tables) -> pl.DataFrame:
    """Return one row an event, in its sentence.

    Columns: event_id, document_id, language, fold, sentence_id, zone, sentence (its text), trigger_text, trigger_start,
    trigger_end, trigger_start_in_sentence, trigger_end_in_sentence, event_type, realis, polarity, modes, arguments (a
    list of role, mention_id, text, start, end, start_in_sentence, end_in_sentence, entity_type, mention_type, value,
    entity_id), source_mention_id, incident_id.
    """
    places = tables.at(tables.events[PLACE], tables.sentences)
    about = tables.sentences.select(*ABOUT, "zone", sentence="text", origin="start").select(
        pl.all().gather(places)
    )
    mentions = tables.mentions.select("mention_id", *_FILLER)
    named = rows_of(tables.arguments["mention_id"], mentions["mention_id"])
    origin = about["origin"].gather(tables.arguments["event"])
    fillers = tables.arguments.hstack(
        mentions.drop("mention_id").select(pl.all().gather(named))
    ).with_columns(start_in_sentence=pl.col("start") - origin, end_in_sentence=pl.col("end") - origin)
    columns = ("role", "mention_id", *_FILLER[:3], "start_in_sentence", "end_in_sentence", *_FILLER[3:])
    found = _with_lists(tables, columns, fillers)
    start, end, _ = SPANS["events"]
    return found.hstack(about).select(
        DOCUMENT,
        "event_id",
        *ABOUT,
        "sentence_id",
        "zone",
        "sentence",
        "trigger_text",
        start,
        end,
        (pl.col(start) - pl.col("origin")).alias("trigger_start_in_sentence"),
        (pl.col(end) - pl.col("origin")).alias("trigger_end_in_sentence"),
        "event_type",
        "realis",
        "polarity",
        "modes",
        "arguments",
        "source_mention_id",
        "incident_id",
    )


def _with_lists(tables: Tables, columns: tuple[str, ...], arguments: pl.DataFrame) -> pl.DataFrame:
    """Return the events with the lists of their modes and of some columns of their arguments."""
    modes = tables.modes.group_by("event", maintain_order=True).agg(pl.col("mode").alias("modes"))
    fillers = arguments.group_by("event", maintain_order=True).agg(pl.struct(columns).alias("arguments"))
    return _beside(_beside(tables.events, modes, "modes", by="event"), fillers, "arguments", by="event")


def _beside(rows: pl.DataFrame, lists: pl.DataFrame, name: str, by: str = DOCUMENT) -> pl.DataFrame:
    """Return rows with a column of lists that another frame has for some of them; an empty list for the others."""
    if lists[by].equals(rows[by]):  # all have one, in the same order: nothing is looked for
        return rows.with_columns(lists[name])
    placed = rows.select(by).join(lists, on=by, how="left", maintain_order="left")
    return rows.with_columns(placed.get_column(name).fill_null([]))


@dataclass(frozen=True, slots=True)
class Config:
    """A dataset that is made of a corpus: its name, what it is for, what a row is, and the function that makes it.

    ``task`` is the category and the task that the Hugging Face Hub has for what it is for, or None. What a column means is
    said by ``meanings``, else by the schema of the first of ``tables`` that has it. One that ``is_flat`` is made of all
    documents at once and then dealt out; where rows hold much, that takes longer than to make each part.
    """

    name: str
    title: str
    row: str
    frame: Callable[[Tables], pl.DataFrame]
    task: tuple[str, str] | None
    tables: tuple[str, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)
    is_flat: bool = False


_WORDS = {
    "words": "The words of the sentence, cut without a look at the labels.",
    "starts": "Offset of each word, counted in code points from the start of the document's raw text.",
    "ends": "Offset just after each word, counted in code points from the start of the document's raw text.",
    "starts_in_sentence": "Offset of each word, counted in code points from the start of `text`.",
    "ends_in_sentence": "Offset just after each word, counted in code points from the start of `text`.",
    "ner_tags": "The tag of each word for the types of mentions (IOB2); null where mentions are not annotated.",
    "trigger_tags": "The tag of each word for the types of events (IOB2); null where events are not annotated.",
}
_RECORD = {
    "sentence": "The text of the sentence.",
    "date": "The date of the incident, else that of the first time among the arguments, as EDTF.",
    "date_start": "The first day of the date (ISO 8601); null where it is open or unknown.",
    "date_end": "The last day of the date (ISO 8601); null where it is open or unknown.",
    "mode": "The modes of the event.",
    "quad_class": "The quad class of the event type.",
    **{
        f"{role}{suffix}": f"{who}: {what}."
        for role, who in (("actor", "Whoever does it"), ("recipient", "Whoever or whatever it is done to"))
        for suffix, what in (
            ("", "the names of the entities, or the text where nothing is linked"),
            ("_id", "the ids of the entities"),
            ("_country", "their countries"),
            ("_sector", "their sectors"),
        )
    },
    "reported_by": "The name of whoever reports the event, or the text where nothing is linked.",
    "place": "The name of the place of the incident, else of the first place among the arguments.",
    "place_country": "The country of the place.",
    "latitude": "The latitude of the place, in degrees.",
    "longitude": "The longitude of the place, in degrees.",
    "killed": "How many died, or the names of those who did.",
    "injured": "How many were wounded, or the names of those who were.",
    "count": "How many there were of what the event counts.",
    "incident": "The name of the incident.",
}
_SIDE = (
    "the id of the mention or event, its document, sentence, text and span (in the raw text and in the sentence), and its "
    "type."
)

CONFIGS: dict[str, Config] = {
    one.name: one
    for one in (
        Config(
            "documents",
            "whole documents with all their labels, nested",
            "a document",
            documents,
            None,
            ("documents",),
            {
                "text": "The raw text, in which all offsets count code points.",
                "layers": "How far each layer of annotation of the document is.",
                "sentences": "The rows of `sentences`, in the order of the text.",
                "mentions": "The rows of `mentions`.",
                "events": "The rows of `events`, each with its modes and its arguments.",
                "entity_relations": "The rows of `entity_relations` that a sentence of the document states.",
                "entities": "The ids of the entities that the mentions are linked to, as they come.",
                "incidents": "The ids of the incidents that the events are linked to, as they come.",
            },
        ),
        Config(
            "sentences",
            "sentences with the types of the events that they tell of",
            "a sentence in which events are annotated",
            sentences,
            ("text-classification", "multi-label-classification"),
            ("sentences", "documents"),
            {
                "event_types": "The types of the events of the sentence, each once; empty where it tells of none."
            },
            is_flat=True,
        ),
        Config(
            "tokens",
            "words with tags of mentions and of triggers",
            "a sentence in which mentions or events are annotated",
            tokens,
            ("token-classification", "named-entity-recognition"),
            ("sentences", "documents"),
            _WORDS,
        ),
        Config(
            "events",
            "events in their sentence, with their arguments",
            "an event",
            events,
            None,
            ("events", "sentences", "documents"),
            {
                "sentence": "The text of the sentence.",
                "trigger_start_in_sentence": "Offset of the trigger, counted in code points from the start of `sentence`.",
                "trigger_end_in_sentence": "Offset just after the trigger, counted in code points from the start of `sentence`.",
                "modes": "The modes of the event; empty where it has none.",
                "arguments": "The mentions that fill its roles, each with its span in the raw text and in `sentence`.",
            },
        ),
        Config(
            "event_records",
            "events as flat records, in the shape of POLECAT, ICEWS and ACLED",
            "an event; several values of one cell stand with `; ` between them",
            event_records,
            None,
            ("events", "documents"),
            _RECORD,
            is_flat=True,
        ),
        Config(
            "pairs",
            "pairs of mentions and of events, for coreference within and across documents",
            "a pair of mentions linked to entities, or of events linked to incidents",
            pairs,
            ("token-classification", "coreference-resolution"),
            (),
            {
                "kind": "Whether the pair is of mentions (entity) or of events (incident).",
                "label": "Whether both are linked to the same entity or incident.",
                "across": "Whether the two are of different documents.",
                "first": f"The one that comes first: {_SIDE}",
                "second": f"The one that comes later: {_SIDE}",
            },
        ),
    )
}
"""Every dataset by its name."""


def frames(parts: Mapping[str, Tables], name: str) -> dict[str, pl.DataFrame]:
    """Return the rows of a config for the tables of each part. Raises CorpusError where there is no such config."""
    config = CONFIGS.get(name)
    if config is None:
        raise CorpusError(f"there is no config {name!r}; there is {', '.join(CONFIGS)}")
    if config.is_flat:
        rows = {id(tables.whole): tables.whole for tables in parts.values()}
        made = {key: config.frame(whole) for key, whole in rows.items()}
        found = {part: tables.wanted(made[id(tables.whole)]) for part, tables in parts.items()}
    else:
        found = {part: config.frame(tables) for part, tables in parts.items()}
    return {part: frame.drop(DOCUMENT, strict=False) for part, frame in found.items()}


def dealt(corpus: Corpus, documents: Mapping[str, Iterable[str]]) -> dict[str, Tables]:
    """Return the tables of each part, from the ids of its documents."""
    whole = Tables(corpus)
    return {part: whole.part(ids) for part, ids in documents.items()}


def columns(corpus: Corpus, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield each column of a config: its name, its type in words, and what it means."""
    config = CONFIGS[name]
    schema = config.frame(Tables(corpus).part(())).drop(DOCUMENT, strict=False).schema
    described = {
        field.name: field.description
        for table in reversed(config.tables)
        for field in corpus.package.schema(table).fields
    } | dict(config.meanings)
    for column, kind in schema.items():
        yield column, told(kind), described[column]


def described(corpus: Corpus, name: str) -> str:
    """Return the columns of a config as a table in Markdown."""
    rows = ((f"`{column}`", f"`{kind}`", meaning) for column, kind, meaning in columns(corpus, name))
    return table_of(("column", "type", "meaning"), rows)


def page(corpus: Corpus) -> str:
    """Return the configs of a corpus in Markdown: what a row of each is, its columns, and what the tags leave out."""
    parts = []
    for config in CONFIGS.values():
        parts.append(f"### `{config.name}`: {config.title}")
        parts.append(f"A row is {config.row}.")
        parts.append(described(corpus, config.name))
    lost = left_out(corpus)
    rows = [
        (
            layer,
            reason,
            f"{int(((lost['table'] == layer) & (lost['reason'] == reason)).sum())} of {len(corpus.tables[layer])}",
        )
        for layer in LAYERS
        for reason in lost.loc[lost["table"] == layer, "reason"].unique()
    ]
    parts.append("### What the tags of `tokens` leave out")
    parts.append(table_of(("layer", "a span that", "of the corpus"), rows) if rows else "Nothing.")
    return "\n\n".join(parts) + "\n"
