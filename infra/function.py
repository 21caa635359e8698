"""A Lambda function of ours: its package, its environment as a type, its log."""

from __future__ import annotations

from aws_cdk import AssetHashType, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cumulet.contracts.env import Env
from infra.bundling import Bundle
from infra.platforms import Target


class Function(Construct):
    """lambdas/<name> in its package; it may write its own log, and nothing else until granted."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        env: Env,
        target: Target,
        memory: int,
        timeout: Duration,
        package: Bundle,
    ) -> None:
        super().__init__(scope, id)
        self.log = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(
                str(package.path), asset_hash=package.digest, asset_hash_type=AssetHashType.CUSTOM
            ),
            handler=f"lambdas.{name}.handler.handler",
            runtime=target.runtime,
            architecture=target.architecture,
            environment=env.to_env() | {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_LOG_LEVEL": "INFO"},
            role=self.role,
            memory_size=memory,
            timeout=timeout,
            log_group=self.log,
        )
