"""The tables that Athena sees, from a use case's schemas: columns and Glue types of every zone that nights write."""

from __future__ import annotations

import numpy as np

from cumulet.contracts.errors import ContractError
from cumulet.core.schema import Schema
from cumulet.core.usecase import UseCase

TYPES = {
    "string": "string",
    "integer": "double",
    "number": "double",
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
}
"""Kind of a field to its type. Integers are doubles: a missing one is null."""


def tables(use_case: UseCase) -> dict[str, dict[str, str]]:
    """Glue tables: `curated` (records), `curated_<side table>`, `labels`, `features`, `predictions`; column to type.

    Raises ContractError when a label keeps a field that outcomes do not have.
    """
    records = _columns(use_case.schema)
    return {
        "curated": records,
        **{f"curated_{name}": _columns(schema) for name, schema in use_case.side_tables.items()},
        "labels": _labels(use_case),
        "features": {**records, **dict.fromkeys(use_case.context.names, "float")},
        "predictions": _predictions(use_case),  # the version that scored is a partition
    }


def _columns(schema: Schema) -> dict[str, str]:
    return {field.name: TYPES[field.kind] for field in schema.fields}


def _labels(use_case: UseCase) -> dict[str, str]:
    """As `cumulet.core.usecase.label_rows` makes them."""
    outcomes, label = _columns(use_case.outcomes), use_case.label
    unknown = [name for name in label.keep if name not in outcomes]
    if unknown:
        raise ContractError(
            f"{use_case.name}: the label keeps {', '.join(unknown)}; outcomes have {', '.join(outcomes)}"
        )
    kept = {name: outcomes[name] for name in ("id", "date", *label.keep, "status") if name in outcomes}
    return {**kept, "label": "double", "known_at": "timestamp"}


def _predictions(use_case: UseCase) -> dict[str, str]:
    """As batch transform writes them: what the task says, by which model, as of which cut-off."""
    none = use_case.task.columns(use_case.task.targets(np.zeros(0)))
    said = {name: "string" if column.dtype == object else "double" for name, column in none.items()}
    return {"id": "string", **said, "model_package": "string", "scored_at": "timestamp"}
