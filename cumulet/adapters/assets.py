"""Assets of a cloud assembly in the bootstrap bucket, and the buckets that go when a stack goes."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters import stacks
from cumulet.adapters.session import ENDPOINT_VARIABLE, client
from cumulet.contracts.errors import DeployError

BOOTSTRAP = "npx aws-cdk@2.1148.1 bootstrap"


def publish(assembly: Path, stack: str) -> str:
    """Upload the assets of a stack that are not there yet; the URL of its template."""
    files = json.loads((assembly / f"{stack}.assets.json").read_text())["files"]
    places = {key: _place(next(iter(file["destinations"].values()))) for key, file in files.items()}
    for bucket in {bucket for bucket, _ in places.values()}:
        _ensure(bucket)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: _upload(assembly, files[key]["source"], *places[key]), files))
    template = next(k for k, f in files.items() if f["source"]["path"] == f"{stack}.template.json")
    bucket, key = places[template]
    endpoint = os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/")
    region = client("s3").meta.region_name
    return f"{endpoint}/{bucket}/{key}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com/{key}"


def doomed_buckets(stack: str) -> list[str]:
    """Buckets that a stack deletes with itself, which CloudFormation does only when they are empty."""
    template = client("cloudformation").get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    kept = {key for key, resource in resources.items() if resource.get("DeletionPolicy", "Delete") != "Delete"}
    buckets = stacks.resources(stack, "AWS::S3::Bucket")
    return [bucket["PhysicalResourceId"] for bucket in buckets if bucket["LogicalResourceId"] not in kept]


def empty(bucket: str) -> None:
    """Delete every version of every object."""
    s3 = client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


def _place(destination: Mapping[str, Any]) -> tuple[str, str]:
    """Bucket and key, with the account and region where the assembly leaves them open."""
    bucket, key = destination["bucketName"], destination["objectKey"]
    if "${" in bucket:
        account = client("sts").get_caller_identity()["Account"]
        bucket = bucket.replace("${AWS::AccountId}", account).replace("${AWS::Region}", client("s3").meta.region_name)
    return bucket, key


def _ensure(bucket: str) -> None:
    s3 = client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        if not os.environ.get(ENDPOINT_VARIABLE):
            raise DeployError(
                f"there is no bucket {bucket} for assets: bootstrap the account once, `{BOOTSTRAP}`"
            ) from error
        s3.create_bucket(Bucket=bucket)


def _upload(assembly: Path, source: Mapping[str, str], bucket: str, key: str) -> None:
    """Put one asset, unless it is there: a key is the hash of its content."""
    s3, path = client("s3"), assembly / source["path"]
    try:
        s3.head_object(Bucket=bucket, Key=key)
        return
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
    if source["packaging"] == "zip":
        s3.put_object(Bucket=bucket, Key=key, Body=_zipped(path))
        return
    with path.open("rb") as body:
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
