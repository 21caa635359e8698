from __future__ import annotations

from pathlib import Path

from emulator import leftovers
from tests.emulator.running import eventually


def test_temporary_files_and_code_of_functions_that_are_no_more_are_taken_away(tmp_path: Path) -> None:
    for name in ("tmp/ministack-lambda-f-1/code", "functions/code/kept", "functions/code/gone", "s3"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text("content")
    (tmp_path / "functions" / "layers" / "old").mkdir(parents=True)
    (tmp_path / "functions" / "code" / "gone").chmod(0o555)
    (tmp_path / "services" / "lambda-blobs").mkdir(parents=True)
    (tmp_path / "services" / "lambda-blobs" / "kept.zip").write_bytes(b"zip")
    leftovers.discard(tmp_path)
    assert not (tmp_path / "tmp").exists()  # at once
    assert [path.name for path in (tmp_path / "functions" / "code").iterdir()] == ["kept"]
    assert not (tmp_path / "functions" / "layers").exists()
    eventually(lambda: not (tmp_path / "trash").exists())  # in the background
    assert (tmp_path / "s3" / "file").exists()


def test_what_an_earlier_start_did_not_get_to_delete_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "trash" / "earlier").mkdir(parents=True)
    leftovers.discard(tmp_path)
    eventually(lambda: not (tmp_path / "trash").exists())
