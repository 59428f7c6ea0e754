"""One small document whose every offset can be counted by hand, and ways to damage the files made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from exchanges import released
from tigris_corpus.formats.exchange import Document
from tigris_corpus.formats.judging import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tigris_corpus.formats.exchange import Reading
    from tigris_corpus.issues import Issue

    Reader = Callable[[Mapping[str, bytes], Mapping[str, Document]], Reading]

TEXT = "👍 US troops left l’Irak in 2024.\nBaghdad’s UN envoy said so."
SMALL = Document(
    document_id="D900",
    language="en",
    text=TEXT,
    sentences=(
        {
            "sentence_id": "D900-S001",
            "document_id": "D900",
            "start": 0,
            "end": 32,
            "zone": "body",
            "text": TEXT[:32],
        },
        {
            "sentence_id": "D900-S002",
            "document_id": "D900",
            "start": 33,
            "end": 60,
            "zone": "body",
            "text": TEXT[33:],
        },
    ),
    record={
        "document_id": "D900",
        "mentions": [
            {
                "mention_id": "D900-M001",
                "sentence_id": "D900-S001",
                "start": 2,
                "end": 4,
                "text": "US",
                "entity_type": "GPE",
                "mention_type": "NAM",
                "entity_id": "united-states",
            },
            {
                "mention_id": "D900-M002",
                "sentence_id": "D900-S001",
                "start": 2,
                "end": 11,
                "text": "US troops",
                "entity_type": "ORG",
                "mention_type": "NOM",
            },
            {
                "mention_id": "D900-M003",
                "sentence_id": "D900-S001",
                "start": 19,
                "end": 23,
                "text": "Irak",
                "entity_type": "GPE",
                "mention_type": "NAM",
                "entity_id": "iraq",
            },
            {
                "mention_id": "D900-M004",
                "sentence_id": "D900-S001",
                "start": 27,
                "end": 31,
                "text": "2024",
                "entity_type": "TIME",
                "mention_type": "NAM",
                "value": "2024",
            },
            {
                "mention_id": "D900-M005",
                "sentence_id": "D900-S002",
                "start": 43,
                "end": 51,
                "text": "UN envoy",
                "entity_type": "PER",
                "mention_type": "NOM",
            },
        ],
        "events": [
            {
                "event_id": "D900-E001",
                "sentence_id": "D900-S001",
                "trigger_start": 12,
                "trigger_end": 16,
                "trigger_text": "left",
                "event_type": "RETREAT",
                "realis": "actual",
                "polarity": "positive",
                "source_mention_id": "D900-M005",
                "modes": ["withdraw"],
                "arguments": [
                    {"role": "actor", "mention_id": "D900-M002"},
                    {"role": "location", "mention_id": "D900-M003"},
                ],
            }
        ],
        "entities": [],
        "entity_relations": [],
        "incidents": [],
    },
)
"""Two sentences, a mention in another, one inside a word, an event with a mode, a source and two roles."""
BY_ID = {"D900": SMALL}


def judged(read: Reader, files: Mapping[str, bytes]) -> tuple[Issue, ...]:
    """Return what is found wrong with files of the small document, by the reader and after it."""
    return judge(read(files, BY_ID), BY_ID, released()[1]).issues


def told(issues: tuple[Issue, ...]) -> list[tuple[str, int | str | None]]:
    """Return the code of each issue, and the line or else the JSON Pointer where it is."""
    return [(issue.code, issue.location.line or issue.location.pointer) for issue in issues]


@st.composite
def mangled(draw: st.DrawFn, valid: bytes) -> bytes:
    """Return a valid file after a few pieces of it were cut out, overwritten, or put elsewhere."""
    data = valid
    for _ in range(draw(st.integers(1, 4))):
        first, last = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
        last = min(last, first + draw(st.sampled_from([0, 1, 4, 1000000])))
        put = draw(
            st.one_of(
                st.just(b""), st.binary(max_size=6), st.sampled_from(_PIECES), st.just(data[first:last] * 2)
            )
        )
        data = data[:first] + put + data[last:]
    return data


_PIECES = [
    b"null",
    b"-1",
    b"1e999",
    b"[]",
    b"{}",
    b'""',
    b"9" * 30,
    b"\n",
    b"\t",
    b"|",
    b"(",
    b")",
    b"I-O",
    b"\xff",
    b"\\ud800",
]
"""What is apt to be read as something else than it is."""
