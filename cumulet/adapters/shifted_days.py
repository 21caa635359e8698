"""Which shift a lake's days came with: kept beside them, so that days of two worlds are never taken for one history."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError
from cumulet.contracts.manifests import canonical


@dataclass(frozen=True)
class ShiftedDays:
    """The shift under which days were handed over: what it is called, what it does, and its first day (ISO)."""

    name: str
    title: str
    digest: str
    """Equal for shifts that do the same."""
    start: str


def kept(lake: Lake, use_case: str) -> ShiftedDays | None:
    """What the lake's days came with; None where they came as they are."""
    found = lake.find(keys.shift(use_case))
    return None if found is None else ShiftedDays(**json.loads(found))


def keep(lake: Lake, use_case: str, asked: ShiftedDays | None) -> None:
    """Say what the days that come now come with."""
    if asked is None:
        lake.delete(keys.shift(use_case))
    else:
        lake.put(keys.shift(use_case), canonical(asdict(asked)), "application/json")


def require(lake: Lake, use_case: str, asked: ShiftedDays | None) -> None:
    """Raise ContractError when the lake has days already that came otherwise than asked: raw days stay as they are."""
    before = kept(lake, use_case)
    first = min((each.start for each in (before, asked) if each), default=None)
    if first is None or (before and asked and before.digest == asked.digest):
        return
    raw = f"raw/{use_case}/dt="
    here = next((key.removeprefix(raw)[:10] for key in lake.list(raw) if key.removeprefix(raw)[:10] >= first), None)
    if here is None:
        return
    came = f"with the shift {before.name}" if before else "as they are"
    wanted = f"with the shift {asked.name}" if asked else "as they are"
    same = f"give --shift {before.name}" if before else "leave --shift out"
    raise ContractError(
        f"{use_case} has days in the lake already, from {here} on, that came {came}; now they should come {wanted}, "
        f"and raw days stay as they came: {same}, or simulate in a state of its own, "
        "e.g. CUMULET_STATE=/tmp/other cumulet simulate …"
    )
