"""The environment of every function and job is a type: infra calls `to_env()`, the handler `from_env(os.environ)`.

A name is spelt once. At synthesis values are CDK tokens, so only presence is checked there; values are parsed by an
explicit parser per type when a handler starts.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Self

from cumulet.contracts.errors import ContractError

PREFIX = "CUMULET_"


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


PARSERS: dict[type, Callable[[str], Any]] = {str: str, int: int, float: float, bool: _boolean}


@dataclass(frozen=True, kw_only=True)
class Env:
    """A frozen dataclass whose fields are environment variables named CUMULET_<FIELD>."""

    use_case: str
    lake_bucket: str

    def to_env(self) -> dict[str, str]:
        """The variables to give a function or job."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {PREFIX + name.upper(): str(v).lower() if isinstance(v, bool) else str(v) for name, v in values.items()}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and parse the variables. Raises ContractError naming the variable that is absent or malformed."""
        hints = typing.get_type_hints(cls)
        values: dict[str, Any] = {}
        for f in fields(cls):
            name = PREFIX + f.name.upper()
            text = environ.get(name)
            if text is None:
                if f.default is MISSING:
                    raise ContractError(f"{name} is not set: {cls.__name__} needs it; infra passes its to_env()")
                continue
            kind = hints[f.name]
            if isinstance(kind, types.UnionType):
                raise TypeError(f"{cls.__name__}.{f.name}: environment fields are str, int, float or bool")
            try:
                values[f.name] = PARSERS[kind](text)
            except ValueError as error:
                raise ContractError(f"{name}={text!r}: expected {kind.__name__} ({error})") from error
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class IngestEnv(Env):
    """lambdas/ingest: raw day in, curated, labels and quarantine out."""

    megabytes: int = 64
    """A raw object that is larger, packed or unpacked, is refused as a whole."""
    pseudonym_secret: str = ""
    """ARN of the secret with the keys of the pseudonyms; empty where the use case has no identifiers of people."""
    source_url: str = ""
    """The HTTP service that is asked for the day, with {table} and {date}; empty where days are handed over."""
    source_timeout_s: float = 30.0


@dataclass(frozen=True, kw_only=True)
class FeaturesEnv(Env):
    """lambdas/features: context features of a night, to the lake and to the online store."""

    online_table: str
    predict_function: str
    alias: str = "live"


@dataclass(frozen=True, kw_only=True)
class PredictEnv(Env):
    """lambdas/predict: one version of it serves one model package; empty until a release names one."""

    online_table: str
    model_package: str = ""
    pseudonym_secret: str = ""
    """As IngestEnv's: a record that comes with an identifier is called by the same pseudonym."""


@dataclass(frozen=True, kw_only=True)
class MonitorEnv(Env):
    """lambdas/monitor: sketches, drift and performance of a night, to the lake and to CloudWatch."""

    predict_function: str
    alias: str = "live"
    namespace: str = "Cumulet"
    alarms: str = ""
    """Names of the alarms on performance, joined with commas."""


@dataclass(frozen=True, kw_only=True)
class ReleaseEnv(Env):
    """lambdas/release: publishes, replays and promotes a version of `predict`."""

    predict_function: str
    model_package_group: str
    transform_role: str
    transform_image: str
    alias: str = "live"


@dataclass(frozen=True, kw_only=True)
class JobEnv(Env):
    """training/: the processing and training jobs of one run."""

    model_package_group: str
    predict_function: str
    transform_image: str
    approval: str = "manual"
    alias: str = "live"
