"""Why a day was set aside, as a page for people: the reasons, each with its figures over the days before.

Drawn by hand: a function that carries a plotting library would carry 60 MB for one picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cumulet.contracts.manifests import SetAside

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 70, 34, 16
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2rem auto; padding: 0 1rem; color: #1d2733 }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.05rem; margin: 1.8rem 0 .3rem }
table { border-collapse: collapse } th, td { padding: .25rem .9rem .25rem 0; text-align: right }
th:first-child, td:first-child { text-align: left } tr { border-bottom: 1px solid #d8dee6 }
code { background: #f1f4f8; padding: .1rem .35rem; border-radius: 4px } .warns { color: #64748b }
svg text { font: 12px system-ui, sans-serif; fill: #475569 }
"""


def page(title: str, verdict: SetAside) -> str:
    """The page, complete in itself."""
    day, name = verdict.date, verdict.use_case
    parts = [_finding(each) for each in verdict.findings]
    commands = (f"cumulet data correct {name} {day} TABLE FILE", f'cumulet data accept {name} {day} --reason "…"')
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)} {day}: set aside</title>
<style>{STYLE}</style>
<h1>{escape(title)}: {day} was set aside</h1>
<p>Nothing of it was committed or scored. What was handed over stays in <code>raw/</code>;
earlier days stay as they are.</p>
{"".join(parts)}
<h2>What came</h2>{_counts(verdict.tables)}
<h2>What to do</h2>
<p>Hand over a corrected table: <code>{escape(commands[0])}</code><br>
or accept the day as it is: <code>{escape(commands[1])}</code></p></html>
"""


def _finding(finding: Mapping[str, Any]) -> str:
    kind = "" if finding["stops"] else ' class="warns"'
    word = "stops the day" if finding["stops"] else "warns only"
    head = f"<h2{kind}>{escape(finding['expectation'])} ({word})</h2><p{kind}>{escape(finding['message'])}</p>"
    return head + (_plot(finding) if finding["history"] else "")


def _counts(tables: Mapping[str, Mapping[str, int]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{n['rows']}</td><td>{n['valid']}</td><td>{n['quarantined']}</td></tr>"
        for name, n in tables.items()
    )
    return f"<table><tr><th>table</th><th>rows</th><th>valid</th><th>refused</th></tr>{rows}</table>"


def _plot(finding: Mapping[str, Any]) -> str:
    """The figure over the days before, the range that passes as a band, and the day itself in red."""
    days = [day for day, _ in finding["history"]] + ["this day"]
    values = [float(value) for _, value in finding["history"]] + [float(finding["found"])]
    low = 0.0 if finding["low"] is None else float(finding["low"])
    high = max(values) if finding["high"] is None else float(finding["high"])
    top = max(*values, high) * 1.08 or 1.0

    def x(n: int) -> float:
        return LEFT + (WIDTH - LEFT - 20) * (n + 0.5) / len(values)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top

    passes = f'width="{WIDTH - LEFT - 20}" height="{y(low) - y(high):.1f}" fill="#dcefe3"'
    band = f'<rect x="{LEFT}" y="{y(high):.1f}" {passes}/>'
    dots = "".join(
        f'<circle cx="{x(n):.1f}" cy="{y(value):.1f}" r="{7 if n == len(values) - 1 else 4}" '
        f'fill="{"#c8102e" if n == len(values) - 1 else "#33658a"}"><title>{days[n]}: {value:.4g}</title></circle>'
        for n, value in enumerate(values)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(finding["message"])}">{band}'
        f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y(0):.1f}" y2="{y(0):.1f}" stroke="#94a3b8"/>'
        f"{_axis(sorted({0.0, low, high}), y)}{dots}{_dates(days, x)}</svg>"
    )


def _axis(values: Sequence[float], y: Any) -> str:
    return "".join(
        f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.4g}</text>' for value in values
    )


def _dates(days: Sequence[str], x: Any) -> str:
    shown = {0, len(days) - 1}
    return "".join(
        f'<text x="{x(n):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{day}</text>'
        for n, day in enumerate(days)
        if n in shown
    )
