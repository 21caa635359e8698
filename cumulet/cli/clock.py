"""clock: the emulator's time, shown, set, advanced with all that is due on the way, frozen, real again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Annotated

import typer

from cumulet.adapters.emulator import Clock
from cumulet.cli.options import AsJson
from cumulet.cli.target import connect
from cumulet.cli.terminal import Step, data, print_json, step
from cumulet.contracts.errors import ContractError

commands = typer.Typer(help="The emulator's clock.", invoke_without_command=True)

LOOK_S = 0.25
"""How often an advance is asked where it is."""
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}

Moment = Annotated[str, typer.Argument(help="ISO 8601 with a time zone.", metavar="MOMENT")]


@commands.callback()
def clock(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what time it is there, and whether the clock runs.

    Example: cumulet clock --json
    """
    if context.invoked_subcommand is None:
        _show(_connected(context), as_json)


@commands.command("set")
def set_clock(context: typer.Context, moment: Moment, as_json: AsJson = False) -> None:
    """Jump to a moment, also back, and run on from there. What was due in between does not happen.

    Example: cumulet clock set 2013-04-01T07:00Z
    """
    at, there = _moment(moment), _connected(context)
    there.set(at)
    _show(there, as_json)


@commands.command()
def advance(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="How far: 1d, 36h, 1w2d, 90m, 30s.")] = None,
    to: Annotated[str | None, typer.Option(help="To which moment: ISO 8601 with a time zone.")] = None,
    limit: Annotated[float, typer.Option(help="Real seconds that what is due at one moment may take.")] = 900.0,
    as_json: AsJson = False,
) -> None:
    """Go forward; schedules, waits, alarms and all else that is due on the way happen, each at its own moment.

    Example: cumulet clock advance --by 1d
    """
    if (by is None) == (to is None):
        raise typer.BadParameter("give --by, e.g. --by 1d, or --to, e.g. --to 2013-04-02T07:00Z")
    goal = _moment(to) if to else _duration(by or "")
    there = _connected(context)
    with step("Advancing the clock") as current, ThreadPoolExecutor(1) as threads:
        going = threads.submit(there.advance, goal, limit_s=limit)
        try:
            while not wait([going], LOOK_S).done:
                _note(current, there)
        except KeyboardInterrupt:
            there.cancel()
            raise
        moments = going.result()
    _show(there, as_json, moments=moments)


@commands.command()
def freeze(
    context: typer.Context,
    at: Annotated[str | None, typer.Option(help="Jump to this moment first: ISO 8601 with a time zone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let the clock stand still, where it is or at a moment, until it is advanced, set, or follows real time.

    Example: cumulet clock freeze --at 2013-04-01T07:00Z
    """
    moment, there = _moment(at) if at else None, _connected(context)
    there.freeze(moment)
    _show(there, as_json)


@commands.command()
def follow(context: typer.Context, as_json: AsJson = False) -> None:
    """Follow real time again.

    Example: cumulet clock follow
    """
    there = _connected(context)
    there.follow()
    _show(there, as_json)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(commands, name="clock")


def _connected(context: typer.Context) -> Clock:
    connect(context.obj)
    there = Clock()
    if not there.settable:
        raise ContractError(f"--target {context.obj}: only the emulator has a clock to set; use --target local")
    return there


def _show(there: Clock, as_json: bool, moments: int | None = None) -> None:
    shown = there.shown()
    if shown is None:
        raise ContractError("the emulator has gone; `cumulet up` starts it")
    goal = shown.advancing_to
    if as_json:
        fired = {} if moments is None else {"moments": moments}
        print_json({"now": shown.now, "mode": shown.mode, "advancing_to": goal, **fired})
        return
    on_its_way = f", on its way to {goal:%Y-%m-%d %H:%M:%S} UTC" if goal else ""
    fired_at = "" if moments is None else f"; something was due at {moments} moments"
    data.print(f"{shown.now:%Y-%m-%d %H:%M:%S} UTC ({shown.mode}{on_its_way}){fired_at}")


def _note(current: Step, there: Clock) -> None:
    shown = there.shown()
    if shown and shown.advancing_to:
        current.note(f"{shown.now:%Y-%m-%d %H:%M} of {shown.advancing_to:%Y-%m-%d %H:%M}")


def _moment(text: str) -> datetime:
    """ISO 8601 with a time zone. Raises BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment; write for example 2013-04-01T07:00Z") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} has no time zone; write for example {moment.isoformat(timespec='minutes')}Z"
        )
    return moment


def _duration(text: str) -> timedelta:
    """Weeks, days, hours, minutes, seconds: 1d, 1w2d, 90m. Raises BadParameter."""
    if not re.fullmatch(r"(\d+[wdhms])+", text):
        raise typer.BadParameter(f"{text!r} is no duration; write for example 1d, 36h, 1w2d, 90m or 30s")
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in re.findall(r"(\d+)(\w)", text)), timedelta())
