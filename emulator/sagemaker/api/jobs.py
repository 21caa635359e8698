"""What the three kinds of job share: submit, Describe, List, Stop."""

from __future__ import annotations

from emulator.sagemaker.errors import in_use, invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import ENDED, JobKind
from emulator.sagemaker.listing import page
from emulator.sagemaker.plane import Params, Plane, Result
from emulator.sagemaker.service_model import output_members
from emulator.sagemaker.store import Body


def submit(plane: Plane, engine: Engine, kind: JobKind, body: Body) -> Result:
    """Store a job as InProgress and start it; the answer is its ARN."""
    name, now = body[kind.name_member], plane.now()
    arn = plane.arn(kind.resource, name)
    tags = {tag["Key"]: tag["Value"] for tag in body.pop("Tags", [])}
    body |= {kind.arn_member: arn, kind.status_member: "InProgress", "CreationTime": now, "LastModifiedTime": now}
    if not plane.store.insert(kind.prefix, name, arn, body):
        raise in_use(kind.duplicate.format(arn=arn))
    plane.store.tag(arn, tags)
    engine.start(kind, name)
    return {kind.arn_member: arn}


def refuse_fleet(resources: Params) -> None:
    """Refuse more than one instance: the emulator is one machine."""
    if resources.get("InstanceGroups") or resources.get("InstanceCount", 1) > 1:
        raise refused("InstanceCount above 1", "use one instance")


def find(plane: Plane, kind: JobKind, name: str) -> Body:
    """The job's body. Raises ValidationException in the kind's own words."""
    body = plane.store.get(kind.prefix, name)
    if body is None:
        raise invalid(kind.missing.format(name=name))
    return body


def describe(plane: Plane, kind: JobKind, params: Params) -> Result:
    """The Describe answer."""
    body = find(plane, kind, params[kind.name_member])
    known = output_members(f"Describe{kind.prefix}Job")
    return {key: value for key, value in body.items() if key in known}


def list_jobs(plane: Plane, kind: JobKind, params: Params) -> Result:
    """One page of summaries."""
    name, status = kind.name_member, kind.status_member
    order = {"SortOrder": "Descending"} | params
    return page(f"List{kind.prefix}Jobs", plane.store.all(kind.prefix), order, name=name, status=status)


def stop(plane: Plane, engine: Engine, kind: JobKind, params: Params) -> Result:
    """Begin to stop a job. Refused when it has ended."""
    body = find(plane, kind, params[kind.name_member])
    if body[kind.status_member] in ENDED:
        status = body[kind.status_member]
        raise invalid(f"The request was rejected because the {kind.title} is in status {status}.")
    engine.stop(kind, params[kind.name_member])
    return {}
