"""Tables that nobody has prepared: a class, a number, several classes; dates, blanks, unicode, many categories."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cumulet.scaffold.table import read

Rows = dict[str, list[Any]]


def customers(rows: int = 4_000) -> Rows:
    """Who cancels? By plan, town (300 of them), age and complaints; German dates, blanks, two personal columns."""
    rng = np.random.default_rng(11)
    town = rng.integers(0, 300, rows)
    plan = rng.choice(["klein", "groß", "öko"], rows, p=[0.5, 0.3, 0.2])
    age = rng.integers(18, 90, rows).astype(float)
    complaints = rng.poisson(1.0, rows)
    risk = -1.6 + 0.8 * complaints - 0.02 * (age - 50) + 0.7 * (plan == "groß") + np.sin(town)
    cancels = rng.random(rows) < 1 / (1 + np.exp(-risk))
    days = np.datetime64("2024-01-01") + np.sort(rng.integers(0, 200, rows))
    age[rng.random(rows) < 0.1] = np.nan
    return {
        "Kunden-ID": [f"K{n:05}" for n in rng.permutation(rows)],
        "Beginn": [f"{day.astype(object):%d.%m.%Y}" for day in days],
        "Ort": [f"Ört {n}" for n in town],
        "Plan": plan.tolist(),
        "Alter": ["" if np.isnan(value) else int(value) for value in age],
        "Beschwerden": complaints.tolist(),
        "gender": rng.choice(["f", "m", "x"], rows, p=[0.49, 0.49, 0.02]).tolist(),
        "e-mail": [f"someone{n}@example.org" for n in range(rows)],
        "Bemerkung": rng.choice(["", "ruft oft an und möchte dann lange über alles sprechen"], rows).tolist(),
        "kündigt": np.where(cancels, "ja", "nein").tolist(),
    }


def sales(rows: int = 5_000) -> Rows:
    """How many are sold? Time stamps, a shop and an article; some prices are missing."""
    rng = np.random.default_rng(12)
    at = np.datetime64("2023-03-01T00:00") + np.sort(rng.integers(0, 150 * 24 * 60, rows))
    shop, price = rng.integers(0, 12, rows), rng.gamma(4, 5, rows).round(2)
    weekday = (at.astype("datetime64[D]").astype(int) + 3) % 7
    sold = rng.poisson(np.exp(3.5 + 0.15 * shop - 0.03 * price + 0.4 * (weekday >= 5)))
    return {
        "at": [str(moment).replace("T", " ") + ":00" for moment in at],
        "shop": [f"店{n}" for n in shop],
        "price": ["NA" if rng.random() < 0.05 else value for value in price],
        "promotion": rng.choice([True, False], rows).tolist(),
        "sold": sold.tolist(),
    }


def flowers(rows: int = 3_000) -> Rows:
    """Which of four? Measures alone: no date, no id."""
    rng = np.random.default_rng(13)
    kind = rng.integers(0, 4, rows)
    centres = rng.normal(0, 1.5, (4, 3))
    measured = centres[kind] + rng.normal(0, 1, (rows, 3))
    return {
        **{name: measured[:, n].round(3).tolist() for n, name in enumerate(("länge", "breite", "2. breite"))},
        "soil": rng.choice(["sand", "loam", ""], rows, p=[0.5, 0.4, 0.1]).tolist(),
        "class": np.array(["Aster", "Béllis", "Crocus", "Dahlia"])[kind].tolist(),
    }


def write_csv(path: Path, rows: Rows, delimiter: str = ",") -> Path:
    """The table as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(rows)
        writer.writerows(zip(*rows.values(), strict=True))
    return path


def written(path: Path, rows: Rows, delimiter: str = ",") -> pa.Table:
    """The table as it is read from a CSV file."""
    return read(write_csv(path, rows, delimiter))
