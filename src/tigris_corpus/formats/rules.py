"""The rules of what comes back from tools. They are explained with those of the validator, under ``imp.``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigris_corpus.checks.rule import IMPORT, Rule, by_code, error
from tigris_corpus.issues import Location, Severity

if TYPE_CHECKING:
    from tigris_corpus.issues import Issue

_AGAIN = "mend it in the tool and export again"


def _warning(code: str, reason: str, hint: str, *, bad: str, good: str) -> Rule:
    return Rule(code, IMPORT, Severity.WARNING, reason, hint, bad, good)


def _error(code: str, reason: str, hint: str, *, bad: str, good: str) -> Rule:
    return error(IMPORT, code, reason, hint, bad=bad, good=good)


RULES = by_code(
    _error(
        "imp.format",
        "A file that cannot be read as what it is said to be could be read as something else.",
        "export the file again from the tool, and edit it in nothing else",
        bad="T1 PER 0 5 Paris (blanks where brat writes tabs)",
        good="T1\\tPER 0 5\\tParis",
    ),
    _error(
        "imp.unsupported",
        "What the corpus has no place for would be lost.",
        "take it out in the tool, or keep it elsewhere",
        bad="*\\tEquiv T1 T2",
        good="a normalisation of T1 and of T2 to one entity",
    ),
    _warning(
        "imp.comment",
        "The corpus has no place for remarks on single labels: what is worth keeping goes into the pull request.",
        "read it; it stays in the file, and is not imported",
        bad="#1\\tAnnotatorNotes T1\\tnot sure",
        good="#1\\tAnnotatorNotes T1\\tvalue=2024-07",
    ),
    _error(
        "imp.unknown-document",
        "Labels belong to a document of the corpus.",
        "add the text first, with tigris add, or leave the file out",
        bad="D099.ann, where there is no document D099",
        good="D000.ann",
    ),
    _error(
        "imp.duplicate-id",
        "Of two things with one id, whatever refers to it means either.",
        _AGAIN,
        bad="T3 on two lines",
        good="T3 and T4",
    ),
    _error(
        "imp.dangling-ref",
        "What refers to nothing would be lost.",
        "restore what it refers to, or take the reference out",
        bad="E1\\tASSAULT:T3 actor:T9, and no line T9",
        good="E1\\tASSAULT:T3 actor:T1",
    ),
    _error(
        "imp.unknown-label",
        "A label outside its vocabulary is counted by nobody.",
        "take the label from the vocabulary",
        bad="PERSON",
        good="PER",
    ),
    _error(
        "imp.unknown-id",
        "A link leads to a row of the registry, so that one thing has one id in all documents.",
        "add the row to corpus/entities.csv or corpus/incidents.csv first, and validate",
        bad="bagdad",
        good="baghdad",
    ),
    _error(
        "imp.text-drift",
        "Offsets mean nothing in another text than the one they were counted in.",
        "annotate the text as the corpus has it: export the document again",
        bad="a text with straight quotes in place of its typographic ones",
        good="the text as exported",
    ),
    _error(
        "imp.text-mismatch",
        "A span whose words are not at its offsets is wrong in one of the two.",
        _AGAIN + "; offsets count code points in the raw text",
        bad="0 to 5 said to be 'Parts', and the text has 'Paris'",
        good="0 to 5 'Paris'",
    ),
    _warning(
        "imp.token-mismatch",
        "A span is told twice, by its offsets and by its tokens, and one of the two is wrong: the offsets count.",
        "look at the span in the tool",
        bad="start 0, end 4 and the tokens 2 to 3",
        good="start 0, end 4 and the token 0",
    ),
    _warning(
        "imp.offset-unit",
        "Some tools count UTF-16 code units or bytes; where all spans of a document fit only so, they are converted.",
        "nothing is to be done; where it is an error, the unit cannot be told, so export with code points",
        bad="offsets after an emoji that are one too high",
        good="code points",
    ),
    _error(
        "imp.span",
        "A span begins before it ends, and lies inside the text.",
        _AGAIN,
        bad="12 to 12",
        good="12 to 19",
    ),
    _error(
        "imp.discontinuous",
        "A span of the corpus is one piece; a gap in it would be filled in silence.",
        "annotate one piece, or two mentions",
        bad="0 5;9 14",
        good="0 14",
    ),
    _error(
        "imp.crosses-sentence",
        "A span lies inside one sentence, and so on one line.",
        "cut the span at the end of the sentence; if the sentence is cut wrongly, mend corpus/sentences.csv first",
        bad="from the last word of a sentence to the first of the next",
        good="the last word of a sentence",
    ),
    _error(
        "imp.bio-sequence",
        "A tag that cannot follow the one before it has lost what it belonged to.",
        "begin a span with B-, go on with I- of the same label",
        bad="O I-PER",
        good="O B-PER",
    ),
    _error(
        "imp.lossy-roundtrip",
        "A tool that drops spans which overlap gives back less than it was given, and nobody meant to delete them.",
        "turn overlapping spans on in the tool and export again; if they are to go, import with --accept-removals",
        bad="every mention inside another one gone",
        good="all mentions that were exported, or a removal that was meant",
    ),
    _warning(
        "imp.scope",
        "A document that is not in the files, or was skipped or rejected in the tool, stays as it is.",
        "nothing is to be done, unless it was meant to be there",
        bad="D000 and D001 exported, D000 imported",
        good="both",
    ),
    _error(
        "imp.stale-base",
        "Changes made to an older state of a document cannot be told from what has happened since.",
        "name the folder of the export with --base, so that both can be merged; or export again",
        bad="labels that were exported before others were merged, and imported without their base",
        good="the same with --base",
    ),
    _error(
        "imp.conflict",
        "Two people changed one thing in two ways: which is right is for them to say.",
        "decide between the two versions, in the tool or in the table, and import again",
        bad="a mention that is ORG in the table by now, and GPE in the file",
        good="a change of one of them",
    ),
    _error(
        "imp.unchecked",
        "What could not be judged is not known to be right.",
        "run tigris validate on the package, and mend what keeps its checks from running",
        bad="a check that needs a table which cannot be read",
        good="a package whose checks all run",
    ),
    _error(
        "imp.not-gold",
        "A suggestion was made by a rule: it becomes a label when somebody has read it.",
        "look at the suggestions in a tool, and import what comes back",
        bad="the output of tigris suggest, imported",
        good="the same after it was corrected in brat",
    ),
    _error(
        "sec.archive-name",
        "A name in an archive that leads outside, or means two files, is an attack or an accident.",
        "unpack the archive yourself, and import the folder",
        bad="../D000.ann",
        good="D000.ann",
    ),
    _error(
        "sec.archive-bomb",
        "A small archive that holds far more than its size fills the memory of whoever opens it.",
        "unpack the archive yourself, and import the folder",
        bad="100 KiB that hold 10 GiB",
        good="an archive as the tool exported it",
    ),
    _error(
        "sec.xml-dtd",
        "A document type can make a small file large, or open others.",
        "export the file from the tool as it is: UIMA writes no document type",
        bad="<!DOCTYPE x [<!ENTITY a 'b'>]>",
        good='<?xml version="1.0"?>',
    ),
    _error(
        "sec.export-name",
        "The id of a document becomes the name of a file, on every system.",
        "give the document an id of the form D000",
        bad="../D000",
        good="D000",
    ),
)


def fault(code: str, message: str, *, value: object = None, hint: str | None = None, **where: Any) -> Issue:
    """Return an issue of an import: ``where`` gives file, line or pointer, document, and key, the id in the tool."""
    return RULES[code].issue(Location(**where), value, message, hint)
