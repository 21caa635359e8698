"""The track record of a span of nights, read from the lake: what was said each night, and what then happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import artifact, parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core import baselines
from cumulet.core.model import Model
from cumulet.core.schema import Columns, concatenate, select
from cumulet.core.track_record import TrackRecord
from cumulet.core.usecase import UseCase

LIVE, FROZEN = "live models", "first model, kept"
_PREDICTIONS = re.compile(r"dt=(?P<day>[\d-]+)/model=(?P<model>[^/]+)/")


@dataclass(frozen=True)
class Reader:
    """Reads track records of one use case."""

    lake: Lake
    use_case: UseCase

    def models(self, first: date, last: date) -> dict[date, str]:
        """The model version that scored each night; of two the newer one. Nights without a model are absent."""
        found: dict[date, str] = {}
        for key in self.lake.list(f"predictions/{self.use_case.name}/"):
            if match := _PREDICTIONS.search(key):
                day, model = date.fromisoformat(match["day"]), match["model"]
                if first <= day <= last and int(model) >= int(found.get(day, "0")):
                    found[day] = model
        return dict(sorted(found.items()))

    def read(self, models: Mapping[date, str], frozen_uri: str) -> TrackRecord:
        """The labelled records of these nights, as the live models, the first model and the baselines saw them.

        `frozen_uri` is the artifact of the first model. Raises NotFoundError when no label of these nights is known.
        """
        nights = list(models)
        name = self.use_case.name
        records = concatenate(self.lake.read_many(keys.features(name, day) for day in nights))
        said = concatenate(self.lake.read_many(keys.prediction_file(name, *night) for night in models.items()))
        y = self._labels(records["id"], nights[0])
        rows = np.flatnonzero(np.isfinite(y))
        if not len(rows):
            raise NotFoundError(f"{self.use_case.name}: no label of {nights[0]} to {nights[-1]} is known yet")
        judged = select(records, rows)
        place = {name: n for n, name in enumerate(said["id"].tolist())}
        live = self.use_case.task.from_columns(said)[[place[name] for name in judged["id"].tolist()]]
        forecasts = {LIVE: live, **self._others(judged, frozen_uri)}
        return TrackRecord(days=self.use_case.days(judged), y=y[rows], forecasts=forecasts)

    def _others(self, judged: Columns, frozen_uri: str) -> dict[str, NDArray[np.float64]]:
        """The first model's forecasts, and those of the baselines fitted on its training rows."""
        with TemporaryDirectory() as folder:
            model = Model.load(artifact.unpack(artifact.fetch(frozen_uri), Path(folder)), self.use_case)
        snapshot = keys.snapshot(self.use_case.name, model.manifest.dataset_id)
        taken = parquet.decode(self.lake.get(f"{snapshot}data.parquet"))
        train = select(taken, np.flatnonzero(np.isfinite(taken["label"])))
        known = train, train["label"].astype(np.float64)
        looked_up = (baseline for baseline in self.use_case.baselines if baseline.kind != "linear")
        return {
            FROZEN: model.predict(judged),
            **{each.name: baselines.forecast(self.use_case, each, known, judged) for each in looked_up},
        }

    def _labels(self, ids: NDArray[np.object_], first: date) -> NDArray[np.float64]:
        """The first label that became known of each record, NaN where there is none (n,)."""
        known: dict[str, float] = {}
        listed = self.lake.list(f"labels/{self.use_case.name}/")
        wanted = [key for key in listed if key.split("known=")[1][:10] >= first.isoformat()]
        for table in self.lake.read_many(wanted, ("id", "label")):
            for name, label in zip(table["id"].tolist(), table["label"].tolist(), strict=True):
                known.setdefault(name, label)
        return np.array([known.get(name, np.nan) for name in ids.tolist()], np.float64)
