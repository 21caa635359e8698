"""Exceptions to cdk-nag's rules, each with its reason."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(scope: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of AwsSolutionsChecks on a construct and all below it; `rule` may name one finding: IAM5[…]."""
    Validations.of(scope).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
