from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from emulator import fidelity
from emulator.cloudwatch import create
from emulator.errors import NotImplementedByName
from emulator.sagemaker.api.operations import OPERATIONS
from emulator.sagemaker.cloudformation import register_types
from emulator.sagemaker.service_model import service_model
from tests.emulator.cloudwatch.fakes import FakeCloud

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == fidelity.page(), (
        "docs/fidelity.md is not what emulator/fidelity.py generates: make docs"
        " (python -m emulator.fidelity > docs/fidelity.md)"
    )


def test_every_state_is_one_of_four_and_every_feature_has_a_sentence() -> None:
    for service, rows in fidelity.by_hand().items():
        for feature, state, sentence in rows:
            assert state in fidelity.STATES, f"{service}: {feature} is {state!r}"
            assert sentence.endswith("."), f"{service}: {feature}"
            assert "|" not in feature + sentence, f"{service}: {feature}"
    assert {state for _, state, _ in fidelity.cloudwatch_operations()} <= set(fidelity.STATES)


def test_cloudwatch_refuses_exactly_the_operations_that_are_said_to_be_refused(tmp_path: Path) -> None:
    api = create(FakeCloud(tmp_path))._api  # type: ignore[arg-type]

    def is_refused(operation: str) -> bool:
        try:
            api._operation(operation)
        except NotImplementedByName:
            return True
        return False

    for name, state, _ in fidelity.cloudwatch_operations():
        assert (state == "refused") == is_refused(name.strip("`")), name


def test_every_operation_of_sagemaker_is_on_the_page_once() -> None:
    here, absent = fidelity.sagemaker_operations()
    assert sum(map(len, here.values())) == len(OPERATIONS)
    assert sum(map(len, here.values())) + sum(map(len, absent.values())) == len(service_model().operation_names)
    assert OPERATIONS.keys() <= set(service_model().operation_names)
    assert here["Model"] == ["Create", "Delete", "Describe", "List"]
    assert "Endpoint" in absent


def test_every_operation_of_athena_is_on_the_page_once() -> None:
    here, absent = fidelity.athena_operations()
    assert sum(map(len, here.values())) == len(fidelity.ATHENA_OPERATIONS)
    assert set(fidelity.ATHENA_OPERATIONS) <= set(fidelity.athena_model().operation_names)
    assert "Get" in here["QueryResults"]
    assert "Start" in absent["Session"]


def test_every_resource_type_that_we_touch_has_a_sentence() -> None:
    described = {name for name, *_ in fidelity.by_hand()[fidelity.TYPES]}
    assert fidelity.resource_types() == described


def test_the_types_that_services_register_are_found_in_their_text(tmp_path: Path) -> None:
    cloud = FakeCloud(tmp_path)
    create(cloud)  # type: ignore[arg-type]
    register_types(SimpleNamespace(cloud=cloud), None)  # type: ignore[arg-type]
    assert len(cloud.types) >= 5
    assert cloud.types.keys() <= fidelity.resource_types()


def test_the_page_is_made_without_ministack() -> None:
    program = "import sys, emulator.fidelity as f; f.page(); sys.exit('ministack' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=PAGE.parents[1], check=False).returncode == 0
