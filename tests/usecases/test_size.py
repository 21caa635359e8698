"""Use cases are declarations: four of them together are under 1,200 lines, small enough to be read in an hour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import usecases

FOLDER = Path(__file__).resolve().parents[2] / "usecases"
EACH = 300
"""Lines of Python and TOML that a use case has on average at most."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file that count."""
    found = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return (line for line in found if line and not line.startswith("#"))


def test_all_use_cases_together_are_small() -> None:
    """Python and TOML in their folders, without lines that are blank or comments; docstrings count."""
    names = usecases.names()
    files = [path for name in names for kind in ("*.py", "*.toml") for path in (FOLDER / name).rglob(kind)]
    sizes = {str(path.relative_to(FOLDER)): sum(1 for _ in lines(path)) for path in files}
    total, limit = sum(sizes.values()), EACH * len(names)
    longest = ", ".join(f"{name} ({sizes[name]})" for name in sorted(sizes, key=lambda name: -sizes[name])[:5])
    assert total < limit, (
        f"{len(names)} use cases have {total:,} lines, {limit:,} are allowed; the longest files are {longest}. "
        "What two use cases do belongs into cumulet/core or cumulet/sources; what most of them say is a default "
        "(cumulet/core/usecase.py, cumulet/contracts/settings.py)."
    )


def test_blank_lines_and_comments_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('"""What it is."""\n\n# why\nx = 1  # one\n    # more\n')
    assert list(lines(path)) == ['"""What it is."""', "x = 1  # one"]
