"""The command line as its user meets it: helps with examples, errors with remedies, exit codes of the error tree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from cumulet.cli.app import app
from cumulet.cli.options import span

ROOT = Path(__file__).resolve().parents[2]
WANTED = {
    "data",
    "features",
    "lineage",
    "up",
    "clock",
    "down",
    "status",
    "deploy",
    "train",
    "predict",
    "night",
    "drift",
    "logs",
    "demo",
    "load",
    "model",
    "simulate",
    "check",
    "new",
    "sql",
    "shift",
    "sample",
    "label",
    "augment",
}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


ALL = dict(commands(typer.main.get_command(app)))


def run(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CUMULET_"))}
    return subprocess.run(
        [sys.executable, "-m", "cumulet", *arguments],
        capture_output=True,
        text=True,
        env=environment | {"CUMULET_STATE": str(state), "COLUMNS": "200"},
        check=False,
        cwd=ROOT,
    )


def test_every_promised_command_is_there():
    assert {name.split()[0] for name in ALL} == WANTED


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_help_has_an_example_that_names_the_command(name):
    assert re.search(rf"Example: .*cumulet {name}\b", ALL[name].help or "", re.DOTALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_is_in_the_documentation(name):
    assert f"`cumulet {name}" in (ROOT / "docs" / "cli.md").read_text()


def test_without_an_emulator_a_command_says_how_to_start_one_and_exits_9(tmp_path):
    result = run("status", state=tmp_path)
    assert result.returncode == 9
    assert "cumulet up" in result.stderr
    assert result.stdout == ""


def test_an_unknown_use_case_is_named_together_with_those_that_exist_and_exits_5(tmp_path):
    result = run("drift", "trains", state=tmp_path)
    assert result.returncode == 5
    assert "trains" in result.stderr
    assert "flights" in result.stderr


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (("--from", "2013-04-01"), "go together"),
        (("--from", "2013-04-02", "--to", "2013-04-01"), "is after"),
        (("--date", "2013-04-01", "--from", "2013-04-01"), "not both"),
    ],
)
def test_dates_that_do_not_fit_are_refused_before_anything_is_done(tmp_path, options, remedy):
    result = run("night", "flights", *options, state=tmp_path)
    assert result.returncode == 2
    assert remedy in result.stderr
    assert "Traceback" not in result.stderr


def test_target_aws_refuses_an_endpoint_that_is_not_aws(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    result = subprocess.run(
        [sys.executable, "-m", "cumulet", "--target", "aws", "status"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "AWS_ENDPOINT_URL" in result.stderr


def test_without_any_date_no_span_is_meant():
    assert span(None, None) is None
