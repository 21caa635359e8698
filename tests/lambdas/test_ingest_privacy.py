"""Ingest and people: pseudonyms before anything is written, masks in quarantine, nobody back who was erased."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest

from cumulet.adapters.erasing import Erasing
from cumulet.adapters.lake import Lake
from cumulet.adapters.secrets import Secret
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError
from cumulet.core.fields import Field
from cumulet.core.pseudonyms import is_pseudonym
from cumulet.core.schema import Schema
from cumulet.core.usecase import UseCase
from usecases import load

DAY = date(2013, 4, 2)
AT = datetime(2026, 1, 2, tzinfo=UTC)
Night = Callable[[str, date], dict[str, Any]]
PEOPLE = (
    Field("passenger", "string", "who booked first", nullable=True, mark="identifier"),
    Field("contact", "string", "how to reach them", nullable=True, mark="personal"),
    Field("note", "string", "what they asked for", nullable=True, mark="free text"),
)


def marked(schema: Schema, *more: Field) -> Schema:
    fields = (replace(each, mark="identifier") if each.name == "id" else each for each in schema.fields)
    return replace(schema, fields=(*fields, *more))


@pytest.fixture
def people(aws: None, monkeypatch: pytest.MonkeyPatch) -> UseCase:
    """Flights as if each were of one person: the id an identifier, three fields more, and a key."""
    flights = load("flights")
    use_case = replace(flights, schema=marked(flights.schema, *PEOPLE), outcomes=marked(flights.outcomes))
    secret = json.dumps({"version": "1", "key": "k" * 64})
    arn = boto3.client("secretsmanager").create_secret(Name="key", SecretString=secret)["ARN"]
    monkeypatch.setattr("lambdas.ingest.handler.load", lambda name: use_case)
    monkeypatch.setenv("CUMULET_PSEUDONYM_SECRET", arn)
    return use_case


def booked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "passenger": f"person-{n % 7}", "contact": f"p{n}@example.org", "note": f"call +4915112345{n:03}"}
        for n, row in enumerate(rows)
    ]


def texts(lake: Lake, *zones: str) -> str:
    """All that some zones say."""
    found = []
    for key in lake.list(""):
        if key.startswith(tuple(f"{zone}/" for zone in zones)):
            data = lake.get(key)
            table = pq.read_table(io.BytesIO(data)).to_pylist() if data.startswith(b"PAR1") else data.decode()
            found.append(f"{key} {table}")
    return "\n".join(found)


def quarantined(lake: Lake, table: str = "records") -> list[dict[str, Any]]:
    return [json.loads(line) for line in lake.get(keys.quarantine("flights", DAY, table)).splitlines()]


def test_identifiers_are_pseudonyms_in_every_zone_but_raw_and_still_join(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    before = DAY - timedelta(days=1)
    world.hand_over(before, records=world.to_csv(booked(world.flights(before))))
    world.hand_over(DAY, records=world.to_csv(booked(world.flights(DAY))))
    assert night("ingest", before)["records"] == night("ingest", DAY)["labels"] == 40
    kept = texts(lake, "curated", "labels", "quarantine")
    assert "person-" not in kept
    assert "2013-04-01-UA" not in kept
    assert "person-3" in texts(lake, "raw")
    records, labels = lake.read_table(keys.curated("flights", before)), lake.read_table(keys.labels("flights", DAY))
    assert set(records["id"].tolist()) == set(labels["id"].tolist())
    assert all(map(is_pseudonym, records["id"]))
    assert len(set(records["passenger"].tolist())) == 7


def test_personal_data_in_free_text_become_a_word_and_declared_ones_stay(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    world.hand_over(DAY, records=world.to_csv(booked(world.flights(DAY))))
    night("ingest", DAY)
    records = lake.read_table(keys.curated("flights", DAY))
    assert set(records["note"].tolist()) == {"call [telephone number]"}
    assert records["contact"][3] == "p3@example.org"


def test_quarantine_says_what_to_mend_and_not_who_it_is(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    rows = booked(world.flights(DAY))
    rows[3]["distance"] = -12
    world.hand_over(DAY, records=world.to_csv([*rows, rows[0]]))
    assert night("ingest", DAY)["quarantined"] == 2
    refused, twice = quarantined(lake)
    assert refused["problems"][0]["value"] == -12
    assert is_pseudonym(refused["row"]["id"])
    assert is_pseudonym(refused["row"]["passenger"])
    assert (refused["row"]["contact"], refused["row"]["note"]) == ("[personal]", "[free text]")
    assert "line 2" in twice["problems"][0]["remedy"]
    assert not any(clear in texts(lake, "quarantine") for clear in ("person-", "example.org", "2013-04-02-UA", "+49"))


def test_an_identifier_without_a_key_stops_the_night_and_commits_nothing(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUMULET_PSEUDONYM_SECRET", "")
    world.hand_over(DAY)
    with pytest.raises(ContractError, match="no key"):
        night("ingest", DAY)
    assert lake.list("curated/") == []


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [("dest_contact", "ada@example.org", "e-mail address"), ("card", "4111 1111 1111 1111", "payment card")],
)
def test_personal_data_in_a_column_that_nobody_declared_quarantine_the_row_masked(
    world: SimpleNamespace, night: Night, lake: Lake, column: str, value: str, kind: str
) -> None:
    rows = [{**row, column: ""} for row in world.flights(DAY)]
    rows[3][column] = value
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY)["quarantined"] == 1
    [refused] = quarantined(lake)
    article = "an" if kind.startswith("e") else "a"
    assert refused["line"] == 5
    assert refused["problems"] == [
        {
            "field": column,
            "value": f"[{kind}]",
            "remedy": f"it holds {article} {kind}, which nobody declared: "
            "leave it out, or mark the field (docs/privacy.md)",
        }
    ]
    assert value not in texts(lake, "curated", "labels", "quarantine")


def test_personal_data_in_a_declared_column_without_a_mark_are_refused_too(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = world.flights(DAY)
    rows[3]["id"] = "ada@example.org"
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY)["quarantined"] == 1
    [refused] = quarantined(lake)
    assert refused["row"]["id"] == refused["problems"][0]["value"] == "[e-mail address]"


def kept(lake: Lake) -> dict[str, Any]:
    """What the lake keeps of the days, but for hashes and statistics of raw, which comes again as it came before."""
    found: dict[str, Any] = {k: lake.get(k) for k in lake.list("") if not k.startswith(("raw/", "erasures/"))}
    for key in (key for key in found if key.endswith("/_manifest.json")):
        found[key] = json.loads(found[key]) | {"raw": {}, "statistics": {}}
    return found


def test_whoever_was_erased_does_not_come_back_with_the_source(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    rows = booked(world.flights(DAY))
    rows[2]["distance"] = -12
    for _ in range(2):
        world.hand_over(DAY, records=world.to_csv(rows))
        world.hand_over(DAY + timedelta(days=1), outcomes=world.to_csv(world.outcomes(DAY)))
        found = [night("ingest", DAY + timedelta(days=n)) for n in range(2)]
        if not lake.list("erasures/"):
            assert [found[0]["records"], found[0]["quarantined"], found[1]["labels"]] == [39, 1, 40]
            work = Erasing(
                lake, people, Secret(boto3.client("secretsmanager").describe_secret(SecretId="key")["ARN"]).ring()
            )
            certificate = work.erase(work.find("person-2"), AT)
            erased = kept(lake)
    # flights 2, 9, 16, 23, 30 and 37 were theirs; the first of them had been refused
    assert [found[0]["records"], found[0]["quarantined"], found[1]["labels"]] == [34, 0, 34]
    assert kept(lake) == erased
    assert certificate.rows == {"curated": 5, "labels": 6, "quarantine": 1, "raw": 12}


def test_a_pseudonym_alone_is_enough_to_erase_as_long_as_raw_has_its_clear_text(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    world.hand_over(DAY, records=world.to_csv(booked(world.flights(DAY))))
    night("ingest", DAY)
    secret = Secret(boto3.client("secretsmanager").describe_secret(SecretId="key")["ARN"])
    ring = secret.ring()
    work = Erasing(lake, people, ring)
    assert work.find(ring.pseudonym("person-2")) == work.find("person-2")
    work.erase(work.find(ring.pseudonym("person-2")), AT)
    assert "person-2" not in texts(lake, "raw")


def test_after_a_rotation_the_earlier_days_of_somebody_are_still_found(
    world: SimpleNamespace, night: Night, lake: Lake, people: UseCase
) -> None:
    secret = Secret(boto3.client("secretsmanager").describe_secret(SecretId="key")["ARN"])
    for n in range(2):
        day = DAY + timedelta(days=n)
        world.hand_over(day, records=world.to_csv(booked(world.flights(day))))
        night("ingest", day)
        if n == 0:
            assert secret.rotate() == 2
    first, second = (lake.read_table(keys.curated("flights", DAY + timedelta(days=n)))["passenger"] for n in range(2))
    assert not set(first.tolist()) & set(second.tolist())
    work = Erasing(lake, people, secret.ring())
    plan = work.find("person-2")
    assert {keys.curated("flights", DAY + timedelta(days=n)) for n in range(2)} <= plan.objects.keys()
    work.erase(plan, AT)
    night("ingest", DAY)  # again, under the new key: what joins with new days
    assert set(lake.read_table(keys.curated("flights", DAY))["passenger"].tolist()) == set(second.tolist()) - {
        secret.ring().pseudonym("person-2")
    }
