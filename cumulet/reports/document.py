"""Pages of tables and pictures in one style; each is one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cumulet.reports.pictures import Picture

TEMPLATE = "document.html.j2"


def render(
    title: str,
    lead: Sequence[str],
    parts: Sequence[Mapping[str, Any]] = (),
    *,
    footer: str = "",
    template: str = TEMPLATE,
    **values: Any,
) -> str:
    """A page. Each part has `title` and `tells`, and what it shows: `svg`, `rows` (a table; a `Picture` is seen in it)
    or `images` (data URIs)."""
    environment = Environment(
        loader=PackageLoader("cumulet.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = cell
    environment.tests["picture"] = lambda value: isinstance(value, Picture)
    return environment.get_template(template).render(title=title, lead=lead, parts=parts, footer=footer, **values)


def cell(value: Any) -> str:
    """A value as a table's cell.

    >>> cell(12345), cell(0.70449), cell(None), cell("UA")
    ('12,345', '0.704', '–', 'UA')
    """
    if value is None or value != value:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
