from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cumulet.contracts.errors import ContractError, UnavailableError
from cumulet.contracts.manifests import sha256
from cumulet.sources import wheel as module
from cumulet.sources.wheel import Wheel, pip_download

FILE = "trips-1.2.0-py3-none-any.whl"


def zipped(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("trips/data.csv"), content)
        archive.writestr(zipfile.ZipInfo("trips/more.csv"), "more")
    return out.getvalue()


class Index:
    """A package index that has one wheel, and counts who asks."""

    def __init__(self, data: bytes) -> None:
        self.data, self.asked = data, []

    def __call__(self, requirement: str, folder: Path) -> None:
        self.asked.append(requirement)
        (folder / FILE).write_bytes(self.data)


@pytest.fixture
def index() -> Index:
    return Index(zipped("real"))


@pytest.fixture
def wheel(index: Index) -> Wheel:
    return Wheel(FILE, sha256(index.data), megabytes=1)


def test_files_are_read_out_of_the_wheel_which_is_downloaded_once(wheel, index, tmp_path, capsys):
    assert wheel.read("trips/data.csv", "trips/more.csv", folder=tmp_path / "new", fetch=index) == [b"real", b"more"]
    assert "downloading trips==1.2.0 (1 MB, once)" in capsys.readouterr().err
    assert wheel.read("trips/more.csv", folder=tmp_path / "new", fetch=index) == [b"more"]
    assert index.asked == ["trips==1.2.0"]
    assert capsys.readouterr().err == ""
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE]


def test_another_wheel_than_the_pinned_one_is_refused_and_not_kept(wheel, tmp_path):
    with pytest.raises(ContractError, match=r"trips==1\.2\.0: the index gave trips-1\.2\.0.*ask who runs the index"):
        wheel.read("trips/data.csv", folder=tmp_path, fetch=Index(zipped("tampered with")))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_downloaded_again(wheel, index, tmp_path):
    (tmp_path / FILE).write_bytes(index.data[:-1])
    assert wheel.read("trips/data.csv", folder=tmp_path, fetch=index) == [b"real"]
    assert index.asked == ["trips==1.2.0"]


def test_a_download_that_ends_half_way_leaves_nothing_behind(wheel, index, tmp_path):
    def cut_off(requirement: str, folder: Path) -> None:
        (folder / FILE).write_bytes(index.data[:10])
        raise UnavailableError("the line went dead")

    with pytest.raises(UnavailableError):
        wheel.read("trips/data.csv", folder=tmp_path, fetch=cut_off)
    assert list(tmp_path.iterdir()) == []


def test_without_the_index_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UnavailableError, match=r"trips==1\.2\.0 cannot be downloaded; go online once.*No matching"):
        pip_download("trips==1.2.0", tmp_path)


def test_pip_is_asked_for_that_wheel_alone_and_never_to_build_one(tmp_path, monkeypatch):
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(module.subprocess, "run", run)
    pip_download("trips==1.2.0", tmp_path)
    assert asked[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "trips==1.2.0"} <= set(asked[0])


def test_a_wheel_without_the_file_is_a_mistake_of_the_caller(wheel, index, tmp_path):
    with pytest.raises(KeyError, match=r"no\.csv"):
        wheel.read("trips/no.csv", folder=tmp_path, fetch=index)
