"""CoNLL-2003: a word a line with its entity type in BIO tags, one file a document. Mentions only, none within another.

A line is the word, two columns that the corpus does not fill (``_``), and the tag, with a space between; a blank line
ends a sentence, and the file begins with ``-DOCSTART- D000 O O``, so that files can be put together: readers that look
for ``-DOCSTART-`` at the beginning of a line, as most do, need no more. Of mentions within others the outermost stays:
the longest are taken first, and whatever overlaps them is left out. Words also end where a mention that stays begins or
ends, so that none is widened. There is no place for ids, kinds, values, entities and events.

The file holds no offsets. A reader finds each word where the last one ended, after blanks, in the raw text; where it is
not there, or text is left over, nothing can be placed. Tags are IOB2: every mention begins with ``B-``.
Source of the format: the data of the CoNLL-2003 shared task on named entities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tigris_corpus.formats.exchange import Answer, Item, Reading, items_of
from tigris_corpus.formats.rules import RULES
from tigris_corpus.formats.textfiles import decoded, file_name
from tigris_corpus.formats.tokens import Cursor, outermost, sentences
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.formats.tokens import Span
    from tigris_corpus.issues import Issue

DOCUMENT = "-DOCSTART-"
_SUFFIX = ".conll"
_COLUMNS = re.compile(r"[ \t]+")
_NAMELESS = {"", "O", "-X-", "_"}
"""What stands in the second column of a line -DOCSTART- that names no document."""
_TAG = re.compile(r"(?:O|([BI])-(\S+))")


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return a file of each document."""
    files = {}
    for document in documents:
        name = file_name(document.document_id)
        lines = [f"{DOCUMENT} {name} O O", "", *_lines(document)]
        files[f"{name}{_SUFFIX}"] = "".join(f"{line}\n" for line in lines).encode("utf-8")
    return files


def _lines(document: Document) -> Iterator[str]:
    """Yield the lines of a document: its sentences, each with a blank line after it."""
    mentions = {
        (item.start, item.end): item for item in reversed(items_of(document)) if item.table == "mentions"
    }
    begun = dict(outermost(mentions))
    label, end = "", 0
    for _, found in sentences(document, begun.items()):
        for token in found:
            if token.start in begun:
                end = begun[token.start]
                label = mentions[token.start, end].cells["entity_type"]
                yield f"{token.text} _ _ B-{label}"
            elif token.start < end:
                yield f"{token.text} _ _ I-{label}"
            else:
                yield f"{token.text} _ _ O"
        yield ""


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .conll files hold: a document after each line -DOCSTART-, or the one that the file is named after."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix != _SUFFIX:
            continue
        text, broken = decoded(path, data)
        if broken:
            faults.append(broken)
            continue
        file = _File(path, documents)
        for number, line in enumerate(text.split("\n"), start=1):
            file.read(number, _COLUMNS.split(line.removesuffix("\r").strip(" \t")))
        file.end()
        answers += file.answers
        faults += file.faults
    return Reading(tuple(answers), tuple(faults))


@dataclass
class _Draft:
    """A document on its way: ``cursor`` is None where it is not of the corpus, or its words are not those of the text.

    Then nothing of it can be placed, and none of its mentions are returned.
    """

    name: str
    line: int
    cursor: Cursor | None
    items: list[Item] = field(default_factory=list)
    label: str | None = None
    """The label of the mention that the last word was in; None outside."""


class _File:
    """One file: the documents read from it, and what is wrong with it."""

    def __init__(self, path: str, documents: Mapping[str, Document]) -> None:
        self.path = path
        self.answers: list[Answer] = []
        self.faults: list[Issue] = []
        self._documents = documents
        self._draft: _Draft | None = None
        self._line = 0

    def read(self, number: int, columns: Sequence[str]) -> None:
        """Read one line."""
        if columns == [""]:
            if self._draft:
                self._draft.label = None
            return
        self._line = number
        if columns[0] == DOCUMENT:
            self.end()
            named = columns[1] if len(columns) > 1 else ""
            self._begin(PurePosixPath(self.path).stem if named in _NAMELESS else named)
        elif len(columns) == 1:
            self._report(
                "imp.format", "a line is a word, a blank and a tag, with other columns between", columns[0]
            )
        else:
            if self._draft is None:
                self._begin(PurePosixPath(self.path).stem)
            self._word(columns[0], columns[-1])

    def end(self) -> None:
        """End the document that is being read."""
        draft, self._draft = self._draft, None
        if draft is None:
            return
        left = draft.cursor.left() if draft.cursor else ""
        if left:
            message = f"the words end before the text of {draft.name} does: {left!r} is left over"
            self._report("imp.text-mismatch", message, left, draft.name)
        at = Location(self.path, draft.line, document=draft.name)
        self.answers.append(Answer(draft.name, tuple(draft.items) if draft.cursor else (), at))

    def _begin(self, name: str) -> None:
        document = self._documents.get(name)
        self._draft = _Draft(name, self._line, Cursor(document) if document else None)

    def _report(self, code: str, message: str, value: str, document: str | None = None) -> None:
        name = document or (self._draft.name if self._draft else None)
        self.faults.append(
            RULES[code].issue(Location(self.path, self._line, document=name), value[:200], message)
        )

    def _word(self, word: str, tag: str) -> None:
        draft = self._draft
        match = _TAG.fullmatch(tag)
        if draft is None or draft.cursor is None:
            return
        span = draft.cursor.take(word)
        if span is None:
            message = f"the word is {word[:40]!r}, and the text goes on with {draft.cursor.left()!r}"
            self._report("imp.text-mismatch", message, word)
            draft.cursor = None
        elif match is None:
            self._report("imp.bio-sequence", f"the tag {tag[:40]!r} is none of O, B-… and I-…", tag)
            draft.label = None
        else:
            self._tagged(draft, span, match)

    def _tagged(self, draft: _Draft, span: Span, match: re.Match[str]) -> None:
        """Begin a mention with a word, or go on with one."""
        prefix, label = match[1], match[2]
        if prefix == "I" and label == draft.label:
            draft.items[-1] = replace(draft.items[-1], end=span[1])
            return
        if prefix == "I":
            what = "no mention" if draft.label is None else f"a {draft.label}"
            self._report(
                "imp.bio-sequence", f"{match[0]} goes on with a mention, and before it is {what}", match[0]
            )
        draft.label = label
        if prefix:
            at = Location(self.path, self._line, document=draft.name)
            cells = {"entity_type": label}
            draft.items.append(Item("mentions", str(self._line), *span, cells, at))
