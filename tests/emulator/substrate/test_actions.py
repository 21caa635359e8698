from __future__ import annotations

import pytest

from tests.emulator.substrate.test_names import run

ALIAS = "/2015-03-31/functions/predict/aliases/live"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", ALIAS, "GetAlias"),
        ("PUT", ALIAS, "UpdateAlias"),
        ("DELETE", ALIAS, "DeleteAlias"),
        ("GET", ALIAS.rsplit("/", 1)[0], "ListAliases"),
        ("POST", ALIAS.rsplit("/", 1)[0], "CreateAlias"),
        ("GET", "/2015-03-31/functions/aliases/configuration", "GetFunctionConfiguration"),
    ],
)
def test_a_request_on_an_alias_is_authorised_by_awss_own_action(tmp_path, method, path, action):
    code = "from emulator.substrate import actions\nactions.install()\nfrom ministack.core import iam_actions\n"
    assert run(f"{code}print(iam_actions._lambda_action({method!r}, {path!r}))", tmp_path) == action
