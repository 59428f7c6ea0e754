"""spaCy: what a DocBin holds, what comes back, and what is refused. spaCy itself says what is in the files."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, TEXT, judged, mangled, told
from tigris_corpus.formats import FORMATS, spacy_docbin
from tigris_corpus.formats.tokens import outermost

spacy: Any = pytest.importorskip("spacy")

import srsly  # noqa: E402 - comes with spaCy
from spacy.tokens import DocBin, Span  # noqa: E402
from srsly import msgpack  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc

FORMAT = FORMATS["spacy"]


def docs(files: dict[str, bytes]) -> dict[str, Doc]:
    """Return the documents of files as spaCy reads them, by their ids."""
    found = {}
    for name, data in files.items():
        for doc in DocBin().from_bytes(data).get_docs(spacy.blank(name.partition(".")[0]).vocab):
            found[doc.spans["mentions"].attrs["document_id"]] = doc
    return found


def saved(doc: Doc) -> dict[str, bytes]:
    """Return a file of one document, as somebody saves it who has changed it in spaCy."""
    return {"en.spacy": DocBin(docs=[doc]).to_bytes()}


SAVED = spacy_docbin.write([SMALL], released()[1])
MESSAGE: dict[str, Any] = msgpack.unpackb(zlib.decompress(SAVED["en.spacy"]), raw=False)


def packed(**changed: Any) -> dict[str, bytes]:
    """Return the file of the small document with some of its parts changed."""
    return {"en.spacy": zlib.compress(msgpack.packb(MESSAGE | changed, use_bin_type=True))}


def regrouped(change: Callable[[dict[str, Any]], object], table: str = "mentions") -> dict[str, bytes]:
    """Return the file of the small document with one of its span groups changed."""
    groups = {}
    for data, names in msgpack.unpackb(MESSAGE["span_groups"][0], raw=False).items():
        group = msgpack.unpackb(data, raw=False)
        if names == [table]:
            change(group)
        groups[msgpack.packb(group, use_bin_type=True)] = names
    return packed(span_groups=[msgpack.packb(groups, use_bin_type=True)])


def test_what_spacy_reads() -> None:
    doc = docs(SAVED)["D900"]
    assert doc.text == TEXT
    assert [token.text for token in doc][:10] == [
        "👍",
        "US",
        "troops",
        "left",
        "l’",
        "Irak",
        "in",
        "2024",
        ".",
        "\n",
    ]
    assert [
        (one.id_, one.label_, one.kb_id_, one.start_char, one.end_char) for one in doc.spans["mentions"]
    ] == [
        ("D900-M001", "GPE", "united-states", 2, 4),
        ("D900-M002", "ORG", "", 2, 11),
        ("D900-M003", "GPE", "iraq", 19, 23),
        ("D900-M004", "TIME", "", 27, 31),
        ("D900-M005", "PER", "", 43, 51),
    ]
    assert [(one.id_, one.label_, one.text) for one in doc.spans["events"]] == [
        ("D900-E001", "RETREAT", "left")
    ]
    assert [(one.text, one.label_, one.kb_id_) for one in doc.ents] == [
        ("US troops", "ORG", ""),
        ("Irak", "GPE", "iraq"),
        ("2024", "TIME", ""),
        ("UN envoy", "PER", ""),
    ]
    assert [one.text for one in doc.sents] == [
        "👍 US troops left l’Irak in 2024.\n",
        "Baghdad’s UN envoy said so.",
    ]
    assert doc.spans["mentions"].attrs == {
        "document_id": "D900",
        "state": SMALL.state,
        "rows": {
            "D900-M001": {"mention_type": "NAM"},
            "D900-M002": {"mention_type": "NOM"},
            "D900-M003": {"mention_type": "NAM"},
            "D900-M004": {"mention_type": "NAM", "value": "2024"},
            "D900-M005": {"mention_type": "NOM"},
        },
    }
    assert doc.spans["events"].attrs["rows"] == {
        "D900-E001": {
            "realis": "actual",
            "polarity": "positive",
            "modes": ["withdraw"],
            "source": "D900-M005",
            "arguments": [["actor", "D900-M002"], ["location", "D900-M003"]],
        }
    }
    assert doc.user_data == {}


def test_one_file_a_language() -> None:
    written = spacy_docbin.write(released()[0], released()[1])
    assert list(written) == ["en.spacy", "fr.spacy"]
    assert written == spacy_docbin.write(released()[0], released()[1])


def test_spacy_reads_the_spans_of_every_document() -> None:
    documents = [*released()[0], *invented(100)]
    found = docs(spacy_docbin.write(documents, released()[1]))
    for document in documents:
        doc = found[document.document_id]
        assert doc.text == document.text
        for table in ("mentions", "events"):
            assert [(one.id_, one.start_char, one.end_char, one.text) for one in doc.spans[table]] == [
                (item.id, item.start, item.end, item.text) for item in items(document) if item.table == table
            ]
        mentions = [(item.start, item.end) for item in items(document) if item.table == "mentions"]
        assert [(one.start_char, one.end_char) for one in doc.ents] == outermost(mentions)
        assert len(list(doc.sents)) == len(document.sentences)


def test_what_comes_back() -> None:
    reading = spacy_docbin.read(SAVED, BY_ID)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text, answer.state) == ("D900", TEXT, SMALL.state)
    assert compared(answer.items) == compared(items(SMALL))
    at = answer.items[1].at
    assert (at.file, at.pointer, at.key, at.document) == (
        "en.spacy",
        "/span_groups/0/mentions/spans/1",
        "D900-M002",
        "D900",
    )


def test_a_span_that_was_added_in_spacy_has_what_spacy_knows() -> None:
    doc = docs(SAVED)["D900"]
    doc.spans["mentions"].append(Span(doc, 10, 11, label="GPE", kb_id="baghdad"))
    reading = spacy_docbin.read(saved(doc), BY_ID)
    assert reading.faults == ()
    added = reading.answers[0].items[5]
    assert (added.id, added.start, added.end, added.text) == (None, 33, 40, "Baghdad")
    assert added.cells == {"entity_type": "GPE", "entity_id": "baghdad"}
    assert len(reading.answers[0].items) == 7


def test_round_trip_loses_nothing() -> None:
    documents = [*released()[0], *invented(200)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


def test_a_docbin_without_our_groups_is_refused() -> None:
    doc = spacy.blank("en")("Iraq.")
    assert told(judged(spacy_docbin.read, saved(doc))) == [("imp.format", "/span_groups/0")]
    doc = docs(SAVED)["D900"]
    del doc.spans["events"]
    assert told(judged(spacy_docbin.read, saved(doc))) == [("imp.format", "/span_groups/0")]


def test_another_text_is_a_fault() -> None:
    odd = replace(SMALL, text=TEXT.replace("👍", "👎"))
    assert told(judged(spacy_docbin.read, spacy_docbin.write([odd], released()[1]))) == [
        ("imp.text-drift", "/span_groups/0")
    ]


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        ({"en.spacy": b""}, None),
        ({"en.spacy": b"PK"}, None),
        ({"en.spacy": SAVED["en.spacy"][:-9]}, None),
        ({"en.spacy": SAVED["en.spacy"] + b"x"}, None),
        ({"en.spacy": zlib.compress(b"\xc1")}, None),
        ({"en.spacy": zlib.compress(b"\x91" * 5000)}, None),
        ({"en.spacy": zlib.compress(b"\xdd\xff\xff\xff\xff")}, None),
        ({"en.spacy": zlib.compress(b"\x81\x91\x01\x02")}, None),
        (packed(attrs=[1]), "/attrs"),
        (packed(attrs="ORTH"), "/attrs"),
        (packed(tokens="x"), "/tokens"),
        (packed(tokens=b"1234567"), "/tokens"),
        (packed(tokens=b"\1" * len(MESSAGE["tokens"])), "/tokens"),
        (packed(lengths=b"\xff\xff\xff\xff"), "/lengths"),
        (packed(lengths=b"\xff\xff\xff\x7f"), "/lengths"),
        (packed(spaces=b""), "/lengths"),
        (
            packed(
                lengths=struct.pack("=ii", -1, 18),
                span_groups=MESSAGE["span_groups"] * 2,
                flags=MESSAGE["flags"] * 2,
            ),
            "/lengths",
        ),
        (packed(span_groups=[]), "/span_groups"),
        (packed(span_groups=[b""]), "/span_groups/0"),
        (packed(span_groups=[msgpack.packb([])]), "/span_groups/0"),
        (packed(span_groups=[5]), "/span_groups/0"),
        (packed(flags=[{"has_unknown_spaces": True}]), "/flags/0"),
        (packed(strings=["a", 5]), "/strings/1"),
        (packed(strings={}), "/strings"),
        (regrouped(lambda group: group["attrs"].pop("document_id")), "/span_groups/0/mentions/attrs"),
        (regrouped(lambda group: group["attrs"].pop("rows")), "/span_groups/0/mentions/attrs"),
        (regrouped(lambda group: group.update(spans=[b"x"])), "/span_groups/0/mentions/spans/0"),
        (
            regrouped(lambda group: group["attrs"]["rows"].update({"D900-M001": {"realis": "x"}})),
            "/span_groups/0/mentions/attrs/rows/D900-M001",
        ),
        (
            regrouped(
                lambda group: group["attrs"]["rows"]["D900-E001"].update(arguments=[["actor"]]), "events"
            ),
            "/span_groups/0/events/attrs/rows/D900-E001/arguments/0",
        ),
    ],
)
def test_damaged_bytes_are_a_fault(files: dict[str, bytes], pointer: str | None) -> None:
    assert told(judged(spacy_docbin.read, files)) == [("imp.format", pointer)]


@pytest.mark.parametrize(
    "numbers", [(-1, 1, 0, 1), (-17, 1, 0, 1), (0, 99, 0, 1), (1, 1, 2, 4), (1, 2, 2, 5), (2, 1, 5, 4)]
)
def test_a_span_outside_the_words_is_a_fault(numbers: tuple[int, int, int, int]) -> None:
    files = regrouped(lambda group: group.update(spans=[struct.pack(">QQQllll", 0, 0, 0, *numbers)]))
    assert told(judged(spacy_docbin.read, files)) == [("imp.format", "/span_groups/0/mentions/spans/0")]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_docbin, "_MOST", 1000)
    (issue,) = judged(spacy_docbin.read, {"en.spacy": zlib.compress(b"\0" * 1001)})
    assert (issue.code, issue.message) == ("imp.format", "more than 1000 bytes")


def test_a_word_that_is_repeated_without_end_is_not_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = docs(SAVED)["D900"]
    data = saved(doc)
    size = len(zlib.decompress(data["en.spacy"]))
    monkeypatch.setattr(spacy_docbin, "_MOST", size)
    assert judged(spacy_docbin.read, data) == ()
    long = spacy.tokens.Doc(doc.vocab, words=["x" * 5000] * 20, spaces=[False] * 20)
    data = saved(long)
    monkeypatch.setattr(spacy_docbin, "_MOST", 20_000)
    assert told(judged(spacy_docbin.read, data)) == [("imp.format", "/tokens")]


def test_nothing_is_unpickled_and_no_array_is_made() -> None:
    array = {b"nd": True, b"type": "nonsense", b"kind": b"", b"shape": [1], b"data": b"\0" * 8}
    files = packed(cats=[array], user_data=[b"\x80\x04N."])
    assert judged(spacy_docbin.read, files) == ()
    assert told(judged(spacy_docbin.read, packed(tokens=array))) == [("imp.format", "/tokens")]


def test_the_number_of_orth_is_that_of_spacy() -> None:
    assert spacy.symbols.ORTH == spacy_docbin._ORTH  # noqa: SLF001 - the one number taken over from spaCy


def test_other_files_are_left_alone() -> None:
    assert spacy_docbin.read({"tigris-export.json": b"{", "config.cfg": b"\xff"}, BY_ID).faults == ()


def test_the_file_is_what_srsly_reads_too() -> None:
    assert srsly.msgpack_loads(zlib.decompress(SAVED["en.spacy"])) == MESSAGE


@given(st.one_of(st.binary(max_size=200), mangled(SAVED["en.spacy"])))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(spacy_docbin.read, {"en.spacy": data})


@given(mangled(zlib.decompress(SAVED["en.spacy"])))
@settings(max_examples=150, deadline=None)
def test_no_message_breaks_the_reader(data: bytes) -> None:
    judged(spacy_docbin.read, {"en.spacy": zlib.compress(data)})
