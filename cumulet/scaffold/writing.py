"""Writing a use case: the plug-in's files from templates, the table as Parquet with an id and a day for every row."""

from __future__ import annotations

import importlib.util
import json
import keyword
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jinja2 import Environment, StrictUndefined

from cumulet.contracts.errors import ContractError
from cumulet.scaffold.plan import DEALT_DAYS, FIRST_DAY, RECEIVED, Plan, inputs
from cumulet.scaffold.source_text import python
from cumulet.scaffold.vocabulary import vocabulary
from cumulet.sources.dealing import dealt_out, hashes
from cumulet.sources.prepared import DAY

ASIDE = ".new-"
FILES = ("__init__.py", "schema.py", "transform.py", "source.py", "usecase.toml", "README.md")
NAME = re.compile(r"[a-z][a-z0-9]{1,30}")
"""Names of stacks and jobs on AWS have no underscore, those of Python modules no hyphen."""


def free(name: str, folder: Path) -> Path:
    """The folder of a new use case. Raises ContractError where its name cannot be one, or is taken."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ContractError(
            f"{name!r}: a use case's name is 2 to 31 small letters and digits, a letter first, and no word of Python's"
        )
    target = folder / name
    if target.exists():
        raise ContractError(f"{target} exists already: choose another name, or remove it first")
    return target


def write(plan: Plan, folder: Path) -> Path:
    """Write usecases/NAME; nothing is there unless everything is. Raises ContractError where it exists already."""
    target = free(plan.name, folder)
    data = rows_of(plan)
    words = vocabulary(plan, data)
    environment = templates()
    for left in folder.glob(f"{ASIDE}*"):  # by one that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=folder, prefix=ASIDE) as aside:
        made = Path(aside) / plan.name
        made.mkdir()
        for name in FILES:
            template = files(__package__).joinpath("templates", f"{name}.j2").read_text(encoding="utf-8")
            (made / name).write_text(environment.from_string(template).render(words), encoding="utf-8")
        _format(made)
        pq.write_table(data, made / "data.parquet", compression="zstd")
        made.rename(target)  # whole or not at all
    return target


def _format(folder: Path) -> None:
    """Lay the sources out as `make format` would, so that `make lint` takes them; without ruff it can wait."""
    if importlib.util.find_spec("ruff") is not None:
        command = [sys.executable, "-m", "ruff", "format", "--quiet", "--isolated", "--line-length", "120"]
        subprocess.run([*command, str(folder)], check=True)


def templates() -> Environment:
    """The environment of the templates: they write Python, TOML and Markdown."""
    # No template is HTML, where text would have to be escaped.
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    environment = Environment(autoescape=False, undefined=StrictUndefined, **options)  # noqa: S701
    environment.filters |= {
        "py": python,
        "doc": _in_docstring,
        "toml": lambda text: json.dumps(text, ensure_ascii=False),
    }
    return environment


def rows_of(plan: Plan) -> pa.Table:
    """The table by fields, with `id` (text) and `day` for every row, in the order of the days."""
    proposal, table = plan.proposal, plan.table
    columns = {c.field: table[c.name] for c in (*inputs(proposal), proposal.label)}
    given = proposal.id
    width = len(str(len(table)))
    ids = [f"{plan.name}-{n:0{width}}" for n in range(len(table))] if given is None else _texts(table[given.name])
    if proposal.time is None:
        first = np.datetime64(FIRST_DAY)
        days = dealt_out(hashes(ids), first, first + DEALT_DAYS)
        columns[RECEIVED] = pa.array(days)
    else:
        days = table[proposal.time.name].to_numpy().astype("datetime64[D]")
        columns[proposal.time.field] = table[proposal.time.name]
    return pa.table({**columns, "id": pa.array(ids), DAY: pa.array(days.astype("datetime64[D]"))}).sort_by(
        [(DAY, "ascending"), ("id", "ascending")]
    )


def _texts(column: pa.ChunkedArray) -> list[str]:
    return [str(value)[:64] for value in column.to_pylist()]


def _in_docstring(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
