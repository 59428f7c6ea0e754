"""How far a corpus is: each layer of each document, who made what, and what is to be done next."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from tigris_corpus.issues import plural
from tigris_corpus.report.style import painted, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.report.style import Colour

SHOWN = 50
"""How many documents are shown; where there are more, those that are finished are left out first."""
_NAMED = 5
_COLOURS: dict[str, Colour] = {"blank": "dim", "single": "yellow", "double": "cyan", "adjudicated": "green"}
_FIRST, _LAST = "blank", "adjudicated"
_SENTENCES = "sentences"
_STEPS = {
    "blank": "Annotate",
    "single": "Have annotated a second time, blind to the first,",
    "double": "Settle what differs, and record each decision in corpus/adjudication.csv, in",
}
"""What is to be done with a layer of each status but the last, in order."""


def summary(corpus: Corpus) -> dict[str, Any]:
    """Return what ``render`` shows, as plain values.

    ``layers`` holds the status of each layer by document, ``totals`` the number of documents by layer and status,
    ``passes`` a row an annotator and round with the documents of each layer, ``next`` what is to be done, in order.
    """
    layers = [str(layer) for layer in corpus.layer_types["layer"]]
    statuses = [str(status) for status in corpus.statuses["status"]]
    states: dict[str, dict[str, str]] = {str(name): {} for name in corpus.documents["document_id"]}
    for document, layer, status in zip(
        *(corpus.layers[name] for name in ("document_id", "layer", "status")), strict=True
    ):
        states.setdefault(str(document), {})[str(layer)] = str(status)
    counted = Counter((layer, row.get(layer, "")) for row in states.values() for layer in layers)
    return {
        "name": corpus.name,
        "version": corpus.version,
        "layers": {name: {layer: row.get(layer, "") for layer in layers} for name, row in states.items()},
        "totals": {layer: {status: counted[layer, status] for status in statuses} for layer in layers},
        "passes": _passes(corpus, layers),
        "next": list(_next(corpus, states, layers)),
    }


def render(corpus: Corpus, *, colour: bool = False) -> str:
    """Return the progress of a corpus as text, with the statuses in colours where ``colour`` says so."""
    facts = summary(corpus)
    columns = list(facts["totals"])
    shown, hidden = _shown(facts["layers"])
    states = [["", *columns], *([name, *facts["layers"][name].values()] for name in shown)]
    statuses = list(next(iter(facts["totals"].values()), {}))
    totals = [["", *columns]]
    totals += [[status, *(str(facts["totals"][layer][status]) for layer in columns)] for status in statuses]
    made = [["annotator", "kind", "round", *columns]]
    made += [
        [
            one["annotator_id"],
            one["kind"],
            str(one["round"]),
            *(str(one["documents"][layer]) for layer in columns),
        ]
        for one in facts["passes"]
    ]
    lines = [
        f"{visible(facts['name'])} {visible(facts['version'])}: {plural(len(facts['layers']), 'document')}",
        "",
    ]
    if shown:
        lines += [
            *_aligned(states, colour=colour),
            *([f"and {hidden} more"] if hidden else []),
            "",
        ]
        lines += ["Documents by status:", *_aligned(totals, colour=colour), ""]
    if facts["passes"]:
        lines += ["Documents by who worked on them:", *_aligned(made, colour=False), ""]
    lines += ["Next:", *(f"  {visible(line)}" for line in facts["next"])]
    return "\n".join(lines) + "\n"


def _shown(layers: dict[str, dict[str, str]]) -> tuple[list[str], int]:
    """Return the documents to show, in their order, and how many are left out."""
    names = list(layers)
    if len(names) > SHOWN:
        open_ones = [name for name in names if set(layers[name].values()) != {_LAST}]
        chosen = set((open_ones + [name for name in names if name not in set(open_ones)])[:SHOWN])
        names = [name for name in names if name in chosen]
    return names, len(layers) - len(names)


def _passes(corpus: Corpus, layers: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row an annotator and round, by round: who or what it is, and the documents of each layer."""
    kinds = _kinds(corpus)
    documents: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    passes = corpus.passes
    for layer, number, name in zip(
        *(passes[column] for column in ("layer", "round", "annotator_id")), strict=True
    ):
        documents[int(number), str(name)][str(layer)] += 1
    return [
        {
            "annotator_id": name,
            "kind": kinds.get(name, ""),
            "round": number,
            "documents": {layer: counts[layer] for layer in layers},
        }
        for (number, name), counts in sorted(documents.items())
    ]


def _kinds(corpus: Corpus) -> dict[str, str]:
    annotators = corpus.annotators
    return {
        str(name): str(kind)
        for name, kind in zip(annotators["annotator_id"], annotators["kind"], strict=True)
    }


def _next(corpus: Corpus, states: dict[str, dict[str, str]], layers: Sequence[str]) -> Iterator[str]:
    """Yield what is to be done, the first step first."""
    root = shlex.quote(str(corpus.package.root))
    if not states:
        yield f"Add a text: tigris add FILE --language LANGUAGE --package {root}"
        return
    unread = _unread(corpus)
    cut = [name for name in states if (name, _SENTENCES) in unread]
    if cut:
        yield f"Read the sentences of {_listed(cut)}, which only a rule has cut: tigris show {cut[0]} --package {root}"
    is_done = not cut
    for status, what in _STEPS.items():
        found = {
            name: [layer for layer in layers if row.get(layer) == status and (name, layer) not in unread]
            for name, row in states.items()
        }
        waiting = [name for name, own in found.items() if own]
        if waiting:
            is_done = False
            lacking = [layer for layer in layers if any(layer in found[name] for name in waiting)]
            how = f": tigris export brat {waiting[0]} --package {root} -o work/" if status == _FIRST else ""
            yield f"{what} {_listed(waiting)} ({', '.join(lacking)}){how}"
    if is_done:
        yield "Nothing is left open: every layer of every document is adjudicated."
    kinds = _kinds(corpus)
    if "human" not in {kinds.get(str(name)) for name in corpus.passes["annotator_id"]}:
        yield "No human has made a pass."


def _unread(corpus: Corpus) -> set[tuple[str, str]]:
    """Return the layers, by document, on which only rules have worked."""
    kinds = _kinds(corpus)
    makers: dict[tuple[str, str], set[str]] = defaultdict(set)
    columns = ("document_id", "layer", "annotator_id")
    for document, layer, name in zip(*(corpus.passes[column] for column in columns), strict=True):
        makers[str(document), str(layer)].add(kinds.get(str(name), ""))
    return {key for key, found in makers.items() if found == {"rule"}}


def _listed(names: Sequence[str]) -> str:
    """Return names in a row, and how many more there are.

    >>> _listed(["D000", "D001"]), _listed(["D000"] * 7)
    ('D000, D001', 'D000, D000, D000, D000, D000 and 2 more')
    """
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _aligned(rows: Sequence[Sequence[str]], *, colour: bool) -> list[str]:
    """Return rows as lines in columns, with what is a status in its colour."""
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = []
    for row in shown:
        padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        padded[-1] = padded[-1].rstrip()
        cells = [
            painted(text, _COLOURS[cell], on=colour) if cell in _COLOURS else text
            for cell, text in zip(row, padded, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
