from __future__ import annotations

from pathlib import Path

import pytest

from cumulet.contracts.errors import ContractError
from cumulet.contracts.settings import StackOutputs, UseCaseSettings, output_key

ROOT = Path(__file__).resolve().parents[2]
LEAST = 'name = "kites"\ntitle = "Kites"\ntime_zone = "UTC"\ncut_off_hour = 3\ncost_centre = "play"\n'


def load(tmp_path: Path, text: str) -> UseCaseSettings:
    path = tmp_path / "usecase.toml"
    path.write_text(text)
    return UseCaseSettings.load(path)


def test_least_settings_have_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, LEAST)
    assert (settings.approval, settings.alarms.calibration_gap, settings.alarms.cool_down_days) == ("manual", 0.06, 21)


def test_every_use_case_in_the_repository_has_valid_settings() -> None:
    paths = sorted((ROOT / "usecases").glob("*/usecase.toml"))
    assert [UseCaseSettings.load(path).name for path in paths] == [path.parent.name for path in paths]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (LEAST + "colour = 1", "unknown setting 'colour'"),
        (LEAST.replace("cut_off_hour = 3", ""), "cut_off_hour"),
        (LEAST.replace("3", '"three"'), "cut_off_hour='three': expected int"),
        (LEAST + 'approval = "maybe"', "approval='maybe': expected automatic or manual"),
        (LEAST + "[alarms]\nbrier = 1.0", r"\[alarms\]: unknown setting 'brier'"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ContractError, match=named):
        load(tmp_path, text)


def test_outputs_are_spelt_as_cloudformation_does() -> None:
    keys = [output_key(name) for name in StackOutputs.__dataclass_fields__]
    assert {"LakeBucket", "ApiUrl", "ModelPackageGroup", "AlarmNames"} <= set(keys)
    assert all(key.isalnum() for key in keys)
