"""Templates of both targets, synthesised once a session with small stand-ins for the Lambda packages."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.node import with_node

ROOT = Path(__file__).resolve().parents[2]
FOUNDATION, FLIGHTS = "Cumulet", "Cumulet-flights"
Template = dict[str, Any]


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The cloud assemblies by target, with cdk-nag's findings in validation-report.json."""
    os.environ.update(with_node(os.environ))
    from infra import functions
    from infra.bundling import Bundle

    stub = tmp_path_factory.mktemp("stub") / "stub.zip"
    with zipfile.ZipFile(stub, "w") as archive:
        archive.writestr("stub.txt", "stands in for a Lambda package")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            functions,
            "function_package",
            lambda root, names, modules, target: Bundle(stub, "-".join(names).ljust(32, "0")),
        )
        return {target: synthesise(target, tmp_path_factory.mktemp(target)) for target in ("local", "aws")}


def synthesise(target: str, folder: Path) -> Path:
    from aws_cdk import Validations
    from cdk_nag import AwsSolutionsChecks

    from app import tables
    from infra.app import build

    app = build(ROOT, tables=tables, target=target, outdir=str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):  # there are findings; test_nag judges them
        app.synth()
    return folder


@pytest.fixture(scope="session", params=["local", "aws"])
def assembly(request: pytest.FixtureRequest, assemblies: dict[str, Path]) -> Path:
    return assemblies[request.param]


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, Template]:
    """The templates of one target by stack."""
    return {name: json.loads((assembly / f"{name}.template.json").read_text()) for name in (FOUNDATION, FLIGHTS)}


@pytest.fixture(scope="session")
def resources(templates: dict[str, Template]) -> dict[str, Template]:
    """All resources of one target by logical id."""
    return {key: value for template in templates.values() for key, value in template["Resources"].items()}
