"""Use cases are declarations: all of them together are small enough to be read in an hour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "usecases"
LIMIT = 1_200
"""Lines of Python and TOML in usecases/, those that are blank or hold nothing but a comment left out."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file that count."""
    found = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return (line for line in found if line and not line.startswith("#"))


def test_all_use_cases_together_are_small() -> None:
    """Python and TOML, without lines that are blank or comments; docstrings count."""
    files = [path for kind in ("*.py", "*.toml") for path in FOLDER.rglob(kind)]
    sizes = {str(path.relative_to(FOLDER)): sum(1 for _ in lines(path)) for path in files}
    longest = ", ".join(f"{name} ({sizes[name]})" for name in sorted(sizes, key=lambda name: -sizes[name])[:5])
    assert sum(sizes.values()) < LIMIT, (
        f"usecases/ has {sum(sizes.values()):,} lines, {LIMIT:,} are allowed; the longest files are {longest}. "
        "What two use cases do belongs into cumulet/core or cumulet/sources; what most of them say is a default "
        "(cumulet/core/usecase.py, cumulet/contracts/settings.py)."
    )


def test_blank_lines_and_comments_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('"""What it is."""\n\n# why\nx = 1  # one\n    # more\n')
    assert list(lines(path)) == ['"""What it is."""', "x = 1  # one"]
