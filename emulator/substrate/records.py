"""Functions as ministack records them, as targets of a call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import lambda_svc

from emulator.errors import ServiceError
from emulator.functions.routing import Routing
from emulator.functions.target import LATEST, Asynchronous, Package, Reference, Target, Version
from emulator.substrate.code import content_of, sha256_of

Record = Mapping[str, Any]
QUALIFIER = "_invoked_as"  # what a caller named, on the copies of records that ministack's services execute


class Records:
    """Implements `emulator.functions.target.Directory`."""

    def __init__(self) -> None:
        self._routing = Routing()

    def find(self, reference: Reference) -> Target:
        """The version that answers one call. Raises ServiceError (not found)."""
        of = reference
        function = lambda_svc._functions.get_scoped(of.account, of.region, of.name)
        if function is None:
            raise _not_found(reference)
        alias = function.get("aliases", {}).get(of.qualifier)
        version = self._choose(alias) if alias else of.qualifier or LATEST
        record = function if version == LATEST else function["versions"].get(version)
        if record is None:
            raise _not_found(reference)
        return Target(
            reference=reference,
            version=_version(of, version, record),
            alias=of.qualifier if alias else None,
            reserved=_reserved(function),
            asynchronous=_asynchronous(function, of.qualifier, record["config"]),
        )

    def _choose(self, alias: Mapping[str, Any]) -> str:
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return self._routing.choose(alias["AliasArn"], alias["FunctionVersion"], weights)


def is_ours(record: Record) -> bool:
    """Whether we run this function: Python in a zip. ministack has the others."""
    config = record.get("config") or record
    return config.get("PackageType", "Zip") == "Zip" and str(config.get("Runtime", "")).startswith("python")


def reference_to(record: Record) -> Reference:
    """What a record that ministack is about to execute was called as."""
    config = record.get("config") or record
    _, _, _, region, account, _, name, *rest = config["FunctionArn"].split(":")
    return Reference(account, region, name, record.get(QUALIFIER) or (rest[0] if rest else None))


def _version(of: Reference, version: str, record: Record) -> Version:
    config = record["config"]
    logging = config.get("LoggingConfig") or {}
    variables = (config.get("Environment") or {}).get("Variables") or {}
    return Version(
        account=of.account,
        region=of.region,
        name=of.name,
        version=version,
        runtime=config["Runtime"],
        handler=config.get("Handler") or "",
        role=config.get("Role") or "",
        memory_mb=int(config.get("MemorySize") or 128),
        timeout_s=int(config.get("Timeout") or 3),
        ephemeral_mb=int((config.get("EphemeralStorage") or {}).get("Size") or 512),
        package=_package(record),
        layers=tuple(_layer(of, attached) for attached in config.get("Layers") or ()),
        variables=tuple(sorted((name, str(value)) for name, value in variables.items())),
        log_group=logging.get("LogGroup") or f"/aws/lambda/{of.name}",
        json_logs=logging.get("LogFormat", "").upper() == "JSON",
        log_level=logging.get("ApplicationLogLevel", ""),
    )


def _package(record: Record) -> Package:
    code = record.get("code_zip")
    if not code:
        raise ServiceError("InvalidParameterValueException", "The function has no code: give it a zip", 400)
    given: str | None = lambda_svc._b64_sha_to_hex(record["config"].get("CodeSha256", ""))
    return Package(given or sha256_of(code), lambda: content_of(code))


def _layer(of: Reference, attached: Any) -> Package:
    arn = attached["Arn"] if isinstance(attached, Mapping) else str(attached)
    return _layer_version(of.account, of.region, arn)


@cache
def _layer_version(account: str, region: str, arn: str) -> Package:
    """A layer's version never changes."""
    with request_scope(account, region):
        content = lambda_svc._resolve_layer_zip(arn)
    if not content:
        raise ServiceError("InvalidParameterValueException", f"Layer version {arn} does not exist.", 400)
    return Package(hashlib.sha256(content).hexdigest(), lambda: content)


def _reserved(function: Record) -> int | None:
    reserved = function.get("concurrency")
    if isinstance(reserved, Mapping):
        reserved = reserved.get("ReservedConcurrentExecutions")
    return None if reserved is None else int(reserved)


def _asynchronous(function: Record, qualifier: str | None, config: Mapping[str, Any]) -> Asynchronous:
    configs = function.get("event_invoke_configs") or {}
    names = (qualifier,) if qualifier else ("", LATEST)
    given: Mapping[str, Any] = next((configs[name] for name in names if name in configs), {})
    destinations = given.get("DestinationConfig") or {}
    retries = given.get("MaximumRetryAttempts")
    return Asynchronous(
        retries=2 if retries is None else int(retries),
        longest_age_s=int(given.get("MaximumEventAgeInSeconds") or 21_600),
        on_success=(destinations.get("OnSuccess") or {}).get("Destination"),
        on_failure=(destinations.get("OnFailure") or {}).get("Destination"),
        dead_letters=(config.get("DeadLetterConfig") or {}).get("TargetArn"),
    )


def _not_found(reference: Reference) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"Function not found: {reference.arn}", 404)
