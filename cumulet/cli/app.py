"""`cumulet`: the command line's root. Each command parses, calls one thing and prints."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from cumulet.cli import (
    augment,
    check,
    clock,
    data,
    demo,
    features,
    inspect,
    label,
    lineage,
    models,
    new,
    nights,
    sample,
    shift,
    simulate,
    sql,
    system,
)
from cumulet.cli.target import Target
from cumulet.cli.terminal import say, talk
from cumulet.contracts.errors import CumuletError

app = typer.Typer(
    name="cumulet",
    help="A serverless MLOps system on AWS that runs whole on your laptop.",
    epilog="Example: cumulet up && cumulet deploy && cumulet load flights --from 2013-01-01 --to 2013-03-31",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    *(system, clock, nights, simulate, models, inspect, sql, data, features, lineage),
    *(shift, sample, label, augment, new, check, demo),
)
for commands in COMMANDS:
    commands.add_to(app)


@app.callback()
def root(
    context: typer.Context,
    target: Annotated[
        Target, typer.Option(envvar="CUMULET_TARGET", help="Where: the emulator, a LocalStack, or AWS.")
    ] = Target.local,
) -> None:
    """A serverless MLOps system on AWS that runs whole on your laptop."""
    context.obj = target


def main() -> None:
    """Run the command line; an error of ours is one red line and the exit code of its class."""
    try:
        app()
    except CumuletError as error:
        talk.print(f"[red]error:[/red] {type(error).__name__}: ", end="")
        talk.print(str(error), markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except ClientError as error:
        talk.print(f"[red]error:[/red] AWS refused {error.operation_name}: ", end="")
        talk.print(error.response["Error"].get("Message", str(error)), markup=False, soft_wrap=True)
        sys.exit(1)
    except BotoCoreError as error:
        where = os.environ.get("AWS_ENDPOINT_URL") or "AWS (set AWS_REGION and credentials: docs/deploy-to-aws.md)"
        say(f"[red]error:[/red] {type(error).__name__}: {escape(str(error))}; the target was {where}")
        sys.exit(9)


if __name__ == "__main__":
    main()
