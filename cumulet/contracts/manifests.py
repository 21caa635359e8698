"""The manifests: what a dataset snapshot and a model artifact say of themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from cumulet.contracts.errors import ContractError, NotFoundError


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: equal values are equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A frozen dataclass that is stored as JSON."""

    def to_json(self) -> bytes:
        """Readable, deterministic JSON."""
        return json.dumps(asdict(self), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Raises ContractError when a field is missing or unknown."""
        values: Mapping[str, Any] = json.loads(data)
        try:
            return cls(**values)
        except TypeError as error:
            raise ContractError(f"{cls.__name__}: {error}; was it written by another version of Cumulet?") from error


@dataclass(frozen=True, kw_only=True)
class DatasetManifest(Manifest):
    """A snapshot: which bytes, of which schema, as known at which cut-off. Its id is the hash of all of it."""

    use_case: str
    cut_off: str
    """ISO time stamp (UTC): nothing that became known later is in it."""
    first_day: str
    last_day: str
    rows: int
    labelled: int
    schema_hash: str
    files: dict[str, str]
    """File name to sha256, of the snapshot's own files."""
    sources: dict[str, str]
    """Lake key to sha256, of every partition it was made from, and of the raw files that those were made from."""

    @property
    def dataset_id(self) -> str:
        """First 16 hexadecimal digits of the sha256 of the canonical manifest."""
        return sha256(canonical(asdict(self)))[:16]

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Raises NotFoundError for what an erasure left in its place, ContractError as every manifest does."""
        if stone := Tombstone.read(data):
            raise NotFoundError(f"dataset {stone.dataset_id} is gone since {stone.at}: {stone.erased}")
        return super().from_json(data)


@dataclass(frozen=True, kw_only=True)
class Tombstone(Manifest):
    """What stays of a snapshot that an erasure took: its manifest.json from then on."""

    dataset_id: str
    erased: str
    """Why, and what to do."""
    at: str
    by: str
    """The erased, as the register calls them."""

    @classmethod
    def read(cls, data: bytes | str) -> Self | None:
        """What a manifest.json says of an erasure; None when the snapshot is there."""
        return cls.from_json(data) if "erased" in json.loads(data) else None


@dataclass(frozen=True, kw_only=True)
class DayManifest(Manifest):
    """An ingested day, written last: only what it lists is committed. It has no time of writing, so that ingesting
    the same raw day again leaves the same bytes."""

    use_case: str
    date: str
    cut_off: str
    """ISO time stamp (UTC) of the night."""
    tables: dict[str, dict[str, int]]
    """Per table the counts rows = valid + quarantined (+ replaced, where a later delivery corrected rows)."""
    files: dict[str, str]
    """Lake key to sha256, of every object of the day: curated, labels, side tables, quarantine."""
    ignored: dict[str, list[str]] = field(default_factory=dict)
    """Per table the columns that came and that its schema does not know; under "" raw objects of no table."""
    raw: dict[str, str] = field(default_factory=dict)
    """Key to sha256 of the raw objects that it was made from (to the size, of one too large to be read)."""
    statistics: dict[str, Any] = field(default_factory=dict)
    """Per table `cumulet.core.day_statistics.TableStatistics` as JSON: what later days are judged by."""
    accepted: str = ""
    """Why an operator accepted a day that breaks expectations which would have set it aside."""

    def count(self, kind: str, table: str | None = None) -> int:
        """Rows of a kind (rows, valid, quarantined), of one table or of all."""
        return sum(counts[kind] for name, counts in self.tables.items() if table in (None, name))


@dataclass(frozen=True, kw_only=True)
class SetAside(Manifest):
    """A day that was not committed, as `quarantine/…/_day.json` keeps it."""

    use_case: str
    date: str
    raw: dict[str, str]
    """Key to sha256: what was handed over."""
    tables: dict[str, dict[str, int]]
    findings: list[dict[str, Any]]
    """`cumulet.core.expectations.Finding` as JSON, those that stop the day first."""

    @property
    def reasons(self) -> list[str]:
        """What stopped the day."""
        return [str(finding["message"]) for finding in self.findings if finding["stops"]]


@dataclass(frozen=True, kw_only=True)
class Acceptance(Manifest):
    """An operator's word that a day which was set aside may be used; it holds for these raw objects and no others."""

    raw: dict[str, str]
    reason: str


@dataclass(frozen=True, kw_only=True)
class GoldenRecord:
    """A record (context features included, as transform reads it) and the prediction that training computed."""

    record: dict[str, Any]
    prediction: float | list[float]
    """The probability, the number, or a probability per class."""

    def distance(self, prediction: float | Sequence[float]) -> float:
        """How far another prediction of the record is from it; of lists the largest difference."""
        mine, theirs = (v if isinstance(v, Sequence) else [v] for v in (self.prediction, prediction))
        return max(abs(a - b) for a, b in zip(theirs, mine, strict=True))


@dataclass(frozen=True, kw_only=True)
class ModelManifest(Manifest):
    """What a model artifact says of itself; `manifest.json` inside model.tar.gz."""

    use_case: str
    algorithm: str
    dataset_id: str
    cut_off: str
    fingerprint: str
    """Of the import closure of the use case's transform."""
    features: list[str]
    threshold: float | None
    """From which prediction on to act; None where the task decides nothing."""
    parity: float
    """Largest difference between the fitted model's forecasts and those of its ONNX file, in units of `scale`."""
    scale: float = 1.0
    """What a difference of forecasts is small against: 1 for probabilities, the labels' deviation for numbers."""
    tolerance: float = 1e-5
    """Largest difference, in units of `scale`, at which a golden record still counts as replayed."""
    model_bytes: int = 0
    """Size of the model file."""
    golden: list[dict[str, Any]] = field(default_factory=list)
    """GoldenRecord as JSON."""

    @property
    def golden_records(self) -> list[GoldenRecord]:
        """The golden records, typed."""
        return [GoldenRecord(**g) for g in self.golden]
