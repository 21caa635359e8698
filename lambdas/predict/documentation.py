"""OpenAPI and its page: behind any stage or prefix, and without the internet.

Every address is relative: the page fetches `openapi.json` and its assets beside itself, and the document's server is
where the document is. It is OpenAPI 3.0, which is what API Gateway imports and the bundled Swagger UI shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({{url: "openapi.json", dom_id: "#page", deepLinking: true}})</script>
</body>
</html>
"""


def install(app: FastAPI) -> None:
    """Add /openapi.json, /docs and its assets to the app."""
    app.openapi = document(app)  # type: ignore[method-assign]

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(PAGE.format(title=app.title))

    @app.get("/docs/{name}", include_in_schema=False)
    async def asset(name: str, request: Request) -> Response:
        if name not in ASSETS:
            raise HTTPException(404, f"{request.url.path}: no such page")
        content = (_bundle() / name).read_bytes()
        return Response(content, media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})


def _bundle() -> Path:
    from swagger_ui_bundle import swagger_ui_path

    return Path(swagger_ui_path)


def document(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """A function that makes the OpenAPI document at its first call."""

    def make() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.0.3",
                description=app.description,
                routes=app.routes,
                servers=[{"url": "."}],
            )
            made["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
            made["security"] = [{"key": []}]
            app.openapi_schema = to_3_0(made)
        return app.openapi_schema

    return make


def to_3_0(node: Any) -> Any:
    """OpenAPI 3.1's JSON schema as 3.0 writes it: null is `nullable`, a constant an enum, examples one example."""
    if isinstance(node, list):
        return [to_3_0(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: to_3_0(each) for name, each in node.items()}
    if isinstance(made.get("examples"), list):
        made.setdefault("example", made.pop("examples")[0])
    if "const" in made:
        made["enum"] = [made.pop("const")]
    if isinstance(made.get("anyOf"), list) and {"type": "null"} in made["anyOf"]:
        rest = [each for each in made.pop("anyOf") if each != {"type": "null"}]
        made = {**made, **(rest[0] if len(rest) == 1 else {"anyOf": rest}), "nullable": True}
    return made
