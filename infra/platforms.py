"""Where it will run: a target decides the wheels' platform, the Lambda runtime, and removal policies."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_

from cumulet.contracts.errors import ContractError

TARGETS = ("local", "localstack", "aws")


@dataclass(frozen=True)
class Platform:
    """Python and machine of a Lambda package."""

    python: str
    """Version, e.g. 3.13."""
    machine: str
    """x86_64 or arm64."""
    wheels: str = ""
    """uv's name of a foreign platform; empty: this machine's own wheels."""


@dataclass(frozen=True)
class Target:
    """One of TARGETS; all that may differ between them is here."""

    name: str

    def __post_init__(self) -> None:
        """Refuse an unknown name."""
        if self.name not in TARGETS:
            raise ContractError(f"target={self.name!r}: expected one of {', '.join(TARGETS)}")

    @property
    def platform(self) -> Platform:
        """AWS: Python 3.13 on arm64 (cheaper, and today's wheels need its system library); else this machine."""
        if self.name == "aws":
            return Platform("3.13", "arm64", "aarch64-manylinux_2_28")
        machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
        return Platform(f"{sys.version_info.major}.{sys.version_info.minor}", machine)

    @property
    def runtime(self) -> lambda_.Runtime:
        """The Lambda runtime of the platform."""
        return lambda_.Runtime(f"python{self.platform.python}", lambda_.RuntimeFamily.PYTHON)

    @property
    def architecture(self) -> lambda_.Architecture:
        """The Lambda architecture of the platform."""
        return lambda_.Architecture.ARM_64 if self.platform.machine == "arm64" else lambda_.Architecture.X86_64

    @property
    def removal(self) -> RemovalPolicy:
        """What becomes of data when a stack goes: kept on AWS, destroyed elsewhere."""
        return RemovalPolicy.RETAIN if self.name == "aws" else RemovalPolicy.DESTROY
