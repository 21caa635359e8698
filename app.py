"""The CDK app: `cumulet deploy` and `cdk` run this file; the stacks are in infra/."""

from __future__ import annotations

import os
from pathlib import Path

from infra.node import with_node

if __name__ == "__main__":
    os.environ.update(with_node(os.environ))
    from infra.app import build  # jsii starts Node when the CDK is imported

    build(Path(__file__).resolve().parent).synth()
