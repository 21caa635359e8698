"""A use case that is broken by hand, file by file: `cumulet check` names the line or the setting, and what to do."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import usecases
from cumulet.cli.app import app
from cumulet.rehearsal import declarations
from cumulet.rehearsal.laws import LAWS
from cumulet.scaffold.plan import Plan
from cumulet.scaffold.profile import profile
from cumulet.scaffold.proposal import propose
from cumulet.scaffold.roles import Choices
from cumulet.scaffold.writing import write
from tests.scaffold.tables import customers, written

NAME = "breaking"
CHEAP = LAWS[:5]
"""Those about files; the others are tested in test_laws.py."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a use case that is whole."""
    folder = tmp_path_factory.mktemp("made")
    table = written(folder / "c.csv", customers(600), ";")
    found = write(Plan(NAME, "Who", "c.csv", propose(profile(table), Choices(label="kündigt")), table), folder)
    return {path.name: path.read_bytes() for path in found.iterdir()}


@pytest.fixture
def folder(tmp_path: Path, made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The use case in a project of its own, as a folder of `usecases`."""
    target = tmp_path / "usecases" / NAME
    target.mkdir(parents=True)
    (target.parent / "__init__.py").write_bytes(Path(usecases.__file__).read_bytes())
    for name, content in made.items():
        (target / name).write_bytes(content)
    monkeypatch.setattr(usecases, "__path__", [str(target.parent)])
    monkeypatch.setattr(usecases, "__file__", str(target.parent / "__init__.py"))
    monkeypatch.setattr(declarations, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.invalidate_caches()
    yield target
    for module in [name for name in sys.modules if name.startswith(f"usecases.{NAME}")]:
        del sys.modules[module]


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def without(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a syntax error": (edit("schema.py", "CUT_OFF =", "CUT_OFF = ="), "schema.py, line 10: SyntaxError"),
    "an import of nothing": (
        edit("transform.py", "import numpy", "import nunpy"),
        "transform.py, line 7: ModuleNotFound",
    ),
    "no USE_CASE": (edit("__init__.py", "USE_CASE = ", "CASE = "), "__init__.py: AttributeError"),
    "no __init__.py": (without("__init__.py"), f"usecases/{NAME} has no __init__.py"),
    "another name than the folder's": (edit("__init__.py", f'name="{NAME}"', 'name="other"'), "named like its folder"),
    "no source": (without("source.py"), "source.py: ModuleNotFoundError"),
    "an error in the source": (edit("source.py", "path = Path", "path = Paht"), "source.py, line 15: NameError"),
    "no data": (without("data.parquet"), "source.py: FileNotFoundError"),
    "a label that raises": (edit("schema.py", "found = outcomes[", "found = outcome["), "NameError"),
    "no settings": (without("usecase.toml"), "usecase.toml is missing"),
    "settings that are no TOML": (edit("usecase.toml", "cut_off_hour = 3", "cut_off_hour = three"), "is no TOML"),
    "an unknown setting": (edit("usecase.toml", "cut_off_hour", "cutoff_hour"), "unknown setting 'cutoff_hour'"),
    "settings of another name": (edit("usecase.toml", f'name = "{NAME}"', 'name = "other"'), "says name is 'other'"),
    "settings of another hour": (
        edit("usecase.toml", "cut_off_hour = 3", "cut_off_hour = 5"),
        "cut_off_hour is 5, the code 3",
    ),
    "settings of another zone": (edit("usecase.toml", '"UTC"', '"Europe/Berlin"'), "time_zone is 'Europe/Berlin'"),
    "an import that no Lambda has": (
        edit("transform.py", "import numpy as np", "import numpy as np\nimport pandas"),
        "imports pandas, which no Lambda has",
    ),
    "a relative import": (
        edit("transform.py", "from cumulet.core.tabular", "from . import schema\nfrom cumulet.core.tabular"),
        "absolute ones only",
    ),
    "a range too narrow": (
        edit("schema.py", '"Alter", nullable=True, minimum=0', '"Alter", nullable=True, minimum=60'),
        "Widen the field's range",
    ),
}


@pytest.mark.parametrize(("change", "remedy"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_by_hand_is_named(
    folder: Path, change: Callable[[Path], None], remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cumulet.rehearsal.laws.LAWS", CHEAP)
    change(folder)
    result = CliRunner().invoke(app, ["check", NAME])
    said = f"{result.output} {result.exception}"
    assert remedy in " ".join(said.split())
    assert result.exit_code != 0


def test_what_is_whole_keeps_these_laws(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cumulet.rehearsal.laws.LAWS", CHEAP)
    result = CliRunner().invoke(app, ["check", NAME])
    assert result.exit_code == 0, result.output
