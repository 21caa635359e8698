"""The versions of one function and the alias that points to one of them: a version carries a model package."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cumulet.adapters.champion import PACKAGE_VARIABLE
from cumulet.adapters.session import client
from cumulet.contracts.errors import GateError, JobError, NotFoundError

LATEST = "$LATEST"
PROMOTED = "live so far: "
KEPT = 20
"""Promotions that the alias's description remembers (it holds 256 characters)."""


class Versions:
    """Publishes, invokes and promotes versions of a function."""

    def __init__(self, function: str, alias: str = "live", functions: Any = None) -> None:
        self.function = function
        self.alias = alias
        self._functions = functions or client("lambda")

    def current(self) -> str:
        """The version that the alias points to."""
        return str(self._alias()["FunctionVersion"])

    def find(self, package: str) -> str:
        """The newest version that carries the package and the code of today; empty when there is none."""
        code = self._latest()["CodeSha256"]
        same = [v["Version"] for v in self._published() if _package(v) == package and v["CodeSha256"] == code]
        return str(same[-1]) if same else ""

    def roll_back(self) -> tuple[str, str]:
        """Point the alias to the version that was live before; the model packages before and after.

        Only versions that were promoted count, not those that failed their replay. Raises NotFoundError when there is
        none.
        """
        live, (*earlier, _) = self.current(), self._promoted() or [""]
        if not earlier:
            raise NotFoundError("nothing was live before the present model; release another one: `cumulet model list`")
        carried = {str(v["Version"]): _package(v) for v in self._published()}
        self._point(earlier[-1], earlier)
        return carried[live], carried[earlier[-1]]

    def publish(self, package: str) -> str:
        """Publish a version whose environment names the package.

        Raises JobError when another release changed the function in between; run the step again.
        """
        variables = {**self._latest().get("Environment", {}).get("Variables", {}), PACKAGE_VARIABLE: package}
        self._functions.update_function_configuration(FunctionName=self.function, Environment={"Variables": variables})
        self._functions.get_waiter("function_updated").wait(
            FunctionName=self.function, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        published = self._functions.publish_version(FunctionName=self.function, Description=package)
        if _package(published) != package:
            raise JobError(f"{self.function}: another release came in between; run this one again")
        version = str(published["Version"])
        self._functions.get_waiter("published_version_active").wait(
            FunctionName=self.function, Qualifier=version, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        return version

    def invoke(self, version: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Call a version and return its answer. Raises GateError with the function's own words when it fails."""
        answer = self._functions.invoke(
            FunctionName=self.function, Qualifier=version, Payload=json.dumps(payload).encode()
        )
        body = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise GateError(f"version {version}: {body.get('errorType')}: {body.get('errorMessage')}")
        return dict(body)

    def promote(self, version: str) -> None:
        """Point the alias to a version, with all its traffic."""
        promoted = self._promoted()
        self._point(version, promoted if promoted[-1:] == [version] else [*promoted, version])

    def _point(self, version: str, promoted: list[str]) -> None:
        self._functions.update_alias(
            FunctionName=self.function,
            Name=self.alias,
            FunctionVersion=version,
            Description=PROMOTED + " ".join(promoted[-KEPT:]),
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def _promoted(self) -> list[str]:
        """The versions that were live, the present one last: the alias's description tells."""
        description = self._alias().get("Description", "")
        return description.removeprefix(PROMOTED).split() if description.startswith(PROMOTED) else []

    def _alias(self) -> dict[str, Any]:
        return dict(self._functions.get_alias(FunctionName=self.function, Name=self.alias))

    def _published(self) -> Iterator[Mapping[str, Any]]:
        pages = self._functions.get_paginator("list_versions_by_function").paginate(FunctionName=self.function)
        return (version for page in pages for version in page["Versions"] if version["Version"] != LATEST)

    def _latest(self) -> dict[str, Any]:
        return dict(self._functions.get_function_configuration(FunctionName=self.function))


def _package(configuration: Mapping[str, Any]) -> str:
    return str(configuration.get("Environment", {}).get("Variables", {}).get(PACKAGE_VARIABLE, ""))
