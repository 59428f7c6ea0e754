"""JSON of UIMA: ``D000.json`` for each document, with its type system inside. Lossless; ``cas`` says what stands in it.

INCEpTION reads and writes it as "UIMA CAS JSON 0.4.0". Files are read strictly: no key twice, no half of a character.
"""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import cas
from tigris_corpus.formats.cas import Definition, Feature, Place, Source
from tigris_corpus.formats.exchange import Reading
from tigris_corpus.formats.rules import fault
from tigris_corpus.formats.textfiles import file_name
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tigris_corpus.formats.exchange import Answer, Document, Labels

_MANIFEST = "tigris-export.json"
_TYPES, _STRUCTURES, _VIEWS, _MEMBERS = "%TYPES", "%FEATURE_STRUCTURES", "%VIEWS", "%MEMBERS"
_MAX_VIEWS = 16
_ARRAYS = {
    f"uima.cas.{name}": f"uima.cas.{name}Array"
    for name in ("Boolean", "Byte", "Double", "Float", "Integer", "Long", "Short", "String")
}


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return a JSON file a document."""
    known = cas.definitions(labels)
    types = cas.type_system(known, known)
    return {
        f"{file_name(document.document_id)}.json": cas.written(
            document, types, lambda one: f"{one.to_json(pretty_print=True)}\n"
        )
        for document in documents
    }


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .json files hold, a document each."""
    answers: list[Answer] = []
    sources = []
    for path, data in files.items():
        place = PurePosixPath(path)
        if place.suffix.lower() == ".json" and place.name != _MANIFEST:
            sources.append(Source(path))
            answers += _answers(data, sources[-1], documents)
    return Reading(tuple(answers), tuple(issue for source in sources for issue in source.faults))


def _answers(data: bytes, source: Source, documents: Mapping[str, Document]) -> list[Answer]:
    from cassis import load_cas_from_json  # noqa: PLC0415 - heavy, and optional

    if source.holds_too_much(data):
        return []
    try:
        value = jsontext.loads(data.removeprefix(codecs.BOM_UTF8))
        known = _definitions(value)
        _see(value, source)
    except jsontext.JsonError as error:
        at = Location(source.file, error.line, error.column)
        source.faults.append(fault("imp.format", str(error), **at.as_dict()))
    except CorpusError as error:
        source.report("imp.format", str(error), Place())
    else:
        text = data.decode("utf-8-sig")
        return cas.answered(
            source,
            known,
            lambda types: load_cas_from_json(text, typesystem=types, merge_typesystem=False),
            documents,
        )
    return []


def _see(value: Any, source: Source) -> None:
    """Note the structures of a CAS, which stand in an array, or in an object by their ids. Raises CorpusError."""
    structures = value.get(_STRUCTURES) if isinstance(value, dict) else None
    if isinstance(structures, list):
        entries = list(enumerate(structures))
    elif isinstance(structures, dict):
        entries = list(structures.items())
    else:
        raise CorpusError(f"there are no {_STRUCTURES}, so this is no CAS")
    for place, one in entries:
        pointer = f"/{_STRUCTURES}/{jsontext.escape(place)}"
        if not isinstance(one, dict) or not isinstance(one.get("%TYPE"), str):
            raise CorpusError(f"{pointer[:100]} is no structure with a type")
        kind = cas.STRUCTURES if one["%TYPE"].endswith("[]") else one["%TYPE"]
        key = one.get("%ID") if isinstance(place, int) else cas.whole(place)
        source.saw(kind, key, Place(pointer=pointer, begin=one.get("begin", 0), end=one.get("end", 0)))
    views = value.get(_VIEWS)
    if not isinstance(views, dict) or len(views) > _MAX_VIEWS:
        raise CorpusError(f"there are no {_VIEWS}, or too many")
    if any(
        not isinstance(one, dict) or len(one.get(_MEMBERS) or ()) > len(entries) for one in views.values()
    ):
        raise CorpusError(f"a view has more {_MEMBERS} than there are structures")


def _definitions(value: Any) -> dict[str, Definition]:
    """Return the types of a file by their names; those of the corpus where it has none. Raises CorpusError."""
    types = value.get(_TYPES) if isinstance(value, dict) else None
    if not types:
        return cas.definitions()
    found = {}
    for name, one in types.items() if isinstance(types, dict) else [("", types)]:
        if not isinstance(one, dict):
            raise CorpusError(f"{_TYPES} does not define types by their names")
        features = tuple(_feature(key, part) for key, part in one.items() if not key.startswith("%"))
        found[name] = Definition(name, str(one.get("%SUPER_TYPE") or "uima.cas.TOP"), features)
    return found


def _feature(name: str, part: Any) -> Feature:
    """Return a feature of a type: an array is told by its range, ``webanno.custom.EventArgumentsLink[]``."""
    kind = part.get("%RANGE") if isinstance(part, dict) else None
    element = part.get("%ELEMENT_TYPE") if isinstance(part, dict) else None
    if not isinstance(kind, str) or not isinstance(element, str | None):
        raise CorpusError(f"the feature {name[:100]!r} has no range")
    if not kind.endswith("[]"):
        return Feature(name, kind, element)
    inside = kind.removesuffix("[]")
    return Feature(name, _ARRAYS.get(inside, cas.STRUCTURES), inside)
