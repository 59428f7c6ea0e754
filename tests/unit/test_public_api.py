from __future__ import annotations

import subprocess
import sys

import pytest

import tigris_corpus as tigris

HEAVY = ("pandas", "numpy", "polars", "pandera", "datasets", "pyarrow", "frictionless", "click", "jsonschema")


def test_the_public_names_are_these() -> None:
    assert tigris.__all__ == [
        "Corpus",
        "CorpusError",
        "Issue",
        "Location",
        "MissingExtraError",
        "NotAPackageError",
        "Severity",
        "UnreadableError",
        "load",
        "schema",
        "to_datasets",
        "to_polars",
        "validate",
        "views",
    ]
    assert dir(tigris) == tigris.__all__
    for name in tigris.__all__:
        assert getattr(tigris, name).__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'lod'"):
        _ = tigris.lod


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import sys, tigris_corpus; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_loading_imports_pandas_and_no_engine() -> None:
    code = (
        "import sys, tigris_corpus; tigris_corpus.load();"
        "print([name for name in ('polars', 'pandera', 'datasets') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("validate", "polars", "validate"),
        ("schema", "pandera", "validate"),
        ("to_polars", "polars", "validate"),
        ("to_datasets", "polars", "hf"),
    ],
)
def test_a_missing_extra_is_answered_with_the_line_that_installs_it(
    name: str, module: str, extra: str
) -> None:
    code = f"""
import sys
sys.modules[{module!r}] = None
import tigris_corpus
try:
    tigris_corpus.{name}
except tigris_corpus.MissingExtraError as error:
    print(error)
"""
    expected = (
        f'tigris_corpus.{name} needs more than the base install: pip install "tigris-corpus[{extra}]"\n'
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == expected
