"""A deployed use case as `sample` and `label` see it: ten days of made-up flights in moto's S3, the last unlabelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import usecases
from cumulet.adapters.lake import Lake
from cumulet.cli import asking, labelling, sample
from cumulet.cli.app import app
from cumulet.core.usecase import UseCase
from tests.training.conftest import aws, commit_day

FIRST, DAYS = date(2013, 1, 1), 10
LAST = FIRST + timedelta(days=DAYS - 1)
SPAN = ("--from", str(FIRST), "--to", str(LAST))
NOW = datetime(2013, 1, 11, 12, tzinfo=UTC)


@dataclass
class Deployed:
    """As much of a workspace as the commands ask for."""

    lake: Lake
    folder: Path
    name: str = "flights"
    use_case: UseCase = field(default_factory=lambda: usecases.load("flights"))


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """The workspace, with the commands pointed at it."""
    with aws() as lake, pytest.MonkeyPatch.context() as patch:
        for n in range(DAYS):
            commit_day(lake, FIRST + timedelta(days=n))
        made = Deployed(lake, folder)
        patch.setattr(labelling, "open_workspace", lambda name, target: made)
        patch.setattr(sample, "open_workspace", lambda name, target: made)
        patch.setattr(labelling, "STATE", folder)
        patch.setattr(asking, "Clock", lambda: SimpleNamespace(now=lambda: NOW))
        yield made


def call(*arguments: str) -> Result:
    """A command of the command line, in this process."""
    return CliRunner().invoke(app, list(arguments))


def everything(lake: Lake) -> dict[str, Any]:
    """All objects of the lake, by key, with their entity tags."""
    return lake.tags("")
