"""Make the tables of baselines in docs/benchmarks.md and README.md, and the results in docs/results that they are made from.

    python scripts/results.py [--encoder SEED… | --check]

Everything is trained and scored anew but the encoder, whose stored predictions are scored; ``--encoder 0 1 2`` trains that
and nothing else, which takes minutes a seed and the extra ``encoder``. ``--check`` writes nothing, and exits with 1 where a page is not what is
made of the results that are stored, or these are not what comes out now. Needs the extra ``train``, and matplotlib for
the figure.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import itertools
import json
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import baselines
import tigris_corpus as tigris
from baselines import ENTITIES, SENTENCES, TASKS, TRIGGERS, Settings
from tigris_corpus import store
from tigris_corpus.cli.extras import needs
from tigris_corpus.loaders.parts import TEST, VIEWS, folds, parts
from tigris_corpus.scoring import compare, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus import Corpus
    from tigris_corpus.scoring.scores import Scores

    Rows = list[dict[str, Any]]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "docs/results"
PAGE, README = "docs/benchmarks.md", "README.md"
FIGURE = "docs/figures/learning-curve.svg"
GOLD, FOLDS = "gold", "folds"
CHEAP = ("majority", "gazetteer", "linear")
"""The baselines that are trained anew each time."""
ENCODER = "encoder"
ORDER = (*CHEAP, ENCODER)
"""The baselines in the order of the tables; each is compared with the one before."""
LEARNS = ("gazetteer", "linear")
"""The baselines of the learning curve and of the views."""
MEASURES = {
    ENTITIES: ("mentions", "strict"),
    TRIGGERS: ("events", "Tri-C"),
    SENTENCES: ("events", "Tri-C"),
}
"""The layer and the measure of each task."""
TITLES = {ENTITIES: "entities", TRIGGERS: "triggers", SENTENCES: "event types of sentences"}
TOLERANCE = 0.02
"""How far a share of the linear baseline may be from the stored one: another processor may round otherwise."""
DIGITS = 6
KEYS = {
    "scores": ["view", "tested", "task", "baseline", "group", "average"],
    "differences": ["task", "first", "second", "group", "average"],
    "curve": ["baseline", "fold", "trained"],
    "signatures": ["view", "tested", "task"],
}
"""The columns that name a row of each stored table."""


@dataclass(frozen=True)
class Results:
    """What is stored: tables by their names in ``KEYS``, and what is known of how the encoder was trained.

    ``scores`` has view (``folds``, or a view), tested (the documents), task, baseline, group (``all``, a language, a
    document), average (micro or macro), precision, recall, f1, low, high, gold, predicted, matched. ``differences`` has
    task, first, second, group, average, difference, low, high, not_better. ``curve`` has baseline, fold, trained (the
    documents), number (of them), alike (how many are in the language of the test), f1 (micro, of entities). ``signatures`` has view, tested, task and the line of the scorer.
    """

    tables: dict[str, pd.DataFrame]
    encoder: dict[str, Any] = field(default_factory=dict)


# What is trained


def encoded(root: Path, task: str) -> Rows:
    """Return the stored rows of tags of the encoder for a task; for the types of sentences, those of triggers."""
    path = root / FOLDER / f"encoder-{TRIGGERS if task == SENTENCES else task}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def train_encoder(corpus: Corpus, seeds: Sequence[int]) -> dict[str, bytes]:
    """Train the encoder for both tasks of tags; return its predictions and how it was made, as files to store.

    The predictions are those of the first seed; of the others, only the F1 is kept.
    """
    import encoder  # noqa: PLC0415 - torch takes seconds to import

    stored: dict[str, bytes] = {}
    seconds: dict[str, int] = {}
    f1: dict[str, dict[str, float]] = {}
    for task in (ENTITIES, TRIGGERS):
        for seed in seeds:
            _say(f"{task}: encoder, seed {seed}")
            start = time.process_time()
            found = _pooled(corpus, ENCODER, Settings(task, seed))
            seconds.setdefault(task, round(time.process_time() - start))
            stored.setdefault(f"{FOLDER}/encoder-{task}.jsonl", baselines.lines(found))
            value = scored(corpus, task, [], found).f1(MEASURES[task][1])
            f1.setdefault(task, {})[str(seed)] = round(value, DIGITS)
    weights = Path(encoder.default_model()) / "model.safetensors"
    about = {
        "seed": seeds[0],
        "threads": Settings().threads,
        "epochs": encoder.EPOCHS,
        "batch": encoder.BATCH,
        "rate": encoder.RATE,
        "f1_by_seed": f1,
        "processor_seconds": seconds,
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "versions": {
            name: importlib.metadata.version(name)
            for name in ("torch", "transformers", encoder.WEIGHTS.replace("_", "-"))
        },
    }
    return {**stored, f"{FOLDER}/encoder.json": f"{json.dumps(about, indent=1)}\n".encode()}


def _pooled(corpus: Corpus, name: str, settings: Settings, view: str | None = None) -> Rows:
    """Return the predictions of all folds that were left out, or of a view."""
    return [row for some in baselines.predictions(corpus, name, settings, view=view) for row in some]


def predicted(corpus: Corpus, root: Path, name: str, task: str) -> Rows:
    """Return what a baseline predicts of every fold, trained anew; of the encoder, what is stored."""
    if name != ENCODER:
        return _pooled(corpus, name, Settings(task))
    rows = encoded(root, task)
    if task != SENTENCES:
        return rows
    tags = {row["sentence_id"]: baselines.types(row[baselines.COLUMNS[TRIGGERS]]) for row in rows}
    found: Rows = []
    for fold in folds(corpus):
        _, test = baselines.examples(corpus, task, fold)
        found += baselines.rows(test, [tags[one.sentence_id] for one in test], task)
    return found


# What is scored


def results(corpus: Corpus, root: Path, names: Sequence[str] = ORDER) -> Results:
    """Return the results of some baselines: trained and scored anew, but for the encoder, whose predictions are stored."""
    scores, signatures, differences = [], [], []
    for task in TASKS:
        _say(f"{task}: {', '.join(names)}")
        gold = _pooled(corpus, GOLD, Settings(task))
        every = {GOLD: gold, **{name: predicted(corpus, root, name, task) for name in names}}
        for name, rows in every.items():
            found = scored(corpus, task, gold, rows)
            scores.append(_table(found, FOLDS, corpus, task, name))
        signatures.append((FOLDS, _listed(corpus.documents["document_id"]), task, found.signature))
        differences += [
            _compared(corpus, task, gold, {name: every[name] for name in pair})
            for pair in itertools.pairwise(names)
        ]
        for view in VIEWS:
            _say(f"{task}: {view}")
            tested = parts(corpus, view=view)[TEST]
            for name in names:
                if name in LEARNS:
                    of_view = _pooled(corpus, name, Settings(task), view)
                    for kind, rows in ((view, of_view), (FOLDS, every[name])):
                        found = scored(corpus, task, gold, rows, tested)
                        scores.append(_table(found, kind, corpus, task, name, tested))
                    signatures.append((view, _listed(tested), task, found.signature))
    tables = {
        "scores": pd.concat(scores, ignore_index=True),
        "differences": pd.concat(differences, ignore_index=True) if differences else pd.DataFrame(),
        "curve": curve(corpus, [name for name in names if name in LEARNS]),
        "signatures": pd.DataFrame(
            list(dict.fromkeys(signatures)), columns=["view", "tested", "task", "signature"]
        ),
    }
    return Results({name: _rounded(table) for name, table in tables.items()})


def scored(
    corpus: Corpus, task: str, gold: Rows, predicted: Rows, documents: Sequence[str] | None = None
) -> Scores:
    """Return the scores of predictions for a task. ``gold`` is that of the types of sentences; of the others, the corpus."""
    layer, _ = MEASURES[task]
    if task == SENTENCES:
        return score(gold, predicted, layer, corpus=corpus, documents=documents)
    return score(corpus, predicted, layer, documents=documents)


def _table(
    found: Scores,
    view: str,
    corpus: Corpus,
    task: str,
    name: str,
    tested: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the rows of the measure of a task, without those of single types."""
    frame = found.table
    frame = frame[(frame["measure"] == MEASURES[task][1]) & (frame["average"] != "type")]
    documents = _listed(corpus.documents["document_id"] if tested is None else tested)
    about = {"view": view, "tested": documents, "task": task, "baseline": name}
    columns = ["group", "average", "precision", "recall", "f1", "low", "high", "gold", "predicted", "matched"]
    return frame[columns].assign(**about)[[*about, *columns]]


def _compared(corpus: Corpus, task: str, gold: Rows, pair: Mapping[str, Rows]) -> pd.DataFrame:
    """Return how far the second of a pair of baselines is above the first."""
    (first, theirs), (second, ours) = pair.items()
    layer, measure = MEASURES[task]
    if task == SENTENCES:
        found = compare(gold, ours, theirs, layer, corpus=corpus)
    else:
        found = compare(corpus, ours, theirs, layer)
    about = {"task": task, "first": first, "second": second}
    columns = ["group", "average", "difference", "low", "high", "not_better"]
    frame = found.table[found.table["measure"] == measure].drop(columns=["first", "second"])
    return frame[columns].assign(**about)[[*about, *columns]]


def curve(corpus: Corpus, names: Sequence[str]) -> pd.DataFrame:
    """Return the F1 of entities by which documents were trained on: every choice of 1, 2, … of those that a fold leaves.

    Only the folds that leave as many documents as any are tested, so that every number is tested on the same documents.
    """
    rows = []
    languages = dict(zip(corpus.documents["document_id"], corpus.documents["language"], strict=True))
    trained = {fold: parts(corpus, fold=fold)["train"] for fold in folds(corpus)}
    most = max(map(len, trained.values()))
    for fold, documents in trained.items():
        if len(documents) == most:
            train, test = baselines.examples(corpus, ENTITIES, fold)
            for number in range(1, most + 1):
                _say(f"learning curve: fold {fold}, {number} documents")
                for some in itertools.combinations(documents, number):
                    given = [one for one in train if one.document_id in some]
                    alike = sum(languages[name] == test[0].language for name in some)
                    for name in names:
                        answers = baselines.BASELINES[name](given, test, Settings(ENTITIES))
                        found = score(corpus, baselines.rows(test, answers, ENTITIES), "mentions", draws=0)
                        rows.append((name, fold, _listed(some), number, alike, found.f1("strict")))
    return pd.DataFrame(rows, columns=["baseline", "fold", "trained", "number", "alike", "f1"])


def _listed(names: Iterable[str]) -> str:
    return " ".join(names)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.round(DIGITS).reset_index(drop=True)


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}{' …' if what else ''}", end="", file=sys.stderr, flush=True)


# What is stored


def stored(root: Path) -> Results:
    """Return the results that are stored."""
    folder = root / FOLDER
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in KEYS}
    return Results(tables, json.loads((folder / "encoder.json").read_text(encoding="utf-8")))


def files(found: Results) -> dict[str, bytes]:
    """Return the tables of results as files."""
    return {
        f"{FOLDER}/{name}.csv": table.to_csv(index=False, lineterminator="\n").encode()
        for name, table in found.tables.items()
    }


def changed(before: Results, now: Results) -> list[str]:
    """Return, a line each, the stored figures that do not come out any more, and the rows that come or go.

    Figures are the same to the last digit that is stored; those of the linear baseline, and of comparisons with it, may
    differ by ``TOLERANCE``, and their counts are not compared.
    """
    found = []
    for name, keys in KEYS.items():
        pair = [_by_key(results.tables[name], keys) for results in (before, now)]
        found += [f"{name}: {key} is stored and not made" for key in pair[0].keys() - pair[1].keys()]
        found += [f"{name}: {key} is made and not stored" for key in pair[1].keys() - pair[0].keys()]
        for key in pair[0].keys() & pair[1].keys():
            told = [f"{column} {old} → {new}" for column, old, new in _unlike(pair[0][key], pair[1][key])]
            found += [f"{name}: {key}: {', '.join(told)}"] if told else []
    return sorted(found)


def _by_key(table: pd.DataFrame, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {" | ".join(str(row[key]) for key in keys): row for row in table.to_dict("records")}  # type: ignore[misc]


def _unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    is_linear = "linear" in old.values()
    for column, value in old.items():
        other = new[column]
        if pd.isna(value) and pd.isna(other):
            continue
        if is_linear and column in {"predicted", "matched"}:
            continue
        if isinstance(value, float) and isinstance(other, float):
            near = TOLERANCE if is_linear else 10.0**-DIGITS / 2
            if abs(value - other) <= near:
                continue
        elif value == other:
            continue
        yield column, value, other


# Pages


def blocks(found: Results) -> dict[str, dict[str, str]]:
    """Return the tables of each page, by the names of their marks."""
    return {
        PAGE: {
            "scores": _score_table(found),
            "differences": _difference_table(found),
            "views": _view_table(found),
            "curve": _curve_table(found),
            "documents": _document_table(found),
            "signatures": _signature_list(found),
            "encoder": _encoder_line(found),
        },
        README: {"benchmarks": _short_table(found)},
    }


def pages(root: Path, found: Results) -> dict[str, bytes]:
    """Return the pages, with what stands between the marks of each table made anew. Raises SystemExit where one is missing."""
    made = {}
    for path, tables in blocks(found).items():
        text = (root / path).read_text(encoding="utf-8")
        for name, table in tables.items():
            start, end = f"<!-- {name}: made by scripts/results.py -->", f"<!-- end of {name} -->"
            if text.count(start) != 1 or text.count(end) != 1:
                raise SystemExit(f"{path}: it has no place for the table {name!r}: {start} … {end}")
            before, _, rest = text.partition(start)
            text = f"{before}{start}\n\n{table}\n\n{end}{rest.partition(end)[2]}"
        made[path] = text.encode()
    return made


def _main(found: Results, **wanted: str) -> list[dict[str, Any]]:
    """Return rows of scores over all documents, with some values in some columns."""
    table = found.tables["scores"]
    every = table["tested"].iloc[0]
    rows = _records(table[(table["view"] == FOLDS) & (table["tested"] == every)])
    return [row for row in rows if all(row[column] == value for column, value in wanted.items())]


def _score_table(found: Results) -> str:
    groups = ["en", "fr"]
    head = ["task", "baseline", "F1 (95 %)", "macro F1 (95 %)", "precision", "recall"]
    head += [f"F1, {group} (95 %)" for group in groups]
    rows = []
    for task in TASKS:
        for name in (*ORDER, GOLD):
            micro = {row["group"]: row for row in _main(found, task=task, baseline=name, average="micro")}
            macro = _main(found, task=task, baseline=name, average="macro", group="all")[0]
            every = micro["all"]
            title = "*gold as tags*" if name == GOLD else name
            if name == GOLD and task == SENTENCES:
                continue
            cells = [
                _with_interval(every),
                _with_interval(macro),
                *(_figure(every[one]) for one in ("precision", "recall")),
            ]
            rows.append([TITLES[task], title, *cells, *(_with_interval(micro[group]) for group in groups)])
    return _markdown(head, rows, left=2)


def _short_table(found: Results) -> str:
    rows = []
    for name in ORDER:
        cells = [
            _with_interval(_main(found, task=task, baseline=name, average="micro", group="all")[0])
            for task in TASKS
        ]
        rows.append([name, *cells])
    return _markdown(["baseline", *(TITLES[task] for task in TASKS)], rows)


def _difference_table(found: Results) -> str:
    table = found.tables["differences"]
    table = table[(table["group"] == "all")]
    rows = [
        [
            TITLES[row["task"]],
            f"{row['second']} less {row['first']}",
            row["average"],
            f"{row['difference']:+.3f}",
            f"{row['low']:+.2f} to {row['high']:+.2f}",
            f"{row['not_better']:.3f}",
        ]
        for row in _records(table)
    ]
    return _markdown(["task", "difference of", "average", "F1", "95 %", "not better"], rows, left=3)


def _view_table(found: Results) -> str:
    table = found.tables["scores"]
    table = table[(table["group"] == "all") & (table["average"] == "micro")]
    rows = []
    for view in VIEWS:
        tested = table[table["view"] == view]["tested"].iloc[0]
        for name in LEARNS:
            here = table[(table["tested"] == tested) & (table["baseline"] == name)]
            cells = []
            for task in TASKS:
                of = {row["view"]: row for row in _records(here[here["task"] == task])}
                cells += [_with_interval(of[view]), _figure(of[FOLDS]["f1"])]
            rows.append([view, tested.replace(" ", ", "), name, *cells])
    head = ["view", "tested", "baseline"]
    head += [cell for task in TASKS for cell in (f"{TITLES[task]} (95 %)", "folds")]
    return _markdown(head, rows, left=3)


def _curve_table(found: Results) -> str:
    table = found.tables["curve"]
    rows = []
    for number, some in table.groupby("number"):
        rows.append(_curve_row(str(number), "any", some))
        rows += [_curve_row(str(number), str(alike), those) for alike, those in some.groupby("alike")]
    head = ["documents", "in the tested language", "trainings"]
    head += [cell for name in LEARNS for cell in (name, "lowest–highest")]
    return _markdown(head, rows, left=0)


def _curve_row(number: str, alike: str, trainings: pd.DataFrame) -> list[str]:
    cells = []
    for name in LEARNS:
        values = trainings[trainings["baseline"] == name]["f1"]
        cells += [_figure(values.mean()), f"{values.min():.2f}–{values.max():.2f}"]
    return [number, alike, str(len(trainings) // len(LEARNS)), *cells]


def _document_table(found: Results) -> str:
    rows = []
    for name in ORDER:
        for task in TASKS:
            micro = {row["group"]: row for row in _main(found, task=task, baseline=name, average="micro")}
            documents = [group for group in micro if group not in {"all", "en", "fr"}]
            rows.append([name, TITLES[task], *(_figure(micro[one]["f1"]) for one in documents)])
    return _markdown(["baseline", "task", *documents], rows, left=2)


def _signature_list(found: Results) -> str:
    told = found.tables["signatures"]
    told = told[told["view"] == FOLDS]
    return "\n".join(f"- {TITLES[row['task']]}: `{row['signature']}`" for row in _records(told))


def _encoder_line(found: Results) -> str:
    made = found.encoder
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    seconds = sum(made["processor_seconds"].values())
    by_seed = "; ".join(
        f"{TITLES[task]} {', '.join(f'{value:.3f} ({seed})' for seed, value in values.items())}"
        for task, values in made["f1_by_seed"].items()
    )
    return (
        f"Stored: seed {made['seed']}, {made['epochs']} epochs, batches of {made['batch']}, a rate of at most {made['rate']}, on "
        f"{made['threads']} thread of a processor, {seconds / 60:.0f} minutes of its time for both tasks and all folds; "
        f"{versions}; SHA-256 of the weights `{made['weights_sha256']}`.\n\n"
        f"The same with other seeds, micro F1 (seed): {by_seed}. The seed decides the new layer and the order of the sentences."
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[return-value]


def _figure(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3f}"


def _with_interval(row: Mapping[str, Any]) -> str:
    if pd.isna(row["low"]):
        return _figure(row["f1"])
    return f"{_figure(row['f1'])} ({row['low']:.2f}–{row['high']:.2f})"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return a table; the first columns are set to the left, the others to the right."""
    rule = ["---" if place < left else "---:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


# The figure


def figure(table: pd.DataFrame) -> bytes:
    """Return the learning curve as SVG: a dot a training, hollow without a text in the tested language, and the means."""
    import matplotlib as mpl  # noqa: PLC0415 - only the figure needs it
    from matplotlib.figure import Figure  # noqa: PLC0415

    from plots import STYLE, svg  # noqa: PLC0415

    with mpl.rc_context(STYLE):
        drawn = Figure(figsize=(6.0, 3.4), layout="constrained")
        axes = drawn.subplots()
        for name, colour, aside in zip(LEARNS, ("#e69f00", "#0072b2"), (-0.06, 0.06), strict=True):
            own = table[table["baseline"] == name]
            for is_alike, inside in ((True, colour), (False, "none")):
                dots = own[(own["alike"] > 0) == is_alike]
                axes.scatter(
                    dots["number"] + aside, dots["f1"], s=13, edgecolors=colour, facecolors=inside, alpha=0.5
                )
            means = own.groupby("number")["f1"].mean()
            axes.plot(means.index + aside, means, color=colour, marker="o", markersize=4, label=name)
        axes.set_xticks(sorted(table["number"].unique()))
        axes.set_ylim(0, 1)
        axes.set_xlabel("documents trained on")
        axes.set_ylabel("F1 of entities, span and type")
        axes.legend(
            frameon=False,
            loc="upper left",
            title="mean, and each training\n(hollow: none in the tested language)",
            alignment="left",
        )
        return svg(drawn)


# The whole


def _check(root: Path, now: Results) -> int:
    before = stored(root)
    stale = [
        f"stale: {path}" for path, data in pages(root, before).items() if (root / path).read_bytes() != data
    ]
    told = [*stale, *changed(before, now)]
    for line in told:
        print(line)
    print(
        f"{len(told)} differences"
        if told
        else "the pages are those of the stored results, and these come out again"
    )
    return int(bool(told))


def main() -> int:
    """Write results, figure and pages, or say what is stale."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--encoder",
        nargs="+",
        type=int,
        metavar="SEED",
        help="only train the encoder, with one or several seeds, and store what it predicts with the first",
    )
    what.add_argument("--check", action="store_true", help="change nothing; exit 1 where something is stale")
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except tigris.CorpusError as error:
        print(error, file=sys.stderr)
        return 2


def _run(arguments: argparse.Namespace) -> int:
    corpus = tigris.load(ROOT)
    if arguments.encoder:
        with needs("encoder", "the encoder", "torch", "transformers", "datasets"):
            written = train_encoder(corpus, arguments.encoder)
        store.write(ROOT, written)
        return _tell(written)
    with needs("train", "scripts/results.py", "pycrfsuite", "datasets"):
        now = results(corpus, ROOT)
    _say("")
    if arguments.check:
        return _check(ROOT, now)
    now = replace(now, encoder=json.loads((ROOT / FOLDER / "encoder.json").read_text(encoding="utf-8")))
    written = files(now)
    store.write(ROOT, written)
    written |= {**pages(ROOT, stored(ROOT)), FIGURE: figure(now.tables["curve"])}
    store.write(ROOT, written)
    return _tell(written)


def _tell(written: Iterable[str]) -> int:
    for path in written:
        print("wrote", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
