"""The SageMaker service: JSON 1.1 requests in, operations called, answers and errors out."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from emulator.errors import AccessDenied, ServiceError
from emulator.sagemaker.api.operations import OPERATIONS, Operation
from emulator.sagemaker.cloudformation import register_types
from emulator.sagemaker.errors import refused
from emulator.sagemaker.integrations import Integrations
from emulator.sagemaker.jobs.engine import Engine
from emulator.sagemaker.plane import Params, Plane, Result, open_plane
from emulator.sagemaker.service_model import service_model
from emulator.sagemaker.validation import validate
from emulator.service import Cloud, Request, Response

TARGET = "SageMaker."
JSON = "application/x-amz-json-1.1"
PASSED_ROLES = ("RoleArn", "ExecutionRoleArn")
PASSED_TO = {"iam:PassedToService": "sagemaker.amazonaws.com"}


def create(cloud: Cloud) -> SageMaker:
    """The service over a cloud; it does nothing before `start`."""
    return SageMaker(open_plane(cloud))


class SageMaker:
    """Implements `emulator.service.Service`."""

    name = "sagemaker"

    def __init__(self, plane: Plane, *, namespaces: bool = True) -> None:
        self.plane = plane
        self.engine = Engine(plane, namespaces=namespaces)

    async def start(self) -> None:
        """End what an earlier emulator left, make us known to CloudFormation and Step Functions, warm up."""
        await asyncio.to_thread(self.engine.recover)
        register_types(self.plane, self.engine)
        Integrations(self.plane, self.engine).register()
        threading.Thread(target=self._warm_up, name="sagemaker-warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        service_model()
        self.engine.warm_up()

    async def stop(self) -> None:
        """End every job and server."""
        await asyncio.to_thread(self.engine.close)
        self.plane.store.close()

    async def handle(self, request: Request) -> Response:
        """Answer one request, in a thread: operations ask IAM and write files."""
        return await asyncio.to_thread(self.answer, request)

    def answer(self, request: Request) -> Response:
        """The answer, errors in SageMaker's own form."""
        try:
            return _response(200, self._call(request))
        except ServiceError as error:
            status = 400 if isinstance(error, AccessDenied) else error.status
            return _response(status, {"__type": error.code, "message": error.message})

    def _call(self, request: Request) -> Result:
        name, params = _read(request)
        validate(name, params)
        operation = OPERATIONS.get(name)
        if operation is None:
            raise refused(name, f"here are {', '.join(sorted(OPERATIONS))}")
        self._authorize(request, name, operation, params)
        return operation.do(self.plane, self.engine, params)

    def _authorize(self, request: Request, name: str, operation: Operation, params: Params) -> None:
        """Ask IAM for the operation, for the tags that come with it, and for passing the role that it names."""
        arn, cloud = operation.arn(self.plane, params), self.plane.cloud
        cloud.authorize(request, f"sagemaker:{name}", arn)
        if name.startswith("Create") and params.get("Tags"):
            cloud.authorize(request, "sagemaker:AddTags", arn)
        for role in (params[member] for member in PASSED_ROLES if member in params):
            cloud.authorize(request, "iam:PassRole", role, PASSED_TO)


def _read(request: Request) -> tuple[str, Params]:
    target = request.headers.get("x-amz-target", "")
    name = target.removeprefix(TARGET)
    if not target.startswith(TARGET) or name not in service_model().operation_names:
        raise ServiceError("UnknownOperationException", f"The requested operation {target!r} is not recognized.", 404)
    try:
        params: Any = json.loads(request.body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The request is not JSON: {error}") from error
    if not isinstance(params, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
    return name, {key: value for key, value in params.items() if value is not None}


def _response(status: int, body: Result) -> Response:
    return Response(status, json.dumps(body).encode(), {"Content-Type": JSON})
