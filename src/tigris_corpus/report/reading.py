"""A document for reading: each sentence with its mentions marked, and its events beneath it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tigris_corpus.report.style import CODES, RESET, inert, painted, visible
from tigris_corpus.views import event_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.report.style import Colour

_COLOURS: dict[str, Colour] = {
    "PER": "green",
    "ORG": "blue",
    "GPE": "cyan",
    "LOC": "cyan",
    "FAC": "cyan",
    "NORP": "magenta",
    "WEA": "red",
    "VEH": "red",
    "TIME": "yellow",
    "NUM": "yellow",
}


def render(corpus: Corpus, document_id: str, *, colour: bool = False) -> str:
    """Return a document as text: in colours, or with its mentions in brackets, each followed by its type.

    Raises CorpusError where there is no such document.
    """
    text = corpus.text(document_id)
    document = next(corpus.documents[corpus.documents["document_id"] == document_id].itertuples())
    facts = [document_id, document.language, document.publisher, document.date_published]
    lines = [
        painted(
            inert(visible(" · ".join(fact for fact in facts if isinstance(fact, str)))), "bold", on=colour
        ),
        "",
    ]
    mentions: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for sentence_id, start, end, kind in zip(
        *(corpus.mentions[name] for name in ("sentence_id", "start", "end", "entity_type")), strict=True
    ):
        mentions[sentence_id].append((start, end, kind))
    events = _events(corpus)
    rows = corpus.sentences[corpus.sentences["document_id"] == document_id]
    for sentence in rows.itertuples():
        name = str(sentence.sentence_id)
        shown = _marked(text, int(sentence.start), int(sentence.end), mentions[name], colour=colour)  # type: ignore[arg-type]
        label = inert(visible(f"{name.partition('-')[2]} {sentence.zone}"))
        lines.append(f"{painted(label, 'dim', on=colour)}  {shown}")
        lines.extend(f"    {visible(line)}" for line in events[name])
    return "".join(f"{inert(line if colour else visible(line))}\n" for line in lines)


def _marked(
    text: str, start: int, end: int, mentions: Sequence[tuple[int, int, str]], *, colour: bool
) -> str:
    """Return the slice of a sentence with its mentions marked; mentions nest."""
    opening: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for m_start, m_end, kind in sorted(mentions, key=lambda mention: (mention[0], -mention[1])):
        opening[m_start].append((m_end, kind))
    shown: list[str] = []
    stack: list[tuple[int, str]] = []
    told, end = max(start, 0), min(end, len(text))
    places = {*opening, *(m_end for _, m_end, _ in mentions), end}
    for place in sorted(place for place in places if told <= place <= end):
        shown.append(visible(text[told:place]))
        told = place
        while stack and stack[-1][0] <= place:
            _, kind = stack.pop()
            shown.append(_closed(kind, stack, colour=colour))
        for mention in opening[place] if place < end else ():
            stack.append(mention)
            shown.append(CODES[_COLOURS.get(mention[1], "bold")] if colour else "[")
    return "".join(shown)


def _closed(kind: str, stack: list[tuple[int, str]], *, colour: bool) -> str:
    if not colour:
        return f"|{kind}]"
    return RESET + (CODES[_COLOURS.get(stack[-1][1], "bold")] if stack else "")


def _events(corpus: Corpus) -> dict[str, list[str]]:
    """Return the events of each sentence, a line each."""
    fillers: dict[str, list[str]] = defaultdict(list)
    arguments = event_arguments(corpus)
    for event_id, role, text in zip(*(arguments[name] for name in ("event_id", "role", "text")), strict=True):
        fillers[event_id].append(f"{role}: {text}")
    modes: dict[str, list[str]] = defaultdict(list)
    for event_id, mode in zip(corpus.event_modes["event_id"], corpus.event_modes["mode"], strict=True):
        modes[event_id].append(str(mode))
    lines: dict[str, list[str]] = defaultdict(list)
    for event in corpus.events.itertuples():
        name = str(event.event_id)
        kind = "/".join([str(event.event_type), *modes[name]])
        aspects = [] if event.realis == "actual" else [str(event.realis)]
        aspects += [] if event.polarity == "positive" else [str(event.polarity)]
        told = [*aspects, *fillers[name]]
        incident = f" → {event.incident_id}" if isinstance(event.incident_id, str) else ""
        label = f"{name.partition('-')[2]} {kind} “{event.trigger_text}”"
        lines[str(event.sentence_id)].append(f"{label} {'; '.join(told)}{incident}".replace("  ", " "))
    return lines
