"""The tables of some documents of a corpus in Polars, joined as the datasets need them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.loaders import words
from tigris_corpus.loaders.polars import table
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.corpus import Corpus

DOCUMENT = "document"
"""The column that holds the place of a document in its table."""
ABOUT = ("document_id", "language", "fold")
"""What every row of a sentence, a word or an event says of its document."""
LAYERS = ("mentions", "events")
"""The layers that are annotated or not, in the zones of a page and in the documents."""
BLANK = "blank"
NOT_ANNOTATED = "stands where nobody annotates: by its zone, or in a document whose layer is blank"


class Tables:
    """The tables of a corpus; each is joined when it is first asked for.

    Rows are in the order of the documents; sentences in that of the text, and all others in that of their table.
    ``document`` is the place of the document in the table of all. Offsets are code points into the raw text.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._read: dict[str, pl.DataFrame] = {}

    @property
    def whole(self) -> Tables:
        """The tables of all documents."""
        return self

    def wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of some rows with the column document that are of these documents."""
        return rows

    def of(self, name: str) -> pl.DataFrame:
        """Return a table as it is, of all documents."""
        if name not in self._read:
            self._read[name] = table(self.corpus, name)
        return self._read[name]

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
        """The sentences, with document, language and fold."""
        about = self.documents.select(DOCUMENT, *ABOUT)
        placed = self.of("sentences").join(about, on="document_id")
        return held(placed.sort(DOCUMENT, "start", maintain_order=True), DOCUMENT)

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """The mentions, with document."""
        return self._placed("mentions")

    @cached_property
    def events(self) -> pl.DataFrame:
        """The events, with document and their number (event, from 0)."""
        return self._placed("events").with_row_index("event")

    @cached_property
    def modes(self) -> pl.DataFrame:
        """The modes of events, with the number of the event (event)."""
        return self._of_events("event_modes")

    @cached_property
    def arguments(self) -> pl.DataFrame:
        """The arguments, with the number of their event (event)."""
        return self._of_events("arguments")

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
            found = found.with_columns(
                (
                    pl.col("zone").cast(pl.String).is_in(open_zones.implode())
                    & pl.col("document_id").is_in(documents.implode())
                ).alias(layer)
            )
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
        """Return the rows of a layer with the columns of ``words.judged`` and label, the type."""
        start, end, label = SPANS[layer]
        places = self.worded.select(
            "sentence_id",
            "sentence",
            pl.col(layer).alias("annotated"),
            first_offset="start",
            last_offset="end",
        )
        rows = getattr(self, layer).rename({start: "start", end: "end"} if start != "start" else {})
        found = words.judged(
            self.words, rows.join(places, on="sentence_id", how="left", maintain_order="left")
        )
        is_open = pl.col("annotated").fill_null(value=False)
        reason = pl.when(is_open).then("reason").otherwise(pl.lit(NOT_ANNOTATED))
        return found.with_columns(reason.alias("reason"), pl.col(label).alias("label"))

    def _placed(self, name: str) -> pl.DataFrame:
        rows = self.of(name)
        places = rows_of(rows["sentence_id"], self.sentences["sentence_id"])
        return held(rows.with_columns(self.sentences[DOCUMENT].gather(places)), DOCUMENT)

    def _of_events(self, name: str) -> pl.DataFrame:
        rows = self.of(name)
        return held(
            rows.with_columns(rows_of(rows["event_id"], self.events["event_id"]).alias("event")), "event"
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

    def of(self, name: str) -> pl.DataFrame:
        return self._whole.of(name)

    @cached_property
    def documents(self) -> pl.DataFrame:
        return self.wanted(self._whole.documents)

    @cached_property
    def texts(self) -> pl.Series:
        return self._whole.texts.filter(self._is_wanted)

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


SPANS = {
    "mentions": ("start", "end", "entity_type"),
    "events": ("trigger_start", "trigger_end", "event_type"),
}
"""The columns of the start, the end and the type of a span, by layer."""
