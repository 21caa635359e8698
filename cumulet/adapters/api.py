"""The HTTP API of a use case, called as any client calls it: a URL and an API key."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import urllib3

from cumulet.adapters.session import client
from cumulet.contracts.errors import CumuletError, NotFoundError, SchemaError, UnavailableError

TIMEOUT_S = 60.0
"""API Gateway gives up after 29 s; a first call on a laptop may have to start a function."""

_ERRORS: dict[int, type[CumuletError]] = {404: NotFoundError, 422: SchemaError, 400: SchemaError}


def url_of(api_id: str, aws_url: str) -> str:
    """Where the API is reached: the stack's URL on AWS, the endpoint's own path on a laptop."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    aws_url = aws_url.rstrip("/")
    stage = aws_url.rsplit("/", 1)[1]
    return f"{endpoint}/_aws/execute-api/{api_id}/{stage}" if endpoint else aws_url


def key_of(api_key_id: str) -> str:
    """The value of an API key."""
    return str(client("apigateway").get_api_key(apiKey=api_key_id, includeValue=True)["value"])


@dataclass(frozen=True)
class Api:
    """An API and the key to it."""

    url: str
    key: str

    def predict(self, records: Any) -> Any:
        """Send one record or a list of them; the API's answer. Errors are raised with the API's own words."""
        return self._call("POST", "/predict", json.dumps(records).encode())

    def model(self) -> Any:
        """What the API says of the model that it serves."""
        return self._call("GET", "/model")

    def health(self) -> Any:
        """Whether the API answers and a model is live."""
        return self._call("GET", "/health")

    def curl(self, record: Any) -> str:
        """The command line that predicts one record."""
        return (
            f"curl -s -X POST {self.url}/predict -H 'x-api-key: {self.key}' "
            f"-H 'content-type: application/json' -d '{json.dumps(record)}'"
        )

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"content-type": "application/json", "x-api-key": self.key}
        try:
            answer = urllib3.request(
                method, self.url + path, body=body, headers=headers, timeout=TIMEOUT_S, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"{self.url} does not answer: {error}") from error
        if answer.status >= 400:
            raise _ERRORS.get(answer.status, UnavailableError)(_sentence(answer.status, answer.data))
        return answer.json()


def _sentence(status: int, body: bytes) -> str:
    """A problem document as one readable text."""
    try:
        problem = json.loads(body)
    except ValueError:
        return f"HTTP {status}: {body[:200].decode(errors='replace')}"
    errors = [f"{e.get('field')}={e.get('value')!r}: {e.get('remedy')}" for e in problem.get("errors", ())]
    told = str(problem.get("detail") or problem.get("title") or problem.get("message") or f"HTTP {status}")
    return "\n  ".join(errors) if errors else told
