"""What an API Gateway REST API answers by itself: its own gateway responses, as its stage's deployment has them."""

from __future__ import annotations

import uuid

from ministack.app import _parse_execute_api_url
from ministack.core.responses import request_scope
from ministack.services import apigateway_v1

from emulator.service import Response

KIND = "REQUEST_TOO_LARGE"


def too_large(host: str, path: str, headers: dict[str, str], message: str) -> Response | None:
    """The API's answer to a body that is too large; None when no REST API's stage is there."""
    parsed = _parse_execute_api_url(host, path)
    scope = apigateway_v1.find_api_scope(parsed[0]) if parsed else None
    if parsed is None or scope is None:
        return None
    api_id, stage_name, resource_path = parsed
    with request_scope(*scope):
        stage = (apigateway_v1._stages_v1.get(api_id) or {}).get(stage_name)
        if stage is None:
            return None
        request = {
            "api_id": api_id,
            "stage": stage,
            "stage_name": stage_name,
            "resource_path": resource_path,
            "request_id": str(uuid.uuid4()),
            "headers": headers,
            "query_params": {},
            "path_params": {},
        }
        error = apigateway_v1._GatewayError(KIND, message, "RequestTooLargeException")
        status, answered, body = apigateway_v1._gateway_error_response(error, request)
    return Response(status, body, {name.lower(): value for name, value in answered.items()})
