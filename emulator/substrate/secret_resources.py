"""CloudFormation's secrets as AWS makes them: Ref is the ARN, and a generated value is what the template asked for.

ministack's Ref is the name, which no policy written with Ref allows; its values hold what was to be left out.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import drift, provisioners
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from emulator.substrate.completions import Properties

TYPE = "AWS::SecretsManager::Secret"
_KEYS = ("SecretStringTemplate", "GenerateStringKey")
"""What of GenerateSecretString is about where the password goes; the rest is GetRandomPassword's."""


def install() -> None:
    """Replace the type; a secret that an earlier emulator made keeps the id that it has."""
    provisioners._sm_secret_string = _value
    create, update = provisioners._sm_secret_create, provisioners._sm_secret_update

    def on_create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, dict[str, Any]]:
        return _by_arn(create(logical_id, properties, stack_name))

    def on_update(id: str, old: Properties, new: Properties, *rest: Any, **more: Any) -> tuple[str, dict[str, Any]]:
        name, made = _name(id), update(_name(id), old, new, *rest, **more)
        return (id, made[1]) if made[0] == name else _by_arn(made)

    def on_delete(id: str, properties: Properties) -> None:
        provisioners._sm_secret_delete(_name(id), properties)

    _RESOURCE_HANDLERS[TYPE] |= {"create": on_create, "update": on_update, "delete": on_delete}
    read, ours = drift._DRIFT_READERS[TYPE]
    drift._DRIFT_READERS[TYPE] = (lambda id, properties: read(_name(id), properties), ours)


def _by_arn(made: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    return made[1]["Arn"], made[1]


def _name(id: str) -> str:
    """The name of a secret, which ministack goes by; what it does not know stays as it is."""
    return secretsmanager._resolve(id)[0] or id


def _value(properties: Properties) -> str:
    """SecretString, or a password by GetRandomPassword: alone, or in the JSON of a template."""
    wanted = properties.get("GenerateSecretString")
    if not wanted:
        return str(properties.get("SecretString", ""))
    status, _, body = secretsmanager._get_random_password(_typed({k: v for k, v in wanted.items() if k not in _KEYS}))
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f"{TYPE} GenerateSecretString was rejected: {answer.get('Message') or answer.get('message')}")
    password = str(answer["RandomPassword"])
    if "SecretStringTemplate" not in wanted:
        return password
    return json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: password})


def _typed(wanted: dict[str, Any]) -> dict[str, Any]:
    """Numbers and truth values of a template may be text."""
    return {name: _scalar(value) if name != "ExcludeCharacters" else value for name, value in wanted.items()}


def _scalar(value: Any) -> Any:
    text = str(value).lower()
    return text == "true" if text in ("true", "false") else int(value)
