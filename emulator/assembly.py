"""The emulator put together: clock, cloud, services, gateway. Importing this imports ministack."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from emulator import limits
from emulator.admin import Admin
from emulator.clock import EmulatorClock
from emulator.clock.api import ClockApi
from emulator.cloud import LocalCloud
from emulator.gateway import Application, Gateway
from emulator.lifespan import Lifespan
from emulator.persistence import Saver
from emulator.services import create_all
from emulator.substrate import (
    actions,
    archive,
    buckets,
    budgets,
    calls,
    deliveries,
    expiry,
    moments,
    names,
    roles,
    rules,
    schedule_resources,
    schedules,
    secret_resources,
    settings,
    tenants,
    workflows,
)
from emulator.substrate.application import application


def assemble(*, state: Path, endpoint: str, clock: EmulatorClock) -> Gateway:
    """The whole cloud as one ASGI application. Raises SubstrateError when ministack is not the one we build on."""
    names.check()
    saver = Saver()
    cloud = LocalCloud(
        state=state, region=settings.REGION, account=settings.ACCOUNT, endpoint_url=endpoint, clock=clock, saver=saver
    )
    archive.install(state / "services" / "archive.sqlite")
    tenants.install()
    actions.install()
    buckets.install()
    budgets.install()
    schedule_resources.install()
    secret_resources.install()
    functions = calls.install(cloud)
    moments.install(clock)
    workflows.install(clock, on_end=saver.mark)
    roles.install()
    # At one moment fire: schedules, rules, whoever waits for it, messages, expiry, then what services of ours add
    schedules.install(clock, on_fire=saver.mark)
    rules.install(clock, on_fire=saver.mark)
    deliveries.install(clock, clock.underway)
    expiry.install(clock, on_fire=saver.mark)
    services = create_all(cloud)
    substrate = cast(Application, application)
    lifespan = Lifespan(
        substrate=substrate,
        services=[*services.values(), functions],
        saver=saver,
        on_start=clock.start,
        on_stop=[clock.stop, workflows.stop],
    )
    return Gateway(
        services=services,
        substrate=substrate,
        lifespan=lifespan,
        admin=Admin(clock=ClockApi(clock), services=list(services), saver=saver),
        saver=saver,
        check=limits.check,
    )
