"""CloudWatch's wire protocols, driven by botocore's service model: Smithy RPC v2 CBOR, AWS JSON 1.0, and Query."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator

from emulator.cloudwatch import query
from emulator.errors import ServiceError
from emulator.service import Request, Response


@cache
def model() -> ServiceModel:
    """CloudWatch's service model."""
    return ServiceModel(Loader().load_service_model("cloudwatch", "service-2"), "cloudwatch")


@dataclass(frozen=True)
class Call:
    """An operation with its parameters, as boto3 takes them (times are datetimes with a zone)."""

    operation: str
    parameters: dict[str, Any]


def is_cbor(request: Request) -> bool:
    """Whether the caller speaks CBOR."""
    return request.headers.get("smithy-protocol") == "rpc-v2-cbor"


def decode(request: Request) -> Call:
    """The call in a request. Raises ServiceError when it is none of CloudWatch's, or its parameters are no good."""
    body = gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
    if is_cbor(request):
        name = request.path.rpartition("/")[2]
        parser = RpcV2CBORParser()
        raw = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
    elif "x-amz-target" in request.headers:
        name = request.headers["x-amz-target"].rpartition(".")[2]
        raw = _json_of(body)
    else:
        tree = query.parameters(request, body)
        name, raw = query.text_of(tree, "Action"), tree
    if name not in model().operation_names:
        raise _unknown(request, name)
    shape = model().operation_model(name).input_shape
    if shape and query.is_query(request):
        raw = query.value_of(raw, shape)
    parameters = _typed(raw, shape) if shape else {}
    report = ParamValidator().validate(parameters, shape) if shape else None
    if report is not None and report.has_errors():
        raise ServiceError("ValidationError", report.generate_report())
    return Call(name, parameters)


def encode(request: Request, operation: str, answer: Mapping[str, Any]) -> Response:
    """The answer to a call, in the protocol of its request."""
    shape = model().operation_model(operation).output_shape
    if query.is_query(request):
        return query.encode(operation, answer, shape)
    if is_cbor(request):
        return _cbor(200, _cbor_bytes(answer, shape) if shape else b"\xa0")
    return _json(200, dict(answer))


def encode_error(request: Request, error: ServiceError) -> Response:
    """An error, in the protocol of its request; the query-compatible header carries the code as boto3 shows it."""
    if query.is_query(request):
        return query.encode_error(error)
    body = {"__type": error.code, "message": error.message}
    fault = "Sender" if error.status < 500 else "Receiver"
    headers = {"x-amzn-query-error": f"{error.code};{fault}"}
    if not is_cbor(request):
        return _json(error.status, body, headers)
    serializer = RpcV2CBORSerializer()
    content = bytearray(b"\xa2")
    for text in (item for pair in body.items() for item in pair):
        serializer._serialize_type_string(content, text, None, None)
    return _cbor(error.status, bytes(content), headers)


def _json_of(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The body is not JSON: {error}") from error


def _unknown(request: Request, name: str) -> ServiceError:
    if query.is_query(request):
        return ServiceError("InvalidAction", f"Could not find operation {name} for version 2010-08-01")
    return ServiceError("UnknownOperationException", f"CloudWatch has no operation {name!r}", 404)


def _cbor_bytes(answer: Mapping[str, Any], shape: Shape) -> bytes:
    content = bytearray()
    RpcV2CBORSerializer()._serialize_data_item(content, answer, shape)
    return bytes(content)


def _cbor(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        status, body, {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", **(headers or {})}
    )


def _json(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    content = json.dumps(body, default=lambda moment: moment.timestamp()).encode()
    return Response(status, content, {"content-type": "application/x-amz-json-1.0", **(headers or {})})


def _typed(value: Any, shape: Shape) -> Any:
    """The value with its timestamps as datetimes and its numbers as the shape says."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: _typed(v, shape.members[k]) for k, v in value.items() if k in shape.members and v is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [_typed(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _typed(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp":
        moment = value if isinstance(value, datetime) else parse_timestamp(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if shape.type_name in ("double", "float") and isinstance(value, int):
        return float(value)
    return value
