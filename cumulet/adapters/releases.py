"""The versions of `predict` that carry a model, and the way back to an earlier one."""

from __future__ import annotations

from cumulet.adapters.champion import PACKAGE_VARIABLE, Champion
from cumulet.adapters.registry import version_of
from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError


class Releases:
    """The published versions of one function, and its alias."""

    def __init__(self, champion: Champion) -> None:
        self.champion = champion
        self._functions = client("lambda")

    def versions(self) -> dict[int, str]:
        """Version of the function to the ARN of the model package that it carries; only those that carry one."""
        pages = self._functions.get_paginator("list_versions_by_function").paginate(FunctionName=self.champion.function)
        found: dict[int, str] = {}
        for page in pages:
            for version in page["Versions"]:
                package = version.get("Environment", {}).get("Variables", {}).get(PACKAGE_VARIABLE, "")
                if package and version["Version"] != "$LATEST":
                    found[int(version["Version"])] = package
        return found

    def roll_back(self) -> tuple[str, str]:
        """Move the alias to the newest release before the live one; the model versions before and after.

        Raises NotFoundError when there is no earlier release.
        """
        live, releases = int(self.champion.version()), self.versions()
        earlier = [version for version in sorted(releases) if version < live]
        if live not in releases or not earlier:
            raise NotFoundError(f"version {live} of {self.champion.function} has no release before it to go back to")
        self._functions.update_alias(
            FunctionName=self.champion.function, Name=self.champion.alias, FunctionVersion=str(earlier[-1])
        )
        return version_of(releases[live]), version_of(releases[earlier[-1]])
