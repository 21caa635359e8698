from __future__ import annotations

import json
from pathlib import Path

from infra.nag import ACCEPTED, covers, findings


def found(assembly: Path) -> list[tuple[str, str]]:
    return list(findings(json.loads((assembly / "validation-report.json").read_text())))


def test_every_finding_of_cdk_nag_is_accepted_with_a_reason(assembly: Path) -> None:
    unaccepted = [f for f in found(assembly) if not any(covers(accepted, *f) for accepted in ACCEPTED)]
    assert unaccepted == []


def test_no_acceptance_has_outlived_its_finding(assemblies: dict[str, Path]) -> None:
    everything = [finding for assembly in assemblies.values() for finding in found(assembly)]
    stale = [accepted for accepted in ACCEPTED if not any(covers(accepted, *finding) for finding in everything)]
    assert stale == []


def test_every_acceptance_has_a_reason() -> None:
    assert all(len(accepted.reason) > 20 for accepted in ACCEPTED)
