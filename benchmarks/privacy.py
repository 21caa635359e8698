"""What privacy costs a night: a year of flights looked through for personal data, and identifiers made pseudonyms.

python -m benchmarks.privacy
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from cumulet.core import personal
from cumulet.core.cutoff import nights
from cumulet.core.pseudonyms import KeyRing
from lambdas.ingest.reading import schemas
from lambdas.ingest.validation import validate
from usecases import load, source

RESULTS = Path(__file__).resolve().parent / "results" / "privacy.json"


def validated(days: list[dict[str, bytes]]) -> tuple[int, int, float]:
    """Rows of all tables, those with personal data that nobody declared, and seconds of processor."""
    tables, started, counted, found = schemas(load("flights")), time.process_time(), 0, 0
    for day in days:
        for name, schema in tables.items():
            table = validate(day[name], schema)
            counted += table.counts["rows"]
            found += sum("nobody declared" in p.remedy for refusal in table.refusals for p in refusal.problems)
    return counted, found, time.process_time() - started


def main() -> None:
    """Measure, print, and write benchmarks/results/privacy.json."""
    flights = source("flights")
    days = [flights.day(day) for day in nights(flights.first_day, flights.last_day)]
    rows, found, with_search = validated(days)
    searching, personal.refusal = personal.refusal, lambda text, column: None
    _, _, without = validated(days)
    personal.refusal = searching
    ring, started = KeyRing({1: b"k" * 64}), time.process_time()
    for n in range(200_000):
        ring.pseudonym(f"person-{n}")
    figures: dict[str, Any] = {
        "rows": rows,
        "found": found,
        "search_us_per_row": round((with_search - without) / rows * 1e6, 2),
        "search_ms_per_night": round((with_search - without) / len(days) * 1e3, 2),
        "pseudonym_us": round((time.process_time() - started) / 200_000 * 1e6, 2),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
