"""The champion: the model package that the alias of `predict` serves. The alias is the only truth about it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.registry import model_name, version_of
from cumulet.adapters.session import client
from cumulet.contracts.errors import NotFoundError

PACKAGE_VARIABLE = "CUMULET_MODEL_PACKAGE"


class Champion:
    """Reads which version of a function its alias points to, and which model package that version carries."""

    def __init__(self, function: str, alias: str = "live", functions: Any = None) -> None:
        self.function = function
        self.alias = alias
        self._functions = functions or client("lambda")

    def package(self) -> str:
        """The ARN of the champion's model package; empty when no model is live."""
        variables = self._configuration().get("Environment", {}).get("Variables", {})
        return str(variables.get(PACKAGE_VARIABLE, ""))

    def version(self) -> str:
        """The version of the function that the alias points to."""
        return str(self._configuration()["Version"])

    def model(self) -> str:
        """The champion's version in the registry, e.g. "3"; empty when no model is live."""
        return version_of(self.package())

    def model_name(self, use_case: str) -> str:
        """The name of the champion's SageMaker Model; empty when no model is live."""
        package = self.package()
        return model_name(use_case, package) if package else ""

    def _configuration(self) -> dict[str, Any]:
        try:
            answer = self._functions.get_function_configuration(FunctionName=self.function, Qualifier=self.alias)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise NotFoundError(f"{self.function}:{self.alias} does not exist; deploy first") from error
            raise
        return dict(answer)
