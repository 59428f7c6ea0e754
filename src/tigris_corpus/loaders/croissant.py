"""Croissant 1.0 with its vocabulary for responsible AI: ``croissant.json``, beside copies of the files that it describes.

Each table is a record set: its fields with their meanings and types, its key, and references for the foreign keys of one
column that lead to a column of distinct values; vocabularies are enumerations, and the one of the splits is what
Croissant calls a split. A vocabulary with codes such as 03 holds its values itself: readers of CSV make 3 of them. ``texts`` has the raw texts: their paths and contents. Each file of a table has its SHA-256.

What is said of collection, annotation, limitations, biases and people (``rai:``) is what the descriptor says under
``tigris.responsible_ai``, by the names of Croissant; who annotated, with what, and how often, comes from the tables of
annotators and passes. Sources: the Croissant format specification 1.0 and its RAI vocabulary 1.0, by MLCommons.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import tables
from tigris_corpus.formats.jsonl import rows
from tigris_corpus.loaders import describing
from tigris_corpus.loaders.sqlite import is_key
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Field

FILE = "croissant.json"
VERSION = "http://mlcommons.org/croissant/1.0"
RAI_VERSION = "http://mlcommons.org/croissant/RAI/1.0"
STATED = (
    "dataCollection",
    "dataCollectionType",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataImputationProtocol",
    "dataPreprocessingProtocol",
    "dataAnnotationProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "dataUseCases",
    "dataLimitations",
    "dataBiases",
    "dataSocialImpact",
    "personalSensitiveInformation",
    "dataReleaseMaintenancePlan",
)
"""What a descriptor may say under ``tigris.responsible_ai``: a text, or a list of texts, by these names."""
TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}
"""The type of Croissant of each type of field."""
_WHOLE_NUMBER = "[1-9][0-9]*"
"""The pattern of text that readers of CSV take for whole numbers whatever they are told, and lose nothing by it."""
_SPLITS = "splits"
_SOURCES = ("source", "references")
"""What a field says of where its values are; it says nothing where the record set holds them itself."""
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives."""


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the description, the tables as CSV, the texts, and a page about them.

    Raises CorpusError where a text cannot be read, or the descriptor says something of responsible AI that has no name.
    """
    gate = corpus.package.gate
    copies = {path: data for name in corpus.tables for path, data in [_table(corpus, name)]}
    texts = {path: gate.read(path, MAX_TEXT) for path in corpus.documents["text_path"].dropna()}
    told = json.dumps(description(corpus), ensure_ascii=False, indent=1)
    page = (
        f"`{FILE}` describes the tables in `corpus/` and `schema/vocabulary/` and the texts in Croissant.\n\n"
        f"```console\nmlcroissant validate --jsonld {FILE}\n```"
    )
    return {
        FILE: f"{told}\n".encode(),
        **copies,
        **texts,
        describing.README: describing.readme(corpus, "with its description in Croissant", page),
    }


def description(corpus: Corpus) -> dict[str, Any]:
    """Return the description of a corpus in Croissant. Raises CorpusError as ``files`` does."""
    package = corpus.package
    about = describing.about(corpus)
    terms = [one.path or one.name for one in describing.licences(package)]
    makers = _creators(package.descriptor.get("contributors"))
    languages = sorted(set(corpus.documents["language"].dropna()))
    texts = _texts(corpus)
    told: dict[str, Any] = {
        "name": about["title"],
        "alternateName": about["name"],
        "description": about["description"],
        "conformsTo": [VERSION, RAI_VERSION],
        "version": about["version"],
        "datePublished": about["created"],
        "citeAs": _citation(about, makers),
        "license": terms[0] if len(terms) == 1 else terms,
        "usageInfo": f"{about['licence_covers'] or about['licence']}. Rights in the texts: {about['rights']}",
        "url": describing.word(package, "homepage"),
        "creator": [{"@type": "sc:Organization", "name": name} for name in makers],
        "keywords": describing.words(package, "keywords"),
        "inLanguage": languages,
        **_responsible(corpus),
        "distribution": [*_files(corpus), *texts],
        "recordSet": [
            *(_record_set(corpus, name) for name in corpus.tables),
            *([_TEXT_RECORDS] if texts else []),
        ],
    }
    filled = {key: value for key, value in told.items() if value}
    return {"@context": _CONTEXT, "@type": "sc:Dataset", **filled, "isLiveDataset": False}


def _creators(contributors: Any) -> list[str]:
    """Return the names of the contributors who are creators, or who are not said to be anything else."""
    people = [one for one in contributors if isinstance(one, dict)] if isinstance(contributors, list) else []
    return [
        one["title"]
        for one in people
        if isinstance(one.get("title"), str) and "creator" in (one.get("roles") or ["creator"])
    ]


def _citation(about: dict[str, str], makers: Iterable[str]) -> str:
    """Return how to cite a corpus, in BibTeX."""
    author = " and ".join(f"{{{name}}}" for name in makers)
    parts = {
        "author": author,
        "title": f"{{{about['title']}}}",
        "version": about["version"],
        "year": about["created"][:4],
    }
    inside = ", ".join(f"{key} = {{{value}}}" for key, value in parts.items() if value)
    return f"@misc{{{about['name']}, {inside}}}"


def _responsible(corpus: Corpus) -> dict[str, Any]:
    """Return what is said of responsible AI: what the descriptor states, and what the tables tell."""
    stated = corpus.package.descriptor.get("tigris", {}).get("responsible_ai", {})
    unknown = sorted(set(stated) - set(STATED)) if isinstance(stated, dict) else ["responsible_ai"]
    if unknown:
        raise CorpusError(
            f"datapackage.json: tigris.responsible_ai: {unknown[0]!r} has no name in Croissant; it is one of {', '.join(STATED)}"
        )
    return {f"rai:{name}": stated[name] for name in STATED if name in stated} | _annotators(corpus)


def _annotators(corpus: Corpus) -> dict[str, Any]:
    """Return who annotated, with what, and how often, as far as the tables tell."""
    kinds = {row["kind"]: row for row in rows(corpus, "annotator_kinds")}
    people = [*rows(corpus, "annotators")]
    told: dict[str, Any] = {}
    passes = _passes(corpus)
    if passes:
        told["rai:annotationsPerItem"] = f"Blind passes over each layer of a document: {passes}."
    if people:
        told["rai:annotatorDemographics"] = [
            f"{sum(row['kind'] == kind for row in people)} of {len(people)} annotators: {row['name'].lower()}. {row['definition_en']}"
            for kind, row in kinds.items()
        ]
        tools = [f"{row['annotator_id']}: {row['description']}" for row in people if row["kind"] != "human"]
        told["rai:machineAnnotationTools"] = tools
    return told


def _passes(corpus: Corpus) -> str:
    """Return how many passes each layer of a document has, without those by which the guidelines were made."""
    counted = Counter((row["layer"], row["document_id"]) for row in rows(corpus, "passes") if row["round"])
    layers = corpus.tables["layer_types"]["layer"].astype(str)
    numbers = {layer: sorted({counted[key] for key in counted if key[0] == layer}) for layer in layers}
    return ", ".join(f"{layer} {' or '.join(map(str, found))}" for layer, found in numbers.items() if found)


def _table(corpus: Corpus, name: str) -> tuple[str, bytes]:
    """Return the path and the bytes of a table as one file of CSV: the package's own, where it is one."""
    paths = corpus.package.tables[name].paths
    if len(paths) == 1 and paths[0].endswith(".csv"):
        return paths[0], corpus.package.gate.read(paths[0])
    names = corpus.package.schema(name).names
    cells = ([tables.cell(row.get(column)) for column in names] for row in rows(corpus, name))
    return str(PurePosixPath(paths[0]).with_name(f"{name}.csv")), tables.write([names, *cells])


def _files(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield the files of the tables."""
    for name in corpus.tables:
        path, data = _table(corpus, name)
        yield {
            "@type": "cr:FileObject",
            "@id": f"{name}.csv",
            "name": f"{name}.csv",
            "description": corpus.package.schema(name).description,
            "contentUrl": path,
            "contentSize": f"{len(data)} B",
            "encodingFormat": "text/csv",
            "sha256": hashlib.sha256(data).hexdigest(),
        }


def _texts(corpus: Corpus) -> list[dict[str, Any]]:
    """Return the files of the texts, as patterns of their paths; nothing where there are none."""
    paths = [PurePosixPath(path) for path in corpus.documents["text_path"].dropna()]
    patterns = sorted({str(path.with_name(f"*{path.suffix}")) for path in paths})
    files = {
        "@type": "cr:FileSet",
        "@id": "text-files",
        "name": "text-files",
        "description": describing.TEXTS_TITLE,
        "encodingFormat": "text/plain",
        "includes": patterns,
    }
    return [files] if patterns else []


_TEXT_RECORDS = {
    "@type": "cr:RecordSet",
    "@id": describing.TEXTS,
    "name": describing.TEXTS,
    "description": describing.TEXTS_TITLE,
    "key": {"@id": f"{describing.TEXTS}/text_path"},
    "field": [
        {
            "@type": "cr:Field",
            "@id": f"{describing.TEXTS}/{name}",
            "name": name,
            "description": told,
            "dataType": "sc:Text",
            "source": {"fileSet": {"@id": "text-files"}, "extract": {"fileProperty": extracted}},
        }
        for name, told, extracted in (
            ("text_path", "The path of the text; documents.text_path has it too.", "fullpath"),
            ("text", "The raw text, in which all offsets count code points.", "content"),
        )
    ],
}


def _record_set(corpus: Corpus, name: str) -> dict[str, Any]:
    """Return the record set of a table."""
    schema = corpus.package.schema(name)
    key = [{"@id": f"{name}/{column}"} for column in schema.key]
    is_vocabulary = corpus.package.tables[name].is_vocabulary
    told: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": schema.description,
        "key": key[0] if len(key) == 1 else key,
        "field": [_field(corpus, name, field) for field in schema.fields],
    }
    if is_vocabulary and len(key) == 1:
        told["dataType"] = ["cr:Split", "sc:Enumeration"] if name == _SPLITS else "sc:Enumeration"
    if is_vocabulary and _is_misread(corpus, name):
        told["field"] = [{part: one[part] for part in one if part not in _SOURCES} for one in told["field"]]
        told["data"] = [
            {f"{name}/{column}": row.get(column) for column in schema.names} for row in rows(corpus, name)
        ]
    return {part: value for part, value in told.items() if value}


def _is_misread(corpus: Corpus, name: str) -> bool:
    """Whether readers of CSV that guess at types would take text of a table for numbers, and lose its leading zeros."""
    frame = corpus.tables[name]
    text = [
        frame[field.name].dropna().astype(str)
        for field in corpus.package.schema(name).fields
        if field.type == "string"
    ]
    return any(
        bool(cells.str.fullmatch("[0-9]+").all() and cells.str.fullmatch("0[0-9]+").any()) for cells in text
    )


def _field(corpus: Corpus, name: str, field: Field) -> dict[str, Any]:
    """Return a field of the record set of a table."""
    is_number = field.type == "string" and field.pattern == _WHOLE_NUMBER
    told: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{name}/{field.name}",
        "name": field.name,
        "description": field.description,
        "dataType": TYPES["integer" if is_number else field.type],
        "source": {"fileObject": {"@id": f"{name}.csv"}, "extract": {"column": field.name}},
    }
    for key in corpus.package.schema(name).foreign_keys:
        target = key.resource or name
        if (
            key.fields == (field.name,)
            and target in corpus.tables
            and is_key(key, corpus.package.schema(target))
        ):
            told["references"] = {
                "fileObject": {"@id": f"{target}.csv"},
                "extract": {"column": key.reference[0]},
            }
    return told
