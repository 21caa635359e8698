"""Reads the lineage of a use case from what the lake and the registry say of themselves: a listing per zone, the
manifests of the snapshots and the packages of the registry; nothing is read per night.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile

from cumulet.adapters import artifact
from cumulet.adapters.lake import Lake
from cumulet.adapters.registry import Package, Registry
from cumulet.adapters.scored_records import model_of
from cumulet.adapters.snapshots import Snapshots
from cumulet.contracts import lake as keys
from cumulet.contracts.deliveries import deliveries
from cumulet.contracts.manifests import DayManifest, Tombstone
from cumulet.core.lineage import Graph, Node
from cumulet.core.model import code_fingerprint
from cumulet.core.usecase import UseCase

PARTITION = re.compile(r"[^/]+/[^/]+/(?:dt|known)=(\d{4}-\d\d-\d\d)/.*")
MOST_DAYS = 16
"""Of so many days the hashes are read."""


@dataclass(frozen=True)
class LineageReader:
    """Reads what was made from what."""

    lake: Lake
    registry: Registry
    use_case: UseCase

    def read(self) -> Graph:
        """All partitions, snapshots, runs, models and scored nights of the use case, and what each was made from."""
        graph = Graph()
        listed = [key for zone in ("raw", "curated", "labels", "features", "predictions") for key in self._keys(zone)]
        for key in listed:
            graph.add(Node(key))
        self._snapshots(graph)
        for package in self.registry.list():
            self._package(graph, package)
        handed = [key for key in listed if key.startswith("raw/")]
        for key in [name for name, node in graph.nodes.items() if node.day]:
            for source in self._origins(key, handed):
                if source in graph.nodes:
                    graph.join(source, key)
        return graph

    def details(self, graph: Graph, asked: Sequence[str]) -> None:
        """Add what takes a read of its own: of every model of a (small) graph the code that it was made with and
        carries, and of the few days that were asked for the hashes of their files, as the lake has them now."""
        self._code(graph)
        days = sorted({_day_of(graph, name) for name in asked} - {""})
        for day in days[:MOST_DAYS]:
            self._committed(graph, day)

    def _code(self, graph: Graph) -> None:
        here = code_fingerprint(self.use_case)
        for name in [name for name, node in graph.nodes.items() if node.zone == "models"]:
            manifest = artifact.manifest(graph.nodes[name].facts["artifact"])
            graph.add(Node(name, {"algorithm": manifest.algorithm, "features": len(manifest.features)}))
            code = f"code/{self.use_case.name}/{manifest.fingerprint[:16]}"
            same = "the same" if manifest.fingerprint == here else "another"
            graph.add(Node(code, {"fingerprint": manifest.fingerprint, "code of this checkout": same}))
            graph.join(code, name)

    def _committed(self, graph: Graph, day: str) -> None:
        found = self.lake.find(keys.commit(self.use_case.name, date.fromisoformat(day)))
        if found is None:
            return
        manifest = DayManifest.from_json(found)
        for key, digest in {**manifest.files, **manifest.raw}.items():
            known = graph.nodes[key].facts if key in graph.nodes else None
            if known is not None and known.get("sha256", digest) != digest:
                graph.add(Node(key, {"sha256 now": digest}))
            elif known is not None:
                graph.add(Node(key, {"sha256": digest}))

    def _keys(self, zone: str) -> Iterator[str]:
        datasets = [self.use_case.name]
        if zone == "curated":
            datasets += [f"{self.use_case.name}_{table}" for table in self.use_case.side_tables]
        for dataset in datasets:
            for key in self.lake.list(f"{zone}/{dataset}/"):
                if PARTITION.fullmatch(key) and not key.endswith(".json"):
                    yield key

    def _snapshots(self, graph: Graph) -> None:
        snapshots = Snapshots(self.lake, self.use_case.name)
        for dataset_id, manifest in sorted(snapshots.standing(snapshots.ids()).items()):
            name = snapshots.prefix(dataset_id).rstrip("/")
            if isinstance(manifest, Tombstone):
                graph.add(Node(name, {"erased": manifest.at}))
                continue
            facts = {"cut_off": manifest.cut_off, "rows": manifest.rows, "labelled": manifest.labelled}
            graph.add(Node(name, {**facts, "sha256": manifest.files.get("data.parquet", "")}))
            for key, digest in manifest.sources.items():
                known = graph.nodes[key].facts.get("sha256", digest) if key in graph.nodes else digest
                graph.add(Node(key, {"sha256": digest} if known == digest else {f"sha256 in {dataset_id}": digest}))
                if not key.startswith("raw/"):
                    graph.join(key, name)

    def _package(self, graph: Graph, package: Package) -> None:
        use_case, metadata = self.use_case.name, package.metadata
        model = f"models/{use_case}/{package.version}"
        facts = {"status": package.status, "cut_off": metadata.get("cut_off", ""), "artifact": package.artifact_uri}
        graph.add(Node(model, {**facts, "package": package.arn}))
        if run := metadata.get("run"):
            graph.add(Node(f"runs/{use_case}/{run}", {"because of": metadata.get("reason", "")}))
            graph.join(f"runs/{use_case}/{run}", model)
            if dataset := metadata.get("dataset_id"):
                graph.join(f"snapshots/{use_case}/{dataset}", f"runs/{use_case}/{run}")

    def _origins(self, key: str, handed: Sequence[str]) -> Iterator[str]:
        """What a partition was made from: by its key alone, since a night is made of that night's own files."""
        use_case, zone = self.use_case, key.partition("/")[0]
        day = date.fromisoformat(PARTITION.fullmatch(key)[1])  # type: ignore[index]
        sides = {f"{use_case.name}_{table}": table for table in use_case.side_tables}
        if zone == "labels":
            yield from _handed_over(handed, keys.raw_day(use_case.name, day), "outcomes")
        elif zone == "curated":
            table = sides.get(key.split("/")[1], "records")
            yield from _handed_over(handed, keys.raw_day(use_case.name, day), table)
        elif zone == "features":
            yield from (keys.curated(dataset, day) for dataset in (use_case.name, *sides))
            yield from (keys.labels(use_case.name, day - timedelta(n)) for n in range(use_case.context.nights))
        elif zone == "predictions":
            yield keys.features(use_case.name, day)
            yield f"models/{use_case.name}/{model_of(key)}"


def _handed_over(handed: Sequence[str], prefix: str, table: str) -> Iterator[str]:
    """The raw objects of a day and table that count, in whatever form they came; `handed` are all of them, sorted."""
    start = bisect_left(handed, prefix)
    of_day = takewhile(lambda key: key.startswith(prefix), islice(handed, start, None))
    yield from (each.key for each in deliveries(of_day, table))


def _day_of(graph: Graph, name: str) -> str:
    """The day of a partition, or of the night that a record was scored in; empty for the rest."""
    return name.rpartition("@")[2] if graph.nodes[name].zone == "records" else graph.nodes[name].day
