from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import baselines
import packages
import results
from baselines import ENTITIES, SENTENCES, TASKS, TRIGGERS, Example, Settings
from tigris_corpus.corpus import Corpus
from tigris_corpus.scoring import score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHEAP = ("majority", "gazetteer", "linear")


def example(words: str, tags: str = "", language: str = "en", name: str = "S1") -> Example:
    """Return a sentence of words with a tag for each, which are those of its mentions and of its triggers."""
    row = tuple(tags.split()) or ("O",) * len(words.split())
    return Example(name, "D0", language, 0, len(words), tuple(words.split()), row, row)


def typed(words: str, types: Sequence[str] = (), language: str = "en") -> Example:
    """Return a sentence whose answer is its event types."""
    return replace(example(words, language=language), answer=tuple(types))


def found(
    name: str, train: Sequence[Example], test: Sequence[Example], task: str = ENTITIES, **more: Any
) -> list[str]:
    """Return the answers of a baseline, each as one text."""
    return [" ".join(answer) for answer in baselines.BASELINES[name](train, test, Settings(task, **more))]


# Majority


def test_the_majority_tags_every_word_with_the_most_frequent_type_of_a_single_word() -> None:
    train = [
        example("Iraq and Iran met the United States", "B-GPE O B-GPE O O B-ORG I-ORG"),
        example("the Islamic State left", "O B-ORG I-ORG O"),
        example("the Islamic State left", "O B-ORG I-ORG O"),
    ]
    assert found("majority", train, [example("Paris sleeps")]) == ["B-GPE B-GPE"]


def test_the_majority_of_sentences_is_as_many_of_the_frequent_types_as_do_best_on_training() -> None:
    train = [typed("a", ["AGREE"]), typed("b", ["AGREE", "CONSULT"]), typed("c")]
    # AGREE for all: 2 right of 3 told and 3 to find, F1 4/6; with CONSULT: 3 of 6 and 3, F1 6/9, which is no better
    assert found("majority", train, [typed("d")], SENTENCES) == ["AGREE"]
    # AGREE for all: 2 right of 4 told and 4 to find, F1 4/8; with CONSULT: 4 of 8 and 4, F1 8/12
    train += [typed("e", ["CONSULT"])]
    assert found("majority", train, [typed("d")], SENTENCES) == ["AGREE CONSULT"]


def test_where_training_has_no_spans_nothing_is_found() -> None:
    train = [example("nobody came")]
    for name in CHEAP:
        assert found(name, train, [example("nobody left")]) == ["O O"]
        assert found(name, [typed("nobody came")], [typed("nobody left")], SENTENCES) == [""]


# Gazetteer


def test_the_longest_phrase_is_looked_up_and_its_parts_are_not() -> None:
    train = [
        example("United States", "B-GPE I-GPE"),
        example("United States Army", "B-ORG I-ORG I-ORG"),
        example("Army", "B-ORG"),
    ]
    test = [example("the United States Army and the United States and the Army")]
    assert found("gazetteer", train, test) == ["O B-ORG I-ORG I-ORG O O B-GPE I-GPE O O B-ORG"]


def test_a_phrase_is_looked_up_if_half_of_its_occurrences_in_training_are_spans() -> None:
    train = [example("US Army", "B-GPE O"), example("US here", "O O"), example("Army", "B-ORG")]
    test = [example("US Army")]
    assert found("gazetteer", train, test) == ["B-GPE B-ORG"]
    assert found("gazetteer", [*train, example("US again", "O O")], test) == ["O B-ORG"]


def test_names_are_looked_up_as_they_are_written_in_every_language() -> None:
    train = [example("Iran", "B-GPE"), example("soldiers", "B-PER")]
    assert found("gazetteer", train, [example("Iran soldiers", language="fr")]) == ["B-GPE O"]
    assert found("gazetteer", train, [example("iran Soldiers SOLDIERS soldiers")]) == ["O O O B-PER"]
    train += [example("Soldiers", "B-PER")]
    assert found("gazetteer", train, [example("Soldiers")]) == ["B-PER"]


def test_triggers_are_looked_up_in_small_letters_and_in_their_language() -> None:
    train = [example("Strikes killed", "B-ASSAULT B-ASSAULT")]
    assert found("gazetteer", train, [example("strikes Killed")], TRIGGERS) == ["B-ASSAULT B-ASSAULT"]
    assert found("gazetteer", train, [example("strikes killed", language="fr")], TRIGGERS) == ["O O"]
    assert found("gazetteer", train, [example("strikes killed")], SENTENCES) == ["ASSAULT"]


def test_the_most_frequent_type_of_a_phrase_is_taken_and_of_several_the_first_of_the_alphabet() -> None:
    train = [example("Washington", "B-LOC"), example("Washington", "B-GPE")]
    assert found("gazetteer", train, [example("Washington")]) == ["B-GPE"]
    assert found("gazetteer", [*train, example("Washington", "B-LOC")], [example("Washington")]) == ["B-LOC"]


@pytest.mark.parametrize("fold", [0, 1, 2, 3])
def test_the_gazetteer_finds_no_name_that_only_the_documents_left_out_have(
    released: Corpus, fold: int
) -> None:
    train, test = baselines.examples(released, ENTITIES, fold)

    def texts(one: Example, tags: Sequence[str]) -> set[str]:
        return {" ".join(one.words[start:end]).lower() for start, end, _ in baselines.spans(tags)}

    known = {text for one in train for text in texts(one, one.answer)}
    own = {text for one in test for text in texts(one, one.answer)} - known
    answers = baselines.gazetteer(train, test, Settings())
    told = {text for one, tags in zip(test, answers, strict=True) for text in texts(one, tags)}
    assert len(own) > 20
    assert told
    assert told <= known


def test_a_person_of_one_document_is_in_the_registry_and_not_found(released: Corpus) -> None:
    assert "fouad-shukur" in set(released.entities["entity_id"])
    train, test = baselines.examples(released, ENTITIES, 0)
    place = next(n for n, one in enumerate(test) if "Shukur" in one.words)
    word = test[place].words.index("Shukur")
    assert test[place].answer[word] == "I-PER"
    assert baselines.gazetteer(train, test, Settings())[place][word] == "O"
    assert baselines.gazetteer([*train, test[place]], test, Settings())[place][word] == "I-PER"


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize("task", TASKS)
def test_neither_the_registry_nor_the_labels_of_the_test_are_looked_at(
    released: Corpus, name: str, task: str
) -> None:
    train, test = baselines.examples(released, task, 3)
    bare = Corpus(
        released.package,
        {**released.tables, "entities": released.entities[:0], "incidents": released.incidents[:0]},
    )
    few = train[:30]
    blind = [
        replace(one, answer=("O",) * len(one.answer), triggers=("O",) * len(one.triggers)) for one in test
    ]
    expected = baselines.BASELINES[name](few, test, Settings(task))
    assert baselines.BASELINES[name](few, blind, Settings(task)) == expected
    assert baselines.examples(bare, task, 3) == (train, test)


# Linear


def test_the_features_of_a_word() -> None:
    first, second = baselines.features(example("En Irak", language="fr"))
    assert first == [
        *("bias", "language=fr", "word=en", "fr:word=en", "shape=Xx", "prefix=e", "suffix=n"),
        *("-2:none", "-1:none", "1:word=irak", "1:shape=Xx", "2:none"),
    ]
    assert [one for one in second if "fix" in one] == [
        *("prefix=i", "prefix=ir", "prefix=ira"),
        *("suffix=k", "suffix=ak", "suffix=rak"),
    ]


def test_the_features_of_a_sentence() -> None:
    assert baselines.bag(example("No and no and")) == [
        *("bias", "language=en", "and", "and no", "no", "no and"),
    ]


def test_the_shape_of_a_word() -> None:
    assert [*map(baselines.shape, ("McKenzie", "F-16", "2,500", "d’", "été"))] == [
        *("XxXx", "X-d", "d,d", "x’", "x"),
    ]


def test_the_linear_baseline_learns_what_stands_before_a_name() -> None:
    train = [example(f"Mr {name} spoke to {name}", "O B-PER O O O") for name in ("Adam", "Blair", "Carter")]
    assert found("linear", train, [example("Mr Dodd spoke to Dodd")]) == ["O B-PER O O O"]


def test_the_linear_baseline_learns_the_types_of_sentences() -> None:
    train = [
        typed("they met", ["CONSULT"]),
        typed("they met again", ["CONSULT"]),
        typed("bombs fell", ["ASSAULT"]),
    ]
    train += [typed("bombs fell again", ["ASSAULT"]), typed("it rained"), typed("it rained again")]
    answers = found(
        "linear", train * 5, [typed("they met"), typed("bombs fell"), typed("it rained")], SENTENCES
    )
    assert answers == ["CONSULT", "ASSAULT", ""]


def test_a_model_a_language_learns_nothing_from_another_language() -> None:
    train = [example("Iran", "B-GPE"), example("Iran", "B-GPE")]
    test = [example("Iran", language="fr", name="S1"), example("Iran", language="en", name="S2")]
    assert found("linear", train, test, by_language=True) == ["O", "B-GPE"]
    assert found("linear", train, test) == ["B-GPE", "B-GPE"]


# The whole


def test_the_documents_left_out_are_predicted_and_no_other(released: Corpus) -> None:
    train, test = baselines.examples(released, ENTITIES, fold=2)
    assert {one.document_id for one in test} == {"D002", "D003"}
    assert {one.document_id for one in train} == {"D000", "D001", "D004"}
    train, test = baselines.examples(released, TRIGGERS, view="fr-en")
    assert {one.language for one in train} == {"fr"}
    assert {one.language for one in test} == {"en"}


def test_answers_are_in_the_form_of_the_scorer() -> None:
    one = replace(example("They met", "O B-CONSULT"), start=10, end=18)
    assert baselines.rows([one], [("O", "B-PER")], ENTITIES) == [
        {"sentence_id": "S1", "ner_tags": ["O", "B-PER"]}
    ]
    assert baselines.rows([one], [("O", "O")], TRIGGERS) == [
        {"sentence_id": "S1", "trigger_tags": ["O", "O"]}
    ]
    assert baselines.rows([one, one], [("AID", "AGREE"), ()], SENTENCES) == [
        {
            "document_id": "D0",
            "events": [
                {"trigger_start": 10, "trigger_end": 18, "event_type": "AID"},
                {"trigger_start": 10, "trigger_end": 18, "event_type": "AGREE"},
            ],
        }
    ]


def test_the_gold_of_sentences_is_scored_as_right_and_half_of_it_as_half(released: Corpus) -> None:
    gold = [row for some in baselines.predictions(released, "gold", Settings(SENTENCES)) for row in some]
    assert score(gold, gold, "events", corpus=released, draws=0).f1("Tri-C") == 1.0
    types = {
        (sentence, kind)
        for sentence, kind in zip(released.events["sentence_id"], released.events["event_type"], strict=True)
    }
    assert sum(len(record["events"]) for record in gold) == len(types)


def run(*given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(packages.CLONE / "scripts/baselines.py"), *given]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_the_command_writes_the_same_bytes_twice_and_does_not_write_over_them(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    told = ("linear", "--task", "triggers", "--folds", "1", "-o")
    done = run(*told, str(first), PYTHONHASHSEED="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wrote {first} (22 rows)\n", "")
    assert run(*told, str(second), PYTHONHASHSEED="2").returncode == 0
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_text().splitlines()[0])["sentence_id"] == "D001-S001"
    again = run("majority", "--folds", "1", "-o", str(first))
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1
    assert "--force" in again.stderr


def test_a_fold_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    done = run("majority", "--folds", "9", "-o", str(tmp_path / "out.jsonl"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "there is no fold 9; there is 0, 1, 2, 3\n"


# Results


def test_the_pages_are_made_of_the_stored_results() -> None:
    made = results.pages(packages.CLONE, results.stored(packages.CLONE))
    stale = [path for path, data in made.items() if (packages.CLONE / path).read_bytes() != data]
    assert stale == [], "run scripts/results.py"


@pytest.mark.parametrize("task", TASKS)
def test_the_stored_scores_come_out_again(released: Corpus, task: str) -> None:
    gold = [row for some in baselines.predictions(released, "gold", Settings(task)) for row in some]
    before = results.stored(packages.CLONE).tables["scores"]
    for name in ("majority", "gazetteer", "encoder"):
        rows = results.predicted(released, packages.CLONE, name, task)
        now = results.scored(released, task, gold, rows)
        own = before[(before["view"] == "folds") & (before["task"] == task) & (before["baseline"] == name)]
        every = own[own["tested"] == "D000 D001 D002 D003 D004"]
        micro = every[(every["group"] == "all") & (every["average"] == "micro")].iloc[0]
        assert now.f1(results.MEASURES[task][1]) == pytest.approx(micro["f1"], abs=1e-6), (
            "run scripts/results.py"
        )


def stored(**cells: Any) -> results.Results:
    """Return results of one row of differences, with some cells of it."""
    row: dict[str, Any] = {
        "task": "entities",
        "first": "majority",
        "second": "gazetteer",
        "group": "all",
        "average": "micro",
    }
    row |= {"difference": 0.1, "low": 0.05, "high": 0.15, "not_better": float("nan"), **cells}
    empty = {name: pd.DataFrame(columns=keys) for name, keys in results.KEYS.items()}
    return results.Results({**empty, "differences": pd.DataFrame([row])})


def test_a_figure_that_does_not_come_out_again_is_told() -> None:
    assert results.changed(stored(), stored()) == []
    assert results.changed(stored(), stored(low=0.0500001)) == []
    assert results.changed(stored(), stored(low=0.050001, not_better=0.5)) == [
        "differences: entities | majority | gazetteer | all | micro: low 0.05 → 0.050001, not_better nan → 0.5"
    ]


def test_a_figure_of_the_linear_baseline_may_be_off_by_the_tolerance() -> None:
    before = stored(second="linear")
    assert results.changed(before, stored(second="linear", difference=0.119)) == []
    assert results.changed(before, stored(second="linear", difference=0.121)) != []


def test_rows_that_come_or_go_are_told() -> None:
    assert results.changed(stored(), stored(group="en")) == [
        "differences: entities | majority | gazetteer | all | micro is stored and not made",
        "differences: entities | majority | gazetteer | en | micro is made and not stored",
    ]
