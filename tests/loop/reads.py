"""Every command that reads, on a deployed use case, in one process: `python -m tests.loop.reads NAME DAY`.

Prints what each gave as JSON by command; one that fails or has nothing to tell is named on stderr, exit code 1.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from typer.testing import CliRunner

from cumulet.cli.app import app


def commands(name: str, day: str) -> tuple[tuple[str, ...], ...]:
    """The commands, with what their docs say they need; each must have something to tell after some nights."""
    records = f"SELECT dt, count(*) AS records FROM {name}_curated WHERE dt = '{day}' GROUP BY dt"  # noqa: S608 - ours
    scored = f"SELECT dt, count(*) AS scored FROM {name}_predictions WHERE model = '1' GROUP BY dt"  # noqa: S608 - ours
    return (
        ("status", "--json"),
        ("predict", name, "--json"),
        ("model", "list", name, "--json"),
        ("model", "show", name, "1", "--json"),
        ("data", "list", name, "--json"),
        ("data", "day", name, day, "--json"),
        ("data", "dependents", name, day, "--json"),
        ("data", "schema", name, "--json"),
        ("data", "retention", "--json"),
        ("drift", name, "--json"),
        ("lineage", day, "--use-case", name, "--json"),
        ("shift", "list", name, "--json"),
        ("sql", "--json"),
        ("sql", records, "--json"),
        ("sql", scored, "--json"),
        ("logs", name, "monitor"),
        ("logs", name, "jobs"),
    )


def read(name: str, day: str) -> tuple[dict[str, Any], list[str]]:
    """What each command gave, and what is wrong."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for arguments in commands(name, day):
        result = CliRunner().invoke(app, list(arguments))
        said = result.stdout
        value = json.loads(said) if said and "--json" in arguments else said
        found[" ".join(arguments)] = value
        if result.exit_code or not value:
            wrong.append(f"{arguments}: exit code {result.exit_code}, {result.exception!r}, printed {said[:200]!r}")
    return found, wrong


if __name__ == "__main__":
    given, problems = read(*sys.argv[1:])
    print(json.dumps(given))
    sys.exit("\n".join(problems) or 0)
