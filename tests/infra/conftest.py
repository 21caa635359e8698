"""Templates of both targets, synthesised once a session with small stand-ins for the Lambda packages."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.node import with_node

ROOT = Path(__file__).resolve().parents[2]
FOUNDATION, FLIGHTS = "Cumulet", "Cumulet-flights"


def pytest_configure() -> None:
    os.environ.update(with_node(os.environ))


@pytest.fixture(scope="session", params=["local", "aws"])
def assembly(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cloud assembly of a target, checked by cdk-nag while it is made: a finding makes synth fail."""
    os.environ.update(with_node(os.environ))
    from aws_cdk import Validations
    from cdk_nag import AwsSolutionsChecks

    from infra import app, function
    from infra.bundling import Bundle

    folder = tmp_path_factory.mktemp(request.param)
    stub = folder / "stub.zip"
    with zipfile.ZipFile(stub, "w") as archive:
        archive.writestr("stub.txt", "stands in for a Lambda package")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "function_package", lambda root, name, modules, target: Bundle(stub, f"{name:0<32}"))
        built = app.build(ROOT, target=request.param, outdir=str(folder / "assembly"))
        Validations.of(built).add_plugins(AwsSolutionsChecks(built))
        built.synth()
    yield folder / "assembly"


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """The templates by stack."""
    return {name: json.loads((assembly / f"{name}.template.json").read_text()) for name in (FOUNDATION, FLIGHTS)}


@pytest.fixture(scope="session")
def resources(templates: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All resources of both stacks by logical id."""
    return {key: value for template in templates.values() for key, value in template["Resources"].items()}
