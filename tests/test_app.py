"""The composition root: use cases in, plain data for the stacks out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import usecases
from app import tables
from cumulet.contracts.errors import ContractError

BROKEN = {
    "a name that is not there": ("", "CUT_OFF = nowhere\n", r"usecases/kites/schema.py, line 1: NameError: .*nowhere"),
    "a value that is not there": ("", "", r"usecases/kites/__init__.py: AttributeError: .*USE_CASE"),
    "an argument too few": ("USE_CASE = dict(1, 2)\n", "", r"usecases/kites/__init__.py, line 2: TypeError"),
    "no Python": ("", "def (", r"usecases/kites/schema.py, line 1: SyntaxError: invalid"),
}


@pytest.fixture
def kites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a use case beside those of the repository."""
    monkeypatch.setattr(usecases, "__path__", [*usecases.__path__, str(tmp_path)])
    monkeypatch.setattr(usecases, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "kites").mkdir()
    yield tmp_path / "kites"
    for name in [name for name in sys.modules if name.startswith("usecases.kites")]:
        del sys.modules[name]


@pytest.mark.parametrize(("init", "schema", "named"), BROKEN.values(), ids=BROKEN)
def test_a_broken_use_case_is_named_with_its_file(kites: Path, init: str, schema: str, named: str) -> None:
    (kites / "__init__.py").write_text(f"import usecases.kites.schema\n{init}")
    (kites / "schema.py").write_text(schema)
    with pytest.raises(ContractError, match=named):
        tables("kites")


def test_infra_gets_the_tables_of_the_use_case_it_asks_for() -> None:
    assert tables("bikes")["labels"]["label"] == "double"
    assert set(tables("flights")) == {"curated", "curated_weather", "labels", "features", "predictions"}
