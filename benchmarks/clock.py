"""What the emulator's clock costs by itself: nine months of nights whose work is nothing.

    python -m benchmarks.clock

It runs on an emulator of its own, on a free port and in a folder that is removed at the end. Wall-clock milliseconds of
a simulated day: with nothing due, with a rule that is due and has no target, and with a schedule that starts an
execution of one state, which waits for an hour.
"""

from __future__ import annotations

import json
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from cumulet.adapters import emulator
from cumulet.cli.target import ROOT, use_local_credentials

RESULTS = ROOT / "benchmarks" / "results" / "clock.json"
START, DAYS = datetime(2013, 4, 1, tzinfo=UTC), 275
NIGHTLY = "cron(0 7 * * ? *)"
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def ms_a_day(clock: emulator.Clock) -> float:
    """Nine months from START in one advance."""
    clock.freeze(START)
    started = time.perf_counter()
    clock.advance(timedelta(days=DAYS))
    return round((time.perf_counter() - started) * 1e3 / DAYS, 2)


def schedule_execution() -> None:
    """A schedule that starts an execution each night."""
    iam, states = boto3.client("iam"), boto3.client("stepfunctions")
    services = ["states.amazonaws.com", "scheduler.amazonaws.com"]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="all", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]["Arn"]
    policy = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=json.dumps(policy))
    made = states.create_state_machine(name="waits", roleArn=role, definition=json.dumps(WAIT))
    boto3.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression=NIGHTLY,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": made["stateMachineArn"], "RoleArn": role},
    )


def main() -> None:
    """Measure, print, write the figures."""
    with tempfile.TemporaryDirectory() as folder:
        running = emulator.start(Path(folder) / "emulator", port=0)
        try:
            use_local_credentials(running.endpoint)
            clock, events, figures = emulator.Clock(running.endpoint), boto3.client("events"), {}
            figures["nothing due"] = ms_a_day(clock)
            events.put_rule(Name="nightly", ScheduleExpression=NIGHTLY)
            figures["a rule without target"] = ms_a_day(clock)
            events.delete_rule(Name="nightly")
            schedule_execution()
            figures["an execution that waits"] = ms_a_day(clock)
        finally:
            emulator.stop(Path(folder) / "emulator")
    for name, figure in figures.items():
        print(f"{name:26} {figure:8.2f} ms a simulated day")
    machine = {"machine": platform.machine(), "python": platform.python_version(), "days": DAYS}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**machine, "ms_a_day": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
