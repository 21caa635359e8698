"""The stack that all use cases share: the lake, the topic of alerts, and the account's permission to log the API."""

from __future__ import annotations

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from cumulet.contracts.settings import FoundationOutputs, output_key
from infra.lake import Lake
from infra.platforms import Target
from infra.queries import Queries


class Foundation(Stack):
    """Lake and alerts."""

    def __init__(self, scope: Construct, id: str, *, target: Target, env: Environment | None) -> None:
        super().__init__(scope, id, env=env, description="Cumulet: the lake and the alerts that all use cases share.")
        self.lake = Lake(self, "Lake", target=target)
        self.queries = Queries(self, "Queries", lake=self.lake)
        self.alerts = sns.Topic(self, "Alerts", enforce_ssl=True)
        for service in ("cloudwatch", "events"):
            self.alerts.grant_publish(iam.ServicePrincipal(f"{service}.amazonaws.com"))
        self._let_gateway_log()
        # Exported always, so that a use case that starts or ceases to need one changes nothing here.
        for shared in (self.lake.bucket.bucket_name, self.lake.bucket.bucket_arn, self.lake.database.ref):
            self.export_value(shared)
        self.export_value(self.alerts.topic_arn)
        self.outputs = FoundationOutputs(
            lake_bucket=self.lake.bucket.bucket_name,
            glue_database=self.lake.database.ref,
            athena_workgroup=self.queries.workgroup.ref,
            alerts_topic=self.alerts.topic_arn,
        )
        for name, value in vars(self.outputs).items():
            CfnOutput(self, output_key(name), value=value)

    def _let_gateway_log(self) -> None:
        """One role per account and region, or API Gateway may not write logs."""
        policy = iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        role = iam.Role(
            self, "GatewayLogs", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"), managed_policies=[policy]
        )
        apigateway.CfnAccount(self, "Gateway", cloud_watch_role_arn=role.role_arn)
