"""`cumulet demo`: the whole loop on real data, from an empty machine to a retrained champion."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

import usecases
from cumulet.adapters import alarms, emulator
from cumulet.adapters.evaluations import evaluation_of
from cumulet.adapters.nights import Night
from cumulet.adapters.registry import PENDING
from cumulet.adapters.sketches import SketchReader
from cumulet.cli.models import compared_columns, model_rows
from cumulet.cli.nights import night_row
from cumulet.cli.options import AsJson
from cumulet.cli.system import apply
from cumulet.cli.target import ROOT, STATE, Target, shown, use_local_credentials
from cumulet.cli.terminal import Step, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import ContractError, JobError
from cumulet.contracts.settings import DemoSettings, UseCaseSettings
from cumulet.core.cutoff import nights as span_of_nights

USE_CASE = "flights"


@dataclass
class Report:
    """What the demo tells at its end, and writes to .cumulet/demo.json."""

    seconds: dict[str, float] = field(default_factory=dict)
    baselines: list[dict[str, Any]] = field(default_factory=list)
    prediction: dict[str, Any] = field(default_factory=dict)
    nights: list[dict[str, Any]] = field(default_factory=list)
    months: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    retraining: dict[str, Any] = field(default_factory=dict)
    endpoint: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """A step of the demo: shown while it runs, its seconds kept."""
        with step(title) as current:
            yield current
        self.seconds[name] = round(current.seconds, 2)


def demo(
    context: typer.Context,
    use_case: Annotated[str, typer.Argument(help="Name of a use case.")] = USE_CASE,
    nights: Annotated[
        int | None, typer.Option(min=1, help="At most so many nights; the demo ends at the first retraining.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The whole loop on real data: deploy, load, train, release, nights, alarm, retraining.

    It starts from an empty emulator (an earlier one's state is kept in .cumulet/previous) and leaves it running.

    Example: cumulet demo bikes
    """
    if context.obj is not Target.local:
        raise typer.BadParameter("the demo runs on the emulator; on AWS use deploy, load, train and night")
    usecases.load(use_case)
    plan = planned(use_case, nights)
    report, began = Report(), time.monotonic()
    workspace = _build(use_case, report)
    _first_champion(workspace, plan, report)
    _nights(workspace, plan, report)
    _summary(workspace, report)
    report.seconds["total"] = round(time.monotonic() - began, 2)
    kept = STATE / "demo.json"
    kept.write_text(json.dumps(vars(report), indent=1, default=str))
    print_json(vars(report)) if as_json else _print(workspace, report, kept)


def planned(use_case: str, nights: int | None) -> DemoSettings:
    """What is shown: as declared, or so many nights, in which no alarm is promised. Raises ContractError without it."""
    path = ROOT / "usecases" / use_case / "usecase.toml"
    plan = UseCaseSettings.load(path).demo
    if plan is None:
        raise ContractError(f"{path}: add [demo] with first_day, first_night and nights")
    return plan if nights is None else replace(plan, nights=nights, retrains=False)


def _build(use_case: str, report: Report) -> Workspace:
    with report.step("up", "Starting AWS on this machine"):
        _set_aside()
        running = emulator.start(STATE / "emulator")
        use_local_credentials(running.endpoint)
    apply(Target.local, [use_case], report.seconds)
    return open_workspace(use_case, Target.local)


def _set_aside() -> None:
    """Stop an emulator that runs and keep its state, so that the demo starts from nothing and nothing is lost."""
    emulator.stop(STATE / "emulator")
    if (STATE / "emulator").exists():
        shutil.rmtree(STATE / "previous", ignore_errors=True)
        (STATE / "emulator").rename(STATE / "previous")
        say(f"  the state of before is kept in {shown(STATE / 'previous')}, until the next demo")


def _first_champion(workspace: Workspace, plan: DemoSettings, report: Report) -> None:
    first, before = plan.first_night, plan.first_night - timedelta(days=1)
    with report.step("load", f"Loading {plan.first_day} to {before} into the lake") as current:
        loaded = workspace.nights.load(plan.first_day, before, current.note)
    say(f"  {sum(d.records for d in loaded):,} records, {sum(d.labels for d in loaded):,} outcomes")
    with report.step("night", f"First night, {first}: what is known at {workspace.use_case.cut_off.hour:02}:00"):
        workspace.nights.run(first)
    with report.step("train", "Training on what is known by then, and releasing") as current:
        package = workspace.trainings.run(first, current.note)
    trained = evaluation_of(package)
    report.baselines = trained["models"]
    title = "Judged forward in time (fitted on the earlier, judged on the later part)"
    print_table(title, report.baselines, columns=compared_columns(workspace), to_talk=True)
    for reason in trained["reasons"]:
        say(f"  gate: {reason}")
    if package.status == PENDING:
        with report.step("approve", "Approving it, as a person has to here, and releasing") as current:
            workspace.trainings.release_package(package, current.note)
    if not workspace.champion.package():
        raise JobError(f"model {trained['version']} ({trained['status']}) was not released: {trained['reasons']}")
    with report.step("predict", "Predicting one record over HTTP"):
        report.prediction = workspace.api.predict(workspace.use_case.example)
    say(f"  {json.dumps(report.prediction)}")


def _nights(workspace: Workspace, plan: DemoSettings, report: Report) -> None:
    """Nights from the first one (again, now scored) until one set off Training and a new champion was released."""
    first, last = workspace.champion.package(), plan.first_night + timedelta(days=plan.nights - 1)
    until = "until the performance alarm retrains" if plan.retrains else f"to {last}, at most"
    with report.step("nights", f"Nights, {until}") as current:
        for day in span_of_nights(plan.first_night, last):
            night = workspace.nights.run(day, current.note)
            report.nights.append(night_row(night) | {"seconds": round(night.seconds, 2)})
            current.note(_standing(night))
            if workspace.champion.package() != first:
                report.retraining = _retraining(workspace, night)
                break
    if plan.retrains and not report.retraining:
        raise JobError(
            f"no retraining within {len(report.nights)} nights: `cumulet drift {workspace.name}` may tell why"
        )


def _standing(night: Night) -> str:
    gap, skill = night.metrics.get("CalibrationGap"), night.metrics.get("Skill")
    return f"{night.date}" + (f" gap {gap:.3f} skill {skill:.3f}" if gap is not None and skill is not None else "")


def _retraining(workspace: Workspace, night: Night) -> dict[str, Any]:
    """Which alarm set off which execution, and what came of it."""
    training = next(e for e in night.started if e.arn.split(":")[-2] == workspace.training.name)
    return {
        "night": str(night.date),
        "alarm": training.input["reason"],
        "execution": training.arn,
        "champion": workspace.champion.model(),
        "models": evaluation_of(workspace.registry.find(workspace.champion.model()))["models"],
    }


def _summary(workspace: Workspace, report: Report) -> None:
    names = workspace.outputs.alarms
    report.models = model_rows(workspace)
    report.months = SketchReader(workspace.lake, workspace.name, workspace.use_case.task).months()
    report.alarms = [*alarms.states(names)]
    report.history = alarms.changes(names)
    report.endpoint = {
        "url": workspace.api.url,
        "docs": f"{workspace.api.url}/docs",
        "aws": os.environ["AWS_ENDPOINT_URL"],
        "curl": workspace.api.curl(workspace.use_case.example),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _print(workspace: Workspace, report: Report, path: Path) -> None:
    print_table("Models", report.models)
    if report.months:
        print_table("By month, as scored night by night", report.months)
    else:
        say("No label of a scored record is known yet, so no month can be judged.\n")
    print_table("Alarms", [{k: a[k] for k in ("metric", "state", "reason")} for a in report.alarms])
    print_table("What it took", [{"step": name, "seconds": seconds} for name, seconds in report.seconds.items()])
    if again := report.retraining:
        metric = next(alarm["metric"] for alarm in report.alarms if alarm["alarm"] == again["alarm"])
        say(
            f"The alarm on [bold]{metric}[/bold] fired in the night of {again['night']}, started Training, "
            f"and model {again['champion']} took over.\n"
        )
    else:
        say(f"{len(report.nights)} nights, and no alarm: model {workspace.champion.model()} is still live.\n")
    say(f"API docs   {report.endpoint['docs']}")
    say(f"AWS        AWS_ENDPOINT_URL={report.endpoint['aws']}")
    say(f"summary    {shown(path)}")
    say("stop it    make down\n\nPredict a record yourself:\n")
    print(report.endpoint["curl"])


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(demo)
