from __future__ import annotations

import json
from typing import TYPE_CHECKING

import packages
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import open_package
from tigris_corpus.editing.adding import plan_addition
from tigris_corpus.report import progress
from tigris_corpus.store import write

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

PLAIN = """\
tigris-corpus 0.1.0: 3 documents

      sentences    mentions  entities  events  arguments  incidents
D000  adjudicated  single    single    single  single     single
D001  single       double    single    single  single     single
D002  single       blank     blank     blank   blank      blank

Documents by status:
             sentences  mentions  entities  events  arguments  incidents
blank        0          1         1         1       1          1
single       2          1         2         2       2          2
double       0          1         0         0       0          0
adjudicated  1          0         0         0       0          0

Documents by who worked on them:
annotator        kind   round  sentences  mentions  entities  events  arguments  incidents
segmenting-rule  rule   0      1          0         0         0       0          0
tester           human  1      2          2         2         2       2          2

Next:
  Read the sentences of D002, which only a rule has cut: tigris show D002 --package {root}
  Annotate D002 (mentions, entities, events, arguments, incidents): tigris export brat D002 --package {root} -o work/
  Have annotated a second time, blind to the first, D000, D001 (sentences, mentions, entities, events, arguments, incidents)
  Settle what differs, and record each decision in corpus/adjudication.csv, in D001 (mentions)
"""


def _mixed(base: Path) -> Corpus:
    write(base, plan_addition(open_package(base), b"A text.\n", {"language": "en"}).files)
    packages.set_cell(base, "corpus/layers.csv", 7, "status", "adjudicated")
    packages.set_cell(base, "corpus/layers.csv", 12, "status", "double")
    return load(base)


def test_progress_shows_layers_totals_makers_and_what_is_next(base: Path) -> None:
    assert progress.render(_mixed(base)) == PLAIN.format(root=base)


def test_a_cut_that_somebody_has_read_is_that_of_a_rule_no_more(base: Path) -> None:
    _mixed(base)
    path = base / "corpus" / "passes.csv"
    path.write_text(path.read_text(encoding="utf-8") + "D002,sentences,1,tester,1.0,\n", encoding="utf-8")
    assert "which only a rule has cut" not in progress.render(load(base))


def test_the_summary_has_the_same_as_plain_values(base: Path) -> None:
    facts = json.loads(json.dumps(progress.summary(_mixed(base))))
    assert facts["layers"]["D001"] == {
        "sentences": "single",
        "mentions": "double",
        "entities": "single",
        "events": "single",
        "arguments": "single",
        "incidents": "single",
    }
    assert facts["totals"]["mentions"] == {"blank": 1, "single": 1, "double": 1, "adjudicated": 0}
    assert facts["passes"][0] == {
        "annotator_id": "segmenting-rule",
        "kind": "rule",
        "round": 0,
        "documents": {
            "sentences": 1,
            "mentions": 0,
            "entities": 0,
            "events": 0,
            "arguments": 0,
            "incidents": 0,
        },
    }


def test_statuses_have_colours_where_they_are_wanted(base: Path) -> None:
    corpus = _mixed(base)
    shown = progress.render(corpus, colour=True)
    assert "D001  \x1b[33msingle     \x1b[0m  \x1b[36mdouble  \x1b[0m  \x1b[33msingle  \x1b[0m" in shown
    assert "\x1b[2mblank\x1b[0m" in shown
    assert "\x1b" not in progress.render(corpus)


def test_text_from_the_data_is_shown_as_it_is_and_steers_nothing(base: Path) -> None:
    for line in range(2, 14):
        packages.set_cell(base, "corpus/passes.csv", line, "annotator_id", "a\x1b[31m\u202eb")
    packages.set_cell(base, "corpus/annotators.csv", 2, "annotator_id", "a\x1b[31m\u202eb")
    shown = progress.render(load(base))
    assert "a\\u001b[31m\\u202eb  human  1 " in shown
    assert shown.replace("\n", "").isprintable()


def test_when_all_is_adjudicated_nothing_is_left_and_no_human_may_have_seen_it(released: Corpus) -> None:
    assert progress.render(released).endswith(
        "Next:\n"
        "  Nothing is left open: every layer of every document is adjudicated.\n"
        "  No human has made a pass.\n"
    )


def test_of_many_documents_the_open_ones_are_shown_first(base: Path) -> None:
    documents = (base / "corpus" / "documents.csv").read_text(encoding="utf-8").splitlines()
    layers = (base / "corpus" / "layers.csv").read_text(encoding="utf-8").splitlines()
    for number in range(2, 62):
        name = f"D{number:03}"
        status = "blank," if number == 60 else "adjudicated,1.0"
        documents.append(documents[1].replace("D000", name))
        layers += [f"{row.rsplit(',', 2)[0]},{status}".replace("D000", name) for row in layers[1:7]]
    for name, rows in (("documents", documents), ("layers", layers)):
        (base / "corpus" / f"{name}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    lines = progress.render(load(base)).splitlines()
    assert lines[0] == "tigris-corpus 0.1.0: 62 documents"
    assert [line.split()[0] for line in lines[3:53]] == [
        *(f"D{number:03}" for number in range(49)),
        "D060",
    ]
    assert lines[53] == "and 12 more"
    assert "  Annotate D060 (" in "\n".join(lines)


def test_an_empty_corpus_says_how_to_begin(base: Path) -> None:
    for name in ("documents", "layers", "passes", "annotators"):
        path = base / "corpus" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert progress.render(load(base)) == (
        "tigris-corpus 0.1.0: 0 documents\n\n"
        f"Next:\n  Add a text: tigris add FILE --language LANGUAGE --package {base}\n"
    )
