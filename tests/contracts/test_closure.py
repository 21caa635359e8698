from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cumulet.contracts.closure import closure, fingerprint, read
from cumulet.contracts.errors import ContractError

SOURCES = {
    "cumulet/__init__.py": '"""The library."""\n',
    "cumulet/core/__init__.py": "",
    "cumulet/core/rates.py": "import numpy as np\nPRIOR = 20\n\ndef shrink(x):\n    return x / PRIOR\n",
    "cumulet/core/unused.py": "X = 1\n",
    "usecases/__init__.py": "",
    "usecases/kites/__init__.py": "from usecases.kites.transform import transform\nCOST = 4\n",
    "usecases/kites/transform.py": (
        '"""Kites."""\nfrom cumulet.core import rates\n\n'
        'def transform(x):\n    """Flies."""\n    return rates.shrink(x)  # gently\n'
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new))


def test_closure_holds_imports_and_the_packages_on_the_way_and_nothing_else(root: Path) -> None:
    found = [p.as_posix() for p in closure(root, ["usecases.kites.transform"])]
    assert found == sorted(set(SOURCES) - {"cumulet/core/unused.py"})


def test_closure_of_a_missing_module_names_it(root: Path) -> None:
    with pytest.raises(ContractError, match=r"usecases\.planes"):
        closure(root, ["usecases.planes"])


def test_relative_import_is_refused_with_its_line(root: Path) -> None:
    edit(root, "cumulet/core/rates.py", "import numpy as np", "from . import unused")
    with pytest.raises(ContractError, match=r"rates.py:1: relative import"):
        closure(root, ["usecases.kites"])


@pytest.mark.parametrize(("old", "new"), [("  # gently", "  # roughly\n\n"), ('"""Flies."""', '"""Soars."""')])
def test_comments_docstrings_and_blank_lines_keep_the_fingerprint(root: Path, old: str, new: str) -> None:
    before = fingerprint(root, "usecases.kites.transform")
    edit(root, "usecases/kites/transform.py", old, new)
    assert fingerprint(root, "usecases.kites.transform") == before


@pytest.mark.parametrize(("old", "new"), [("PRIOR = 20", "PRIOR = 21"), ("x / PRIOR", "PRIOR / x")])
def test_a_changed_constant_or_helper_changes_the_fingerprint(root: Path, old: str, new: str) -> None:
    before = fingerprint(root, "usecases.kites.transform")
    edit(root, "cumulet/core/rates.py", old, new)
    assert fingerprint(root, "usecases.kites.transform") != before


def test_settings_beside_the_transform_keep_its_fingerprint(root: Path) -> None:
    before = fingerprint(root, "usecases.kites.transform")
    edit(root, "usecases/kites/__init__.py", "COST = 4", "COST = 5")
    assert fingerprint(root, "usecases.kites.transform") == before


def test_a_zip_application_has_the_same_closure_bytes_and_fingerprint(root: Path) -> None:
    archive = root / "code.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for path in closure(root, ["usecases.kites"]):
            package.writestr(path.as_posix(), (root / path).read_bytes())
    assert closure(archive, ["usecases.kites"]) == closure(root, ["usecases.kites"])
    assert fingerprint(archive, "usecases.kites.transform") == fingerprint(root, "usecases.kites.transform")
    assert read(archive, Path("usecases/kites/transform.py")) == (root / "usecases/kites/transform.py").read_bytes()


def test_fingerprint_does_not_depend_on_the_python_version(root: Path) -> None:
    expected = (
        "06c16caea1ca862a3e33eea937d43ebc07d6fd3f2d68bd0574e83fe25c1e67f1"  # computed by Python 3.11, 3.12 and 3.13
    )
    assert fingerprint(root, "usecases.kites.transform") == expected
