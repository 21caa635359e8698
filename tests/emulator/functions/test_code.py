from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

from emulator.functions.code import Code, WrongPlatform, remove
from tests.emulator.functions.deployed import Deployed, package

OURS = f"{sys.version_info.major}{sys.version_info.minor}"
AARCH64, X86_64 = (b"\x7fELF" + bytes(14) + number.to_bytes(2, "little") for number in (0xB7, 0x3E))


def test_a_package_is_unpacked_once_with_its_modes_and_nothing_writable(tmp_path: Path) -> None:
    code, found = Code(tmp_path / "code"), package({"main.py": "", "package/module.py": "", "empty/": ""})
    folder = code.unpack(found)
    assert folder == tmp_path / "code" / found.sha256
    assert sorted(p.name for p in folder.rglob("*")) == ["empty", "main.py", "module.py", "package"]
    assert all(not path.stat().st_mode & 0o222 for path in folder.rglob("*"))
    before = folder.stat().st_ino
    assert code.unpack(found).stat().st_ino == before


def test_a_read_only_folder_can_be_removed(tmp_path: Path) -> None:
    folder = Code(tmp_path).unpack(package({"package/module.py": ""}))
    remove(folder)
    assert not folder.exists()
    remove(folder)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("numpy/core.cpython-313-aarch64-linux-gnu.so", b"", "cpython-313 aarch64"),
        (f"numpy/core.cpython-{OURS}-sparc-linux-gnu.so", b"", f"cpython-{OURS} sparc"),
        ("onnx.abi3.so", AARCH64 if platform.machine() == "x86_64" else X86_64, "Linux "),
        ("lib/libgomp.so", AARCH64 if platform.machine() == "x86_64" else X86_64, "Linux "),
    ],
)
def test_a_package_for_another_platform_is_refused_with_the_remedy(
    tmp_path: Path, name: str, content: bytes, found: str
) -> None:
    with pytest.raises(WrongPlatform) as refused:
        Code(tmp_path).unpack(package({name: content}))
    assert f"was built for {found}" in str(refused.value)
    assert name in str(refused.value)
    assert "deploy with target local" in str(refused.value)


def test_a_package_for_several_platforms_is_not_refused(tmp_path: Path) -> None:
    from importlib.machinery import EXTENSION_SUFFIXES

    Code(tmp_path).unpack(package({"core.cpython-313-aarch64-linux-gnu.so": b"", f"core{EXTENSION_SUFFIXES[0]}": b""}))


def test_the_call_of_such_a_function_says_so(deployed: Deployed) -> None:
    deployed.deploy(files={"main.py": "", "x.cpython-313-aarch64-linux-gnu.so": b""})
    failed = deployed.failure()
    assert failed["errorType"] == "Runtime.ImportModuleError"
    assert failed["errorMessage"].startswith("Unable to import module 'main': the package was built for cpython-313")
    assert os.listdir(deployed.cloud.state / "functions" / "code")
