"""What one version of `predict` serves: the model of its package, and the context features of the newest night."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from cumulet.adapters import artifact
from cumulet.adapters.online import OnlineStore
from cumulet.adapters.registry import Package, describe
from cumulet.adapters.secrets import Secret
from cumulet.contracts.errors import NotFoundError, UnavailableError
from cumulet.core import personal
from cumulet.core.context import ContextTables, arranged, join, with_context
from cumulet.core.model import Model
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.usecase import UseCase

FRESH_SECONDS = 60.0


@dataclass(frozen=True)
class Context:
    """The context tables as read from the online store, and when (monotonic clock)."""

    tables: ContextTables
    cut_off: datetime
    read_at: float


class Service:
    """Predicts records. Model and context are fetched at the first request and kept."""

    def __init__(self, use_case: UseCase, package: str, *, store: OnlineStore, secret: Secret, log: Logger) -> None:
        self.use_case = use_case
        self.package_arn = package
        self.log = log
        self._store = store
        self._secret = secret
        self._ring: KeyRing | None = None
        self._model: Model | None = None
        self._package: Package | None = None
        self._context: Context | None = None

    def predict(self, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One answer per valid record, in order. Raises UnavailableError before the first model or night."""
        model, context = self.model(), self.context()
        columns = join(self.use_case, self.use_case.schema.columns(self.protected(records)), context.tables)
        shared = {"model": self.package().version, "cut_off": context.cut_off.isoformat()}
        answers = self.use_case.task.answers(model.predict(columns), model.manifest.threshold)
        return [{"id": record.get("id"), **answer, **shared} for record, answer in zip(records, answers, strict=True)]

    def protected(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Records as the night keeps them: pseudonyms for identifiers, personal data in free text masked."""
        schema = self.use_case.schema
        if not schema.marked("identifier", "free text"):
            return records
        self._ring = self._ring or self._secret.ring()
        changes = dict.fromkeys(schema.marked("identifier"), self._ring.pseudonym)
        changes |= dict.fromkeys(schema.marked("free text"), personal.mask)
        return [
            {name: changes[name](value) if name in changes and value else value for name, value in record.items()}
            for record in records
        ]

    def replay(self, records: Sequence[Mapping[str, Any]]) -> list[float] | list[list[float]]:
        """Forecasts of records that hold their context features, as golden records do."""
        return self.model().predict(with_context(self.use_case, records)).tolist()  # type: ignore[no-any-return]

    def model(self) -> Model:
        """The model of the package, checked against this code. Raises UnavailableError when no model is live."""
        if self._model is None:
            started = time.perf_counter()
            archive = artifact.fetch(self.package().artifact_uri)
            with tempfile.TemporaryDirectory() as folder:
                self._model = Model.load(artifact.unpack(archive, Path(folder)), self.use_case)
            elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
            self.log.info("model_loaded", model=self.package().version, bytes=len(archive), ms=elapsed_ms)
        return self._model

    def package(self) -> Package:
        """The package in the registry. Raises UnavailableError when no model is live."""
        if not self.package_arn:
            raise UnavailableError("no model is live yet: train one and release it (cumulet train)")
        if self._package is None:
            self._package = describe(self.package_arn)
        return self._package

    def context(self) -> Context:
        """The newest context tables, at most a minute old; older ones are served on when the store does not answer.

        Raises SkewError when the night's code has not written the features that this model needs.
        """
        now = time.monotonic()
        if self._context is None or now - self._context.read_at > FRESH_SECONDS:
            try:
                night = self._store.read(self.use_case.name)
            except NotFoundError as error:
                raise UnavailableError(str(error)) from error
            except (ClientError, BotoCoreError) as error:
                if self._context is None:
                    raise UnavailableError("the online store does not answer; try again in a minute") from error
                age_s = round(now - self._context.read_at)
                self.log.warning("context_stale", age_s=age_s, cut_off=str(self._context.cut_off), reason=str(error))
                return self._context
            self._context = Context(arranged(self.use_case, night.tables, night.names), night.cut_off, now)
        return self._context
