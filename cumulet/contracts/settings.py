"""What infra, the CLI and the stacks agree on: a use case's deploy settings, and the stacks' outputs."""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

from cumulet.contracts.errors import ContractError

T = TypeVar("T")

Tables = Mapping[str, Mapping[str, str]]
"""The Glue tables of a use case: column to type, by the name of the table (`cumulet.core.glue`)."""

SCALARS: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), float: (float, int), bool: (bool,), date: (date,)}

FOUNDATION = "Cumulet"
"""Name of the stack that all use cases share."""


def stack_name(use_case: str) -> str:
    """Name of a use case's stack."""
    return f"{FOUNDATION}-{use_case}"


@dataclass(frozen=True, kw_only=True)
class AlarmSettings:
    """Thresholds of the alarms. Performance is judged by the night over the last labelled days."""

    calibration_gap: float = 0.06
    """Starts Training above it: |mean prediction − rate of the label|; of numbers, relative to their sum; of several
    classes, |mean confidence − accuracy|."""
    skill: float = -0.02
    """Starts Training below it: 1 − squared error / that of always saying the mean."""
    nights: int = 3
    """So many nights in a row must break a limit."""
    quarantined: int = 100
    """Notifies above it: refused rows of one night."""
    cool_down_days: int = 21
    """After an alarm has started Training, none starts it again for so many days; one that is red then does."""


@dataclass(frozen=True, kw_only=True)
class ServingSettings:
    """Limits of the API."""

    requests_per_second: int = 50
    burst: int = 100
    requests_per_month: int = 1_000_000


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """Instances of the jobs; local jobs run in processes of this machine whatever they say."""

    training: str = "ml.m5.large"
    processing: str = "ml.m5.large"
    transform: str = "ml.m5.large"
    max_minutes: int = 60


EARLIEST = date(2000, 1, 1)
"""Athena lists every day that a table could have and that a query does not exclude: an earlier one would cost time."""


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """What `cumulet demo` shows: the days before the first night are history to learn from."""

    first_day: date
    """The first that there is: Athena's tables begin with it."""
    first_night: date
    nights: int
    """At most so many nights; the demo ends at the first retraining."""
    retrains: bool = True
    """Whether an alarm is to be expected in these nights; a demo without the retraining it promises has failed."""


@dataclass(frozen=True, kw_only=True)
class IngestSettings:
    """What a day may be, and what `ingest` gets for it."""

    megabytes: int = 64
    """A raw object that is larger, packed or unpacked, is refused whole; `memory` must bear it (docs/ingest.md)."""
    memory: int = 1024
    """MB of the function."""


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """Where days come from, when it is not the use case's own source.py."""

    kind: str
    """`files`, `http` or `table` (of a database)."""
    folder: str = ""
    """files: the folder."""
    pattern: str = "{date}/{table}.*"
    """files: the name of a day's table below it."""
    url: str = ""
    """http: with {table} and {date}."""
    timeout_s: float = 30.0
    database: str = ""
    """table: an SQLite file with one table per table of the use case."""
    updated_at: str = ""
    """table: the column with the moment of a row's last change (ISO, UTC)."""
    megabytes: int = 256
    """What is larger is not handed over."""


@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """What the marks of the schemas ask of the infrastructure; a test compares the two."""

    identifiers: bool = False
    """A field is marked `identifier`: a secret holds the key of its pseudonyms."""


@dataclass(frozen=True, kw_only=True)
class UseCaseSettings:
    """usecases/<name>/usecase.toml: what infra must know of a use case without importing it."""

    name: str
    title: str
    time_zone: str
    cut_off_hour: int
    cost_centre: str
    approval: str = "manual"
    """`automatic`: a model that passes the gate is released; `manual`: somebody approves it first."""
    demo: DemoSettings | None = None
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    serving: ServingSettings = field(default_factory=ServingSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    source: SourceSettings | None = None
    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    @property
    def first_day(self) -> date:
        """The first day that Athena's tables reach: that of the demo, else one before any that is to be expected."""
        return self.demo.first_day if self.demo else EARLIEST

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file. Raises ContractError naming the file and the setting that is unknown, absent or wrong."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ContractError(f"{path} is missing: every use case has one, as usecases/flights has") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ContractError(f"{path} is no TOML: {error}") from error
        groups: dict[str, type[Any]] = {
            "demo": DemoSettings,
            "alarms": AlarmSettings,
            "serving": ServingSettings,
            "jobs": JobSettings,
            "ingest": IngestSettings,
            "source": SourceSettings,
            "privacy": PrivacySettings,
        }
        for name, group in groups.items():
            if name in values:
                values[name] = _settings(group, values[name], f"{path}: [{name}]")
        settings = _settings(cls, values, str(path))
        if settings.approval not in ("automatic", "manual"):
            raise ContractError(f"{path}: approval={settings.approval!r}: expected automatic or manual")
        return settings


@dataclass(frozen=True, kw_only=True)
class FoundationOutputs:
    """Outputs of the foundation stack, in CloudFormation's spelling (LakeBucket, …)."""

    lake_bucket: str
    glue_database: str
    athena_workgroup: str
    alerts_topic: str


@dataclass(frozen=True, kw_only=True)
class StackOutputs(FoundationOutputs):
    """Outputs of the foundation's and of a use case's stack, in CloudFormation's spelling (UseCase, ApiUrl, …)."""

    use_case: str
    api_url: str
    api_id: str
    api_key_id: str
    predict_function: str
    ingest_function: str
    features_function: str
    monitor_function: str
    release_function: str
    online_table: str
    model_package_group: str
    nightly_arn: str
    training_arn: str
    release_arn: str
    alarm_names: str
    """Joined with commas; see `alarms`."""

    @property
    def alarms(self) -> tuple[str, ...]:
        """Names of the alarms."""
        return tuple(self.alarm_names.split(","))


def output_key(name: str) -> str:
    """CloudFormation's spelling of an output.

    >>> output_key("api_key_id")
    'ApiKeyId'
    """
    return name.title().replace("_", "")


def _settings(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    hints = typing.get_type_hints(kind)
    for name, value in values.items():
        if name not in hints:
            raise ContractError(f"{where}: unknown setting {name!r}; known are {', '.join(sorted(hints))}")
        if hints[name] in SCALARS and not isinstance(value, SCALARS[hints[name]]):
            raise ContractError(f"{where}: {name}={value!r}: expected {hints[name].__name__}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ContractError(f"{where}: {error}") from error
