from __future__ import annotations

import pytest

from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.prefixes import matching, one_of

IDS = ("8c1f02aa", "8c1f77bb", "a0b1c2d3")


def test_a_prefix_of_one_id_is_that_id():
    assert one_of(IDS, "8c1f0", "snapshot") == "8c1f02aa"
    assert one_of(IDS, "a0b1c2d3", "snapshot") == "a0b1c2d3"


def test_an_id_that_begins_another_one_is_itself():
    assert matching(("abcd", "abcdef"), "abcd") == ["abcd"]


@pytest.mark.parametrize(
    ("prefix", "error", "said"),
    [
        ("8c1f", ContractError, "ambiguous: 8c1f02aa, 8c1f77bb"),
        ("8c1", ContractError, "at least 4 characters"),
        ("ffff", NotFoundError, "there are 8c1f02aa, 8c1f77bb, a0b1c2d3"),
    ],
)
def test_what_is_not_one_id_is_refused_and_ids_are_named(prefix, error, said):
    with pytest.raises(error, match=said):
        one_of(IDS, prefix, "snapshot")


def test_where_there_is_none_it_says_so():
    with pytest.raises(NotFoundError, match="none yet"):
        one_of((), "8c1f", "snapshot")
