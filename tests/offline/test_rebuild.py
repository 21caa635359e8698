"""A snapshot is rebuilt bit for bit from raw; where it is not, the rebuild says which files differ and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cumulet.adapters.folder_lake import FolderLake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core.pseudonyms import KeyRing
from cumulet.offline import differences, rebuild
from lambdas.ingest import reading
from tests.offline.conftest import DAYS
from usecases import load


def again(lake, dataset_id, folder, use_case=None):
    return rebuild.rebuild(lake, use_case or load("flights"), dataset_id, folder, ring=KeyRing.public())


def test_a_snapshot_is_rebuilt_from_raw_to_the_byte_and_the_lake_is_not_touched(filled, taken, tmp_path):
    before = filled.tags("")
    for key in filled.list("curated/") + filled.list("labels/"):
        filled.delete(key)
    without = filled.tags("")
    found = again(filled, taken[1], tmp_path)
    assert (found.same, found.rebuilt_id, found.days, found.differing) == (True, taken[1], 10, ())
    prefix = keys.snapshot("flights", taken[1])
    assert (tmp_path / prefix / "data.parquet").read_bytes() == filled.get(prefix + "data.parquet")
    assert (tmp_path / prefix / "manifest.json").read_bytes() == filled.get(prefix + "manifest.json")
    assert filled.tags("") == without
    assert FolderLake(tmp_path).tags("curated/") == {k: t for k, t in before.items() if k.startswith("curated/")}


def test_a_raw_file_that_has_changed_is_named_with_what_was_made_from_it(filled, taken, world, tmp_path):
    rows = [{**row, "distance": 999} for row in world.flights(DAYS[2])]
    world.hand_over(DAYS[2], records=world.to_csv(rows))
    found = again(filled, taken[0], tmp_path)
    assert not found.same
    assert found.rebuilt_id != taken[0]
    assert {each.key: each.why for each in found.differing} == {
        keys.raw("flights", DAYS[2], "records"): differences.RAW_CHANGED,
        keys.curated("flights", DAYS[2]): differences.FROM_ANOTHER_RAW,
    }


def test_where_raw_files_are_gone_it_says_so_before_it_begins_and_what_can_be_done(filled, taken, tmp_path):
    for day, table in ((DAYS[1], "outcomes"), (DAYS[3], "records")):
        filled.delete(keys.raw("flights", day, table))
    expected = (
        rf"snapshot {taken[0]} cannot be rebuilt: 2 of its 18 raw files are gone, from "
        rf"{keys.raw('flights', DAYS[1], 'outcomes')} on \(raw is kept 90 days .*"
        rf"`cumulet load flights --from {DAYS[1]} --to {DAYS[3]}`"
    )
    with pytest.raises(NotFoundError, match=expected):
        again(filled, taken[0], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_raw_of_days_that_the_snapshot_has_not_may_be_gone(filled, taken, tmp_path):
    filled.delete(keys.raw("flights", DAYS[9], "records"))
    assert again(filled, taken[0], tmp_path).same


def test_ingest_code_that_makes_other_bytes_of_the_same_raw_is_told_from_raw(filled, taken, tmp_path, monkeypatch):
    table_of = reading.table_of

    def rounding(*arguments):
        table = table_of(*arguments)
        if "distance" not in table.columns:
            return table
        return replace(table, columns={**table.columns, "distance": table.columns["distance"] // 100 * 100})

    monkeypatch.setattr(reading, "table_of", rounding)
    found = again(filled, taken[0], tmp_path)
    assert {each.why for each in found.differing} == {differences.CODE_CHANGED}
    assert {each.key for each in found.differing} == {keys.curated("flights", day) for day in DAYS[:6]}


def test_another_declaration_of_features_is_told_from_the_data(filled, taken, tmp_path):
    use_case = load("flights")
    fewer = replace(use_case, context=replace(use_case.context, features=use_case.context.features[:-1]))
    found = again(filled, taken[0], tmp_path, fewer)
    assert [(each.key, each.why) for each in found.differing] == [("data.parquet", differences.FEATURES_CHANGED)]


def test_stored_data_that_is_damaged_is_not_the_same(filled, taken, tmp_path):
    filled.put(keys.snapshot("flights", taken[0]) + "data.parquet", b"damaged")
    assert not again(filled, taken[0], tmp_path).same


def test_a_snapshot_that_is_not_there_is_not_rebuilt(filled, tmp_path):
    with pytest.raises(NotFoundError):
        again(filled, "0123456789abcdef", tmp_path)
