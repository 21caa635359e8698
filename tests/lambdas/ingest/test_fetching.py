"""A day that ingest fetches itself: from a service on this machine, once, and never over what is in raw already."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError
from tests.lambdas.conftest import forget

DAY = date(2013, 4, 2)
Night = Callable[[str, date], dict[str, Any]]


@pytest.fixture
def service(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The airline as an HTTP service; `tables` is what it says of the day, `asked` what it was asked."""
    tables = {
        "records": world.to_csv(world.flights(DAY)),
        "outcomes": world.to_csv(world.outcomes(DAY - timedelta(days=1))),
        "weather": world.to_csv(world.weather(DAY)),
    }
    told = SimpleNamespace(tables=tables, asked=[], status=200)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            body = told.tables.get(self.path.partition("?")[0].strip("/"))
            self.send_response(told.status if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CUMULET_SOURCE_URL", f"http://127.0.0.1:{server.server_port}/{{table}}?day={{date}}")
    forget()
    yield told
    server.shutdown()
    server.server_close()


def raw(lake: Lake) -> dict[str, bytes]:
    return {key: lake.get(key) for key in lake.list("raw/")}


def test_a_night_fetches_its_day_and_a_second_run_changes_nothing(
    service: SimpleNamespace, night: Night, lake: Lake
) -> None:
    answer = night("ingest", DAY)
    assert (answer["records"], answer["labels"]) == (40, 40)
    assert service.asked == [f"/{table}?day={DAY}" for table in ("records", "outcomes", "weather")]
    before = raw(lake)
    assert before == {keys.raw("flights", DAY, table): content for table, content in service.tables.items()}
    service.tables["records"] = service.tables["records"].replace(b"UA", b"AA")
    assert night("ingest", DAY) == answer
    assert raw(lake) == before


def test_what_was_handed_over_before_a_fetch_that_was_cut_off_stays_and_the_rest_is_fetched(
    service: SimpleNamespace, night: Night, lake: Lake, world: SimpleNamespace
) -> None:
    own = world.to_csv(world.flights(DAY, 12))
    lake.put(keys.raw("flights", DAY, "records"), own)
    answer = night("ingest", DAY)
    assert (answer["records"], answer["labels"]) == (12, 40)
    assert lake.get(keys.raw("flights", DAY, "records")) == own


def test_a_day_that_the_service_has_not_is_an_empty_day(service: SimpleNamespace, night: Night, lake: Lake) -> None:
    service.tables.clear()
    assert night("ingest", DAY)["records"] == 0
    assert raw(lake) == {}


def test_a_service_that_refuses_fails_the_night_and_leaves_nothing_behind(
    service: SimpleNamespace, night: Night, lake: Lake
) -> None:
    service.status = 403
    with pytest.raises(ContractError, match="HTTP 403"):
        night("ingest", DAY)
    assert lake.list("") == []
