"""Where commands leave their pages."""

from __future__ import annotations

from pathlib import Path

from cumulet.cli.target import STATE


def keep(name: str, page: str) -> str:
    """Write a page to the state's reports/, in place of an earlier one of this name; its path as a person types it."""
    path = STATE / "reports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
