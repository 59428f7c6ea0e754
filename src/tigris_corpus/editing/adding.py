"""A text is added: its rows are planned as values, judged, and handed over as files to write.

Sentences and zones are proposed by rules, each of which says what it goes by. A proposal is no annotation: the pass
that makes it is that of a rule, and every other layer stays blank.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import nupunkt

from tigris_corpus.checks.characters import INVISIBLE
from tigris_corpus.checks.consistency import SIMILAR, likeness, shingles
from tigris_corpus.checks.form import BYTES
from tigris_corpus.descriptor import TEXT_TABLE, profile
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.reader import decode
from tigris_corpus.errors import CorpusError
from tigris_corpus.extent import MAX_LINE
from tigris_corpus.formats import tables
from tigris_corpus.issues import Severity, plural
from tigris_corpus.paths import MAX_TEXT
from tigris_corpus.store import digest
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tigris_corpus.descriptor import Package
    from tigris_corpus.issues import Issue

RULE = "segmenting-rule"
"""The annotator whose pass the proposals are."""
_ANNOTATOR = {
    "annotator_id": RULE,
    "kind": "rule",
    "description": "The program behind tigris add: it cuts a text at its line breaks, and the lines of the body by the "
    "segmenter nupunkt, and gives each line its zone by how it looks. Its rows are proposals that nobody has read.",
}
_KNOWN = (
    ("original_language", "original_language_basis"),
    ("publisher", "publisher_basis"),
    ("date_published", "date_basis"),
)
_TEST = "test"
_LEVELS = range(7)
"""All levels but that of a release: the hashes of the tables are stale until there is one."""
_TABLES = (TEXT_TABLE, "sentences", "layers", "passes", "annotators", "deprecated")
_DOCUMENT = re.compile("D([0-9]{3,18})(?:-.*)?")
_FOLD = re.compile("[0-9]{1,18}")
_LINE = re.compile("[^\n\x85\u2028\u2029]+")
_WIDEST = MAX_LINE // 2
"""The longest line of a text: it may be one sentence, and that is a cell of a table, with its quotes written twice."""

Rows = dict[str, dict[tuple[str, ...], dict[str, object]]]
"""New rows by table and key."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stretch of a text that is proposed as a sentence, its zone, and what the zone goes by."""

    start: int
    end: int
    zone: str
    why: str


@dataclass(frozen=True)
class Addition:
    """A document as it would be added: its rows, what was noticed, and the files to write by their paths."""

    document_id: str
    document: Mapping[str, object]
    sentences: tuple[Proposal, ...]
    text: str
    files: Mapping[str, bytes]
    expected: Mapping[str, str | None]
    """The digests of the files that it was planned on: it holds for them alone."""
    warnings: tuple[str, ...]


class _Zone(NamedTuple):
    """A zone, what a line has that is proposed for it, and the form of such a line."""

    zone: str
    why: str
    form: re.Pattern[str]


_ISO = "[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?"
_NAMED = r"(?:date|published|updated|section|tags?|keywords?|publié|mis à jour|rubrique|mots?[ -]clés?)"
_FIELD = re.compile(rf"{_NAMED}\s*:?\s+{_ISO}(?!\S)", re.IGNORECASE)
"""A field that stands at the start of a line, with the text running on behind it."""
_SITE = (
    r"subscribe|newsletter|google-play|app store|cookies|download (?:the|our) .{0,40}app|s[’']abonner|je m[’']abonne|"
    r"abonnez-vous|téléchargez .{0,40}application|sign up"
)
_WORDS = "publicité|advertisement|annonce|lien court|short link|share|partager|print|imprimer|menu|comments?|commentaires?"
_ZONES = (
    _Zone("metadata", "a field of the page", re.compile(rf"{_NAMED}\s*:\s*\S.{{0,200}}", re.IGNORECASE)),
    _Zone(
        "link",
        "begins as a line that sends the reader on",
        re.compile(
            r"(?:>>|→|(?:(?:read|see|watch)(?: also| more)?|(?:[àa] )?(?:lire|voir)(?: aussi)?)\s*:).{0,300}",
            re.IGNORECASE,
        ),
    ),
    _Zone(
        "boilerplate",
        "has the words of a site",
        re.compile(
            rf"(?:{_WORDS})\s*:?|(?=.*\b(?:{_SITE})\b)(?:.{{0,120}}(?<![.…])|.{{0,40}})",
            re.IGNORECASE,
        ),
    ),
    _Zone(
        "byline",
        "names an author, an agency or where the text comes from",
        re.compile(
            r"(?:[Bb]y|[Ww]ith|[Pp]ar|[Aa]vec|Source\s*:)\s+[A-ZÀ-ÖØ-Þ].{0,60}(?<![.!?…;:,])|"
            r"(?:This (?:article|story)|Cet article) (?:was|is|a été|est) .{0,200}"
        ),
    ),
    _Zone(
        "heading",
        "short, without a final stop",
        re.compile(r"(?=.*[^\W\d_])(?:\S+\s+){0,11}\S+(?<![.!…;:,])(?<![.!…;:,][\"”’»)\]])"),
    ),
)
"""In order: the first whose form the whole line has gives it its zone. A line of none is body."""
_HEADING = 100
"""How many characters a heading has at the most."""
_BODY = "running text"
_LONGEST = 400
_RUNS_ON = re.compile(r"[a-zà-öø-ÿœ,;:.!?…)\]}»”’]|-\w")
"""How what follows a cut begins where the sentence goes on: a small letter, a mark that closes, a hyphen in a name."""
_ABBREVIATED = re.compile(
    r"(?:^|[\s(«“\"’'])(?:MM?|Mmes?|Mlles?|Mrs?|Ms|Drs?|Pr|Me|Mgr|Ste?|[Gg]en|[Gg]én|[Cc]ol|[Ll]t|[Mm]aj|[Cc]apt?|"
    r"[Ss]gt|[Aa]dm|[Aa]mb|Sens?|Reps?|Gov|Hon|Rev|[Aa]rt|[Cc]f|[Vv]ol|[Nn]o|[Jj]an(?:v)?|[Ff](?:eb|évr)|[Jj]uill|"
    r"[Aa]ug|[Ss]ept?|[Oo]ct|[Nn]ov|[Dd][eé]c)\.\s*"
)
"""Titles, months and references, which end no sentence."""
_ABBREVIATION = 12


def proposals(text: str) -> list[Proposal]:
    r"""Return the proposed sentences of a text, in order, with their zones.

    Every character that shows is in exactly one; none crosses a line break, or begins or ends with a blank.

    >>> [(one.start, one.end, one.zone) for one in proposals("A heading\nGen. Lee left. He is back.")]
    [(0, 9, 'heading'), (10, 24, 'body'), (25, 36, 'body')]
    """
    return [one for line in _LINE.finditer(text) for one in _in_line(text, *line.span())]


def _in_line(text: str, start: int, end: int) -> Iterator[Proposal]:
    start, end = _trimmed(text, start, end)
    field = _FIELD.match(text, start, end)
    if field:
        yield Proposal(start, field.end(), "metadata", "a field at the start of a line")
        start, end = _trimmed(text, field.end(), end)
    if start == end:
        return
    line = text[start:end]
    zone, why = zone_of(line)
    edges = [0, *(_cuts(line) if zone == "body" else ()), len(line)]
    for one, other in pairwise(edges):
        first, last = _trimmed(line, one, other)
        if first < last:
            yield Proposal(start + first, start + last, zone, why)


def zone_of(line: str) -> tuple[str, str]:
    """Return the zone that is proposed for a line without blanks at its edges, and what it goes by.

    >>> zone_of("PUBLICITÉ"), zone_of("It was so.")
    (('boilerplate', 'has the words of a site'), ('body', 'running text'))
    """
    if len(line) <= _LONGEST:
        for zone, why, form in _ZONES:
            if (zone != "heading" or len(line) <= _HEADING) and form.fullmatch(line):
                return zone, why
    return "body", _BODY


def _cuts(line: str) -> list[int]:
    """Return where the sentences of a line begin, but for the first."""
    starts = sorted({start for start, _ in nupunkt.sent_spans(line)})
    return [start for start in starts if 0 < start < len(line) and _begins_a_sentence(line, start)]


def _begins_a_sentence(line: str, start: int) -> bool:
    place, _ = _trimmed(line, start, len(line))
    if _RUNS_ON.match(line, place):
        return False
    before = line[max(0, start - _ABBREVIATION) : start].rstrip()
    found = [match.end() for match in _ABBREVIATED.finditer(before)]
    return not found or found[-1] < len(before)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the blanks at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def plan_addition(
    package: Package, data: bytes, facts: Mapping[str, str], *, where: str = "the text"
) -> Addition:
    """Return what adding a text to a package would write; nothing is written.

    ``facts`` are cells of ``documents`` by their columns, of which the language alone is needed; ``where`` names the
    text in messages. Raises CorpusError, which says how to mend it, where the text or a fact is not fit for the
    package, or the text is there already.
    """
    text = readable(data, where)
    expected = {
        path: digest(package.gate.read(path)) for name in _TABLES for path in package.tables[name].paths
    }
    documents = tables.rows(package, TEXT_TABLE)
    document_id = next_document(package, documents)
    sha256 = hashlib.sha256(data).hexdigest()
    text_path = f"seeds/{document_id.removeprefix('D')}_{sha256[:16]}.txt"
    row: dict[str, object] = {
        **_filled(facts),
        **_part(documents, facts),
        "document_id": document_id,
        "text_path": text_path,
        "sha256": sha256,
    }
    _refuse_alike(package, documents, text, row, where, chosen=bool(facts.get("split") and facts.get("fold")))
    sentences = tuple(proposals(text))
    rows = _rows(package, row, sentences, text)
    files = {package.tables[name].path: tables.edited(package, name, edits) for name, edits in rows.items()}
    files[text_path] = data
    report = examine(package.root, levels=_LEVELS, instead=files)
    issues = [issue for issue in report.issues if _is_about(issue, document_id, text_path)]
    _refuse_faults(package, issues, where)
    others = sum(issue.severity is Severity.ERROR for issue in report.issues) + len(report.not_run)
    warnings = [
        *_noticed(text),
        *(f"{_named(package, issue)}: {issue.message}" for issue in issues),
    ]
    if others:
        warnings.append(
            f"the package is not sound without this text either; run: tigris validate {package.root}"
        )
    return Addition(document_id, row, sentences, text, files, expected, tuple(warnings))


def readable(data: bytes, where: str) -> str:
    """Return a text, or raise CorpusError with what keeps its offsets from meaning anything, and how to mend it."""
    if len(data) > MAX_TEXT:
        raise CorpusError(f"{where}: larger than {MAX_TEXT:,} bytes; cut it into documents")
    text, faults = decode(data)
    if faults:
        first, *others = faults
        place = "".join(f":{number}" for number in (first.line, first.column) if number)
        hint = first.hint or BYTES[first.code].hint.partition("; tigris fmt")[0]
        more = f" ({plural(len(others), 'more fault')})" if others else ""
        raise CorpusError(f"{where}{place}: {first.message}; {hint}{more}")
    number, longest = max(enumerate(data.split(b"\n"), start=1), key=lambda line: len(line[1]))
    if len(longest) > _WIDEST:
        raise CorpusError(
            f"{where}:{number}: the line is longer than {_WIDEST:,} bytes; break it at its paragraphs"
        )
    if not text.strip():
        raise CorpusError(f"{where}: there is nothing in it that shows")
    return text


def next_document(package: Package, documents: list[dict[str, str]]) -> str:
    """Return the id after the highest that a document has, or that anything withdrawn belonged to."""
    withdrawn = tables.rows(package, "deprecated")
    ids = [row["document_id"] for row in documents]
    ids += [row[column] for row in withdrawn for column in ("id", "replaced_by")]
    numbers = [int(match[1]) for name in ids if (match := _DOCUMENT.fullmatch(name))]
    return f"D{max(numbers, default=-1) + 1:03}"


def _filled(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts of a document with how each is known: what is empty is unknown, and the rest inferred.

    Only a date without a question mark cannot be inferred, and whether the text states it is not guessed.
    """
    row = {"rights": "unknown", **{name: value for name, value in facts.items() if value}}
    date = row.get("date_published", "")
    if date and bounds(date) is None:
        raise CorpusError(
            f"date: {date!r} is no date of EDTF; write 2024-08-05, 2024-08 or 2024, with a question mark where it is "
            "inferred, or two of them with a slash between"
        )
    if date and "?" not in date and "date_basis" not in row:
        raise CorpusError(
            f"date: say how {date} is known; where the text states it, with --date-basis stated; "
            "where you infer it, with a question mark behind each date"
        )
    return {
        **{value: row.get(value, "") for value in ("title", "url", *(value for value, _ in _KNOWN))},
        **{basis: "inferred" if row.get(value) else "unknown" for value, basis in _KNOWN},
        **row,
    }


def _part(documents: list[dict[str, str]], facts: Mapping[str, str]) -> dict[str, str]:
    """Return the split and the fold of a new document; a story is on one side of the test."""
    used = [int(row["fold"]) for row in documents if _FOLD.fullmatch(row["fold"])]
    fold = facts.get("fold") or str(max(used, default=-1) + 1)
    split = facts.get("split") or "train"
    for row in documents:
        if row["fold"] == fold and (row["split"] == _TEST) != (split == _TEST):
            raise CorpusError(
                f"fold: {fold} is that of {row['document_id']}, which is in {row['split']}, and a story is on one side "
                f"of the test; give --split {row['split']}, or another fold"
            )
    return {"split": split, "fold": fold}


def _refuse_alike(
    package: Package,
    documents: list[dict[str, str]],
    text: str,
    row: Mapping[str, object],
    where: str,
    *,
    chosen: bool,
) -> None:
    """Refuse a text that is there, and one that nearly is, unless it was put into the very part of the other."""
    same = next((other for other in documents if other["sha256"] == row["sha256"]), None)
    if same:
        raise CorpusError(f"{where}: the text is {same['document_id']} ({same['text_path']}), byte for byte")
    own = shingles(text)
    for other in documents:
        raw = package.gate.read(other["text_path"], MAX_TEXT).decode("utf-8", "replace")
        alike = likeness(own, shingles(raw))
        is_beside = chosen and all(other[name] == row[name] for name in ("split", "fold"))
        if alike >= SIMILAR and not is_beside:
            raise CorpusError(
                f"{where}: nearly the text of {other['document_id']} ({other['text_path']}): {alike:.0%} of their "
                f"stretches of five words are common, and {SIMILAR:.0%} is too much; leave it out, or, where both "
                f"printings are wanted, keep them together with --split {other['split']} --fold {other['fold']}"
            )


def _rows(package: Package, row: dict[str, object], sentences: tuple[Proposal, ...], text: str) -> Rows:
    """Return the new rows of every table."""
    document_id = str(row["document_id"])
    cut: dict[tuple[str, ...], dict[str, object]] = {}
    for number, one in enumerate(sentences, start=1):
        key = f"{document_id}-S{number:03}"
        cut[key,] = {
            "sentence_id": key,
            "document_id": document_id,
            "start": one.start,
            "end": one.end,
            "zone": one.zone,
            "text": text[one.start : one.end],
        }
    known = next((one for one in tables.rows(package, "annotators") if one["annotator_id"] == RULE), None)
    if known and known["kind"] != "rule":
        raise CorpusError(f"annotators.csv: {RULE!r} is a {known['kind']} there, and is the name of a rule")
    version = _guidelines(package)
    layers = [layer["layer"] for layer in tables.rows(package, "layer_types")]
    state = {
        (document_id, layer): {"document_id": document_id, "layer": layer, "status": "blank"}
        for layer in layers
    }
    state[document_id, "sentences"] |= {"status": "single", "guideline_version": version}
    made = {
        "document_id": document_id,
        "layer": "sentences",
        "annotator_id": RULE,
        "guideline_version": version,
    }
    return {
        TEXT_TABLE: {(document_id,): row},
        "sentences": cut,
        "layers": {key: dict(cells) for key, cells in state.items()},
        "passes": {(document_id, "sentences", "0", RULE): {**made, "round": 0}},
        **({} if known else {"annotators": {(RULE,): dict(_ANNOTATOR)}}),
    }


def _guidelines(package: Package) -> str:
    """Return the newest version of the guidelines that a layer of the package follows, or else of the profile."""
    found = [row["guideline_version"] for row in tables.rows(package, "layers")]
    found = [version for version in found if re.fullmatch("[0-9]+[.][0-9]+", version)]
    if not found:
        return "1.0" if package is profile() else _guidelines(profile())
    return max(found, key=lambda version: [int(part) for part in version.split(".")])


def _is_about(issue: Issue, document_id: str, text_path: str) -> bool:
    """Whether an issue is of a document, or of another and of it."""
    return any(
        document_id in {at.document, *re.split("[-+]", at.key or "")} or at.file == text_path
        for at in (issue.location, *issue.related)
    )


def _refuse_faults(package: Package, issues: list[Issue], where: str) -> None:
    faults = [issue for issue in issues if issue.severity is Severity.ERROR]
    if faults:
        first, *others = faults
        more = f" ({plural(len(others), 'more fault')})" if others else ""
        hint = f"; {first.hint}" if first.hint else ""
        raise CorpusError(f"{where}: {_named(package, first)}: {first.message}{hint}{more}")


def _named(package: Package, issue: Issue) -> str:
    """Return what an issue is about: the fact of the document, else the table."""
    at = issue.location
    return at.field if at.field and package.table_at.get(at.file or "") == TEXT_TABLE else str(at)


def _noticed(text: str) -> Iterator[str]:
    """Yield what is odd about a text that is published as it was found."""
    if not unicodedata.is_normalized("NFC", text):
        yield (
            "the text is not in Unicode normalization form C, and names typed by hand will not match it; it is kept as "
            "it is, so convert it first if it came from your own machine"
        )
    hidden = INVISIBLE.search(text)
    if hidden:
        yield f"a character that does not show, U+{ord(hidden[0]):04X}, stands at code point {hidden.start()}"
