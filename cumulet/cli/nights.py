"""load, night, train: what makes the loop turn."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta
from typing import Any

import typer

from cumulet.adapters.artifact import fetch
from cumulet.adapters.nights import Night, days, hand_over
from cumulet.adapters.session import client
from cumulet.cli.options import AsJson, Day, From, To, UseCaseName, span
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import JobError
from cumulet.contracts.events import Ingested, NightEvent, TrainingRequest

CONCURRENT_DAYS = 2


def ingest_day(workspace: Workspace, day: date) -> Ingested:
    """Hand one day over and ingest it, without scoring it. Raises JobError with the function's own words."""
    hand_over(workspace.source, workspace.lake, workspace.name, day)
    answer = client("lambda").invoke(
        FunctionName=workspace.outputs.ingest_function, Payload=json.dumps(NightEvent(date=day.isoformat()).to_json())
    )
    body = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise JobError(f"ingest of {day}: {body.get('errorType')}: {body.get('errorMessage')}")
    return Ingested.from_json(body)


def load_days(workspace: Workspace, first: date, last: date, note: Any = lambda text: None) -> list[Ingested]:
    """Ingest a span of days, a few at a time; in the order of the days."""
    done: list[Ingested] = []
    with ThreadPoolExecutor(CONCURRENT_DAYS) as pool:
        for ingested in pool.map(lambda day: ingest_day(workspace, day), days(first, last)):
            done.append(ingested)
            note(f"{ingested.date}: {ingested.records} records, {ingested.labels} labels")
    return done


def load(context: typer.Context, use_case: UseCaseName, first: From, last: To, as_json: AsJson = False) -> None:
    """Load past days into the lake without scoring them: the history that a first model learns from.

    Example: cumulet load flights --from 2013-01-01 --to 2013-03-31
    """
    given = span(first, last)
    if given is None:
        raise typer.BadParameter("give --from and --to")
    begin, end = given
    workspace = open_workspace(use_case, context.obj)
    with step(f"Loading {use_case}, {begin} to {end}") as current:
        loaded = load_days(workspace, begin, end, current.note)
    totals = {name: sum(getattr(day, name) for day in loaded) for name in ("records", "labels", "quarantined")}
    print_json({"days": len(loaded), **totals}) if as_json else print_table("Loaded", [{"days": len(loaded), **totals}])


def night(
    context: typer.Context,
    use_case: UseCaseName,
    day: Day = None,
    first: From = None,
    last: To = None,
    as_json: AsJson = False,
) -> None:
    """Run one night, or a span of past ones: ingest, context features, batch transform, labels, monitor.

    A night run twice leaves the same. Nights of the past set the emulator's clock; on AWS, CloudWatch takes no metric
    older than two weeks, so a back-fill there says which it skipped.

    Example: cumulet night flights --from 2013-04-01 --to 2013-04-07
    """
    given = span(first, last, day)
    workspace = open_workspace(use_case, context.obj)
    begin, end = given or (workspace.today(), workspace.today())
    finished: list[Night] = []
    with step(f"Nights of {use_case}, {begin} to {end}") as current:
        for one in days(begin, end):
            finished.append(run_night(workspace, one, current.note))
    rows = [night_row(one) for one in finished]
    if as_json:
        print_json(rows)
        return
    print_table("Nights", rows)
    if any(row["gap"] is None for row in rows):
        say("rate, gap, skill and AUC are over the last 14 labelled days of the live model; they need 7 of them")
    if not any(row["records"] for row in rows):
        say(f"[yellow]no records: the source of {use_case} has none for these days, and raw/ has none either[/yellow]")


def run_night(workspace: Workspace, day: date, note: Any = lambda text: None) -> Night:
    """Hand the day over and run its night."""
    hand_over(workspace.source, workspace.lake, workspace.name, day)
    return workspace.nights.run(day, workspace.cut_off(day), lambda state: note(f"{day} {state}"))


COLUMNS = {
    "records": "Records",
    "scored": "Predictions",
    "mean p": "PredictionMean",
    "rate": "LabelRate",
    "gap": "CalibrationGap",
    "skill": "BrierSkill",
    "AUC": "RocAuc",
    "drift": "PredictionDrift",
}
"""Columns of the table of nights: the metric behind each. All but the counts are over the last labelled days."""


def night_row(one: Night) -> dict[str, Any]:
    """A night as a row of a table."""
    found = {column: one.metrics[metric] for column, metric in COLUMNS.items() if metric in one.metrics}
    figures = {column: found.get(column) for column in COLUMNS}
    counts: dict[str, Any] = {name: int(found[name]) for name in ("records", "scored") if name in found}
    started = ", ".join(e.arn.split(":")[-2] for e in one.started)
    return {"date": str(one.date), **figures, **counts, "set off": started}


def train(context: typer.Context, use_case: UseCaseName, day: Day = None, as_json: AsJson = False) -> None:
    """Run Training by hand: snapshot, baselines and candidates, evaluation, gate, registration.

    It takes what was known at the cut-off of --date (default: today). An approved model is released by itself.

    Example: cumulet train flights --date 2013-04-01
    """
    workspace = open_workspace(use_case, context.obj)
    with step(f"Training {use_case}") as current:
        trained = run_training(workspace, day.date() if day else workspace.today(), current.note)
    if as_json:
        print_json(trained)
        return
    print_table("Baselines against candidates", trained["models"])
    data.print(f"model {trained['version']}: {trained['status']}")
    for reason in trained["reasons"]:
        say(f"  [yellow]gate:[/yellow] {reason}")
    if trained["status"] == "PendingManualApproval":
        why = (trained["evaluation"]["champion"] or {}).get("why", "the use case wants somebody to approve it")
        say(f"  it waits for approval ({why}): `cumulet model release {use_case} {trained['version']}`")


def run_training(workspace: Workspace, day: date, note: Any = lambda text: None) -> dict[str, Any]:
    """Train on what was known at a night's cut-off, wait for it and for the release that an approval starts."""
    moment = workspace.cut_off(day) + timedelta(minutes=1)
    workspace.nights.clock.set(moment)
    request = TrainingRequest(time=moment.astimezone(UTC).isoformat(), reason="by hand", force=True)
    arn = workspace.training.start(request.to_json(), name=f"by-hand-{day}")
    workspace.training.wait(arn, progress=note)
    workspace.nights.settle(note)
    newest = workspace.registry.list()[0]
    if newest.approved:
        await_release(workspace, newest.arn, note)
    return evaluation_of(workspace, newest.version)


def await_release(workspace: Workspace, package: str, note: Any, *, timeout: float = 900.0) -> None:
    """Wait until an approved package is live; its approval starts Release by an event.

    Raises JobError with the reason when Release refuses it, or when nothing comes of it in time (seconds).
    """
    deadline = time.monotonic() + timeout
    while workspace.champion.package() != package:
        for arn in (e["executionArn"] for e in workspace.release.recent()):
            if workspace.release.describe(arn).input.get("model_package") == package:
                workspace.release.wait(arn, progress=note)
                break
        else:
            if time.monotonic() > deadline:
                raise JobError(f"{package} is approved, but no Release has begun; see `cumulet status`")
            time.sleep(0.5)
            continue
        if workspace.champion.package() != package:
            raise JobError(f"Release ended, but {workspace.champion.package() or 'no model'} is live")


def evaluation_of(workspace: Workspace, version: str) -> dict[str, Any]:
    """A model's evaluation: its status, the gate's reasons and one row for each model that was compared."""
    package = workspace.registry.find(version)
    evaluation = json.loads(fetch(package.evaluation_uri))
    return {
        "version": package.version,
        "status": package.status,
        "reasons": evaluation["gate"]["reasons"],
        "models": compared(evaluation),
        "evaluation": evaluation,
    }


def compared(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row each: baselines and candidate on the same rows, champion and candidate on those after its cut-off.

    The last two are there when the gate could compare them.
    """
    rows = [{"model": name, "role": "baseline", **figures} for name, figures in evaluation["baselines"].items()]
    rows.append({"model": evaluation["candidate_name"], "role": "candidate", **evaluation["candidate"]})
    against = evaluation["champion"] or {}
    if against.get("compared"):
        rows.append({"model": "champion, later rows", "role": "champion", **against["champion"]})
        rows.append({"model": "candidate, later rows", "role": "challenger", **against["candidate"]})
    names = ("model", "role", "rows", "roc_auc", "pr_auc", "brier_skill", "ece", "log_loss", "cost")
    return [{name: row.get(name) for name in names} for row in rows]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (load, night, train):
        app.command()(command)
