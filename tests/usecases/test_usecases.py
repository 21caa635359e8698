from __future__ import annotations

import pytest

import usecases
from cumulet.contracts.errors import NotFoundError


def test_a_use_case_is_loaded_by_name():
    assert "flights" in usecases.names()
    assert all(usecases.load(name).name == name for name in usecases.names())


@pytest.mark.parametrize("load", [usecases.load, usecases.source])
def test_an_unknown_name_is_answered_with_those_that_exist(load):
    with pytest.raises(NotFoundError, match=r"'trains'.*flights"):
        load("trains")
