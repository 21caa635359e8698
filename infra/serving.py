"""Serving: the `predict` function, the alias that names the champion's version, and the REST API in front of it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cumulet.contracts.settings import ServingSettings
from infra.problems import add_problems

OPEN_PATHS = ("model", "health", "openapi.json", "docs", "docs/{proxy+}")
"""GET without a key: what the API is and whether it lives."""


class Champion(Construct):
    """The alias `live` of a function. Its first version is the stack's and never another, so no update of the stack
    moves the alias: only a release does.
    """

    def __init__(self, scope: Construct, id: str, *, function: lambda_.Function, alias: str) -> None:
        super().__init__(scope, id)
        first = lambda_.CfnVersion(
            self,
            "First",
            function_name=function.function_name,
            description="Serves no model: the first release follows.",
        )
        self.alias = lambda_.Alias(
            self,
            "Alias",
            alias_name=alias,
            version=lambda_.Version.from_version_attributes(
                self, "FirstVersion", lambda_=function, version=first.attr_version
            ),
        )


class Api(Construct):
    """POST /predict needs a key of the usage plan; its errors are problem+json, from the gateway too."""

    def __init__(
        self, scope: Construct, id: str, *, alias: lambda_.Alias, settings: ServingSettings, title: str
    ) -> None:
        super().__init__(scope, id)
        log = logs.LogGroup(self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
        self.api = apigateway.RestApi(
            self,
            "Rest",
            description=title,
            cloud_watch_role=False,  # the foundation has the account's
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name="v1",
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False, http_method=True, ip=True, protocol=True, request_time=True,
                    resource_path=True, response_length=True, status=True, user=False,
                ),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                tracing_enabled=True,
            ),
        )  # fmt: skip
        integration = apigateway.LambdaIntegration(alias, allow_test_invoke=False)
        self.api.root.add_resource("predict").add_method("POST", integration, api_key_required=True)
        for path in OPEN_PATHS:
            self.api.root.resource_for_path(path).add_method("GET", integration)
        add_problems(self.api)
        self.key = self.api.add_api_key("Key", description=f"For the clients of {title}.")
        plan = self.api.add_usage_plan(
            "Plan",
            throttle=apigateway.ThrottleSettings(rate_limit=settings.requests_per_second, burst_limit=settings.burst),
            quota=apigateway.QuotaSettings(limit=settings.requests_per_month, period=apigateway.Period.MONTH),
        )
        plan.add_api_key(self.key)
        plan.add_api_stage(stage=self.api.deployment_stage)
