"""XMI of UIMA: ``D000.xmi`` for each document, and ``TypeSystem.xml``. Lossless; ``cas`` says what stands in them.

INCEpTION reads and writes it as "UIMA CAS XMI (XML 1.0)", and makes its layers from ``TypeSystem.xml``. The type
system of a file is the one in its own folder, else in the nearest folder above; where there is none, it is ours.

Every file is first read for its elements alone. A document type, an encoding other than UTF-8, an inclusion, or more
of anything than a document has is refused there, before the library sees the file; nothing leads outside.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tigris_corpus.formats import cas
from tigris_corpus.formats.cas import Definition, Feature, Place, Source
from tigris_corpus.formats.exchange import Reading
from tigris_corpus.formats.textfiles import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tigris_corpus.formats.exchange import Answer, Document, Labels

TYPES = "TypeSystem.xml"
_MAX_DEPTH, _MAX_ATTRIBUTES = 16, 256
_ID = "http://www.omg.org/XMI id"
_XMI = "http://www.omg.org/XMI "
_INCLUSION = "http://www.w3.org/2001/XInclude "
_SPACE, _END = "http:///", ".ecore"


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return an XMI file a document, and the type system, from which INCEpTION makes the layers."""
    known = cas.definitions(labels)
    types = cas.type_system(known, known)
    files = {TYPES: types.to_xml().encode("utf-8")}
    for document in documents:
        name = f"{file_name(document.document_id)}.xmi"
        files[name] = cas.written(document, types, lambda one: str(one.to_xmi(pretty_print=True)))
    return files


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .xmi files hold, a document each."""
    answers: list[Answer] = []
    systems: dict[str, dict[str, Definition]] = {}
    sources = []
    for path, data in files.items():
        if PurePosixPath(path).name.lower() == TYPES.lower():
            sources.append(Source(path))
            systems[str(PurePosixPath(path).parent)] = _definitions(data, sources[-1])
    for path, data in files.items():
        if PurePosixPath(path).suffix.lower() == ".xmi":
            sources.append(Source(path))
            answers += _answers(data, sources[-1], _nearest(path, systems), documents)
    return Reading(tuple(answers), tuple(issue for source in sources for issue in source.faults))


def _nearest(path: str, systems: Mapping[str, dict[str, Definition]]) -> dict[str, Definition]:
    """Return the type system in the folder of a file, or in the nearest above it; else that of the corpus."""
    folders = map(str, PurePosixPath(path).parents)
    return next((systems[folder] for folder in folders if folder in systems), cas.definitions())


def _answers(
    data: bytes, source: Source, known: Mapping[str, Definition], documents: Mapping[str, Document]
) -> list[Answer]:
    from cassis import load_cas_from_xmi  # noqa: PLC0415 - heavy, and optional

    text = _checked(data, source, lambda line, depth, name, cells: _saw(source, line, depth, name, cells))
    if text is None:
        return []
    return cas.answered(source, known, lambda types: load_cas_from_xmi(text, typesystem=types), documents)


def _saw(source: Source, line: int, depth: int, name: str, cells: Mapping[str, str]) -> None:
    """Note an element of an XMI file: one below the root is a structure of the type that its name tells."""
    space, _, kind = name.rpartition(" ")
    if depth != 1 or name.startswith(_XMI):
        return
    package = space.removeprefix(_SPACE).removesuffix(_END).replace("/", ".")
    begin, end = (cas.whole(cells.get(cell, "0")) for cell in ("begin", "end"))
    source.saw(f"{package}.{kind}", cas.whole(cells.get(_ID, "")), Place(line, begin=begin, end=end))
    if len(cells.get("members", "").split()) > cas.MAX_STRUCTURES:
        raise _Refused("imp.format", f"the view has more than {cas.MAX_STRUCTURES} members")


class _Refused(Exception):  # noqa: N818 - it is no error of ours
    """What the first reading of a file found that the library must not see."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _checked(
    data: bytes, source: Source, saw: Callable[[int, int, str, Mapping[str, str]], None] | None = None
) -> str | None:
    """Return the text of an XML file that is safe to read, or None with a fault.

    ``saw`` is told of each element: its line, its depth (0 for the root), its name after its namespace and a blank, and
    its attributes.
    """
    if source.holds_too_much(data):
        return None
    parser = expat.ParserCreate("UTF-8", " ")
    check = _Check(parser, saw)
    parser.XmlDeclHandler = check.declaration
    parser.StartDoctypeDeclHandler = check.document_type
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        parser.Parse(text.encode("utf-8"), True)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        source.report("imp.format", f"the byte 0x{data[error.start]:02X} is not UTF-8 here", Place(line))
    except expat.ExpatError as error:
        source.report("imp.format", f"this is no XML: {expat.ErrorString(error.code)}", Place(error.lineno))
    except _Refused as error:
        source.report(error.code, str(error), Place(parser.CurrentLineNumber))
    else:
        return text
    return None


class _Check:
    """What the parser tells of a file is held against what a file of UIMA can have."""

    def __init__(self, parser: Any, saw: Callable[[int, int, str, Mapping[str, str]], None] | None) -> None:
        self._parser = parser
        self._saw = saw
        self._depth = 0
        self._count = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise _Refused("imp.format", f"the encoding is {encoding[:20]!r}, and has to be UTF-8")

    def document_type(self, name: str, *_: object) -> None:
        raise _Refused("sec.xml-dtd", f"the file has a document type, {name[:20]!r}")

    def start(self, name: str, cells: Mapping[str, str]) -> None:
        self._count += 1
        if name.startswith(_INCLUSION):
            raise _Refused("sec.xml-dtd", "the file includes others")
        if self._depth >= _MAX_DEPTH or len(cells) > _MAX_ATTRIBUTES or self._count > 2 * cas.MAX_STRUCTURES:
            raise _Refused("imp.format", "there are more elements, levels or attributes than UIMA writes")
        if self._saw:
            self._saw(self._parser.CurrentLineNumber, self._depth, name, cells)
        self._depth += 1

    def end(self, _name: str) -> None:
        self._depth -= 1


def _definitions(data: bytes, source: Source) -> dict[str, Definition]:
    """Return the types of a type system by their names; those of the corpus where it cannot be read."""
    text = _checked(data, source)
    if text is None:
        return cas.definitions()
    root = ET.fromstring(text)  # noqa: S314 - it has no document type, as was checked
    found = {}
    for one in root.iterfind(".//{*}typeDescription"):
        name = _told(one, "name") or ""
        features = tuple(_feature(part) for part in one.iterfind("{*}features/{*}featureDescription"))
        found[name] = Definition(name, _told(one, "supertypeName") or "", features)
    return found


def _feature(part: ET.Element) -> Feature:
    shared = _told(part, "multipleReferencesAllowed")
    name, kind = _told(part, "name") or "", _told(part, "rangeTypeName") or ""
    return Feature(
        name, kind, _told(part, "elementType"), shared=None if shared is None else shared == "true"
    )


def _told(one: ET.Element, name: str) -> str | None:
    return (one.findtext(f"{{*}}{name}") or "").strip() or None
