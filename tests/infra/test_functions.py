"""A use case whose days come from an HTTP service: ingest is told where, and may write raw; no other may."""

from __future__ import annotations

import json
import os
import zipfile
from typing import Any

import pytest

from cumulet.contracts.settings import IngestSettings, SourceSettings

URL = "https://example.org/{table}?day={date}"
SOURCES = {
    "own": None,
    "files": SourceSettings(kind="files", folder="days"),
    "http": SourceSettings(kind="http", url=URL, timeout_s=5.0),
}


Ingest = dict[str, Any]


@pytest.fixture(scope="module")
def ingest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ingest]:
    """By the kind of source, the environment of ingest, and what it may put."""
    from aws_cdk import App, Stack

    from infra import functions
    from infra.bundling import Bundle
    from infra.lake import Lake
    from infra.node import with_node
    from infra.online import OnlineStore
    from infra.platforms import Target
    from infra.pseudonyms import Pseudonyms
    from infra.registry import Registry

    folder = tmp_path_factory.mktemp("functions")
    stub = folder / "stub.zip"
    with zipfile.ZipFile(stub, "w") as archive:
        archive.writestr("stub.txt", "stands in for a Lambda package")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "function_package", lambda root, names, *_: Bundle(stub, names[0].ljust(32, "0")))
        for name, value in with_node(os.environ).items():
            patch.setenv(name, value)
        app, target = App(outdir=str(folder / "out")), Target("aws")
        for kind, source in SOURCES.items():
            stack = Stack(app, kind)
            lake = Lake(stack, "Lake", target=target)
            functions.Functions(
                stack,
                "Functions",
                root=folder,
                use_case="flights",
                lake=lake,
                online=OnlineStore(stack, "Online", target=target),
                registry=Registry(stack, "Registry", use_case="flights", lake=lake),
                pseudonyms=Pseudonyms(stack, "Pseudonyms", identifiers=False, target=target),
                alarms="",
                ingest=IngestSettings(),
                source=source,
                target=target,
            )
        app.synth()
    return {kind: of_template(json.loads((folder / "out" / f"{kind}.template.json").read_text())) for kind in SOURCES}


def of_template(template: dict[str, Any]) -> Ingest:
    resources = template["Resources"]
    [function] = [r for key, r in resources.items() if "IngestFunction" in key]
    [policy] = [r["Properties"]["PolicyDocument"] for key, r in resources.items() if "IngestRoleDefaultPolicy" in key]
    puts = [each["Resource"] for each in policy["Statement"] if each["Action"] == "s3:PutObject"]
    return {"environment": function["Properties"]["Environment"]["Variables"], "puts": json.dumps(puts)}


def test_ingest_is_told_of_an_http_service_and_may_write_what_it_fetches(ingest: dict[str, Ingest]) -> None:
    assert ingest["http"]["environment"]["CUMULET_SOURCE_URL"] == URL
    assert ingest["http"]["environment"]["CUMULET_SOURCE_TIMEOUT_S"] == "5.0"
    assert '"/raw/*"' in ingest["http"]["puts"]


@pytest.mark.parametrize("kind", ["own", "files"])
def test_ingest_may_not_write_raw_where_days_are_handed_over(ingest: dict[str, Ingest], kind: str) -> None:
    assert ingest[kind]["environment"]["CUMULET_SOURCE_URL"] == ""
    assert '"/raw/*"' not in ingest[kind]["puts"]
