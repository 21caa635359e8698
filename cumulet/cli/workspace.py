"""A deployed use case in one value: its declaration, its source, and the resources that its stack made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import usecases
from cumulet.adapters import api, stacks
from cumulet.adapters.champion import Champion
from cumulet.adapters.days import Days
from cumulet.adapters.emulator import Clock
from cumulet.adapters.executions import StateMachine
from cumulet.adapters.lake import Lake
from cumulet.adapters.nights import Nights
from cumulet.adapters.recovery import Recovery
from cumulet.adapters.registry import Registry
from cumulet.adapters.secrets import Secret, secret_of
from cumulet.adapters.shifted_days import ShiftedDays
from cumulet.adapters.simulation import Simulation
from cumulet.adapters.sketches import SketchReader
from cumulet.adapters.sources import open_source
from cumulet.adapters.trainings import Trainings
from cumulet.cli import shifts
from cumulet.cli.target import ROOT, STATE, Target, connect
from cumulet.contracts.settings import StackOutputs, UseCaseSettings, stack_name
from cumulet.core.marks import marked
from cumulet.core.pseudonyms import KeyRing


@dataclass(frozen=True)
class Workspace:
    """What a command needs of one deployed use case; each part is made when it is first asked for."""

    name: str
    outputs: StackOutputs
    shift: str = ""
    """A TOML file, or the name of one, that shifts the source's days; empty: they come as they are."""

    @cached_property
    def use_case(self) -> Any:
        """The use case's declaration (`cumulet.core.usecase.UseCase`)."""
        return usecases.load(self.name)

    @cached_property
    def source(self) -> Any:
        """The system that its days come from: the one that usecase.toml names in [source], or its own; shifted where a
        shift was asked for."""
        source = self._source()
        return shifts.shifted(source, self.use_case, shifts.load(self.use_case, self.shift)) if self.shift else source

    @cached_property
    def shifted_days(self) -> ShiftedDays | None:
        """The shift that was asked for, as the lake keeps it."""
        return shifts.asked(self.use_case, self.shift)

    def _source(self) -> Any:
        settings = UseCaseSettings.load(ROOT / "usecases" / self.name / "usecase.toml").source
        if settings is None:
            return usecases.source(self.name)
        tables = ("records", "outcomes", *self.use_case.side_tables)
        return open_source(settings, tables, STATE / "sources" / self.name, self.use_case.cut_off.at)

    @cached_property
    def lake(self) -> Lake:
        """The lake's bucket."""
        return Lake(self.outputs.lake_bucket)

    @cached_property
    def ring(self) -> KeyRing:
        """The keys of its pseudonyms; none where it has no identifiers of people."""
        named = marked(self.use_case, "identifier")
        return Secret(secret_of(stack_name(self.name))).ring() if named else KeyRing.public()

    @cached_property
    def registry(self) -> Registry:
        """The model package group."""
        return Registry(self.outputs.model_package_group)

    @cached_property
    def champion(self) -> Champion:
        """The alias that names the champion."""
        return Champion(self.outputs.predict_function)

    @cached_property
    def training(self) -> StateMachine:
        """Training."""
        return StateMachine(self.outputs.training_arn)

    @cached_property
    def release(self) -> StateMachine:
        """Release."""
        return StateMachine(self.outputs.release_arn)

    @cached_property
    def nights(self) -> Nights:
        """Nightly, with what it can set off."""
        return Nights(
            use_case=self.name,
            source=self.source,
            cut_off=self.use_case.cut_off.at,
            lake=self.lake,
            clock=Clock(),
            ingest=self.outputs.ingest_function,
            nightly=StateMachine(self.outputs.nightly_arn),
            reactions=(self.training, self.release),
        )

    @cached_property
    def trainings(self) -> Trainings:
        """Training by hand, and what follows from it."""
        return Trainings(
            nights=self.nights,
            training=self.training,
            release=self.release,
            registry=self.registry,
            champion=self.champion,
        )

    @cached_property
    def simulation(self) -> Simulation:
        """Nights of the past against the emulator's clock."""
        return Simulation(
            nights=self.nights,
            days=Days(self.lake, self.name),
            sketches=SketchReader(self.lake, self.name, self.use_case.task),
            label_lag_days=self.use_case.label_lag_days,
            champion=self.champion,
            alarms=self.outputs.alarms,
            recovery=Recovery(
                nightly=self.nights.nightly,
                training=self.training,
                release=self.release,
                registry=self.registry,
                champion=self.champion,
                alarms=self.outputs.alarms,
            ),
        )

    @cached_property
    def api(self) -> api.Api:
        """The HTTP API."""
        return api.Api(api.url_of(self.outputs.api_id, self.outputs.api_url), api.key_of(self.outputs.api_key_id))

    def today(self) -> date:
        """The logical date of the night that is due now, by the clock of the target."""
        now = Clock().now() if os.environ.get("AWS_ENDPOINT_URL") else datetime.now(UTC)
        return now.astimezone(ZoneInfo(self.use_case.cut_off.time_zone)).date()


def open_workspace(name: str, target: Target, shift: str | None = None) -> Workspace:
    """Connect to the target and find the stack of a use case; its days come shifted where `shift` (without one,
    CUMULET_SHIFT) names a shift.

    Raises NotFoundError when there is no such use case or shift or it is not deployed there, ContractError for a shift
    that does not fit.
    """
    use_case = usecases.load(name)
    asked = os.environ.get("CUMULET_SHIFT", "") if shift is None else shift
    if asked:
        shifts.load(use_case, asked)
    connect(target)
    return Workspace(name, stacks.use_case(name), asked)
