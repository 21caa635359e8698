"""The HTTP API of a use case: FastAPI, routes and their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic import Field as Described

from cumulet.contracts.errors import Problem
from lambdas.predict import documentation, problems
from lambdas.predict.records import Health, ModelCard, answer_models, problem_schema, request_model
from lambdas.predict.service import Service

MAX_BODY_BYTES = 4_000_000
"""A thousand records are well below; Lambda itself takes 6 MB, API Gateway 10 MB."""

OPEN: dict[str, Any] = {"security": []}
"""A route that the gateway answers without a key."""

Message = MutableMapping[str, Any]


class BodyLimit:
    """ASGI middleware: a larger body is answered with 413 before anything parses it."""

    def __init__(self, app: Any, limit: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.limit = limit

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Reads until the body ends or is too large, then hands it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more and len(body) <= self.limit:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > self.limit:
            remedy = Problem("body", f"over {self.limit} bytes", "send fewer records at a time, at most 1,000")
            await problems.problem(413, "The body is too large.", [remedy])(scope, receive, send)
            return
        handed = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def hand_on() -> Message:
            return next(handed, None) or await receive()

        await self.app(scope, hand_on, send)


def create_app(service: Service) -> FastAPI:
    """The API of the service's use case."""
    use_case = service.use_case
    app = FastAPI(
        title=use_case.title,
        description=use_case.description,
        version=service.package_arn.rpartition("/")[2] or "none",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": _problem("The request cannot be answered"), "5XX": _problem("The service cannot answer")},
    )
    app.add_middleware(BodyLimit)
    problems.install(app, use_case.schema, lambda error: report(service, error))
    documentation.install(app)
    add_routes(app, service)
    return app


def add_routes(app: FastAPI, service: Service) -> None:
    """POST /predict, GET /model, GET /health."""
    record: Any = request_model(service.use_case)
    records = Annotated[list[record], Described(min_length=1, max_length=problems.MAX_RECORDS)]

    example = dict(service.use_case.example)
    examples: Any = {"one record": {"value": example}, "a list of records": {"value": [example]}}

    async def predict(body: Any) -> JSONResponse:
        single = isinstance(body, BaseModel)
        answers = service.predict([each.model_dump() for each in ([body] if single else body)])
        service.log.info("records_predicted", records=len(answers), model=answers[0]["model"])
        return JSONResponse(answers[0] if single else {"predictions": answers})

    predict.__annotations__["body"] = Annotated[
        record | records, Body(description="One record, or a list of them", openapi_examples=examples)
    ]
    one, several = answer_models(service.use_case.task)
    app.post("/predict", summary="Predict one record, or a list of them", response_model=one | several)(predict)

    @app.get("/model", summary="The model that answers", response_model=ModelCard, openapi_extra=OPEN)
    async def model() -> dict[str, Any]:
        manifest, package = service.model().manifest, service.package()
        return {
            "use_case": manifest.use_case,
            "package": package.arn,
            "version": package.version,
            "algorithm": manifest.algorithm,
            "created": package.created.isoformat(),
            "dataset": manifest.dataset_id,
            "cut_off": manifest.cut_off,
            "threshold": manifest.threshold,
            "features": manifest.features,
            "parity": manifest.parity,
            "evaluation": dict(package.metadata),
        }

    @app.get("/health", summary="Whether the function answers", response_model=Health, openapi_extra=OPEN)
    async def health() -> dict[str, Any]:
        version = service.package_arn.rpartition("/")[2]
        return {"status": "ok", "use_case": service.use_case.name, "model": version or None}


def report(service: Service, error: Exception) -> None:
    """Log an error: the expected ones by name, others with their trace (which the client never sees)."""
    service.log.error("request_failed", error=type(error).__name__, reason=str(error), exc_info=error)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {problems.MEDIA_TYPE: {"schema": problem_schema()}}}
