"""Queries over the lake: the workgroup that says where Athena writes results and how much a query may read."""

from __future__ import annotations

from aws_cdk import Names
from aws_cdk import aws_athena as athena
from constructs import Construct

from infra.lake import RESULTS, Lake

BYTES_PER_QUERY = 10_000_000_000
"""A query that would read more is cancelled: five cents at most, at $5 for 10**12 bytes."""


class Queries(Construct):
    """Athena over the lake's tables. Idle it costs nothing; a query costs what it reads."""

    def __init__(self, scope: Construct, id: str, *, lake: Lake) -> None:
        super().__init__(scope, id)
        encrypted = athena.CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_S3")
        self.workgroup = athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=Names.unique_resource_name(self, max_length=64),  # CloudFormation makes up none for a workgroup
            description="Queries over the Cumulet lake.",
            recursive_delete_option=True,  # its queries' history goes with it
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=BYTES_PER_QUERY,
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=lake.bucket.s3_url_for_object(f"{RESULTS}/"), encryption_configuration=encrypted
                ),
            ),
        )
