"""Whoever calls, and what they may do: Athena reads Glue and S3 in their name."""

from __future__ import annotations

from collections.abc import Callable

from emulator.athena.errors import QueryFailed
from emulator.errors import AccessDenied
from emulator.service import Cloud

Allow = Callable[[str, str], None]  # an action and a resource; raises AccessDenied


class Access:
    """The permissions of one caller, asked as their query needs them."""

    def __init__(self, cloud: Cloud, allow: Allow) -> None:
        self._prefix = f"arn:aws:glue:{cloud.region}:{cloud.account}"
        self._allow = allow

    def glue(self, action: str, database: str, table: str) -> None:
        """Raise QueryFailed unless they may do this to the catalog, the database and the table that it is about."""
        resources = ["catalog"]
        if database:
            resources.append(f"database/{database}")
        if table:
            resources.append(f"table/{database}/{table}")
        try:
            for resource in resources:
                self._allow(action, f"{self._prefix}:{resource}")
        except AccessDenied as denied:
            raise QueryFailed(f"Insufficient permissions to execute the query. {denied.message}") from denied

    def read(self, bucket: str, key: str) -> None:
        """Raise QueryFailed unless they may get an object."""
        try:
            self._allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        except AccessDenied as denied:
            raise QueryFailed(f"PERMISSION_DENIED: Permission denied on S3 path: s3://{bucket}/{key}") from denied

    def list(self, bucket: str) -> None:
        """Raise QueryFailed unless they may list a bucket."""
        try:
            self._allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        except AccessDenied as denied:
            raise QueryFailed(f"PERMISSION_DENIED: Permission denied on S3 path: s3://{bucket}") from denied

    def write(self, bucket: str, key: str) -> None:
        """Raise QueryFailed unless they may put an object."""
        try:
            self._allow("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")
        except AccessDenied as denied:
            raise QueryFailed(
                f"Access denied when writing output to url: s3://{bucket}/{key} . Please ensure you are allowed to"
                " access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are"
                " allowed to access your KMS key"
            ) from denied
