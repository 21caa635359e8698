"""What cdk-nag's AwsSolutionsChecks finds and we accept, each with its reason.

Any other finding fails the tests, and so does an acceptance that nothing needs any more.

cdk-nag acknowledges a wildcard only by its exact text, tokens and all; patterns over its report can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Accepted:
    """A rule (with its finding) and construct paths, both regular expressions that must match as a whole."""

    rule: str
    path: str
    reason: str


ACCEPTED = (
    Accepted("S1", "Cumulet/Lake/.*", "CloudTrail logs access where an account wants it; a bucket of logs costs more."),
    Accepted(r"IAM4\[.*PushToCloudWatchLogs\]", "Cumulet/GatewayLogs/.*", "The policy that API Gateway asks for."),
    Accepted("APIG2", ".*/Api/Rest/.*", "The function validates: it names field, value and remedy."),
    Accepted(
        "APIG3", ".*/Api/Rest/.*", "A web ACL costs when idle; usage plans throttle. Add one for the open internet."
    ),
    Accepted("(APIG4|COG4)", ".*/Api/Rest/.*", "POST /predict needs an API key; the open paths tell nothing secret."),
    Accepted(
        "L1", ".*/Functions/.*", "Python 3.13 on AWS, this machine's own elsewhere: the lock is tested with them."
    ),
    Accepted(r"IAM5\[Resource::.*LakeBucket.*/\*\]", ".*", "Grants on a zone of the lake: every key under its prefix."),
    Accepted(r"IAM5\[Resource::.*\.Arn>:\*\]", ".*", "A function and its versions and aliases."),
    Accepted(r"IAM5\[Resource::.*:model-package/.*/\*\]", ".*", "The versions of one model package group."),
    Accepted(r"IAM5\[Resource::.*:model/[a-z0-9]+-\*\]", ".*/Release/.*", "SageMaker models of this use case."),
    Accepted(r"IAM5\[Resource::.*-job/[a-z0-9]+-\*\]", ".*/States/.*", "Jobs of this use case: runs give the names."),
    Accepted(r"IAM5\[Resource::.*log-group:/aws/sagemaker/\*\]", ".*Role/.*", "SageMaker's own log groups."),
    Accepted(r"IAM5\[Resource::\*\]", ".*/States/.*", "X-Ray and the delivery of logs know no resource."),
    Accepted(r"IAM5\[Resource::\*\]", ".*/Monitor/Role/.*", "PutMetricData and DescribeAlarms know no resource."),
    Accepted(r"IAM5\[Resource::\*\]", ".*(Transform|Jobs/)Role/.*", "ecr:GetAuthorizationToken knows no resource."),
)


def findings(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(rule, construct path) of every finding in a CDK validation report."""
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield violation["ruleName"].removeprefix("AwsSolutions-"), construct["constructPath"]


def covers(accepted: Accepted, rule: str, path: str) -> bool:
    """Whether an acceptance is about a finding."""
    return bool(re.fullmatch(accepted.rule, rule) and re.fullmatch(accepted.path, path))
