"""Serving a model artifact in a SageMaker inference container, script mode: the four functions it calls.

One request is one object: Parquet in, Parquet out, rows in their order (JSON Lines and CSV work too). Records have
their context features with them, as the night writes them to features/. Predictions have

    id              as it came
    prediction      the probability or the number, float64; of several classes the likeliest, with a probability of each
                    in p_0, p_1, …
    model_package   its ARN, when the container knows it (CUMULET_MODEL_PACKAGE)
    scored_at       the night's cut-off, when the object's metadata has it: logical time, the same in a second night

Nothing here is random and nothing reads the clock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import usecases
from batch import formats
from cumulet.contracts.manifests import ModelManifest
from cumulet.core.model import Model
from cumulet.core.schema import Columns

PACKAGE_VARIABLE = "CUMULET_MODEL_PACKAGE"


def model_fn(model_dir: str) -> Model:
    """Load the artifact and check it against the code it came with. Raises SkewError when they disagree."""
    folder = Path(model_dir)
    manifest = ModelManifest.from_json((folder / "manifest.json").read_bytes())
    return Model.load(folder, usecases.load(manifest.use_case))


def input_fn(request_body: bytes | str, content_type: str = formats.PARQUET) -> tuple[bytes, str]:
    """Keep the body as it is: decoding it needs the use case, which the model knows."""
    body = request_body.encode() if isinstance(request_body, str) else bytes(request_body)
    return body, content_type.partition(";")[0].strip()


def predict_fn(data: tuple[bytes, str], model: Model) -> Columns:
    """Predictions as columns (n,). Raises SchemaError when the records are not what the schema asks for."""
    columns, metadata = formats.decode(model.use_case, *data)
    predictions: Columns = {"id": columns["id"], **model.use_case.task.columns(model.predict(columns))}
    return {**predictions, **_provenance(metadata, len(columns["id"]))}


def output_fn(prediction: Columns, accept: str = formats.PARQUET) -> tuple[bytes, str]:
    """The response body and its content type; Parquet when the client takes anything."""
    wanted = accept.partition(";")[0].strip()
    wanted = formats.PARQUET if wanted in ("", "*/*") else wanted
    return formats.encode(prediction, wanted), wanted


def _provenance(metadata: Mapping[str, str], rows: int) -> Columns:
    found: Columns = {}
    package = os.environ.get(PACKAGE_VARIABLE, "")
    if package:
        found["model_package"] = np.full(rows, package, dtype=object)
    if "cut_off" in metadata:
        moment = datetime.fromisoformat(metadata["cut_off"]).astimezone(UTC).replace(tzinfo=None)
        found["scored_at"] = np.full(rows, np.datetime64(moment, "s"))
    return found
