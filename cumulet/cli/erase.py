"""data erase, retention, rotate: whom the lake forgets, what it forgets by itself, and the key of the pseudonyms."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

import usecases
from cumulet.adapters.erasing import Erasing
from cumulet.adapters.log_groups import JOB_GROUPS, LogGroups, group_of
from cumulet.adapters.searching import FIGURES
from cumulet.adapters.secrets import Secret, secret_of
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.erasure import Certificate, Plan
from cumulet.contracts.errors import JobError
from cumulet.contracts.retention import EARLIER_VERSIONS, RETENTION
from cumulet.contracts.settings import stack_name

group = typer.Typer()
Subject = Annotated[str, typer.Option(help="An identifier in clear, its pseudonym, or the id of a record.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")]
FUNCTIONS = ("predict", "ingest", "features", "monitor", "release")


@group.command()
def erase(
    context: typer.Context,
    use_case: UseCaseName,
    subject: Subject,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase somebody from every zone, every earlier version and every later snapshot, and prove it.

    The proof is a search of every byte of the lake. It can be run again at any time, also after it was killed half-way.

    Example: cumulet data erase flights --subject 2013-04-01-UA1545-EWR-0515 --dry-run
    """
    workspace = open_workspace(use_case, context.obj)
    work = Erasing(workspace.lake, workspace.use_case, _secret(workspace).ring(), usecases.names())
    with step("Looking for every row, file and version"):
        plan = work.find(subject)
    affected = _models(workspace, plan)
    if dry_run or not as_json:
        _show_plan(plan, affected, as_json=as_json)
    if dry_run:
        return
    if not yes:
        typer.confirm(f"Erase them from {workspace.lake.bucket}? There is no way back", abort=True, err=True)
    _require_quiet(workspace)
    with step("Erasing") as current:
        certificate = work.erase(plan, datetime.now(UTC), current.note)
    in_logs = _in_logs(workspace, plan)
    _show_proof(certificate, affected, in_logs, as_json=as_json)


@group.command()
def retention(as_json: AsJson = False) -> None:
    """Show how long each zone of the lake is kept, and why.

    Example: cumulet data retention
    """
    rows = [{"zone": zone.zone, "days": zone.days, "why": zone.why} for zone in RETENTION]
    if as_json:
        print_json({"zones": rows, "earlier_versions_days": EARLIER_VERSIONS})
        return
    print_table("Kept", [{**row, "days": row["days"] or "for ever"} for row in rows])
    say(f"earlier versions, and what was deleted, stay {EARLIER_VERSIONS} days more. The emulator keeps everything.")


@group.command()
def rotate(context: typer.Context, use_case: UseCaseName, yes: Yes = False) -> None:
    """Give the pseudonyms of a use case a new key; earlier keys still find (and erase) what they named.

    Example: cumulet data rotate churn --yes
    """
    workspace = open_workspace(use_case, context.obj)
    secret = _secret(workspace)
    if not secret.arn:
        raise JobError(f"{use_case} has no key: none of its fields is marked identifier (docs/privacy.md)")
    if not yes:
        typer.confirm("Records of new days will not join with those of older ones. Rotate", abort=True, err=True)
    version = secret.rotate()
    say(
        f"key {version} is in use; ingest again what must join with new days: `cumulet load {use_case} --from … --to …`"
    )


def _secret(workspace: Workspace) -> Secret:
    return Secret(secret_of(stack_name(workspace.name)))


def _require_quiet(workspace: Workspace) -> None:
    """A night or a training under way could write what is being erased. Raises JobError naming it."""
    for machine in (workspace.nights.nightly, workspace.training):
        if machine.running():
            raise JobError(
                f"{machine.name} is running, and may be using what is to go; run this again when it has ended"
            )


def _models(workspace: Workspace, plan: Plan) -> list[str]:
    """Versions of the models that were trained on a snapshot that goes."""
    packages = workspace.registry.list()
    return [package.version for package in packages if package.metadata.get("dataset_id") in plan.snapshots]


def _in_logs(workspace: Workspace, plan: Plan) -> int:
    """How many lines of the functions' and jobs' logs name the subject; none should."""
    functions = [getattr(workspace.outputs, f"{name}_function") for name in FUNCTIONS]
    logs = LogGroups([*map(group_of, functions), *JOB_GROUPS])
    return sum(1 for _ in logs.naming(plan.keys))


def _show_plan(plan: Plan, affected: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"objects": plan.objects, "versions": plan.versions, "snapshots": plan.snapshots, "models": affected}
        )
        return
    zones = Counter(key.split("/")[0] for key in plan.objects)
    earlier = Counter(key.split("/")[0] for key, _ in plan.versions)
    rows = [
        {
            "zone": zone,
            "objects": zones[zone],
            "rows": sum(n for key, n in plan.objects.items() if key.startswith(f"{zone}/")),
            "earlier versions": earlier[zone],
        }
        for zone in sorted({*zones, *earlier})
    ]
    print_table("To erase", rows) if rows else say("nothing of theirs is left; the search below proves it")
    if plan.snapshots:
        say(f"snapshots that go as a whole: {', '.join(plan.snapshots)}")
    _say_models(affected)


def _show_proof(certificate: Certificate, affected: list[str], in_logs: int, *, as_json: bool) -> None:
    searched: list[dict[str, Any]] = [*certificate.searched, {"zone": "(logs)", "found": in_logs}]
    if as_json:
        print_json({**asdict(certificate), "models": affected, "logs": in_logs})
    else:
        print_table("Searched for the keys, byte by byte", searched, columns=("zone", *FIGURES))
        _say_unopened(certificate)
        data.print(f"certificate of {certificate.subject[:16]}: erased and proven at {certificate.at}", markup=False)
        _say_models(affected)
    if in_logs:
        raise JobError(f"{in_logs} log lines still hold a key: delete their streams, and mend what logged them")


def _say_unopened(certificate: Certificate) -> None:
    if count := sum(zone["unopened"] for zone in certificate.searched):
        say(
            f"[yellow]{count} versions could not be opened whole[/yellow] (damaged files, archives too large): "
            "they were searched as far as they can be read, and raw deletes them with its retention"
        )


def _say_models(affected: list[str]) -> None:
    if affected:
        say(f"[yellow]models trained on them:[/yellow] {', '.join(affected)}; train anew where that must not stay")
