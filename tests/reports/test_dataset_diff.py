from __future__ import annotations

import re

import numpy as np

from cumulet.core.dataset_diff import compare
from cumulet.core.histograms import histogram
from cumulet.core.row_diff import day_rows
from cumulet.core.tasks import Binary, CostMatrix, MultiClass, Task
from cumulet.reports import dataset_diff

YES_NO = Binary(cost=CostMatrix(miss=1, false_alarm=1))


def table(shift: float, ids: list[str]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "id": np.array(ids, object),
        "at": np.datetime64("2013-01-01T05:00", "m") + 600 * np.arange(len(ids)),
        "to": np.array(["<Ulm>", "Bonn"] * (len(ids) // 2), object),
        "km": rng.normal(shift, 1, len(ids)),
        "label": np.arange(len(ids)) % 2.0,
    }


def page(task: Task = YES_NO) -> str:
    before, after = table(0, [str(n) for n in range(100)]), table(2, [str(n) for n in range(20, 140)])
    found = compare(before, after, event_time="at", task=task)
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


def test_labels_are_a_figure_or_where_there_are_classes_a_table_of_shares():
    assert "<b>0.5000 → 0.5000</b><span>mean label" in page()
    classes = page(MultiClass(("<no>", "yes")))
    assert "mean label" not in classes
    assert "<td>share of &lt;no&gt;</td><td>0.5000</td><td>0.5000</td>" in classes
