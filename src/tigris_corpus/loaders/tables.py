"""The tables of some documents of a corpus in Polars, joined as the datasets need them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.loaders import words
from tigris_corpus.loaders.polars import series
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.corpus import Corpus

DOCUMENT = "document"
"""The column that holds the place of a document in its table."""
PLACE = "sentence_place"
"""The column that holds the place of a sentence among all sentences."""
ABOUT = ("document_id", "language", "fold")
"""What every row of a sentence, a word or an event says of its document."""
LAYERS = ("mentions", "events")
"""The layers that are annotated or not, in the zones of a page and in the documents."""
SPANS = {
    "mentions": ("start", "end", "entity_type"),
    "events": ("trigger_start", "trigger_end", "event_type"),
}
"""The columns of the start, the end and the type of a span, by layer."""
BLANK = "blank"
NOT_ANNOTATED = "stands where nobody annotates: by its zone, or in a document whose layer is blank"


class Tables:
    """The tables of a corpus; each is joined when it is first asked for.

    Sentences are in the order of the documents and of the text, all else in the order of its table. ``document`` is the
    place of the document in the table of all, ``sentence_place`` that of the sentence among all. Offsets are code points
    into the raw text.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._columns: dict[tuple[str, str], pl.Series] = {}

    @property
    def whole(self) -> Tables:
        """The tables of all documents."""
        return self

    def wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of some rows with the column document that are of these documents."""
        return rows

    def of(self, name: str, *columns: str) -> pl.DataFrame:
        """Return a table as it is, of all documents; or some columns of it."""
        frame = self.corpus.tables[name]
        wanted = columns or tuple(map(str, frame.columns))
        for column in wanted:
            if (name, column) not in self._columns:
                self._columns[name, column] = series(column, frame[column])
        return pl.DataFrame([self._columns[name, column] for column in wanted])

    def placed(self, name: str, *columns: str) -> pl.DataFrame:
        """Return a table whose rows are each of a sentence, or some columns of it, with document and sentence_place."""
        sentences = self.sentences
        places = rows_of(self.of(name, "sentence_id")["sentence_id"], sentences["sentence_id"])
        found = self.of(name, *columns).with_columns(places.alias(PLACE), sentences[DOCUMENT].gather(places))
        return held(found, DOCUMENT)

    def part(self, ids: Iterable[str]) -> Tables:
        """Return the tables of some of the documents."""
        return _Part(self, ids)

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The documents, with document."""
        return self.of("documents").with_row_index(DOCUMENT)

    @cached_property
    def texts(self) -> pl.Series:
        """The raw text of each document. Raises CorpusError where one cannot be read."""
        rows = self.documents.select("document_id", "text_path").iter_rows()
        return pl.Series("text", [self._text(*row) for row in rows], dtype=pl.String)

    def _text(self, document_id: str, path: str | None) -> str:
        if path:
            try:
                return self.corpus.package.gate.read(path, MAX_TEXT).decode("utf-8")
            except UnicodeDecodeError:
                pass
        return self.corpus.text(document_id)  # which says what is wrong

    @cached_property
    def sentences(self) -> pl.DataFrame:
        """The sentences, with document, sentence_place, language and fold."""
        about = self.documents.select(DOCUMENT, *ABOUT)
        placed = self.of("sentences").join(about, on="document_id")
        return held(placed.sort(DOCUMENT, "start", maintain_order=True), DOCUMENT).with_row_index(PLACE)

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """The mentions, with document and sentence_place."""
        return self.placed("mentions")

    @cached_property
    def events(self) -> pl.DataFrame:
        """The events, with document, sentence_place and their number (event, from 0)."""
        return self.placed("events").with_row_index("event")

    @cached_property
    def modes(self) -> pl.DataFrame:
        """The modes of events, with the number of the event (event)."""
        return self._of_events("event_modes")

    @cached_property
    def arguments(self) -> pl.DataFrame:
        """The arguments, with the number of their event (event)."""
        return self._of_events("arguments")

    @cached_property
    def relations(self) -> pl.DataFrame:
        """The relations of entities that a sentence states, with document and sentence_place."""
        return self.placed("entity_relations")

    def _of_events(self, name: str) -> pl.DataFrame:
        rows = self.of(name)
        found = rows.with_columns(rows_of(rows["event_id"], self.events["event_id"]).alias("event"))
        return held(found, "event")

    def at(self, places: pl.Series, sentences: pl.DataFrame) -> pl.Series:
        """Return the row of each of some places of sentences in a frame of sentences; null where it is not there."""
        empty = pl.Series([None], dtype=pl.UInt32).new_from_index(0, self.whole.sentences.height)
        rows = pl.int_range(sentences.height, dtype=pl.UInt32, eager=True)
        return empty.scatter(sentences[PLACE], rows).gather(places)

    @cached_property
    def labelled(self) -> pl.DataFrame:
        """The sentences, with mentions and events: whether these are annotated there, by zone and document."""
        layers = self.of("layers")
        done = layers.filter(pl.col("status").cast(pl.String) != BLANK).select(
            "document_id", pl.col("layer").cast(pl.String)
        )
        zones = self.of("zones")
        found = self.sentences
        for layer in LAYERS:
            open_zones = zones.filter(pl.col(f"{layer}_annotated"))["zone"]
            documents = done.filter(pl.col("layer") == layer)["document_id"]
            is_done = self.whole.documents["document_id"].is_in(documents.implode())
            in_zone = found["zone"].cast(pl.String).is_in(open_zones.implode())
            found = found.with_columns((in_zone & is_done.gather(found[DOCUMENT])).alias(layer))
        return found

    @cached_property
    def worded(self) -> pl.DataFrame:
        """The sentences that have words: those where mentions or events are annotated, with their number (sentence)."""
        return self.labelled.filter(pl.any_horizontal(*LAYERS)).with_row_index("sentence")

    @cached_property
    def words(self) -> pl.DataFrame:
        """The words of ``worded``, as ``words.cut`` returns them: all that takes long in the making of a dataset."""
        return words.cut(self.worded)

    def judged(self, layer: str) -> pl.DataFrame:
        """Return for each mention, or each event, what ``words.judged`` says of it, and label, its type."""
        start, end, label = SPANS[layer]
        placed = self.wanted(self.whole.placed(layer, start, end, label))
        sentences = self.worded
        rows = self.at(placed[PLACE], sentences)
        spans = placed.select(
            DOCUMENT,
            sentence=rows,
            start=start,
            end=end,
            label=label,
            first_offset=sentences["start"].gather(rows),
            last_offset=sentences["end"].gather(rows),
        )
        is_open = sentences[layer].gather(rows).fill_null(value=False)
        return words.judged(self.words, spans).with_columns(
            pl.when(is_open).then("reason").otherwise(pl.lit(NOT_ANNOTATED)).alias("reason")
        )


class _Part(Tables):
    """The tables of some documents, taken from those of all: what is looked for by its name is looked for once."""

    def __init__(self, whole: Tables, ids: Iterable[str]) -> None:
        super().__init__(whole.corpus)
        self._whole = whole
        names = pl.Series(list(ids), dtype=pl.String)
        self._is_wanted = whole.documents["document_id"].is_in(names.implode())

    @property
    def whole(self) -> Tables:
        return self._whole

    def wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(self._is_wanted.gather(rows[DOCUMENT]))

    def of(self, name: str, *columns: str) -> pl.DataFrame:
        return self._whole.of(name, *columns)

    @cached_property
    def documents(self) -> pl.DataFrame:
        return self.wanted(self._whole.documents)

    @cached_property
    def sentences(self) -> pl.DataFrame:
        return self.wanted(self._whole.sentences)

    @cached_property
    def mentions(self) -> pl.DataFrame:
        return self.wanted(self._whole.mentions)

    @cached_property
    def events(self) -> pl.DataFrame:
        return self.wanted(self._whole.events).drop("event").with_row_index("event")

    @cached_property
    def modes(self) -> pl.DataFrame:
        return self._renumbered(self._whole.modes)

    @cached_property
    def arguments(self) -> pl.DataFrame:
        return self._renumbered(self._whole.arguments)

    @cached_property
    def relations(self) -> pl.DataFrame:
        return self.wanted(self._whole.relations)

    def _renumbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the wanted events, with the numbers that these have here."""
        is_wanted = self._is_wanted.gather(self._whole.events[DOCUMENT])
        numbers = is_wanted.cast(pl.UInt32).cum_sum() - 1
        kept = rows.filter(is_wanted.gather(rows["event"]))
        return held(kept.with_columns(numbers.gather(kept["event"]).alias("event")), "event")


def rows_of(keys: pl.Series, known: pl.Series) -> pl.Series:
    """Return the row at which each key stands among those known, which are distinct; null where it is not there.

    Keys that follow each other and are equal are looked for once: labels stand in the order of what they are of.
    """
    runs = keys.rle()
    places = (
        pl.DataFrame({"key": runs.struct.field("value")})
        .join(
            known.alias("key").to_frame().with_row_index("row"), on="key", how="left", maintain_order="left"
        )
        .get_column("row")
    )
    return places.gather(keys.rle_id())


def held(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the rows in which a column of places is filled; where they ascend, that is noted, and grouping takes less."""
    kept = rows.filter(pl.col(column).is_not_null()) if rows[column].null_count() else rows
    return kept.with_columns(pl.col(column).set_sorted()) if kept[column].is_sorted() else kept
