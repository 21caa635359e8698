"""Shifts from the command line: listed, shown, refused with a remedy; and images moved."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import usecases
from cumulet.cli import augment, shifts
from cumulet.cli.app import app
from cumulet.cli.workspace import Workspace
from cumulet.contracts.errors import SchemaError
from cumulet.contracts.settings import StackOutputs

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, state: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CUMULET_"))}
    return subprocess.run(
        [sys.executable, "-m", "cumulet", *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment | {"CUMULET_STATE": str(state)} | more,
    )  # fmt: skip


@pytest.mark.parametrize("use_case", usecases.names())
def test_every_use_case_has_shifts_to_try_and_they_fit_it(use_case):
    result = CliRunner().invoke(app, ["shift", "list", use_case, "--json"])
    rows = json.loads(result.stdout)
    assert {"broken_week", "concept_drift", "late_labels"} <= {row["shift"] for row in rows}
    assert all(row["title"] and row["knobs"] for row in rows)


def test_a_shift_is_printed_as_a_file_to_change(tmp_path):
    result = CliRunner().invoke(app, ["shift", "show", "bikes", "concept_drift", "--toml"])
    file = tmp_path / "mine.toml"
    file.write_text(result.stdout.replace("1.5", "3"))
    [knob] = shifts.load(usecases.load("bikes"), str(file)).knobs
    assert (knob.column, knob.factor) == ("rentals", 3)


def test_a_shift_is_shown_in_figures_and_as_a_page(tmp_path):
    days = ("--from", "2013-04-30", "--to", "2013-05-03")
    result = run("shift", "show", "flights", "kilometres", *days, "--json", state=tmp_path)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["columns"][0]["column"] == "distance"
    assert found["columns"][0]["psi"] > 0.1
    assert [row["records"] for row in found["before"]] == [row["records"] for row in found["after"]]
    assert (tmp_path / "reports" / "shift-flights-kilometres.html").read_text().count("<svg") == 4


def test_a_shift_that_is_not_there_is_refused_with_those_that_are_before_anything_is_reached(tmp_path):
    for result in (
        run("load", "flights", "--from", "2013-01-01", "--to", "2013-01-02", "--shift", "stormy", state=tmp_path),
        run("drift", "flights", state=tmp_path, CUMULET_SHIFT="stormy"),
    ):
        assert result.returncode == 5
        assert "long_haul" in result.stderr


def test_a_shift_file_that_does_not_fit_is_refused_with_the_knob_and_a_remedy(tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[[knob]]\nkind = "tilt"\ncolumn = "speed"\nstrength = 1\nwhen = { start = 2013-05-01 }\n')
    result = run("shift", "show", "flights", str(wrong), state=tmp_path)
    assert result.returncode == 2
    assert "knob 1 (tilt)" in result.stderr
    assert "distance" in result.stderr


def test_a_workspace_hands_out_the_shifted_days(monkeypatch):
    outputs = StackOutputs.__new__(StackOutputs)
    plain, shifted = Workspace("flights", outputs), Workspace("flights", outputs, "kilometres")
    day = usecases.source("flights").first_day.replace(month=5, day=2)
    assert plain.source.day(day)["records"] != shifted.source.day(day)["records"]
    assert plain.source.day(day)["outcomes"] == shifted.source.day(day)["outcomes"]


def test_images_are_moved_into_a_file_to_train_on(tmp_path):
    np.savez(tmp_path / "in.npz", images=np.random.default_rng(0).random((5, 12, 10)), labels=np.arange(5))
    out, page = tmp_path / "out.npz", tmp_path / "page.html"
    arguments = (str(tmp_path / "in.npz"), "--copies", "2", "--out", str(out), "--page", str(page), "--json")
    assert run("augment", *arguments, state=tmp_path).returncode == 0
    first = out.read_bytes()
    found = np.load(out)
    assert found["images"].shape == (15, 12, 10)
    assert found["labels"].tolist() == list(range(5)) * 3
    assert page.read_text().count("<img") == 55
    run("augment", *arguments, state=tmp_path)
    assert (np.load(out)["images"] == found["images"]).all()
    assert first


@pytest.mark.parametrize("images", [np.zeros((3, 4)), np.full((3, 4, 4), np.nan), np.zeros((2, 4, 4))])
def test_images_that_are_none_are_refused(tmp_path, images):
    np.savez(tmp_path / "in.npz", images=images, labels=np.arange(3))
    result = run("augment", str(tmp_path / "in.npz"), state=tmp_path)
    assert result.returncode == 3
    assert "(n, height, width)" in result.stderr


@pytest.mark.parametrize("how", ["empty", "cut", "array", "letters", "scalar"])
def test_a_file_that_holds_no_images_is_refused_in_words(tmp_path, how):
    file = tmp_path / "in.npz"
    whole = io.BytesIO()
    np.savez(whole, images=np.zeros((1, 2, 2)), labels=np.zeros(1))
    if how == "array":
        with file.open("wb") as out:
            np.save(out, np.zeros((1, 2, 2)))
    elif how in ("letters", "scalar"):
        letters, label = np.array([[["a"]]]), np.float64(1)
        np.savez(file, images=letters if how == "letters" else np.zeros((1, 2, 2)), labels=label)
    else:
        file.write_bytes(b"" if how == "empty" else whole.getvalue()[:200])
    with pytest.raises(SchemaError, match="images"):
        augment._read(file)


def test_moved_images_go_where_they_were_asked_for(tmp_path):
    np.savez(tmp_path / "in.npz", images=np.eye(8)[None], labels=np.array([7]))
    result = run("augment", str(tmp_path / "in.npz"), "--out", str(tmp_path / "new" / "more"), state=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "more.npz" in result.stderr
    assert len(np.load(tmp_path / "new" / "more.npz")["images"]) == 4
