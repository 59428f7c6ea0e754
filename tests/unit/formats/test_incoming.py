from __future__ import annotations

import io
import os
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import incoming
from tigris_corpus.formats.incoming import gathered

if TYPE_CHECKING:
    from pathlib import Path


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def test_a_folder_gives_its_files_by_their_paths(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.ann").write_bytes(b"1")
    (tmp_path / "deep/b.ann").write_bytes(b"2")
    (tmp_path / ".hidden").write_bytes(b"3")
    files, faults = gathered([tmp_path])
    assert files == {str(tmp_path / "a.ann"): b"1", str(tmp_path / "deep/b.ann"): b"2"}
    assert faults == []


def test_links_and_pipes_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "in/link.ann").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "in/pipe.ann")
    assert gathered([tmp_path / "in"]) == ({}, [])
    with pytest.raises(CorpusError, match="not a plain file"):
        gathered([tmp_path / "in/pipe.ann"])


def test_what_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"none\.ann: cannot be read: No such file"):
        gathered([tmp_path / "none.ann"])


def test_an_archive_gives_its_members(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(archive({"a.ann": b"1", "deep/b.ann": b"2"}))
    files, faults = gathered([path])
    assert files == {f"{path}/a.ann": b"1", f"{path}/deep/b.ann": b"2"}
    assert faults == []


@pytest.mark.parametrize(
    "name",
    [
        "../a.ann",
        "/etc/a.ann",
        "a/../../b.ann",
        "..\\a.ann",
        "C:\\a.ann",
        "c:a.ann",
        "a//b.ann",
        "a/./b.ann",
        "CON",
        "deep/nul.txt",
        "com1.ann",
        "a.ann.",
        "a.ann ",
        "x" * 1100,
    ],
)
def test_an_archive_with_a_name_that_leads_outside_is_refused_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(archive({"good.ann": b"1", name: b"2"}))
    files, faults = gathered([path])
    assert files == {}
    assert [(one.code, one.location.file) for one in faults] == [("sec.archive-name", str(path))]


def test_a_name_with_nul_is_seen_whole(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(archive({"good.annXevil": b"1"}).replace(b"good.annXevil", b"good.ann\0evil"))
    files, faults = gathered([path])
    assert files == {}
    assert [one.code for one in faults] == ["sec.archive-name"]


@pytest.mark.parametrize("twins", [("a.ann", "A.ann"), ("a.ann", "a.ann")])
def test_two_members_that_are_one_file_somewhere_are_refused(tmp_path: Path, twins: tuple[str, str]) -> None:
    path = tmp_path / "export.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name in twins:
            if name in opened.namelist():
                opened.filelist[-1].filename = "b.ann"
                opened.NameToInfo.clear()
            opened.writestr(zipfile.ZipInfo(name), b"1")
            opened.filelist[0].filename = twins[0]
    path.write_bytes(buffer.getvalue())
    files, faults = gathered([path])
    assert files == {}
    assert [one.code for one in faults] == ["sec.archive-name"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(archive({"a.ann": b"\0" * 50_000_000}))
    assert [one.code for one in gathered([path])[1]] == ["sec.archive-bomb"]


def test_a_link_in_an_archive_is_text_like_any_other(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("a.ann")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(entry, "/etc/passwd")
    (tmp_path / "export.zip").write_bytes(buffer.getvalue())
    files, _ = gathered([tmp_path / "export.zip"])
    assert list(files.values()) == [b"/etc/passwd"]


@pytest.mark.parametrize("cut", [30, 60, 100])
def test_a_broken_archive_is_a_fault_and_no_traceback(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(archive({"a.ann": b"1" * 200})[:cut])
    files, faults = gathered([path])
    assert files == {}
    assert [one.code for one in faults] == ["imp.format"]


def test_more_than_is_ever_read_is_misuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "MOST_BYTES", 10)
    (tmp_path / "a.ann").write_bytes(b"12345678901")
    with pytest.raises(CorpusError, match="import it in parts"):
        gathered([tmp_path])
