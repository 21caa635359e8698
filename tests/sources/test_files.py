from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.files import folder_of, look_up, read_csv

CSV = b'to,km,via\nUlm,1.5,NA\n"",NA,Aalen\n'


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("trips.csv", data)
    return out.getvalue()


def test_what_is_empty_or_na_is_missing(tmp_path: Path):
    (tmp_path / "trips.csv").write_bytes(CSV)
    expected = {"to": ["Ulm", None], "km": [1.5, None], "via": [None, "Aalen"]}
    assert read_csv(CSV).to_pydict() == read_csv(tmp_path / "trips.csv").to_pydict() == expected


def test_a_zip_archive_s_only_file_is_read_and_of_it_the_columns_asked_for():
    assert read_csv(zipped(CSV), ("km", "to")).to_pydict() == {"km": [1.5, None], "to": ["Ulm", None]}


def test_a_package_is_found_without_importing_it_and_an_absent_one_named():
    assert (folder_of("emulator", "emulator") / "__init__.py").is_file()
    with pytest.raises(NotFoundError, match="pip install kites==1"):
        folder_of("kites", "kites==1")


def test_keys_are_looked_up_and_one_that_is_not_there_is_missing():
    towns = pa.table({"town": ["Ulm", "Aalen"], "km": [1, 2]})
    found = look_up(towns, "town", pa.chunked_array([["Aalen", "Bern"], ["Ulm", None]]))
    assert found["km"].to_pylist() == [2, None, 1, None]
