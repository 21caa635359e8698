"""up, down, status, deploy, logs: the system as such."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Annotated, Any

import typer

import usecases
from cumulet.adapters import deployment, emulator, environments, stacks
from cumulet.adapters.log_groups import JOB_GROUPS, LogGroups, group_of
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.target import ROOT, STATE, Target, connect, shown, use_local_credentials
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.contracts.errors import UnavailableError


def up(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; another one is taken when it is busy.")] = 4566,
) -> None:
    """Start the emulator: AWS on this machine, its state in .cumulet/.

    Example: cumulet up --port 4600
    """
    with step("Starting the emulator"):
        running = emulator.start(STATE / "emulator", port=port)
    use_local_credentials(running.endpoint)
    say(f"  {running.endpoint} [dim](process {running.pid}, state in {shown(STATE)})[/dim]")
    if int(running.endpoint.rsplit(":", 1)[1]) != port:
        say(f"  [yellow]port {port} is in use, so it is another one[/yellow]")


def down(
    context: typer.Context,
    destroy: Annotated[bool, typer.Option(help="Delete the stacks and the state too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete on AWS without asking.")] = False,
) -> None:
    """Stop the emulator. With --destroy, delete what was deployed, and prove that nothing is left.

    Example: cumulet down --destroy
    """
    target: Target = context.obj
    if target is not Target.local:
        connect(target)
        if destroy:
            if not yes:
                typer.confirm("Delete the stacks, the lake and all models?", abort=True, err=True)
            _delete_stacks()
        else:
            say(f"nothing runs there between nights; `cumulet --target {target} down --destroy` deletes the stacks")
        return
    if destroy and emulator.running(STATE / "emulator"):
        connect(target)
        _delete_stacks()
    with step("Stopping the emulator") as current:
        stopped = emulator.stop(STATE / "emulator", waiting=lambda: current.note("it ends its jobs"))
    if destroy:
        shutil.rmtree(STATE, ignore_errors=True)
        say(f"  {shown(STATE)} removed: nothing is left")
    else:
        say("  stopped; its state is kept" if stopped else "  it was not running")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what runs, what time it is there, and what is deployed.

    Example: cumulet status --json
    """
    connect(context.obj)
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    clock = emulator.Clock(endpoint)
    rows = [{"stack": s.name, "status": s.status, "updated": s.updated} for s in stacks.deployed()]
    if as_json:
        print_json({"endpoint": endpoint or "AWS", "clock": clock.now().isoformat(), "stacks": rows})
        return
    data.print(f"endpoint  {endpoint or 'AWS'}")
    data.print(f"clock     {clock.now():%Y-%m-%d %H:%M:%S} UTC")
    if rows:
        print_table("Stacks", rows)
    else:
        say("no stack is deployed: `cumulet deploy`")


def deploy(
    context: typer.Context,
    use_cases: Annotated[list[str] | None, typer.Argument(help="Names of use cases; without any, all of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """Synthesise the CDK app and apply it: create what is missing, update what changed.

    Example: cumulet deploy flights
    """
    target: Target = context.obj
    for name in use_cases or ():
        usecases.load(name)
    connect(target)
    changes = apply(target, use_cases or ())
    deployed = {stack.name: stacks.outputs(stack.name) for stack in stacks.deployed()}
    if as_json:
        print_json(deployed)
        return
    print_table("Deployed", [{"stack": name, **counts} for name, counts in changes.items()])


def apply(
    target: Target, use_cases: Sequence[str], seconds: dict[str, float] | None = None
) -> dict[str, dict[str, Any]]:
    """Synthesise and deploy, showing it, all use cases or some; how many resources of each stack ended in which
    status."""
    with step("Synthesising the CDK app") as synthesis:
        assembly = deployment.synthesise(ROOT, target=target.value, use_cases=use_cases)
    changes: dict[str, dict[str, Any]] = {}
    with step("Deploying the stacks") as deploying:
        for event in deployment.deploy(assembly):
            deploying.note(f"{event.stack}: {event.resource} {event.status.lower()}")
            if not event.status.endswith("IN_PROGRESS"):
                counts = changes.setdefault(event.stack, {})
                counts[event.status.lower()] = counts.get(event.status.lower(), 0) + 1
    if target is Target.local:
        prepare_training(use_cases or usecases.names())
    if seconds is not None:
        seconds |= {"synthesise": round(synthesis.seconds, 2), "deploy": round(deploying.seconds, 2)}
    return changes


def prepare_training(use_cases: Sequence[str]) -> None:
    """Make the environments of trainings that need one, and tell the emulator; what can't be made is said, no more."""
    for name in use_cases:
        if environments.requirements(name) is None:
            continue
        try:
            with step(f"Preparing the training environment of {name} (its own packages, once)"):
                python = environments.prepare(name)
        except UnavailableError as error:
            say(f"  {name} is deployed, but cannot be trained: {error}")
            continue
        if python:
            environments.announce(name, python, STATE / "emulator")


def _delete_stacks() -> None:
    """Delete every stack, use cases first, and say what is left."""
    names = sorted((stack.name for stack in stacks.deployed()), reverse=True)
    with step("Deleting the stacks") as deleting:
        for event in deployment.delete(names):
            deleting.note(f"{event.stack}: {event.resource} {event.status.lower()}")
    left = stacks.deployed()
    say(f"  left: {', '.join(s.name for s in left) or 'nothing'}")


def logs(
    context: typer.Context,
    use_case: UseCaseName,
    source: Annotated[str, typer.Argument(help="ingest, features, predict, monitor, release or jobs.")] = "predict",
    lines: Annotated[int, typer.Option("-n", "--lines", help="How many lines, newest last.")] = 40,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Print the log of a function or of the jobs.

    Example: cumulet logs flights predict --follow
    """
    connect(context.obj)
    outputs = stacks.use_case(use_case)
    functions = {f.removesuffix("_function"): name for f, name in vars(outputs).items() if f.endswith("_function")}
    if source not in (*functions, "jobs"):
        raise typer.BadParameter(f"no log of {source!r}; there are {', '.join((*functions, 'jobs'))}")
    reader = LogGroups(JOB_GROUPS if source == "jobs" else [group_of(functions[source])])
    now = emulator.Clock().now()
    for line in reader.tail(lines, now):
        print(line)
    if follow:
        for line in reader.follow(now):
            print(line, flush=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (up, down, status, deploy, logs):
        app.command()(command)
