"""`cumulet simulate`: months of nightly production, replayed by the emulator's clock, and a report of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import typer

import usecases
from cumulet.adapters import alarms, emulator, shifted_days, stacks
from cumulet.adapters.simulation import SimulatedNight
from cumulet.adapters.track_record import Reader
from cumulet.cli import shifts
from cumulet.cli.options import AsJson, From, ShiftName, To, UseCaseName, required_span
from cumulet.cli.system import apply
from cumulet.cli.target import ROOT, STATE, Target, connect, shown
from cumulet.cli.terminal import Board, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.metrics import PERFORMANCE
from cumulet.contracts.settings import UseCaseSettings, stack_name
from cumulet.core.cutoff import nights
from cumulet.core.performance import PerformanceSketch
from cumulet.core.tasks import Task
from cumulet.reports import page
from cumulet.reports.simulation import Simulated, to_bytes

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""


def simulate(
    context: typer.Context,
    use_case: UseCaseName,
    first: From = None,
    last: To = None,
    shift: ShiftName = "",
    report: Annotated[Path | None, typer.Option(help="Folder of the report; by default in .cumulet/reports.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay past nights as production would have had them: schedules, alarms, retrainings and releases by themselves.

    What is missing is made first: the emulator, the stacks, the days before --from, a first model. Ctrl-C stops after
    the night under way; the same command goes on from there.

    With --shift the days come with drift, late labels or broken days on purpose; `cumulet shift show` shows them first.
    Shifted days and others do not mix: CUMULET_STATE=/tmp/shifted gives a simulation a state of its own.

    Example: cumulet simulate flights --from 2013-04-01 --to 2013-12-31

    Example: cumulet simulate flights --from 2013-04-01 --to 2013-06-30 --shift storm_season
    """
    if context.obj is not Target.local:
        raise typer.BadParameter("only the emulator's clock can be moved; on AWS nights come one a day")
    given = required_span(first, last)
    if (asked := shifts.asked(usecases.load(use_case), shift)) and asked.start > str(given[1]):
        raise typer.BadParameter(f"--shift {shift} begins on {asked.start}, after the last night; give a later --to")
    workspace = _ready(use_case, given[0], shift)
    finished = _run(workspace, *given)
    if finished is None:
        raise typer.Exit(INTERRUPTED)
    with step("Judging every forecast by what then happened"):
        found = collect(workspace, *given).to_json()
    name = "-".join(filter(None, (use_case, str(given[0]), str(given[1]), Path(shift).stem)))
    folder = report or STATE / "reports" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_bytes(to_bytes(found))
    (folder / "index.html").write_text(page.render(found), encoding="utf-8")
    print_json(found) if as_json else _print(found)
    say(f"report  {shown(folder / 'index.html')}")


def _ready(use_case: str, first: date, shift: str) -> Workspace:
    """The use case with its stacks, its history and a model that may score the night `first`."""
    if emulator.running(STATE / "emulator") is None:
        with step("Starting AWS on this machine"):
            emulator.start(STATE / "emulator")
    connect(Target.local)
    if stacks.describe(stack_name(use_case)) is None:
        apply(Target.local, [use_case])
    workspace = open_workspace(use_case, Target.local, shift)
    shifted_days.require(workspace.lake, use_case, workspace.shifted_days)
    begin = workspace.source.first_day
    if first <= begin:
        raise NotFoundError(
            f"--from {first}: the source of {use_case} begins on {begin}, and a model needs days before"
        )
    shifted_days.keep(workspace.lake, use_case, workspace.shifted_days)
    if not workspace.champion.package():
        with step(f"Loading {begin} to {first - timedelta(days=1)} into the lake") as current:
            workspace.nights.load(begin, first - timedelta(days=1), current.note)
        with step(f"Training the first model on what was known by {first}, and releasing it") as current:
            workspace.nights.load(first, first)
            workspace.trainings.run(first, current.note, run=f"first-{first}")
    return workspace


def _run(workspace: Workspace, first: date, last: date) -> int | None:
    """Run the nights that are not done yet, showing them; how many, or None when Ctrl-C stopped it."""
    simulation, month = workspace.simulation, (0, PerformanceSketch())
    done = len(simulation.done(first, last))
    total = len(nights(first, last))
    if done:
        say(f"  {done} of {total} nights are done already; going on")
    ran = 0
    with _interruptible() as stopped, Board(f"Nights of {workspace.name}", total - done) as board:
        for night in simulation.run(first, last, stopped.is_set):
            sketches = [month[1]] if month[0] == night.date.month else []
            month = night.date.month, reduce(PerformanceSketch.merge, [*sketches, night.performance])
            board.advance(_standing(workspace.use_case.task, night, month[1]))
            ran += 1
    if ran < total - done:
        say(f"  stopped after {done + ran} of {total} nights; the same command goes on from there")
        return None
    return ran


def _standing(task: Task, night: SimulatedNight, month: PerformanceSketch) -> str:
    red = f"[red]{', '.join(night.red)}[/red]" if night.red else "[green]none[/green]"
    headline = task.performance(month.rows, month.sums).get(task.headline)
    figure = "" if headline is None else f" · {task.headline} {headline:.3f} this month"
    if night.set_aside:
        return f"{night.date} · [yellow]set aside[/yellow] · alarms {red}{figure}"
    return f"{night.date} · model {night.champion or 'none'} · alarms {red}{figure}"


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets; a second Ctrl-C interrupts as usual."""
    stopped, before = threading.Event(), signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: Any) -> None:
        say("\n  stopping after this night; Ctrl-C once more stops at once")
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def collect(workspace: Workspace, first: date, last: date) -> Simulated:
    """All that the report of a simulated span is made of."""
    names, shift = workspace.outputs.alarms, shifted_days.kept(workspace.lake, workspace.name)
    metric_of = {row["alarm"]: row["metric"] for row in alarms.states(names)}
    reader, days = Reader(workspace.lake, workspace.use_case), workspace.simulation.days
    models = reader.models(first, last)
    packages = sorted(workspace.registry.list(), key=lambda package: int(package.version))
    frozen = workspace.registry.find(models[min(models)])
    return Simulated(
        use_case=workspace.use_case,
        shift=None if shift is None else {"name": shift.name, "title": shift.title, "start": shift.start},
        limits=UseCaseSettings.load(ROOT / "usecases" / workspace.name / "usecase.toml").alarms,
        measured=workspace.simulation.measured(first, last),
        models=models,
        packages=[
            {
                "version": package.version,
                "status": package.status,
                "trained_until": package.metadata["cut_off"],
                "alarm": metric_of.get(package.metadata.get("reason", ""), ""),
                "refusals": package.metadata.get("refusals", ""),
            }
            for package in packages
        ],
        alarms=[
            {"at": change["at"], "metric": metric_of[change["alarm"]], "state": change["summary"].rpartition(" ")[2]}
            for change in alarms.changes(names)
            if metric_of[change["alarm"]] in PERFORMANCE or change["summary"].endswith("ALARM")
        ],
        record=reader.read(models, frozen.artifact_uri),
        set_aside={day: days.reasons(day) for day in sorted(days.all_set_aside()) if first <= day <= last},
    )


def _print(report: dict[str, Any]) -> None:
    columns = report["compared"]
    whole = [{"forecaster": name, **{c: row[c] for c in columns}} for name, row in report["whole"].items()]
    print_table(f"{report['first']} to {report['last']}, {report['nights']} nights", whole)
    live = next(iter(report["whole"]))
    months = [row for row in report["months"] if row["forecaster"] == live]
    print_table("Live models by month", months, columns=("month", "rows", "mean_prediction", *columns))
    if aside := report["set_aside"]:
        print_table("Days that were set aside", [{**row, "reasons": "; ".join(row["reasons"])} for row in aside])
    print_table("Models", report["models"], columns=("version", "trained_until", "alarm", "status"))


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(simulate)
