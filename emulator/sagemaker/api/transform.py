"""CreateTransformJob: what is accepted, and the first Describe answer."""

from __future__ import annotations

from emulator.sagemaker.api.jobs import refuse_fleet, submit
from emulator.sagemaker.errors import invalid, refused
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.kinds import TRANSFORM
from emulator.sagemaker.plane import Params, Plane, Result

MAX_TOTAL_MB = 100  # AWS's API reference, MaxPayloadInMB; not in the service model


def create(plane: Plane, engine: Engine, params: Params) -> Result:
    """Accept a transform job and start it."""
    if plane.store.get("Model", params["ModelName"]) is None:
        raise invalid(f'Could not find model "{plane.arn("model", params["ModelName"])}".')
    refuse_fleet(params["TransformResources"])
    source = params["TransformInput"]
    if source["DataSource"]["S3DataSource"]["S3DataType"] == "AugmentedManifestFile":
        raise refused("S3DataType AugmentedManifestFile", "use S3Prefix or ManifestFile")
    for member, known in (("SplitType", ("None", "Line")), ("CompressionType", ("None",))):
        if source.get(member, "None") not in known:
            raise refused(f"{member} {source[member]}", f"use {' or '.join(known)}")
    if params.get("DataCaptureConfig"):
        raise refused("DataCaptureConfig", "leave it out")
    _check_payload(params)
    return submit(plane, engine, TRANSFORM, params)


def _check_payload(params: Params) -> None:
    payload, workers = params.get("MaxPayloadInMB", 6), params.get("MaxConcurrentTransforms", 1) or 1
    if payload == 0:
        raise refused("MaxPayloadInMB 0 (streaming)", f"give a size up to {MAX_TOTAL_MB}")
    if payload * workers > MAX_TOTAL_MB:
        raise invalid(
            f"MaxPayloadInMB ({payload}) times MaxConcurrentTransforms ({workers}) must not exceed {MAX_TOTAL_MB} MB"
        )
    if (params.get("DataProcessing") or {}).get("JoinSource", "None") == "Input" and (
        params["TransformInput"].get("SplitType", "None") == "None"
    ):
        raise refused("JoinSource Input with SplitType None", "use SplitType Line")
