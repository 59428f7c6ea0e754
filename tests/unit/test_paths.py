from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tigris_corpus.paths import Gate, PathError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    root = tmp_path / "root"
    (root / "corpus").mkdir(parents=True)
    (root / "corpus" / "a.csv").write_bytes(b"a\n")
    (tmp_path / "secret.csv").write_bytes(b"secret\n")
    (root / "corpus" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "corpus" / "pipe.csv")
    return Gate(root)


def test_a_file_of_the_package_is_read(gate: Gate) -> None:
    assert gate.read("corpus/a.csv") == b"a\n"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "sec.path"),
        ("../secret.csv", "sec.path"),
        ("corpus/../../secret.csv", "sec.path"),
        ("corpus//a.csv", "sec.path"),
        ("./corpus/a.csv", "sec.path"),
        ("/etc/passwd", "sec.path"),
        ("corpus\\a.csv", "sec.path"),
        ("C:/a.csv", "sec.path"),
        ("corpus/a.csv\0", "sec.path"),
        ("https://example.org/a.csv", "sec.remote"),
        ("file:///etc/passwd", "sec.remote"),
        ("corpus/link.csv", "sec.link"),
        ("out/secret.csv", "sec.link"),
        ("corpus/pipe.csv", "sec.link"),
        ("corpus", "sec.link"),
        ("corpus/b.csv", "pkg.missing-file"),
        ("absent/a.csv", "pkg.missing-file"),
        ("corpus/" + "a" * 300, "pkg.unreadable-file"),
    ],
)
def test_whatever_leads_elsewhere_is_not_opened(gate: Gate, path: str, code: str) -> None:
    with pytest.raises(PathError) as caught:
        gate.read(path)
    assert caught.value.code == code


def test_a_file_is_read_up_to_a_size(gate: Gate) -> None:
    assert gate.read("corpus/a.csv", 2) == b"a\n"
    with pytest.raises(PathError, match="is larger than 1 bytes") as caught:
        gate.read("corpus/a.csv", 1)
    assert caught.value.code == "pkg.unreadable-file"


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = gate.root / "corpus" / "pipe.csv"
    monkeypatch.setattr(gate, "resolve", lambda _: pipe)  # it was a plain file when it was looked at
    with pytest.raises(PathError) as caught:
        gate.read("corpus/pipe.csv")
    assert caught.value.code == "sec.link"


def test_a_file_that_changes_after_the_last_look_matters_only_where_it_is_opened_again(gate: Gate) -> None:
    path = gate.root / "corpus" / "a.csv"
    gate.read("corpus/a.csv")
    gate.look()
    path.write_bytes(b"other\n")
    assert gate.changed() is None
    gate.read("corpus/a.csv")
    assert gate.changed() == "corpus/a.csv"


def test_a_file_that_changed_before_the_last_look_is_told(gate: Gate) -> None:
    gate.read("corpus/a.csv")
    (gate.root / "corpus" / "a.csv").write_bytes(b"other\n")
    gate.look()
    assert gate.changed() == "corpus/a.csv"
