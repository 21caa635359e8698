"""The stack of one use case: composed here, from one construct per capability."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Environment, Stack, Tags
from constructs import Construct

from cumulet.contracts.env import JobEnv
from cumulet.contracts.settings import FoundationOutputs, StackOutputs, Tables, UseCaseSettings, output_key
from infra.foundation import Foundation
from infra.functions import ALIAS, Functions
from infra.grants import grant_alias_read
from infra.jobs import Jobs
from infra.lake import add_zones
from infra.monitoring import Monitoring
from infra.nightly import Nightly
from infra.online import OnlineStore
from infra.performance import PerformanceAlarms
from infra.platforms import Target
from infra.pseudonyms import Pseudonyms
from infra.registry import Registry
from infra.release import Release
from infra.serving import Api, Champion
from infra.training import Training


class UseCase(Stack):
    """Everything that a use case has of its own."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        root: Path,
        settings: UseCaseSettings,
        tables: Tables,
        foundation: Foundation,
        target: Target,
        env: Environment | None,
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Cumulet: {settings.title}.")
        self.add_stack_dependency(foundation)
        Tags.of(self).add("use-case", settings.name)
        Tags.of(self).add("cost-centre", settings.cost_centre)
        name, lake = settings.name, foundation.lake

        online = OnlineStore(self, "Online", target=target)
        registry = Registry(self, "Registry", use_case=name, lake=lake)
        alarms = PerformanceAlarms(self, "Performance", settings=settings)
        functions = Functions(
            self,
            "Functions",
            root=root,
            use_case=name,
            lake=lake,
            online=online,
            registry=registry,
            pseudonyms=Pseudonyms(self, "Pseudonyms", identifiers=settings.privacy.identifiers, target=target),
            alarms=alarms.names,
            ingest=settings.ingest,
            source=settings.source,
            target=target,
        )
        predict = functions.predict.function
        champion = Champion(self, "Champion", function=predict, alias=ALIAS)
        api = Api(self, "Api", alias=champion.alias, settings=settings.serving, title=settings.title)
        job_env = JobEnv(
            use_case=name,
            lake_bucket=lake.bucket.bucket_name,
            model_package_group=registry.name,
            predict_function=predict.function_name,
            transform_image=registry.transform_image,
            approval=settings.approval,
            alias=ALIAS,
        )
        jobs = Jobs(self, "Jobs", root=root, settings=settings, lake=lake, env=job_env)
        registry.grant_register(jobs.role)
        grant_alias_read(jobs.role, predict)
        training = Training(self, "Training", settings=settings, jobs=jobs, table=online.table)
        nightly = Nightly(
            self,
            "Nightly",
            settings=settings,
            ingest=functions.ingest.function,
            features=functions.features.function,
            monitor=functions.monitor.function,
            transform_role=registry.transform_role,
            training=training.machine,
            table=online.table,
            topic=foundation.alerts,
        )
        release = Release(self, "Release", release=functions.release.function, group=registry.name)
        monitoring = Monitoring(
            self,
            "Monitoring",
            settings=settings,
            topic=foundation.alerts,
            performance=alarms.alarms,
            server_errors=api.api.metric_server_error(period=Duration.minutes(5), statistic="Sum"),
            training=training.machine,
            machines=[nightly.machine, training.machine, release.machine],
        )
        add_zones(self, settings, tables, lake)

        self.outputs = StackOutputs(
            **vars(foundation.outputs),
            use_case=name,
            api_url=api.api.url,
            api_id=api.api.rest_api_id,
            api_key_id=api.key.key_id,
            predict_function=predict.function_name,
            ingest_function=functions.ingest.function.function_name,
            features_function=functions.features.function.function_name,
            monitor_function=functions.monitor.function.function_name,
            release_function=functions.release.function.function_name,
            online_table=online.table.table_name,
            model_package_group=registry.name,
            nightly_arn=nightly.machine.state_machine_arn,
            training_arn=training.machine.state_machine_arn,
            release_arn=release.machine.state_machine_arn,
            alarm_names=",".join(alarm.alarm_name for alarm in monitoring.alarms),
        )
        own = StackOutputs.__dataclass_fields__.keys() - FoundationOutputs.__dataclass_fields__.keys()
        for key in sorted(own):
            CfnOutput(self, output_key(key), value=getattr(self.outputs, key))
