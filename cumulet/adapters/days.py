"""Days as an operator handles them: look at one, correct it, accept it, and see what was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cumulet.adapters.lake import Lake
from cumulet.adapters.registry import Registry
from cumulet.adapters.snapshots import Snapshots
from cumulet.contracts import lake as keys
from cumulet.contracts.deliveries import deliveries, delivery_of, form_of, name_of
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import Acceptance, DayManifest, SetAside
from cumulet.core.dependents import Dependent, Made, dependents


@dataclass(frozen=True)
class Days:
    """The days of one use case in the lake."""

    lake: Lake
    use_case: str

    def manifest(self, day: date) -> DayManifest | None:
        """What the day has committed; None when it has nothing."""
        data = self.lake.find(keys.commit(self.use_case, day))
        return None if data is None else DayManifest.from_json(data)

    def set_aside(self, day: date) -> SetAside | None:
        """Why the day was set aside; None when it was not, or no longer is."""
        data = self.lake.find(keys.set_aside(self.use_case, day))
        return None if data is None else SetAside.from_json(data)

    def reasons(self, day: date) -> list[str]:
        """What a day was set aside for; nothing when it was not."""
        verdict = self.set_aside(day)
        return verdict.reasons if verdict else []

    def all_set_aside(self) -> set[date]:
        """The days that are set aside."""
        listed = self.lake.list(f"quarantine/{self.use_case}/")
        days = (_day(key.split("/")[2]) for key in listed)
        return {day for key, day in zip(listed, days, strict=True) if key == keys.set_aside(self.use_case, day)}

    def page(self, day: date) -> bytes:
        """The page that shows why a day was set aside. Raises NotFoundError when it was not."""
        found = self.lake.find(keys.set_aside(self.use_case, day, "html"))
        if found is None:
            raise NotFoundError(f"{self.use_case} {day} is not set aside: there is no page of what is wrong with it")
        return found

    def accept(self, day: date, reason: str) -> SetAside:
        """Note that what was handed over for a day may be used; the verdict that is overruled.

        Raises NotFoundError when the day is not set aside, and ContractError without a reason.
        """
        verdict = self.set_aside(day)
        if verdict is None:
            raise NotFoundError(f"{self.use_case} {day} is not set aside: there is nothing to accept")
        if not reason.strip():
            raise ContractError("give a reason: it is kept in the day's manifest, for whoever asks later")
        given = Acceptance(raw=verdict.raw, reason=reason.strip())
        self.lake.put(keys.accepted(self.use_case, day), given.to_json(), "application/json")
        return verdict

    def correct(self, day: date, table: str, content: bytes, *, whole: bool) -> str:
        """Hand over a later delivery of a table; its key. The same content as the last delivery's is not added again.

        Its rows replace those with the same key, or, when it is the `whole` table, all deliveries before it.
        """
        prefix = keys.raw_day(self.use_case, day)
        listed = self.lake.list(prefix)
        before = [each for key in listed if (each := delivery_of(key)) and each.table == table]
        counting = deliveries(listed, table)
        if counting and self.lake.find(counting[-1].key) == content and counting[-1].whole in (whole, True):
            return counting[-1].key
        number = max((each.number for each in before), default=0) + 1
        key = prefix + name_of(table, form_of(content), number, whole=whole)
        self.lake.put(key, content)
        return key

    def made(self, registry: Registry) -> Made:
        """What was made from the days of the use case."""
        scored = [key.split("/") for key in self.lake.list(f"predictions/{self.use_case}/")]
        return Made(
            features=[_day(key.split("/")[2]) for key in self.lake.list(f"features/{self.use_case}/")],
            predictions=sorted({(_day(parts[2]), parts[3].removeprefix("model=")) for parts in scored}),
            snapshots=self._snapshots(),
            models={package.version: package.metadata.get("dataset_id", "") for package in registry.list()},
        )

    def dependents(self, day: date, looks_back: int, registry: Registry) -> list[Dependent]:
        """Everything that was made from a day. Raises NotFoundError when it was never committed."""
        manifest = self.manifest(day)
        if manifest is None:
            raise NotFoundError(f"{self.use_case} {day} is not committed: nothing was made from it")
        return dependents(day, manifest.files, looks_back, self.made(registry))

    def _snapshots(self) -> Mapping[str, Mapping[str, str]]:
        snapshots = Snapshots(self.lake, self.use_case)
        return {one: manifest.sources for one, manifest in snapshots.manifests(snapshots.ids()).items()}


def _day(partition: str) -> date:
    return date.fromisoformat(partition.partition("=")[2])
