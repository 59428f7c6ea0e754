"""What formats share of reading and writing files of text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.rules import fault

if TYPE_CHECKING:
    from tigris_corpus.issues import Issue

_BOM = "\ufeff"
_NAME = re.compile("D[0-9]{3,18}")


def decoded(path: str, data: bytes) -> tuple[str, Issue | None]:
    """Return the text of a file without its byte order mark, and what keeps it from being read as UTF-8, if anything."""
    try:
        return data.decode("utf-8").removeprefix(_BOM), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8 here"
        return "", fault("imp.format", message, hint="save the file as UTF-8", file=path, line=line)


def file_name(document_id: str) -> str:
    """Return the name of the files of a document: its id, where that is a safe name on every system.

    Raises CorpusError (sec.export-name) where it is not.
    """
    if not _NAME.fullmatch(document_id):
        raise CorpusError(
            f"sec.export-name: the id {document_id!r} cannot be the name of a file; ids are D and digits, as in D000"
        )
    return document_id
