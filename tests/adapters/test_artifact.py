"""model.tar.gz: read in place, and unpacked only where nothing leads out of the folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from cumulet.adapters.artifact import member, unpack
from cumulet.contracts.errors import SkewError


def packed(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_a_file_is_read_with_and_without_a_leading_dot() -> None:
    archive = packed((tarfile.TarInfo("./manifest.json"), b"{}"), (tarfile.TarInfo("state.json"), b"[]"))
    assert member(archive, "manifest.json") == b"{}"
    assert member(archive, "state.json") == b"[]"


def test_a_missing_file_is_a_skew() -> None:
    with pytest.raises(SkewError, match=r"no reference\.json"):
        member(packed((tarfile.TarInfo("state.json"), b"")), "reference.json")


def test_it_is_unpacked_into_the_folder(tmp_path: Path) -> None:
    folder = unpack(packed((tarfile.TarInfo("code/x.py"), b"1")), tmp_path / "new")
    assert (folder / "code" / "x.py").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../evil", "a/../../evil"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SkewError, match="not safe"):
        unpack(packed((tarfile.TarInfo(name), b"x")), tmp_path / "folder")
    assert not (tmp_path / "evil").exists()


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(SkewError, match="not safe"):
        unpack(packed((link, b"")), tmp_path / "folder")
