"""The commands on data and lineage, on a lake that the real ingest and snapshot have filled."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cumulet.adapters.days import Days
from cumulet.cli import data_diff, lineage, rebuild, reports, snapshots
from cumulet.cli.app import app
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, JobError, NotFoundError
from cumulet.contracts.manifests import Tombstone
from tests.offline.conftest import DAYS, artifact, aws, filled, lake, night, read_api_models_once, scored, taken, world

__all__ = ["artifact", "aws", "filled", "lake", "night", "read_api_models_once", "scored", "taken", "world"]


@pytest.fixture
def cumulet(scored, monkeypatch, tmp_path):
    """Run a command against the lake; an error of ours is raised."""
    for module in (snapshots, data_diff, rebuild, lineage):
        monkeypatch.setattr(module, "open_workspace", lambda name, target: scored)
    monkeypatch.setattr(lineage, "connect", lambda target: "")
    monkeypatch.setattr(reports, "STATE", tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(app, [*arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return run


def test_list_names_every_snapshot_with_its_models(cumulet, scored):
    rows = json.loads(cumulet("data", "list", "flights", "--json"))
    assert [row["id"] for row in rows] == scored.ids
    assert [row["models"] for row in rows] == ["1", "2"]
    assert [row["rows"] for row in rows] == [240, 400]
    assert all(row["MB"] > 0 for row in rows)
    assert scored.ids[0] in cumulet("data", "list", "flights")


def test_a_snapshot_that_an_erasure_took_is_said_to_be_gone_and_hides_no_other(cumulet, scored):
    stone = Tombstone(dataset_id=scored.ids[0], erased="it held somebody", at="2026-01-02T03:04:05+00:00", by="x")
    scored.lake.put(keys.snapshot("flights", scored.ids[0]) + "manifest.json", stone.to_json())
    rows = json.loads(cumulet("data", "list", "flights", "--json"))
    assert [row["id"] for row in rows] == scored.ids[1:]
    said = CliRunner().invoke(app, ["data", "list", "flights"])
    assert f"{scored.ids[0]} is gone since 2026-01-02T03:04:05+00:00: it held somebody" in said.stderr
    assert "erased on 2026-01-02" in cumulet("lineage", "1", "--use-case", "flights")
    made = Days(scored.lake, "flights").made(scored.registry)
    assert list(made.snapshots) == scored.ids[1:]
    with pytest.raises(NotFoundError, match="it held somebody"):
        cumulet("data", "show", "flights", scored.ids[0])


def test_show_takes_a_prefix_and_describes_every_column(cumulet, scored):
    found = json.loads(cumulet("data", "show", "flights", scored.ids[0][:6], "--json"))
    assert found["id"] == scored.ids[0]
    assert found["made from"]["raw/flights"] == 18
    assert {row["column"] for row in found["columns"]} >= {"id", "sched_dep", "late_7", "label"}
    assert "late_origin_carrier_28" in {row["column"] for row in found["columns"]}
    with pytest.raises(ContractError, match="at least 4"):
        cumulet("data", "show", "flights", scored.ids[0][:2])
    with pytest.raises(NotFoundError, match=scored.ids[0]):
        cumulet("data", "show", "flights", "zzzz")


def test_diff_compares_and_leaves_a_page(cumulet, scored, tmp_path):
    found = json.loads(cumulet("data", "diff", "flights", *scored.ids, "--json"))
    assert (found["rows"]["added"], found["rows"]["removed"]) == (160, 0)
    assert found["rows"]["changed_by_column"] == {"label": 36}
    assert found["schema"] == []
    assert found["label"]["rows"] == [240, 400]
    assert (tmp_path / "reports" / f"data-diff-flights-{scored.ids[0]}-{scored.ids[1]}.html").exists()
    assert "label in 36" in cumulet("data", "diff", "flights", *scored.ids)


def test_diff_shows_what_a_schema_says_differently(cumulet, scored):
    key = keys.snapshot("flights", scored.ids[0]) + "schema.json"
    schema = json.loads(scored.lake.get(key))
    schema["fields"][6]["maximum"] = 5
    scored.lake.put(key, json.dumps(schema).encode())
    found = json.loads(cumulet("data", "diff", "flights", *scored.ids, "--json"))
    assert found["schema"] == [{"field": "distance", "what": "maximum", "before": 5, "after": 6000}]


def test_rebuild_says_whether_raw_gives_the_same(cumulet, scored, world):
    assert json.loads(cumulet("data", "rebuild", "flights", scored.ids[0], "--json"))["same"] is True
    world.hand_over(DAYS[1], weather=b"")
    with pytest.raises(JobError, match="raw has changed since the snapshot"):
        cumulet("data", "rebuild", "flights", scored.ids[0])


def test_lineage_is_a_tree_a_picture_and_json(cumulet, scored, tmp_path):
    record = f"{DAYS[7]}-UA1-LGA-0600"
    text = cumulet("lineage", record, "--use-case", "flights")
    assert text.index("model flights 1") < text.index(f"snapshot {scored.ids[0]}") < text.rindex("raw records")
    page = (tmp_path / "reports" / f"lineage-{record}.html").read_text()
    assert scored.ids[0] in page
    found = json.loads(cumulet("lineage", "2", "--use-case", "flights", "--json"))
    assert found["asked"] == ["models/flights/2"]
    assert [f"snapshots/flights/{scored.ids[1]}", "runs/flights/run-2"] in found["edges"]


def test_lineage_of_nothing_says_what_there_is(cumulet, scored):
    with pytest.raises(NotFoundError) as refused:
        cumulet("lineage", "nothing", "--use-case", "flights")
    for example in (max(scored.ids), "run-2", "model version", f"@{DAYS[9]}", "raw/flights/dt="):
        assert example in str(refused.value)
