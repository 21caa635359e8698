"""predict: the HTTP API behind API Gateway, and the direct call by which a release replays golden records."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from mangum import Mangum

from cumulet.adapters.logs import log_of
from cumulet.adapters.online import OnlineStore
from cumulet.adapters.secrets import Secret
from cumulet.contracts.env import PredictEnv
from cumulet.contracts.errors import ContractError
from lambdas.predict.api import create_app
from lambdas.predict.problems import MEDIA_TYPE
from lambdas.predict.service import Service
from usecases import load

TEXT = ["text/", "application/json", MEDIA_TYPE]
"""Everything that this API answers is text; the rest would be sent in base64."""


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    service: Service
    app: FastAPI


@cache
def runtime() -> Runtime:
    """Built at the first call; the model and the context follow with the first request that needs them."""
    env = PredictEnv.from_env(os.environ)
    log = log_of("predict", use_case=env.use_case)
    store, secret = OnlineStore(env.online_table), Secret(env.pseudonym_secret)
    service = Service(load(env.use_case), env.model_package, store=store, secret=secret, log=log)
    return Runtime(service, create_app(service))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway event, or {"replay": true, "records": […]} with {"predictions": […]}."""
    log = log_of("predict", context, use_case=runtime().service.use_case.name)
    if event.get("replay"):
        predictions = runtime().service.replay(event["records"])
        log.info("records_replayed", records=len(predictions))
        return {"predictions": predictions}
    if "requestContext" not in event:
        raise ContractError(f"expected an API Gateway event or a replay, got the fields {sorted(event)}")
    adapter = Mangum(runtime().app, lifespan="off", api_gateway_base_path=prefix(event), text_mime_types=TEXT)
    answer: dict[str, Any] = adapter(event, context)
    log.info("request_answered", path=event.get("path", ""), status=answer["statusCode"])
    return answer


def prefix(event: dict[str, Any]) -> str:
    """The part of the path that is not ours: a stage or base path that the gateway left in front of the resource.

    >>> prefix({"path": "/v1/docs/a.css", "resource": "/docs/{proxy+}", "pathParameters": {"proxy": "a.css"}})
    '/v1'
    """
    own, path = event.get("resource") or "/", event.get("path") or ""
    for name, value in (event.get("pathParameters") or {}).items():
        own = own.replace(f"{{{name}+}}", value).replace(f"{{{name}}}", value)
    if own == "/" or not unquote(path).endswith(unquote(own)):
        return ""
    return "/".join(path.split("/")[: -own.count("/")])
