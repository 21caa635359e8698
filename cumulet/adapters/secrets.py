"""The key of the pseudonyms: one secret of AWS Secrets Manager, which CloudFormation generated."""

from __future__ import annotations

from typing import Any

from cumulet.adapters import stacks
from cumulet.adapters.session import client
from cumulet.core.pseudonyms import KeyRing


def secret_of(stack: str) -> str:
    """The ARN of the secret that a stack has; empty where it has none."""
    found = stacks.resources(stack, "AWS::SecretsManager::Secret")
    return str(found[0]["PhysicalResourceId"]) if found else ""


class Secret:
    """Reads and rotates the keys; without an ARN there is no key."""

    def __init__(self, arn: str, secrets: Any = None) -> None:
        self.arn = arn
        self._secrets: Any = secrets or (client("secretsmanager") if arn else None)

    def ring(self) -> KeyRing:
        """The keys by version. Raises ContractError when the secret is not what the stack made."""
        if not self.arn:
            return KeyRing.public()
        return KeyRing.from_json(self._secrets.get_secret_value(SecretId=self.arn)["SecretString"])

    def rotate(self) -> int:
        """Put a new key before those there are; its version."""
        key = self._secrets.get_random_password(PasswordLength=64, ExcludePunctuation=True)["RandomPassword"]
        text = self.ring().newer(key)
        self._secrets.put_secret_value(SecretId=self.arn, SecretString=text)
        return max(KeyRing.from_json(text).keys)
