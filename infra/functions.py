"""The five functions of a use case, and what each is told."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration
from constructs import Construct

from cumulet.contracts import metrics
from cumulet.contracts.env import Env, FeaturesEnv, IngestEnv, MonitorEnv, PredictEnv, ReleaseEnv
from cumulet.contracts.settings import IngestSettings, SourceSettings
from infra.bundling import function_package
from infra.function import Function
from infra.grants import grant_alarms_read, grant_alias_read, grant_metrics, grant_release
from infra.lake import Lake
from infra.online import OnlineStore
from infra.platforms import Target
from infra.pseudonyms import Pseudonyms
from infra.registry import Registry

ALIAS = "live"
"""Names the version of `predict` that carries the champion."""


NIGHT = ("ingest", "features", "monitor")
"""They need the same large wheels: one package holds the three, so it is built, uploaded and stored once."""


class Functions(Construct):
    """ingest, features, predict, monitor, release."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        root: Path,
        use_case: str,
        lake: Lake,
        online: OnlineStore,
        registry: Registry,
        pseudonyms: Pseudonyms,
        alarms: str,
        ingest: IngestSettings,
        source: SourceSettings | None,
        target: Target,
    ) -> None:
        super().__init__(scope, id)
        self.use_case, self.target = use_case, target
        service = source if source and source.kind == "http" else SourceSettings(kind="")
        self.fetches = bool(service.url)
        plug_ins = ("usecases", f"usecases.{use_case}")
        night = function_package(root, NIGHT, plug_ins, target)
        self._packages = dict.fromkeys(NIGHT, night) | {
            "predict": function_package(root, ["predict"], plug_ins, target),
            "release": function_package(root, ["release"], [], target),  # it moves models and knows no use case
        }
        self.lake, self.online, self.registry, self.pseudonyms = lake, online, registry, pseudonyms
        common = {"use_case": use_case, "lake_bucket": lake.bucket.bucket_name}
        table = online.table.table_name
        key = {"pseudonym_secret": pseudonyms.arn}
        predict = PredictEnv(**common, **key, online_table=table)
        self.predict = self._function("Predict", predict, memory=1024, seconds=29)
        champion = {"predict_function": self.predict.function.function_name, "alias": ALIAS}

        release = ReleaseEnv(
            **common,
            **champion,
            model_package_group=registry.name,
            transform_role=registry.transform_role.role_arn,
            transform_image=registry.transform_image,
        )
        features = FeaturesEnv(**common, **champion, online_table=table)
        monitor = MonitorEnv(**common, **champion, namespace=metrics.NAMESPACE, alarms=alarms)
        raw = IngestEnv(
            **common,
            **key,
            megabytes=ingest.megabytes,
            source_url=service.url,
            source_timeout_s=service.timeout_s,
        )
        self.ingest = self._function("Ingest", raw, memory=ingest.memory, seconds=300)
        self.features = self._function("Features", features, memory=1024, seconds=120)
        self.monitor = self._function("Monitor", monitor, memory=1024, seconds=120)
        self.release = self._function("Release", release, memory=512, seconds=300)
        self._grant()

    def _function(self, id: str, env: Env, *, memory: int, seconds: int) -> Function:
        return Function(
            self,
            id,
            name=id.lower(),
            package=self._packages[id.lower()],
            env=env,
            target=self.target,
            memory=memory,
            timeout=Duration.seconds(seconds),
        )

    def _grant(self) -> None:
        """Who may do what."""
        lake, registry, table, predict = self.lake, self.registry, self.online.table, self.predict.function

        lake.grant_read(self.ingest.role, "raw", "curated", "labels", "quarantine", "erasures")
        lake.grant_write(self.ingest.role, "curated", "labels", "quarantine")
        lake.grant_delete(self.ingest.role, "quarantine")
        if self.fetches:
            lake.grant_write(self.ingest.role, "raw")
        self.pseudonyms.grant_read(self.ingest.role)

        lake.grant_read(self.features.role, "curated", "labels")
        lake.grant_write(self.features.role, "features")
        table.grant(self.features.role, "dynamodb:PutItem")
        registry.grant_read(self.features.role)
        grant_alias_read(self.features.role, predict)

        lake.grant_read(self.predict.role, "models")
        self.pseudonyms.grant_read(self.predict.role)
        registry.grant_read(self.predict.role)
        table.grant(self.predict.role, "dynamodb:Query")

        lake.grant_read(self.monitor.role, "curated", "features", "predictions", "labels", "sketches", "models")
        lake.grant_write(self.monitor.role, "sketches")
        registry.grant_read(self.monitor.role)
        grant_alias_read(self.monitor.role, predict)
        grant_metrics(self.monitor.role)
        grant_alarms_read(self.monitor.role)

        lake.grant_read(self.release.role, "models")
        registry.grant_read(self.release.role)
        grant_release(self.release.role, predict, registry.transform_role, f"{self.use_case}-*")
