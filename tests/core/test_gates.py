from __future__ import annotations

import copy

import pytest

from cumulet.core.gates import GateRules, decide

GOOD = {
    "candidate": {"skill": 0.09, "roc_auc": 0.70},
    "baselines": {"prior rate": {"skill": -0.001}, "logistic": {"skill": 0.05}},
    "champion": {
        "compared": True,
        "candidate": {"skill": 0.08, "rows": 900},
        "champion": {"skill": 0.07, "rows": 900},
    },
    "parity": 3e-7,
}


def changed(path: str, value: object) -> dict:
    evaluation = copy.deepcopy(GOOD)
    *parents, last = path.split("/")
    inner = evaluation
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return evaluation


def test_a_candidate_that_beats_them_all_passes():
    assert decide(GOOD, GateRules()) == ()
    assert decide(changed("champion", None), GateRules()) == ()


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("baselines/logistic/skill", 0.09, "baseline logistic"),
        ("champion/champion/skill", 0.085, "does not beat the champion"),
        ("candidate/roc_auc", 0.86, "leak"),
        ("candidate/roc_auc", None, "leak"),
        ("candidate/skill", None, "prior rate"),
        ("parity", 2e-5, "parity"),
        ("parity", float("nan"), "parity"),
    ],
)
def test_each_rule_gives_its_reason(path, value, reason):
    reasons = decide(changed(path, value), GateRules(too_good={"roc_auc": 0.85}))
    assert any(reason in text for text in reasons)


def test_a_champion_without_later_days_is_not_compared():
    evaluation = changed("champion/champion/skill", 0.5)
    evaluation["champion"]["compared"] = False
    assert decide(evaluation, GateRules()) == ()


def quantised(accuracy: float, size: int) -> dict:
    whole = {"skill": 0.09, "accuracy": 0.98}
    return {**changed("candidate/accuracy", accuracy), "float32": whole, "model_bytes": size}


def test_an_int8_file_may_lose_a_little_and_weigh_so_much():
    rules = GateRules(max_drop={"accuracy": 0.01}, max_bytes=120_000)
    assert decide(quantised(0.971, 120_000), rules) == ()
    (drop,) = decide(quantised(0.969, 1), rules)
    assert drop == "accuracy 0.9690 in int8 is 0.0110 below float32's, more than 0.01"
    (size,) = decide(quantised(0.98, 120_001), rules)
    assert size == "the model file has 120,001 bytes, more than 120,000"
    assert decide({**GOOD, "float32": None}, rules) == ()
