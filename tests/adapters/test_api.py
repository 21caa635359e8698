"""The HTTP client of a use case's API: answers, and errors in the API's own words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cumulet.adapters.api import Api, url_of
from cumulet.contracts.errors import SchemaError, UnavailableError

PROBLEM = {"detail": "1 problem", "errors": [{"field": "distance", "value": -1, "remedy": "expected 1..5000 miles"}]}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        right = self.headers["x-api-key"] == "right"
        self.send_response(200 if right else 422)
        self.end_headers()
        self.wfile.write(json.dumps({"prediction": 0.5} if right else PROBLEM).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_key_goes_along_and_the_answer_comes_back(url):
    assert Api(url, "right").predict({"id": "a"}) == {"prediction": 0.5}


def test_a_refusal_names_field_value_and_remedy(url):
    with pytest.raises(SchemaError, match=r"distance=-1: expected 1\.\.5000 miles"):
        Api(url, "wrong").predict({"id": "a"})


def test_nothing_at_the_address_is_said_as_such():
    with pytest.raises(UnavailableError, match="does not answer"):
        Api("http://127.0.0.1:9", "k").health()


def test_on_a_laptop_the_address_is_the_endpoints_own(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert url_of("abc", "https://x/v1/") == "http://127.0.0.1:4566/_aws/execute-api/abc/v1"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert url_of("abc", "https://x/v1/") == "https://x/v1"
