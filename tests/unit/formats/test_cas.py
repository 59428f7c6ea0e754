from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from exchanges import compared, given, invented, released, round_trip
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, Format, cas, cas_json, cas_xmi
from tigris_corpus.formats.exchange import Argument, Document, Item, Reading
from tigris_corpus.formats.judging import judge
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

cassis = pytest.importorskip("cassis")

XMI = FORMATS["uima-xmi"]
JSON = FORMATS["uima-json"]
MODULES = {"xmi": cas_xmi, "json": cas_json}

TEXT = "😀 “Paris” fell, says l’AFP."
SENTENCE = {
    "sentence_id": "D000-S001",
    "document_id": "D000",
    "start": 0,
    "end": 27,
    "zone": "body",
    "text": TEXT,
}
PARIS = {
    "mention_id": "D000-M001",
    "sentence_id": "D000-S001",
    "start": 3,
    "end": 8,
    "text": "Paris",
    "entity_type": "GPE",
    "mention_type": "NAM",
    "entity_id": "paris",
}
AFP = {
    "mention_id": "D000-M002",
    "sentence_id": "D000-S001",
    "start": 23,
    "end": 26,
    "text": "AFP",
    "entity_type": "ORG",
    "mention_type": "NAM",
    "value": "a_b",
}
FELL = {
    "event_id": "D000-E001",
    "sentence_id": "D000-S001",
    "trigger_start": 10,
    "trigger_end": 14,
    "trigger_text": "fell",
    "event_type": "RETREAT",
    "realis": "actual",
    "polarity": "positive",
    "source_mention_id": "D000-M002",
    "modes": ["release", "ceasefire"],
    "arguments": [{"role": "actor", "mention_id": "D000-M001"}],
}
SMALL = Document(
    "D000", "fr", TEXT, (SENTENCE,), {"document_id": "D000", "mentions": [PARIS, AFP], "events": [FELL]}
)
DOCUMENTS = {"D000": SMALL}

WRITTEN = """<?xml version='1.0' encoding='UTF-8'?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" \
xmlns:type="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" \
xmlns:type0="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" \
xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">
  <cas:NULL xmi:id="0"/>
  <type:DocumentMetaData xmi:id="2" sofa="1" begin="0" end="28" language="fr" documentTitle="D000" documentId="D000"/>
  <type0:Sentence xmi:id="3" sofa="1" begin="0" end="28" id="D000-S001"/>
  <type0:Token xmi:id="4" sofa="1" begin="0" end="2"/>
  <type0:Token xmi:id="5" sofa="1" begin="3" end="4"/>
  <type0:Token xmi:id="6" sofa="1" begin="4" end="9"/>
  <type0:Token xmi:id="7" sofa="1" begin="9" end="10"/>
  <type0:Token xmi:id="8" sofa="1" begin="11" end="15"/>
  <type0:Token xmi:id="9" sofa="1" begin="15" end="16"/>
  <type0:Token xmi:id="10" sofa="1" begin="17" end="21"/>
  <type0:Token xmi:id="11" sofa="1" begin="22" end="24"/>
  <type0:Token xmi:id="12" sofa="1" begin="24" end="27"/>
  <type0:Token xmi:id="13" sofa="1" begin="27" end="28"/>
  <custom:Mention xmi:id="14" sofa="1" begin="4" end="9" entity_type="GPE" mention_type="NAM" entity_id="paris" \
mention_id="D000-M001"/>
  <custom:Mention xmi:id="15" sofa="1" begin="24" end="27" entity_type="ORG" mention_type="NAM" value="a_b" \
mention_id="D000-M002"/>
  <custom:Event xmi:id="16" sofa="1" begin="11" end="15" event_type="RETREAT" realis="actual" polarity="positive" \
event_id="D000-E001" arguments="17" source="18">
    <modes>release</modes>
    <modes>ceasefire</modes>
  </custom:Event>
  <custom:EventArgumentsLink xmi:id="17" role="actor" target="14"/>
  <custom:EventSourceLink xmi:id="18" role="source" target="15"/>
  <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text/plain" \
sofaString="😀 “Paris” fell, says l’AFP."/>
  <cas:View sofa="1" members="2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"/>
</xmi:XMI>
"""

EXPORTED = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:custom="http:///webanno/custom.ecore"
    xmlns:type="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" xmi:version="2.0">
<cas:NULL xmi:id="0"/>
<type:DocumentMetaData xmi:id="1" sofa="9" begin="0" end="28" language="x-unspecified" documentTitle="D000.txt"
    documentId="alice" documentUri="tigris/D000.txt" collectionId="tigris" documentBaseUri="tigris" isLastSegment="false"/>
<custom:Mention xmi:id="4" sofa="9" begin="4" end="9" entity_type="GPE" mention_type="NAM"/>
<custom:Event xmi:id="5" sofa="9" begin="11" end="15" event_type="RETREAT" arguments="6"/>
<custom:EventArgumentsLink xmi:id="6" role="actor" target="4"/>
<cas:Sofa xmi:id="9" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="😀 “Paris” fell, says l’AFP."/>
<cas:View sofa="9" members="1 4 5"/>
</xmi:XMI>
"""
"""What INCEpTION writes for one annotator: the id is the name of the annotator, the title that of the document."""


def read(text: str, types: str | None = None, path: str = "D000.xmi") -> Reading:
    files = {path: text.encode()} | ({} if types is None else {"TypeSystem.xml": types.encode()})
    return cas_xmi.read(files, DOCUMENTS)


def shown(reading: Reading) -> list[tuple[str, str | None, int | None, str | None, str]]:
    return [
        (one.code, one.location.file, one.location.line, one.location.pointer, one.message)
        for one in reading.faults
    ]


def written(module: Any, documents: Sequence[Document] = (SMALL,)) -> dict[str, bytes]:
    files: dict[str, bytes] = module.write(documents, released()[1])
    return files


def structures() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(written(cas_json)["D000.json"])
    return value


def read_json(value: Any) -> Reading:
    return cas_json.read({"D000.json": json.dumps(value).encode()}, DOCUMENTS)


def test_a_document_is_written_as_xmi() -> None:
    files = written(cas_xmi)
    assert sorted(files) == ["D000.xmi", "TypeSystem.xml"]
    assert files["D000.xmi"].decode() == WRITTEN


def test_the_type_system_has_the_layers_as_inception_makes_them() -> None:
    root = ET.fromstring(written(cas_xmi)["TypeSystem.xml"])  # noqa: S314 - written here
    space = "{http://uima.apache.org/resourceSpecifier}"
    layers = {
        one.findtext(f"{space}name"): (
            one.findtext(f"{space}supertypeName"),
            [
                tuple(part.findtext(f"{space}{name}") for name in ("name", "rangeTypeName", "elementType"))
                for part in one.iter(f"{space}featureDescription")
            ],
        )
        for one in root.iter(f"{space}typeDescription")
    }
    string = "uima.cas.String"
    assert layers["webanno.custom.Mention"] == (
        "uima.tcas.Annotation",
        [
            (name, string, None)
            for name in ("entity_type", "mention_type", "value", "entity_id", "mention_id")
        ],
    )
    assert layers["webanno.custom.Event"] == (
        "uima.tcas.Annotation",
        [
            *(
                (name, string, None)
                for name in ("event_type", "realis", "polarity", "incident_id", "event_id")
            ),
            ("modes", "uima.cas.StringArray", None),
            ("arguments", "uima.cas.FSArray", "webanno.custom.EventArgumentsLink"),
            ("source", "uima.cas.FSArray", "webanno.custom.EventSourceLink"),
        ],
    )
    for link in ("webanno.custom.EventArgumentsLink", "webanno.custom.EventSourceLink"):
        assert layers[link] == (
            "uima.cas.TOP",
            [("role", string, None), ("target", "webanno.custom.Mention", None)],
        )
    described = root.findtext(f".//{space}featureDescription[{space}name='polarity']/{space}description")
    assert described == "One of positive, negative."


def test_a_document_is_written_as_json() -> None:
    value = structures()
    assert [one["%ID"] for one in value["%FEATURE_STRUCTURES"]] == list(range(1, 22))
    found = {one["%ID"]: one for one in value["%FEATURE_STRUCTURES"]}
    assert found[14] == {
        "%ID": 14,
        "%TYPE": "webanno.custom.Mention",
        "@sofa": 1,
        "begin": 4,
        "end": 9,
        "entity_type": "GPE",
        "mention_type": "NAM",
        "entity_id": "paris",
        "mention_id": "D000-M001",
    }
    assert found[16] == {
        "%ID": 16,
        "%TYPE": "webanno.custom.Event",
        "@sofa": 1,
        "begin": 11,
        "end": 15,
        "event_type": "RETREAT",
        "realis": "actual",
        "polarity": "positive",
        "event_id": "D000-E001",
        "@modes": 17,
        "@arguments": 18,
        "@source": 19,
    }
    assert found[17]["%ELEMENTS"] == ["release", "ceasefire"]
    assert (found[18]["%ELEMENTS"], found[20]["role"], found[20]["@target"]) == ([20], "actor", 14)
    assert value["%VIEWS"] == {"_InitialView": {"%SOFA": 1, "%MEMBERS": list(range(2, 17))}}


def items(*places: Location) -> tuple[Item, ...]:
    paris, afp, fell = places
    return (
        Item(
            "mentions",
            "14",
            3,
            8,
            {"entity_type": "GPE", "mention_type": "NAM", "entity_id": "paris"},
            paris,
            "D000-M001",
        ),
        Item(
            "mentions",
            "15",
            23,
            26,
            {"entity_type": "ORG", "mention_type": "NAM", "value": "a_b"},
            afp,
            "D000-M002",
        ),
        Item(
            table="events",
            ref="16",
            start=10,
            end=14,
            cells={"event_type": "RETREAT", "realis": "actual", "polarity": "positive"},
            at=fell,
            id="D000-E001",
            source="15",
            modes=("release", "ceasefire"),
            arguments=(Argument("actor", "14", fell),),
        ),
    )


def test_xmi_is_read_with_the_lines_of_its_elements() -> None:
    reading = read(WRITTEN)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text) == ("D000", TEXT)
    places = [
        Location("D000.xmi", line, key=key, document="D000")
        for line, key in ((16, "14"), (17, "15"), (18, "16"))
    ]
    assert answer.items == items(*places)


def test_json_is_read_with_the_pointers_of_its_objects() -> None:
    reading = read_json(structures())
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text) == ("D000", TEXT)
    places = [
        Location("D000.json", key=key, document="D000", pointer=f"/%FEATURE_STRUCTURES/{n}")
        for n, key in ((13, "14"), (14, "15"), (15, "16"))
    ]
    assert answer.items == items(*places)


def test_json_may_have_its_structures_in_an_object() -> None:
    value = structures()
    value["%FEATURE_STRUCTURES"] = {str(one.pop("%ID")): one for one in value["%FEATURE_STRUCTURES"]}
    reading = read_json(value)
    assert reading.faults == ()
    assert reading.answers[0].items[0].at.pointer == "/%FEATURE_STRUCTURES/14"
    assert compared(reading.answers[0].items) == compared(given(SMALL))


def test_what_inception_exports_is_read() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    reading = read(EXPORTED, types, "alice.xmi")
    assert reading.faults == ()
    (answer,) = reading.answers
    assert answer.document_id == "D000"
    at = Location("alice.xmi", 8, key="5", document="D000")
    assert answer.items[1] == Item(
        "events", "5", 10, 14, {"event_type": "RETREAT"}, at, arguments=(Argument("actor", "4", at),)
    )


@pytest.mark.parametrize(
    ("told", "path", "expected"),
    [
        (["D000"], "x.xmi", "D000"),
        (["alice", "D000.txt"], "alice.xmi", "D000"),
        (["alice", "D999.txt"], "alice.xmi", "D999"),
        ([], "D000.xmi", "D000"),
        ([], "annotation/D000.txt/alice.xmi", "D000"),
        ([], "alice.xmi", "alice.xmi"),
        (["Speech"], "alice.xmi", "Speech"),
    ],
)
def test_the_id_of_a_document_is_looked_for_where_tools_put_it(
    told: list[str], path: str, expected: str
) -> None:
    assert cas.document_id(told, path, DOCUMENTS) == expected


def test_a_type_system_counts_for_its_folder_and_those_below() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    other = types.replace("<name>polarity</name>", "<name>polarities</name>")
    files = {
        "TypeSystem.xml": types.encode(),
        "a/TypeSystem.xml": other.encode(),
        "a/D000.xmi": WRITTEN.encode(),
        "b/c/D000.xmi": WRITTEN.encode(),
    }
    reading = cas_xmi.read(files, DOCUMENTS)
    assert [answer.at.file for answer in reading.answers] == ["b/c/D000.xmi"]
    assert [(one.code, one.location.file) for one in reading.faults] == [("imp.format", "a/D000.xmi")]
    assert "'polarity'" in reading.faults[0].message


def test_what_uima_writes_in_other_words_is_read_the_same() -> None:
    """Arrays that stand by themselves, as a type system may have it, and modes as one string."""
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    shared = types.replace(
        "<multipleReferencesAllowed>false</multipleReferencesAllowed>",
        "<multipleReferencesAllowed>true</multipleReferencesAllowed>",
    )
    text = WRITTEN.replace('arguments="17" source="18">', 'arguments="20" source="21" modes="22">')
    text = text.replace("    <modes>release</modes>\n    <modes>ceasefire</modes>\n", "")
    arrays = (
        '<cas:FSArray xmi:id="20" elements="17"/><cas:FSArray xmi:id="21" elements="18"/><cas:StringArray xmi:id="22">'
        "<elements>release</elements><elements>ceasefire</elements></cas:StringArray>"
    )
    reading = read(text.replace("  <cas:Sofa", f"  {arrays}<cas:Sofa"), shared)
    assert reading.faults == ()
    assert compared(reading.answers[0].items) == compared(given(SMALL))
    plain = types.replace("<rangeTypeName>uima.cas.StringArray<", "<rangeTypeName>uima.cas.String<")
    text = re.sub(
        r">\n    <modes>.*</modes>\n  </custom:Event>",
        ' modes="release ceasefire"/>',
        WRITTEN,
        flags=re.DOTALL,
    )
    reading = read(text, plain)
    assert reading.faults == ()
    assert compared(reading.answers[0].items) == compared(given(SMALL))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "<xmi:XMI",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><xmi:XMI",
            ("sec.xml-dtd", 2, "the file has a document type, 'x'"),
        ),
        (
            "<xmi:XMI",
            "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><xmi:XMI",
            ("sec.xml-dtd", 2, "the file has a document type, 'x'"),
        ),
        (
            "  <cas:NULL",
            "  <i:include xmlns:i='http://www.w3.org/2001/XInclude' href='a'/><cas:NULL",
            ("sec.xml-dtd", 3, "the file includes others"),
        ),
        ("UTF-8", "UTF-7", ("imp.format", 1, "the encoding is 'UTF-7', and has to be UTF-8")),
        ("</xmi:XMI>", "", ("imp.format", 27, "this is no XML: no element found")),
        ("&", "&amp;", None),
        (" begin=", " begin", ("imp.format", 4, "this is no XML: not well-formed (invalid token)")),
        ("Paris” fell", "&a;", ("imp.format", 24, "this is no XML: undefined entity")),
        (
            "<modes>release</modes>",
            "<a>" * 15,
            ("imp.format", 19, "there are more elements, levels or attributes than UIMA writes"),
        ),
        (
            "<cas:NULL",
            "<cas:NULL " + " ".join(f"a{n}='1'" for n in range(257)),
            ("imp.format", 3, "there are more elements, levels or attributes than UIMA writes"),
        ),
        (
            'xmi:id="15"',
            'xmi:id="14"',
            ("imp.duplicate-id", 17, "the id 14 stands there a second time"),
        ),
        (
            'begin="4" end="9" entity_type',
            'begin="1" end="9" entity_type',
            ("imp.span", 16, "1 to 9 is no span: utf-16 offset 1 falls inside a character of the text"),
        ),
        (
            'begin="4" end="9" entity_type',
            'begin="4" end="29" entity_type',
            ("imp.span", 16, "4 to 29 is no span: utf-16 offset 29 is outside the text (0 to 28)"),
        ),
        (
            "<custom:EventSourceLink",
            '<custom:Place xmi:id="30"/><custom:Place xmi:id="31"/><custom:EventSourceLink',
            (
                "imp.unsupported",
                23,
                "2 annotations of the type webanno.custom.Place: the corpus has no such layer",
            ),
        ),
        (
            'target="14"',
            "",
            ("imp.dangling-ref", 18, "a link of the slot arguments leads to nothing"),
        ),
        (
            'source="18"',
            'source="18 18"',
            ("imp.unsupported", 18, "the event has 2 sources, and the corpus has a place for one"),
        ),
        (
            'role="source"',
            'role="speaker"',
            ("imp.unknown-label", 18, "'speaker' is no role of the slot source"),
        ),
        (
            "2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
            "2 3 14 16",
            ("imp.format", 16, "1 of 2 annotations of webanno.custom.Mention are in the index of the view"),
        ),
        (
            'sofaString="😀 “Paris” fell, says l’AFP."',
            "",
            ("imp.format", None, "this is no CAS that can be read: it has not one text, in one view"),
        ),
        (
            "<cas:View",
            '<cas:Sofa xmi:id="40" sofaNum="2" sofaID="pdf"/><cas:View',
            ("imp.format", None, "this is no CAS that can be read: it has not one text, in one view"),
        ),
        (
            'xmi:id="14"',
            "",
            ("imp.format", None, "this is no CAS that can be read: '{http://www.omg.org/XMI}id'"),
        ),
    ],
)
def test_damaged_xmi_is_refused_where_it_is_damaged(
    before: str, after: str, fault: tuple[str, int | None, str] | None
) -> None:
    reading = read(WRITTEN.replace(before, after, 1))
    assert [(code, line, message) for code, _, line, _, message in shown(reading)][:1] == [fault] * (
        fault is not None
    )


def test_a_role_that_is_not_set_is_no_role() -> None:
    reading = read(WRITTEN.replace('role="actor" ', ""))
    found = judge(reading, DOCUMENTS, released()[1])
    assert [
        (one.code, one.location.line, one.value) for one in found.issues if one.code == "imp.unknown-label"
    ] == [("imp.unknown-label", 18, "")]


def test_a_link_to_what_is_no_mention_is_refused() -> None:
    found = judge(read(WRITTEN.replace('target="14"', 'target="16"')), DOCUMENTS, released()[1])
    assert ("imp.dangling-ref", 18, "16") in [
        (one.code, one.location.line, one.value) for one in found.issues
    ]


def test_the_encoding_of_xmi_has_to_be_utf_8() -> None:
    files = {"D000.xmi": WRITTEN.replace("UTF-8", "UTF-16").encode("utf-16")}
    assert shown(cas_xmi.read(files, DOCUMENTS)) == [
        ("imp.format", "D000.xmi", 1, None, "the byte 0xFF is not UTF-8 here")
    ]
    assert cas_xmi.read({"D000.xmi": b"\xef\xbb\xbf" + WRITTEN.encode()}, DOCUMENTS).faults == ()


def test_a_layer_without_a_feature_is_refused_since_its_values_are_lost() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    short = re.sub("<featureDescription><name>(value|source)</name>.*?</featureDescription>", "", types)
    text = WRITTEN.replace(' value="a_b"', "").replace(' source="18"', "")
    assert shown(read(text, short)) == [
        (
            "imp.format",
            "D000.xmi",
            16,
            None,
            "the layer webanno.custom.Mention has no value: what was there is lost",
        ),
        (
            "imp.format",
            "D000.xmi",
            18,
            None,
            "the layer webanno.custom.Event has no source: what was there is lost",
        ),
    ]


def test_a_layer_may_lack_the_ids_of_the_corpus() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    short = re.sub("<featureDescription><name>mention_id</name>.*?</featureDescription>", "", types)
    reading = read(re.sub(' mention_id="[^"]*"', "", WRITTEN), short)
    assert reading.faults == ()
    assert [item.id for item in reading.answers[0].items] == [None, None, "D000-E001"]


def test_a_feature_without_a_place_in_the_corpus_is_refused_where_it_holds_something() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    more = types.replace(
        "<featureDescription><name>value</name>",
        "<featureDescription><name>note</name><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>"
        "<featureDescription><name>value</name>",
    )
    assert read(WRITTEN, more).faults == ()
    assert shown(read(WRITTEN.replace(' value="a_b"', ' note="unsure"'), more)) == [
        (
            "imp.unsupported",
            "D000.xmi",
            17,
            None,
            "1 value of the feature note of webanno.custom.Mention: the corpus has no place for it",
        )
    ]


def test_what_belongs_to_the_tool_itself_is_left_alone() -> None:
    api = "de.tudarmstadt.ukp.clarin.webanno.api.type"
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    definition = (
        f"<typeDescription><name>{api}.LayerDefinition</name><supertypeName>uima.cas.TOP</supertypeName><features>"
        "<featureDescription><name>name</name><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>"
        "</features></typeDescription>"
    )
    space = f"http:///{api.replace('.', '/')}.ecore"
    layer = f'<a:LayerDefinition xmlns:a="{space}" xmi:id="30" name="webanno.custom.Mention"/>'
    reading = read(
        WRITTEN.replace("<cas:NULL", f"{layer}<cas:NULL"), types.replace("<types>", f"<types>{definition}")
    )
    assert reading.faults == ()
    assert compared(reading.answers[0].items) == compared(given(SMALL))


@pytest.mark.parametrize("name", ["x=print(1)", "x\ny", "__class__", "", "a" * 101, "é"])
def test_a_name_that_is_none_never_reaches_the_library(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library makes program text of the names of features."""
    seen: list[str] = []
    original = cassis.TypeSystem.create_feature

    def spy(*parts: Any, **cells: Any) -> Any:
        seen.append(cells["name"] if "name" in cells else parts[2])
        return original(*parts, **cells)

    monkeypatch.setattr(cassis.TypeSystem, "create_feature", spy)
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    seen.clear()
    evil = types.replace("<name>polarity</name>", f"<name>{name}</name>")
    assert [fault[0] for fault in shown(read(WRITTEN, evil))] == ["imp.format"]
    value = structures()
    value["%TYPES"]["webanno.custom.Mention"][name] = {"%NAME": name, "%RANGE": "uima.cas.String"}
    assert [fault[0] for fault in shown(read_json(value))] == ["imp.format"]
    assert name not in seen


def test_a_type_system_that_would_take_hours_is_refused() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()

    def feature(name: str, kind: str) -> str:
        return f"<featureDescription><name>{name}</name><rangeTypeName>{kind}</rangeTypeName></featureDescription>"

    def with_features(names: Sequence[str]) -> str:
        more = "".join(feature(name, "uima.cas.String") for name in names)
        return types.replace(
            "<featureDescription><name>entity_type", f"{more}<featureDescription><name>entity_type"
        )

    assert read(WRITTEN, with_features([f"f{n}" for n in range(50)])).faults == ()
    (fault,) = read(WRITTEN, with_features([f"f{n}" for n in range(100)])).faults
    assert fault.message.endswith("the type webanno.custom.Mention has more than 64 features or ancestors")
    ring = types.replace(
        "<name>webanno.custom.Mention</name><description>A mention of an entity, a time or a number.</description>"
        "<supertypeName>uima.tcas.Annotation",
        "<name>webanno.custom.Mention</name><supertypeName>webanno.custom.Mention",
    )
    (fault,) = read(WRITTEN, ring).faults
    assert fault.message.endswith("the type webanno.custom.Mention has more than 64 features or ancestors")
    line = "".join(
        f"<typeDescription><name>a.T{n}</name><supertypeName>a.T{n + 1}</supertypeName></typeDescription>"
        for n in range(100)
    )
    deep = types.replace("<types>", f"<types>{line}")
    (fault,) = read(
        WRITTEN, deep.replace("<rangeTypeName>uima.cas.StringArray<", "<rangeTypeName>a.T0<")
    ).faults
    assert fault.message.endswith("the type a.T65 has more than 64 features or ancestors")
    chain = "".join(
        f"<typeDescription><name>a.T{n}</name><supertypeName>uima.cas.TOP</supertypeName><features>"
        f"{feature('next', f'a.T{n + 1}')}</features></typeDescription>"
        for n in range(500)
    )
    more = with_features([]).replace("<types>", f"<types>{chain}")
    assert read(WRITTEN, more).faults == ()  # nothing leads there
    (fault,) = read(
        WRITTEN, more.replace("<rangeTypeName>uima.cas.StringArray<", "<rangeTypeName>a.T0<")
    ).faults
    assert fault.message.endswith("more than 400 types are used")


def test_a_type_system_with_a_document_type_is_refused() -> None:
    types = written(cas_xmi)["TypeSystem.xml"].decode()
    reading = read(WRITTEN, types.replace("<typeSystem", "<!DOCTYPE a><typeSystem", 1))
    assert shown(reading) == [("sec.xml-dtd", "TypeSystem.xml", 2, None, "the file has a document type, 'a'")]


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_what_is_too_long_is_refused(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files = written(module)
    monkeypatch.setattr(cas, "MAX_BYTES", 100)
    assert {one.message for one in module.read(files, DOCUMENTS).faults} == {
        "the file has more than 100 bytes"
    }
    monkeypatch.undo()
    monkeypatch.setattr(cas, "MAX_STRUCTURES", 15)
    assert (
        any("more than 15" in one.message for one in module.read(files, DOCUMENTS).faults)
        or module is cas_xmi
    )


def test_more_structures_than_a_document_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cas, "MAX_STRUCTURES", 15)
    assert read(WRITTEN).faults[0].message.endswith("it has more than 15 structures or 16 views")
    monkeypatch.setattr(cas, "MAX_STRUCTURES", 10)
    assert read(WRITTEN).faults[0].message == "there are more elements, levels or attributes than UIMA writes"
    text = WRITTEN.replace('members="', f'members="{"14 " * 250_001}')
    monkeypatch.undo()
    assert shown(read(text)) == [
        ("imp.format", "D000.xmi", 25, None, "the view has more than 250000 members")
    ]


def test_more_views_than_a_document_has_are_refused() -> None:
    more = "".join(f'<cas:Sofa xmi:id="{n}" sofaNum="{n}" sofaID="v{n}"/>' for n in range(40, 60))
    assert (
        read(WRITTEN.replace("<cas:View", f"{more}<cas:View"))
        .faults[0]
        .message.endswith("it has more than 250000 structures or 16 views")
    )
    value = structures()
    value["%VIEWS"] |= {f"v{n}": {"%SOFA": 1, "%MEMBERS": []} for n in range(16)}
    assert [fault[4] for fault in shown(read_json(value))] == ["there are no %VIEWS, or too many"]


def test_arrays_are_named_as_java_names_them() -> None:
    value = structures()
    for place, link in (
        (17, "webanno.custom.EventArgumentsLink[]"),
        (18, "webanno.custom.EventSourceLink[]"),
    ):
        value["%FEATURE_STRUCTURES"][place]["%TYPE"] = link
    value["%TYPES"]["webanno.custom.Event"]["arguments"] = {
        "%NAME": "arguments",
        "%RANGE": "uima.cas.FSArray",
        "%ELEMENT_TYPE": "webanno.custom.EventArgumentsLink",
    }
    reading = read_json(value)
    assert reading.faults == ()
    assert compared(reading.answers[0].items) == compared(given(SMALL))


def test_an_event_with_a_thousand_links_is_refused() -> None:
    (fault,) = read(WRITTEN.replace('arguments="17"', f'arguments="{"17 " * 1001}"')).faults
    assert fault.message.endswith("there are 1001 links in the slot arguments of 16")


def changed(number: int, cells: dict[str, Any]) -> dict[str, Any]:
    value = structures()
    value["%FEATURE_STRUCTURES"][number] |= cells
    return value


@pytest.mark.parametrize(
    ("number", "cells", "fault"),
    [
        (
            13,
            {"begin": 1},
            ("imp.span", 13, "1 to 9 is no span: utf-16 offset 1 falls inside a character of the text"),
        ),
        (13, {"begin": "4"}, ("imp.span", 13, "the offsets are no whole numbers")),
        (13, {"begin": None}, ("imp.span", 13, "the offsets are no whole numbers")),
        (14, {"%ID": 14}, ("imp.duplicate-id", 14, "the id 14 stands there a second time")),
        (14, {"value": 5}, ("imp.format", 14, "the feature value holds no text")),
        (16, {"%ELEMENTS": [5]}, ("imp.format", 15, "the feature modes holds no text")),
        (19, {"@target": 99}, ("imp.dangling-ref", 15, "a link of the slot arguments leads to nothing")),
        (
            17,
            {"%ELEMENTS": [None]},
            ("imp.dangling-ref", 15, "a link of the slot arguments leads to nothing"),
        ),
        (13, {"note": "x"}, ("imp.format", None, None)),
        (13, {"@sofa": None}, ("imp.format", None, None)),
        (13, {"%TYPE": "uima.tcas.Annotation"}, ("imp.unsupported", 13, None)),
        (13, {"%TYPE": 5}, ("imp.format", None, "/%FEATURE_STRUCTURES/13 is no structure with a type")),
        (0, {"sofaString": None}, ("imp.format", None, None)),
    ],
)
def test_damaged_json_is_refused_where_it_is_damaged(
    number: int, cells: dict[str, Any], fault: tuple[str, int | None, str | None]
) -> None:
    code, place, message = fault
    found = shown(read_json(changed(number, cells)))[0]
    assert found[:4] == (code, "D000.json", None, None if place is None else f"/%FEATURE_STRUCTURES/{place}")
    assert message in {None, found[4]}


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "not JSON: Expecting value"),
        (b"\xff", 1, "not UTF-8 at byte 0"),
        (b'{\n"a": 1, "a": 2}', 2, "the key 'a' stands twice in one object"),
        (b"[" * 100_000, None, "not JSON that can be read: maximum recursion depth exceeded"),
        (b"[]", None, "there are no %FEATURE_STRUCTURES, so this is no CAS"),
        (b'{"%FEATURE_STRUCTURES": 5}', None, "there are no %FEATURE_STRUCTURES, so this is no CAS"),
        (b'{"%FEATURE_STRUCTURES": [5]}', None, "/%FEATURE_STRUCTURES/0 is no structure with a type"),
        (b'{"%FEATURE_STRUCTURES": []}', None, "there are no %VIEWS, or too many"),
        (
            b'{"%FEATURE_STRUCTURES": [], "%VIEWS": {"a": 1}}',
            None,
            "a view has more %MEMBERS than there are structures",
        ),
        (
            b'{"%FEATURE_STRUCTURES": [], "%VIEWS": {"a": {"%MEMBERS": [1]}}}',
            None,
            "a view has more %MEMBERS than there are structures",
        ),
        (b'{"%TYPES": 5}', None, "%TYPES does not define types by their names"),
        (b'{"%TYPES": {"a": {"b": 5}}}', None, "the feature 'b' has no range"),
        (
            b'{"%FEATURE_STRUCTURES": [], "%VIEWS": {}}',
            None,
            "this is no CAS that can be read: it has not one text, in one view",
        ),
    ],
)
def test_json_that_is_no_cas_is_refused(data: bytes, line: int | None, message: str) -> None:
    (fault,) = shown(cas_json.read({"D000.json": data}, DOCUMENTS))
    assert fault[:4] == ("imp.format", "D000.json", line, None)
    assert fault[4].startswith(message)


def test_other_files_are_left_alone() -> None:
    files = {"tigris-export.json": b"{", "notes.txt": b"\xff", "a.tsv": b"x"}
    assert cas_xmi.read(files, DOCUMENTS) == Reading(())
    assert cas_json.read(files, DOCUMENTS) == Reading(())


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_the_same_document_makes_the_same_bytes(module: Any) -> None:
    assert written(module) == written(module)


def test_a_text_that_xml_cannot_hold_is_not_written() -> None:
    text = "a\x01b"
    row = SENTENCE | {"end": 3, "text": text}
    with pytest.raises(
        CorpusError, match="D000 cannot be written as a CAS: All strings must be XML compatible"
    ):
        written(cas_xmi, [Document("D000", "en", text, (row,), {"document_id": "D000"})])


def test_the_name_of_a_file_is_safe() -> None:
    for module in MODULES.values():
        with pytest.raises(CorpusError, match=r"sec\.export-name"):
            written(module, [Document("../D000", "en", "", (), {"document_id": "../D000"})])


@pytest.mark.parametrize("format_", [XMI, JSON], ids=["xmi", "json"])
@pytest.mark.parametrize("documents", [released()[0], invented(200)], ids=["released", "invented"])
def test_documents_come_back_as_they_went_out(format_: Format, documents: Sequence[Document]) -> None:
    got, issues = round_trip(format_, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(given(document))


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_the_library_finds_the_words_at_the_offsets(module: Any) -> None:
    documents = (*released()[0], *invented(50))
    files = written(module, documents)
    types = cassis.load_typesystem(written(cas_xmi)["TypeSystem.xml"].decode())
    for document in documents:
        if module is cas_xmi:
            found = cassis.load_cas_from_xmi(files[f"{document.document_id}.xmi"].decode(), typesystem=types)
        else:
            found = cassis.load_cas_from_json(files[f"{document.document_id}.json"].decode())
        texts = {fs.mention_id: fs.get_covered_text() for fs in found.select(cas.MENTION)}
        texts |= {fs.event_id: fs.get_covered_text() for fs in found.select(cas.EVENT)}
        assert texts == {item.id: item.text for item in given(document)}
        sentences = {fs.id: fs.get_covered_text() for fs in found.select(cas.SENTENCE)}
        assert sentences == {row["sentence_id"]: row["text"] for row in document.sentences}
        tokens = sorted((fs.begin, fs.end) for fs in found.select(cas.TOKEN))
        assert all(one[1] <= other[0] for one, other in pairwise(tokens))
        left = [n for n, mark in enumerate(document.text) if not mark.isspace()]
        assert set(left) <= {n for start, end in tokens for n in range(start, end)}


def test_offsets_on_disk_are_utf_16_units() -> None:
    for document in invented(50):
        root = ET.fromstring(written(cas_xmi, [document])[f"{document.document_id}.xmi"])  # noqa: S314 - written here
        units = document.text.encode("utf-16-le")
        texts = {
            one.get("mention_id"): units[2 * int(one.get("begin", "")) : 2 * int(one.get("end", ""))].decode(
                "utf-16-le"
            )
            for one in root.iter("{http:///webanno/custom.ecore}Mention")
        }
        assert texts == {item.id: item.text for item in given(document) if item.table == "mentions"}


@settings(max_examples=100, deadline=None)
@hypothetically(st.binary(max_size=300))
def test_any_bytes_make_a_reading(data: bytes) -> None:
    for path in ("D000.xmi", "TypeSystem.xml", "D000.json"):
        files = {path: data, "D001.xmi": WRITTEN.encode()}
        for module in MODULES.values():
            assert isinstance(module.read(files, DOCUMENTS), Reading)


@settings(max_examples=150, deadline=None)
@hypothetically(st.data())
def test_any_change_of_a_file_makes_a_reading(data: st.DataObject) -> None:
    suffix, module = data.draw(st.sampled_from(sorted(MODULES.items())))
    files = written(module)
    path = data.draw(st.sampled_from(sorted(files)))
    text = bytearray(files[path])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 12))
        text[place : place + length] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"-1", b"9", b"<", b'"', b"null"])
        )
    reading = module.read(files | {path: bytes(text)}, DOCUMENTS)
    assert isinstance(reading, Reading)
    assert suffix in MODULES
    judge(reading, DOCUMENTS, released()[1])
