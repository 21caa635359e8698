"""Predict: one truth for HTTP and batch, and a clear problem for every request that cannot be answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import EndpointConnectionError

from cumulet.adapters.lake import Lake
from cumulet.adapters.online import OnlineStore
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, SkewError
from cumulet.core.fields import Field
from cumulet.core.pseudonyms import KeyRing
from lambdas.features.handler import runtime as features_runtime
from lambdas.predict import problems, service
from lambdas.predict.handler import handler, runtime
from lambdas.predict.service import Service
from training.packing import pack
from usecases import load

DAY = date(2013, 4, 5)
EXAMPLE = dict(load("flights").example)
Night = Callable[[str, date], dict[str, Any]]


class NoChampion:
    def package(self) -> str:
        return ""


def call(method: str, path: str, body: Any = None, **event: Any) -> SimpleNamespace:
    """A request as API Gateway hands it on."""
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    gateway = {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json", "Host": "localhost"},
        "pathParameters": {"proxy": path.lstrip("/")},
        "requestContext": {"stage": "live"},
        "body": text,
        "isBase64Encoded": False,
    }
    answer = handler({**gateway, **event}, None)
    is_json = "json" in answer["headers"]["content-type"]
    return SimpleNamespace(
        status=answer["statusCode"],
        headers=answer["headers"],
        body=json.loads(answer["body"]) if is_json else answer["body"],
        encoded=answer["isBase64Encoded"],
    )


@pytest.fixture
def live(register: Callable[..., str], world: SimpleNamespace, night: Night, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version of predict that serves a package, after a night."""
    monkeypatch.setitem(features_runtime().__dict__, "champion", NoChampion())
    world.hand_over(DAY)
    night("ingest", DAY)
    night("features", DAY)
    arn = register()
    monkeypatch.setenv("CUMULET_MODEL_PACKAGE", arn)
    return arn


def test_one_record_gives_one_prediction(live: str) -> None:
    answer = call("POST", "/predict", {**EXAMPLE, "id": "mine"})
    assert answer.status == 200
    assert set(answer.body) == {"id", "prediction", "decision", "threshold", "model", "cut_off"}
    assert (answer.body["id"], answer.body["threshold"], answer.body["model"]) == ("mine", 0.2, "1")
    assert answer.body["decision"] == (answer.body["prediction"] >= 0.2)
    assert answer.body["cut_off"] == "2013-04-05T07:00:00+00:00"


def test_a_list_gives_a_list_in_its_order_and_id_may_be_left_out(live: str) -> None:
    records = [{**EXAMPLE, "id": f"r{n}", "distance": 100 + n} for n in range(1_000)]
    answer = call("POST", "/predict", records)
    assert [each["id"] for each in answer.body["predictions"]] == [f"r{n}" for n in range(1_000)]
    assert call("POST", "/predict", EXAMPLE).body["id"] is None


def test_http_predicts_what_the_night_s_batch_predicts(live: str, lake: Lake, world: SimpleNamespace) -> None:
    columns = lake.read_table(keys.features("flights", DAY))
    batch = runtime().service.model().predict(columns)
    records = load("flights").schema.records(columns)
    answer = call("POST", "/predict", records).body["predictions"]
    assert np.max(np.abs(batch - [each["prediction"] for each in answer])) == 0
    assert len(set(batch.tolist())) > 10


def test_missing_values_and_unseen_codes_are_predicted(live: str) -> None:
    record = {**EXAMPLE, "carrier": "ZZ", "dest": "ZZZ", "seats": None, "plane_year": None}
    answer = call("POST", "/predict", record)
    assert answer.status == 200
    assert 0 <= answer.body["prediction"] <= 1


def test_the_model_says_where_it_comes_from(live: str) -> None:
    body = call("GET", "/model").body
    assert (body["package"], body["version"], body["dataset"]) == (live, "1", "0123456789abcdef")
    assert body["features"] == list(load("flights").feature_names)
    assert body["evaluation"]["roc_auc"] == "0.70000"


def test_health_says_which_model_without_loading_it(live: str) -> None:
    assert call("GET", "/health").body == {"status": "ok", "use_case": "flights", "model": "1"}
    assert runtime().service._model is None


def test_before_the_first_release_the_api_says_that_no_model_is_live(aws: None) -> None:
    assert call("GET", "/health").body["model"] is None
    for answer in (call("POST", "/predict", EXAMPLE), call("GET", "/model")):
        assert answer.status == 503
        assert "no model is live yet" in answer.body["detail"]


def test_before_the_first_night_the_api_says_so(register: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMULET_MODEL_PACKAGE", register())
    answer = call("POST", "/predict", EXAMPLE)
    assert (answer.status, "run a night first" in answer.body["detail"]) == (503, True)


def test_a_night_of_another_declaration_is_named_with_what_to_do(live: str) -> None:
    store, day = OnlineStore("online"), DAY + timedelta(days=1)
    night = store.read("flights")
    renamed = {table: [name.replace("late_7", "late_9") for name in names] for table, names in night.names.items()}
    store.write("flights", day, night._replace(names=renamed))
    answer = call("POST", "/predict", EXAMPLE)
    assert answer.status == 503
    assert "written no late_7: its code declares other context features" in answer.body["detail"]
    assert "`cumulet train flights`" in answer.body["detail"]


def test_a_night_that_has_written_more_features_serves_the_model_before(live: str) -> None:
    store, day = OnlineStore("online"), DAY + timedelta(days=1)
    before = call("POST", "/predict", EXAMPLE).body["prediction"]
    night = store.read("flights")
    more = {table: {key: [9.0, *values] for key, values in rows.items()} for table, rows in night.tables.items()}
    names = {table: ["new", *known] for table, known in night.names.items()}
    store.write("flights", day, night._replace(tables={**more, "seats": {"": [1.0]}}, names={**names, "seats": ["x"]}))
    runtime().service._context = None
    assert call("POST", "/predict", EXAMPLE).body["prediction"] == before


BAD_BODIES = [
    ({**EXAMPLE, "colour": "red"}, 422, "colour", "red", "remove it"),
    ({**EXAMPLE, "distance": "far"}, 422, "distance", "far", "give a number"),
    ({**EXAMPLE, "flight": True}, 422, "flight", True, "give a whole number"),
    ({**EXAMPLE, "distance": -5}, 422, "distance", -5, "at least 10 miles"),
    ({**EXAMPLE, "distance": 10**400}, 422, "distance", 10**400, "finite"),
    ({**EXAMPLE, "origin": "XXX"}, 422, "origin", "XXX", "EWR, JFK, LGA"),
    ({**EXAMPLE, "sched_dep": "2013-06-31T10:00"}, 422, "sched_dep", "2013-06-31T10:00", "local time"),
    ({k: v for k, v in EXAMPLE.items() if k != "carrier"}, 422, "carrier", None, "give carrier"),
    ([EXAMPLE, {**EXAMPLE, "seats": "many"}], 422, "[1].seats", "many", "give a whole number"),
    ([EXAMPLE, 5], 422, "[1]", 5, "JSON object"),
    ({**EXAMPLE, "\ud800": 1}, 422, "\ud800", 1, "remove it"),
    ([], 422, "body", "a list of 0 records", "1 to 1000"),
    ([EXAMPLE] * 1_001, 422, "body", "a list of 1001 records", "1 to 1000"),
    ("5", 422, "body", "int", "one record"),
    ("", 422, "body", "nothing", "one record"),
    ('{"distance": ', 400, "body", "character 13", "valid JSON"),
    ("x" * 10_000_000, 413, "body", "over 4000000 bytes", "fewer records"),
]


@pytest.mark.parametrize(
    ("body", "status", "field", "value", "remedy"),
    BAD_BODIES,
    ids=lambda v: str(v)[:24] if isinstance(v, str) else None,
)
def test_a_bad_body_is_answered_with_field_value_and_remedy(
    aws: None, body: Any, status: int, field: str, value: Any, remedy: str
) -> None:
    answer = call("POST", "/predict", body)
    assert (answer.status, answer.body["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not answer.encoded
    assert set(answer.body) == {"type", "title", "status", "detail", "errors"}
    assert [(e["field"], e["value"]) for e in answer.body["errors"]] == [(field, value)]
    assert remedy in answer.body["errors"][0]["remedy"]


def test_a_number_that_is_not_finite_is_refused(aws: None) -> None:
    answer = call("POST", "/predict", json.dumps({**EXAMPLE, "distance": float("nan")}))
    assert (answer.status, answer.body["errors"][0]["value"]) == (422, "nan")


def test_a_body_that_is_not_declared_as_json_is_told_the_header(aws: None) -> None:
    answer = call("POST", "/predict", EXAMPLE, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.body["errors"][0]["field"]) == (415, "Content-Type")


def test_json_nested_too_deep_is_refused(aws: None) -> None:
    assert call("POST", "/predict", "[" * 100_000).status == 400


def test_unknown_paths_and_methods_name_what_there_is(aws: None) -> None:
    missing, wrong = call("GET", "/nothing"), call("GET", "/predict")
    assert (missing.status, wrong.status) == (404, 405)
    assert "POST /predict" in missing.body["detail"]
    assert wrong.headers["allow"] == "POST"


def test_an_unexpected_error_shows_no_stack_trace(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret place")

    monkeypatch.setattr(runtime().service, "predict", broken)
    answer = call("POST", "/predict", EXAMPLE)
    assert answer.status == 500
    assert "secret" not in json.dumps(answer.body)
    assert "Traceback" not in json.dumps(answer.body)


def test_stale_context_is_served_when_the_store_does_not_answer(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = call("POST", "/predict", EXAMPLE).body

    def unreachable(_: str) -> None:
        raise EndpointConnectionError(endpoint_url="http://nowhere")

    monkeypatch.setattr(runtime().service._store, "read", unreachable)
    monkeypatch.setattr(service, "FRESH_SECONDS", -1)
    assert call("POST", "/predict", EXAMPLE).body == first


def test_a_new_night_is_seen_after_a_minute(
    live: str, world: SimpleNamespace, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", "/predict", EXAMPLE)
    world.hand_over(date(2013, 4, 6))
    night("ingest", date(2013, 4, 6))
    night("features", date(2013, 4, 6))
    assert call("POST", "/predict", EXAMPLE).body["cut_off"].startswith("2013-04-05")
    monkeypatch.setattr(service, "FRESH_SECONDS", -1)
    assert call("POST", "/predict", EXAMPLE).body["cut_off"].startswith("2013-04-06")


def test_a_model_of_other_feature_code_is_not_served(
    live: str, register: Any, folder_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "fingerprint": "0" * 64}))
    monkeypatch.setenv("CUMULET_MODEL_PACKAGE", register(data=pack(folder)))
    answer = call("POST", "/predict", EXAMPLE)
    assert (answer.status, "feature code" in answer.body["detail"]) == (503, True)
    with pytest.raises(SkewError):
        handler({"replay": True, "records": []}, None)


def test_replay_predicts_records_that_hold_their_context(live: str) -> None:
    golden = runtime().service.model().manifest.golden
    answer = handler(json.loads(json.dumps({"replay": True, "records": [g["record"] for g in golden]})), None)
    assert answer["predictions"] == pytest.approx([g["prediction"] for g in golden], abs=1e-9)


def test_an_event_of_no_kind_is_refused(aws: None) -> None:
    with pytest.raises(ContractError, match="API Gateway"):
        handler({"hello": 1}, None)


@pytest.mark.parametrize("base", ["", "/v1", "/live/v1"])
def test_it_answers_behind_any_base_path(aws: None, base: str) -> None:
    assert call("GET", f"{base}/health", pathParameters={"proxy": "health"}).status == 200
    assert call("GET", f"{base}/health", pathParameters=None, resource="/health").status == 200


def at(path: str, base: str = "") -> SimpleNamespace:
    """GET a path of the API as its own REST API routes it: /docs/{proxy+} is the one resource with a parameter."""
    below = path.removeprefix("/docs/")
    routed = {"resource": path, "pathParameters": None}
    if below != path:
        routed = {"resource": "/docs/{proxy+}", "pathParameters": {"proxy": below}}
    return call("GET", base + path, requestContext={"stage": "v1", "path": f"/v1{path}"}, **routed)


@pytest.mark.parametrize("base", ["", "/v1", "/flights", "/docs", "/docs/v1"])
def test_the_docs_page_works_behind_any_prefix_and_needs_nothing_from_the_internet(aws: None, base: str) -> None:
    page = at("/docs", base)
    assert page.status == 200
    assert "http" not in page.body
    for asset in ("docs/swagger-ui.css", "docs/swagger-ui-bundle.js"):
        assert f'"{asset}"' in page.body
        answer = at(f"/{asset}", base)
        assert (answer.status, answer.encoded) == (200, False)
        assert len(answer.body) > 100_000
    assert at("/openapi.json", base).body["servers"] == [{"url": "."}]
    missing = at("/docs/secret.txt", base)
    assert (missing.status, missing.body["detail"]) == (404, "GET /docs/secret.txt: " + problems.ROUTES[404])


def test_the_document_asks_for_the_key_where_the_gateway_does(aws: None) -> None:
    document = at("/openapi.json").body
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert scheme == {"type": "apiKey", "in": "header", "name": "x-api-key"}
    routes = [(path, route) for path, item in document["paths"].items() for route in item.values()]
    needs = {path: route.get("security", document["security"]) for path, route in routes}
    assert needs == {"/predict": [{name: []}], "/model": [], "/health": []}


def test_openapi_is_generated_from_the_schema(aws: None) -> None:
    document = call("GET", "/openapi.json").body
    record = document["components"]["schemas"]["Record"]
    assert document["servers"] == [{"url": "."}]
    assert document["openapi"].startswith("3.0")
    assert record["additionalProperties"] is False
    assert record["example"] == EXAMPLE
    assert record["properties"]["origin"]["enum"] == ["EWR", "JFK", "LGA"]
    assert (record["properties"]["distance"]["minimum"], record["properties"]["distance"]["maximum"]) == (10, 6000)
    assert "(miles)" in record["properties"]["distance"]["description"]
    assert record["properties"]["seats"]["nullable"] is True
    assert "id" not in record["required"]
    assert '"null"' not in json.dumps(document)


def test_a_record_with_an_identifier_is_predicted_by_its_pseudonym() -> None:
    """As the night keeps it, so that both join with the same context and the same outcome."""
    flights = load("flights")
    fields = (*flights.schema.fields, Field("note", "string", "a word", nullable=True, mark="free text"))
    marked = tuple(replace(each, mark="identifier") if each.name == "id" else each for each in fields)
    schema = replace(flights.schema, fields=marked)
    ring = KeyRing({1: b"k" * 64})
    secret = SimpleNamespace(ring=lambda: ring)
    served: Any = Service(replace(flights, schema=schema), "", store=Any, secret=secret, log=Any)  # type: ignore[arg-type]
    (kept, bare) = served.protected([{"id": "person-1", "note": "call +4915112345678", "flight": 5}, {"id": None}])
    assert kept == {"id": ring.pseudonym("person-1"), "note": "call [telephone number]", "flight": 5}
    assert bare == {"id": None}
