"""What the boxes of a lineage say."""

from __future__ import annotations

from dataclasses import dataclass

from cumulet.core.lineage import Node, title

KINDS = {
    "raw": "raw file",
    "snapshots": "snapshot",
    "runs": "run of Training",
    "models": "model",
    "code": "code of features",
    "predictions": "predictions",
    "records": "prediction",
}


@dataclass(frozen=True)
class Caption:
    """What a node says of itself: what kind of thing, which one, and what is worth knowing of it."""

    kind: str
    name: str
    detail: str


def caption(node: Node) -> Caption:
    """The words for a node of a collapsed graph."""
    zone, dataset, *_ = parts = title(node).split("/")
    table = parts[-1].partition(".")[0]
    facts = node.facts
    if "first" in facts or node.day:
        first, last = facts.get("first", node.day), facts.get("last", node.day)
        kind = (
            {"raw": f"raw {table}", "predictions": f"predictions of {parts[3].replace('=', ' ')}"} if parts[3:] else {}
        )
        days = f"{facts['count']} days" if facts.get("count", 1) > 1 else _short(facts.get("sha256", ""))
        return Caption(kind.get(zone, f"{zone} {dataset}"), str(first) if first == last else f"{first} … {last}", days)
    name = {"models": f"{dataset} {parts[-1]}", "records": str(facts.get("id", parts[-1]))}.get(zone, parts[-1])
    return Caption(KINDS[zone], name, _detail(node))


def _detail(node: Node) -> str:
    facts = node.facts
    until = f"of {facts['cut_off'][:10]}" if facts.get("cut_off") else ""
    if "erased" in facts:
        return f"erased on {facts['erased'][:10]}"
    if node.zone == "snapshots":
        return f"{facts['labelled']:,} labelled, as {until}" if facts else "absent"
    if node.zone == "models":
        return f"{facts['status']}, as {until}"
    if node.zone == "code":
        return ("as in" if facts["code of this checkout"] == "the same" else "not that of") + " this checkout"
    if node.zone == "records":
        return ", ".join(f"{name[14:]}: {value:.4f}" for name, value in facts.items() if name.startswith("prediction"))
    return f"because of: {facts['because of']}" if facts.get("because of") else ""


def _short(digest: str) -> str:
    return f"sha256 {digest[:12]}…" if digest else ""
