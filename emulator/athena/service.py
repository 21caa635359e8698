"""The Athena service: JSON 1.1 requests in, operations called, answers and errors out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from emulator.athena import cloudformation
from emulator.athena.access import Access
from emulator.athena.engine import Engine
from emulator.athena.errors import BadRequest
from emulator.athena.integrations import Integrations
from emulator.athena.operations import NAMES, Operations
from emulator.athena.service_model import service_model, validate
from emulator.athena.store import Store
from emulator.errors import AccessDenied, NotImplementedByName, ServiceError
from emulator.service import Cloud, Request, Response

TARGET = "AmazonAthena."


def create(cloud: Cloud) -> Athena:
    """The service over a cloud; it does nothing before `start`."""
    return Athena(cloud)


class Athena:
    """Implements `emulator.service.Service`."""

    name = "athena"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = Store(cloud.state / "athena" / "athena.sqlite")
        self._engine = Engine(cloud, self._store)
        self._operations = Operations(cloud=cloud, store=self._store, engine=self._engine)

    async def start(self) -> None:
        """Fail what an earlier emulator left, and make us known to CloudFormation and Step Functions."""
        await asyncio.to_thread(self._engine.recover)
        cloudformation.register(self._cloud, self._operations)
        Integrations(self._cloud, self._operations).register()

    async def stop(self) -> None:
        """End every query and close the store."""
        await asyncio.to_thread(self._engine.close)
        self._store.close()

    async def handle(self, request: Request) -> Response:
        """Answer one request, in a thread: operations ask IAM and write files."""
        return await asyncio.to_thread(self.answer, request)

    def answer(self, request: Request) -> Response:
        """The answer, errors in Athena's own form."""
        try:
            return _response(200, self._call(request))
        except ServiceError as error:
            body = {"__type": error.code, "message": error.message, "Message": error.message}
            if isinstance(error, BadRequest) and error.athena_code:
                body["AthenaErrorCode"] = error.athena_code
            return _response(400 if isinstance(error, AccessDenied) else error.status, body)

    def _call(self, request: Request) -> dict[str, Any]:
        name, params = _read(request)
        validate(name, params)
        operation = self._operations.find(name)
        if operation is None:
            raise NotImplementedByName(f"Athena's {name}", f"here are {', '.join(sorted(NAMES))}")
        self._cloud.authorize(request, f"athena:{name}", operation.arn(params))
        access = Access(self._cloud, lambda action, arn: self._cloud.authorize(request, action, arn))
        return operation.do(params, access)


def _read(request: Request) -> tuple[str, dict[str, Any]]:
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


def _response(status: int, body: dict[str, Any]) -> Response:
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/x-amz-json-1.1"})
