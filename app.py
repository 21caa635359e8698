"""The CDK app: `cumulet deploy` and `cdk` run this file; the stacks are in infra/.

It is the composition root: the one place that knows both the stacks and the use cases.
"""

from __future__ import annotations

import os
from pathlib import Path

import usecases
from cumulet.contracts.errors import CumuletError
from cumulet.contracts.settings import Tables
from cumulet.core import glue
from infra.node import with_node


def tables(name: str) -> Tables:
    """The Glue tables of a use case, from its schemas. Raises ContractError naming the file that is wrong."""
    return glue.tables(usecases.load(name))


if __name__ == "__main__":
    os.environ.update(with_node(os.environ))
    from infra.app import build  # jsii starts Node when the CDK is imported

    try:
        build(Path(__file__).resolve().parent, tables=tables).synth()
    except CumuletError as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
