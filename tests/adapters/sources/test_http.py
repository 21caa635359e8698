"""An HTTP service as a source, against a server that fails, limps, says the same again, and says too much."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from cumulet.adapters.sources import Http, http
from cumulet.contracts.errors import ContractError, NotFoundError, UnavailableError

DAY = date(2013, 5, 1)
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def service() -> Iterator[SimpleNamespace]:
    """A server on this machine; `answers` are given in their order, the last one for ever."""
    told = SimpleNamespace(asked=[], answers=[], waited=[])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("If-None-Match")))
            answer = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            answer(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{{table}}?day={{date}}"
    told.source = Http(url, ("records",), limit=1000, timeout_s=0.3, wait=told.waited.append)
    yield told
    server.shutdown()
    server.server_close()


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(1)


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "900")
    handler.end_headers()
    handler.wfile.write(b"id\n1\n")


def test_a_day_is_asked_per_table(service: SimpleNamespace) -> None:
    service.answers = [says(200, b"id\n1\n")]
    assert service.source.day(DAY) == {"records": b"id\n1\n"}
    assert service.asked == [("/records?day=2013-05-01", None)]


def test_a_service_that_fails_is_asked_again_after_longer_and_longer(service: SimpleNamespace) -> None:
    service.answers = [says(503), says(500), says(200, b"id\n")]
    assert service.source.day(DAY) == {"records": b"id\n"}
    assert service.waited == [0.5, 1.0]


def test_a_service_says_how_long_to_wait_and_is_believed_up_to_a_minute(service: SimpleNamespace) -> None:
    service.answers = [says(429, Retry_After="7"), says(429, Retry_After="86400"), says(200, b"id\n")]
    service.source.day(DAY)
    assert service.waited == [7.0, 60.0]


@pytest.mark.parametrize("answer", [says(503), hangs, breaks_off])
def test_a_service_that_stays_down_hands_over_nothing(service: SimpleNamespace, answer: Answer) -> None:
    service.answers = [answer]
    with pytest.raises(UnavailableError, match="4 times; nothing was handed over"):
        service.source.day(DAY)
    assert len(service.asked) == 4


def test_what_the_service_says_twice_is_sent_once(service: SimpleNamespace) -> None:
    service.answers = [says(200, b"id\n1\n", ETag='"a"'), says(304)]
    first = service.source.day(DAY)
    assert service.source.day(DAY) == first
    assert [tag for _, tag in service.asked] == [None, '"a"']


def test_an_answer_without_end_is_cut_off_at_the_limit(service: SimpleNamespace) -> None:
    service.answers = [says(200, bytes(5000))]
    with pytest.raises(ContractError, match="more than 1000 bytes"):
        service.source.day(DAY)


def test_a_day_that_the_service_has_not_is_no_error_of_the_service(service: SimpleNamespace) -> None:
    service.answers = [says(404)]
    with pytest.raises(NotFoundError, match="nothing of this day"):
        service.source.day(DAY)
    assert service.waited == []


def test_a_key_that_is_refused_is_not_tried_again(service: SimpleNamespace) -> None:
    service.answers = [says(401)]
    with pytest.raises(ContractError, match="HTTP 401"):
        service.source.day(DAY)
    assert len(service.asked) == 1


def test_an_answer_that_drips_byte_by_byte_for_ever_is_given_up(
    service: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SLOWEST", 1)

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            threading.Event().wait(0.05)

    service.answers = [drips]
    with pytest.raises(ContractError, match="and no end; ask for less of it"):
        service.source.day(DAY)
    assert len(service.asked) == 1


def test_a_redirect_to_somewhere_else_is_not_followed(service: SimpleNamespace) -> None:
    service.answers = [says(302, Location="http://127.0.0.1:9/elsewhere")]
    with pytest.raises(ContractError, match="HTTP 302; expected 200"):
        service.source.day(DAY)


def test_a_small_answer_that_unpacks_into_a_large_one_is_refused(service: SimpleNamespace) -> None:
    service.answers = [says(200, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")]
    with pytest.raises(ContractError, match="more than 1000 bytes"):
        service.source.day(DAY)


def test_an_answer_in_chunks_and_packed_is_read_whole(service: SimpleNamespace) -> None:
    def in_chunks(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        packed = gzip.compress(b"id\n" + b"1\n" * 100)
        for part in (packed[:7], packed[7:]):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")

    service.answers = [in_chunks]
    assert service.source.day(DAY) == {"records": b"id\n" + b"1\n" * 100}
