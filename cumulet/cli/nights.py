"""load, night, train: what makes the loop turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.markup import escape

from cumulet.adapters import shifted_days
from cumulet.adapters.evaluations import evaluation_of
from cumulet.adapters.nights import Night
from cumulet.cli.models import compared_columns
from cumulet.cli.options import AsJson, Day, From, ShiftName, To, UseCaseName, required_span, span
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.core.cutoff import nights as span_of_nights


def load(
    context: typer.Context, use_case: UseCaseName, first: From, last: To, shift: ShiftName = "", as_json: AsJson = False
) -> None:
    """Load past days into the lake without scoring them: the history that a first model learns from.

    Example: cumulet load flights --from 2013-01-01 --to 2013-03-31
    """
    begin, end = required_span(first, last)
    workspace = open_workspace(use_case, context.obj, shift)
    _remember(workspace)
    with step(f"Loading {use_case}, {begin} to {end}") as current:
        loaded = workspace.nights.load(begin, end, current.note)
    totals = {name: sum(getattr(day, name) for day in loaded) for name in ("records", "labels", "quarantined")}
    for each in loaded:
        if each.set_aside:
            say(f"[yellow]{each.date} was set aside:[/yellow] {escape(each.set_aside)}")
    print_json({"days": len(loaded), **totals}) if as_json else print_table("Loaded", [{"days": len(loaded), **totals}])


def night(
    context: typer.Context,
    use_case: UseCaseName,
    day: Day = None,
    first: From = None,
    last: To = None,
    shift: ShiftName = "",
    as_json: AsJson = False,
) -> None:
    """Run one night, or a span of past ones: ingest, context features, batch transform, labels, monitor.

    A night run twice leaves the same. Nights of the past set the emulator's clock; on AWS, CloudWatch takes no metric
    older than two weeks, so a back-fill there says which it skipped.

    Example: cumulet night flights --from 2013-04-01 --to 2013-04-07
    """
    given = span(first, last, day)
    workspace = open_workspace(use_case, context.obj, shift)
    begin, end = given or (workspace.today(), workspace.today())
    _remember(workspace)
    finished: list[Night] = []
    with step(f"Nights of {use_case}, {begin} to {end}") as current:
        for one in span_of_nights(begin, end):
            finished.append(workspace.nights.run(one, current.note))
    rows = [night_row(one) for one in finished]
    if as_json:
        print_json(rows)
        return
    print_table("Nights", rows, columns=columns_of(rows))
    for each in finished:
        if each.set_aside:
            say(f"[yellow]{each.date} was set aside:[/yellow] {escape(each.set_aside)}")
            say(f"  see it: `cumulet data day {use_case} {each.date}`")
    if any(row["gap"] is None for row in rows):
        say("mean y, gap, skill and what follows: of the live model's last 14 labelled days; they need 7 of them")
    if not any(row["records"] for row in rows) and not any(one.set_aside for one in finished):
        say(f"[yellow]no records: the source of {use_case} has none for these days, and raw/ has none either[/yellow]")


def _remember(workspace: Workspace) -> None:
    """Where days come shifted, the lake says so from now on."""
    if workspace.shifted_days:
        shifted_days.keep(workspace.lake, workspace.name, workspace.shifted_days)


COLUMNS = {
    "records": "Records",
    "scored": "Predictions",
    "mean p": "PredictionMean",
    "mean y": "LabelMean",
    "gap": "CalibrationGap",
    "skill": "Skill",
    "AUC": "RocAuc",
    "accuracy": "Accuracy",
    "WAPE": "Wape",
    "drift": "PredictionDrift",
}
"""Columns of the table of nights: the metric behind each. All but the counts are over the last labelled days."""
OWN = ("AUC", "accuracy", "WAPE")
"""A task has one of them."""


def night_row(one: Night) -> dict[str, Any]:
    """A night as a row of a table."""
    found = {column: one.metrics[metric] for column, metric in COLUMNS.items() if metric in one.metrics}
    figures = {column: found.get(column) for column in COLUMNS if column not in OWN or column in found}
    counts: dict[str, Any] = {name: int(found[name]) for name in ("records", "scored") if name in found}
    started = ", ".join(e.arn.split(":")[-2] for e in one.started)
    return {"date": str(one.date), **figures, **counts, "set off": "set aside" if one.set_aside else started}


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of some nights in their order: the first ones may lack what needs labelled days."""
    there = {name for row in rows for name in row}
    return [name for name in ("date", *COLUMNS, "set off") if name in there]


def train(context: typer.Context, use_case: UseCaseName, day: Day = None, as_json: AsJson = False) -> None:
    """Run Training by hand: snapshot, baselines and candidates, evaluation, gate, registration.

    It takes what was known at the cut-off of --date (default: today). An approved model is released by itself.

    Example: cumulet train flights --date 2013-04-01
    """
    workspace = open_workspace(use_case, context.obj)
    with step(f"Training {use_case}") as current:
        package = workspace.trainings.run(day.date() if day else workspace.today(), current.note)
    trained = evaluation_of(package)
    if as_json:
        print_json(trained)
        return
    print_table("Baselines against candidates", trained["models"], columns=compared_columns(workspace))
    data.print(f"model {trained['version']}: {trained['status']}")
    for reason in trained["reasons"]:
        say(f"  [yellow]gate:[/yellow] {reason}")
    if trained["status"] == "PendingManualApproval":
        why = (trained["evaluation"]["champion"] or {}).get("why", "the use case wants somebody to approve it")
        say(f"  it waits for approval ({why}): `cumulet model release {use_case} {trained['version']}`")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (load, night, train):
        app.command()(command)
