"""Validation against botocore's service model."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import ServiceError
from emulator.sagemaker.service_model import service_model
from emulator.sagemaker.validation import validate


def problem(operation: str, params: dict[str, Any]) -> str:
    """The message of the refusal."""
    with pytest.raises(ServiceError) as caught:
        validate(operation, params)
    return caught.value.message


def test_a_list_member_is_named_by_its_number() -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": ""}]
    message = problem("CreateModelPackageGroup", {"ModelPackageGroupName": "g", "Tags": tags})
    assert message == (
        "2 validation errors detected: Value null at 'tags.2.member.value' failed to satisfy constraint: Member must "
        "not be null; Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater "
        "than or equal to 1"
    )


def test_a_length_and_a_value_have_their_limits() -> None:
    assert "Member must have length less than or equal to 63" in problem("DescribeModel", {"ModelName": "a" * 64})
    assert "Member must have value less than or equal to 100" in problem("ListModels", {"MaxResults": 101})


def test_a_boolean_is_no_number() -> None:
    assert "can not be converted to integer" in problem("ListModels", {"MaxResults": True})


def test_unknown_members_are_ignored_as_on_aws() -> None:
    validate("ListModels", {"Unknown": 1})


def test_every_operation_of_the_model_can_be_validated() -> None:
    for operation in service_model().operation_names:
        try:
            validate(operation, {})
        except ServiceError as error:
            assert error.code == "ValidationException"  # noqa: PT017 - most need a parameter, some need none
