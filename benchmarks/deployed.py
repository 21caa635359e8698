"""Functions and APIs deployed to a cloud for a benchmark."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.clouds import client

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Deployed:
    """Deploys with a role that may do nothing."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._functions = client(endpoint, "lambda")
        iam = client(endpoint, "iam")
        name = f"bench-{time.monotonic_ns()}"
        self._role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    def function(self, name: str, code: str | Path, handler: str = "main.handler") -> str:
        """A function of a source or a zip, called once; its ARN."""
        given = code.read_bytes() if isinstance(code, Path) else _archive(code)
        bucket, objects = "bench", client(self._endpoint, "s3")
        objects.create_bucket(Bucket=bucket)
        objects.put_object(Bucket=bucket, Key=name, Body=given)
        made = self._functions.create_function(
            FunctionName=name,
            Role=self._role,
            Code={"S3Bucket": bucket, "S3Key": name},
            Runtime="python3.11",
            Handler=handler,
            MemorySize=1024,
            Timeout=60,
        )
        self._functions.add_permission(
            FunctionName=name, StatementId="all", Action="lambda:InvokeFunction", Principal="*"
        )
        self._active(name)
        self.call(name)
        return str(made["FunctionArn"])

    def call(self, name: str, event: Any = None) -> bytes:
        """Invoke and read the answer."""
        payload = json.dumps({} if event is None else event)
        return bytes(self._functions.invoke(FunctionName=name, Payload=payload)["Payload"].read())

    def settings(self) -> None:
        """The cheapest request to Lambda, which calls no function."""
        self._functions.get_account_settings()

    def renew(self, name: str, number: int) -> None:
        """Change the function's settings, so that its next call finds no environment."""
        variables = {"Variables": {"NUMBER": str(number)}}
        self._functions.update_function_configuration(FunctionName=name, Environment=variables)
        self._active(name)

    def http_api(self, arn: str) -> str:
        """An HTTP API in front of a function; the path of its root."""
        apis = client(self._endpoint, "apigatewayv2")
        api = apis.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
        integration = apis.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        apis.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
        apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        return f"/_aws/execute-api/{api}/$default/"

    def rest_api(self, arn: str) -> str:
        """A REST API in front of a function; the path of its root."""
        apis = client(self._endpoint, "apigateway")
        api = apis.create_rest_api(name="bench")["id"]
        root = {
            "restApiId": api,
            "resourceId": apis.get_resources(restApiId=api)["items"][0]["id"],
            "httpMethod": "GET",
        }
        apis.put_method(**root, authorizationType="NONE")
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        apis.put_integration(**root, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        apis.create_deployment(restApiId=api, stageName="live")
        return f"/_aws/execute-api/{api}/live/"

    def _active(self, name: str) -> None:
        while True:
            found = self._functions.get_function_configuration(FunctionName=name)
            if found["State"] == "Active" and found["LastUpdateStatus"] == "Successful":
                return
            time.sleep(0.02)


def _archive(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", source)
    return content.getvalue()
