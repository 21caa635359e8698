"""Tags of any resource, by ARN."""

from __future__ import annotations

from emulator.sagemaker.errors import invalid
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.plane import Params, Plane, Result


def _known(plane: Plane, params: Params) -> str:
    arn: str = params["ResourceArn"]
    if not plane.store.has_arn(arn):
        raise invalid(f"Could not find resource {arn}.")
    return arn


def add(plane: Plane, engine: Engine, params: Params) -> Result:
    """Add or replace tags; the answer is all of them."""
    plane.store.tag(_known(plane, params), {tag["Key"]: tag["Value"] for tag in params["Tags"]})
    return list_tags(plane, engine, params)


def list_tags(plane: Plane, engine: Engine, params: Params) -> Result:
    """Every tag (one page)."""
    tags = plane.store.tags(_known(plane, params))
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def delete(plane: Plane, engine: Engine, params: Params) -> Result:
    """Remove tags by key."""
    plane.store.untag(_known(plane, params), params["TagKeys"])
    return {}
