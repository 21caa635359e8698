"""The lake: one bucket with a zone per prefix, and the database that describes the zones to Athena."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cumulet.contracts.retention import EARLIER_VERSIONS, RETENTION
from cumulet.contracts.settings import Tables, UseCaseSettings
from infra.platforms import Target

RESULTS = "queries"
"""The zone that Athena writes results to."""


class Lake(Construct):
    """Where data lives: encrypted, versioned, reachable over TLS only."""

    def __init__(self, scope: Construct, id: str, *, target: Target) -> None:
        super().__init__(scope, id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            removal_policy=target.removal,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(EARLIER_VERSIONS),
                    expired_object_delete_marker=True,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                ),
                *(
                    s3.LifecycleRule(prefix=f"{zone.zone}/", expiration=Duration.days(zone.days))
                    for zone in RETENTION
                    if zone.days
                ),
            ],
        )
        self.database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=self.bucket.stack.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(description="The zones of the Cumulet lake."),
        )

    def grant_read(self, identity: iam.IGrantable, *zones: str) -> None:
        """Get objects of zones; list the bucket too, so that an absent key is a 404 and not a 403."""
        self._grant(identity, "s3:GetObject", zones)
        iam.Grant.add_to_principal(grantee=identity, actions=["s3:ListBucket"], resource_arns=[self.bucket.bucket_arn])

    def grant_write(self, identity: iam.IGrantable, *zones: str) -> None:
        """Put objects into zones, whole or in parts."""
        self._grant(identity, "s3:PutObject", zones)
        self._grant(identity, "s3:AbortMultipartUpload", zones)

    def grant_delete(self, identity: iam.IGrantable, *zones: str) -> None:
        """Delete objects of zones; versions stay for a month."""
        self._grant(identity, "s3:DeleteObject", zones)

    def _grant(self, identity: iam.IGrantable, action: str, zones: tuple[str, ...]) -> None:
        arns = [self.bucket.arn_for_objects(f"{zone}/*") for zone in zones]
        iam.Grant.add_to_principal(grantee=identity, actions=[action], resource_arns=arns)


class Zone(Construct):
    """One table of the lake, its partitions computed from the path: nothing to crawl, nothing to repair."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        lake: Lake,
        name: str,
        prefix: str,
        columns: Mapping[str, str],
        partitions: Mapping[str, str],
        first_day: date,
    ) -> None:
        super().__init__(scope, id)
        location = f"s3://{lake.bucket.bucket_name}/{prefix}"
        parameters = {"classification": "parquet", "projection.enabled": "true"}
        for partition, kind in partitions.items():
            parameters[f"projection.{partition}.type"] = kind
            if kind == "date":
                parameters |= {
                    f"projection.{partition}.format": "yyyy-MM-dd",
                    f"projection.{partition}.range": f"{first_day},NOW",
                }
        parameters["storage.location.template"] = location + "".join(f"/{p}=${{{p}}}" for p in partitions)
        glue.CfnTable(
            self,
            "Table",
            catalog_id=lake.database.catalog_id,
            database_name=lake.database.ref,
            table_input=glue.CfnTable.TableInputProperty(
                name=name,
                table_type="EXTERNAL_TABLE",
                parameters=parameters,
                partition_keys=[glue.CfnTable.ColumnProperty(name=p, type="string") for p in partitions],
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    location=location,
                    columns=[glue.CfnTable.ColumnProperty(name=n, type=t) for n, t in columns.items()],
                    input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                    output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                    serde_info=glue.CfnTable.SerdeInfoProperty(
                        serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                    ),
                ),
            ),
        )


def add_zones(scope: Construct, settings: UseCaseSettings, tables: Tables, lake: Lake) -> None:
    """Describe the zones of a use case to Athena: curated, its side tables, labels, features, predictions."""
    use_case = settings.name
    for table, columns in tables.items():
        zone, _, side = table.partition("_")
        dataset = f"{use_case}_{side}" if side else use_case
        days = {"known": "date"} if zone == "labels" else {"dt": "date"}
        Zone(
            scope,
            f"Zone{table.title().replace('_', '')}",
            lake=lake,
            name=f"{use_case}_{table}",
            prefix=f"{zone}/{dataset}",
            columns=columns,
            partitions=days | ({"model": "injected"} if zone == "predictions" else {}),
            first_day=settings.first_day,
        )
