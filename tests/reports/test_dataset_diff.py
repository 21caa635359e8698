from __future__ import annotations

import re

import numpy as np

from cumulet.core.dataset_diff import compare
from cumulet.core.histograms import histogram
from cumulet.core.row_diff import day_rows
from cumulet.reports import dataset_diff


def table(shift: float, ids: list[str]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "id": np.array(ids, object),
        "at": np.datetime64("2013-01-01T05:00", "m") + 600 * np.arange(len(ids)),
        "to": np.array(["<Ulm>", "Bonn"] * (len(ids) // 2), object),
        "km": rng.normal(shift, 1, len(ids)),
        "label": np.arange(len(ids)) % 2.0,
    }


def page() -> str:
    before, after = table(0, [str(n) for n in range(100)]), table(2, [str(n) for n in range(20, 140)])
    found = compare(before, after, event_time="at")
    days = day_rows(*(each["at"].astype("datetime64[D]") for each in (before, after)))
    pictures = [histogram(name, before[name], after[name]) for name in ("km", "to")]
    return dataset_diff.render(found, pictures, days, use_case="flights", ids=("8c1f", "a0b1"))


def test_the_page_has_the_figures_a_picture_of_each_column_and_the_days_and_needs_nothing_else():
    found = page()
    assert "<script" not in found
    assert not re.search(r"""(src|href)=["'](?!#)(?!\s*http://www.w3.org)""", found.replace("xlink:href", "href"))
    assert found.count("<svg") == 3
    assert "<b>40</b><span>rows added" in found
    assert "<b>20</b><span>rows removed" in found
    assert '<tr class="shifted"><td>km</td>' in found
    assert "<Ulm>" not in found


def test_equal_figures_are_equal_bytes():
    assert page() == page()
