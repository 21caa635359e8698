from __future__ import annotations

from emulator.functions.logs import Frames, Lines, Platform, Report, tail


def test_lines_are_cut_where_they_end_wherever_the_pieces_do() -> None:
    lines = Lines()
    assert lines.feed(b"one\ntw") == ["one\n"]
    assert lines.feed("o\nthré".encode()[:-1]) == ["two\n"]
    assert lines.flush() == ["thr�"]
    assert lines.flush() == []


def test_frames_are_whole_wherever_the_pieces_end() -> None:
    def frame(text: str) -> bytes:
        return (0xA55A0003).to_bytes(4, "big") + len(text).to_bytes(4, "big") + bytes(8) + text.encode()

    frames, data = Frames(), frame("two\nlines") + frame("") + frame("next")
    assert [message for byte in data for message in frames.feed(bytes([byte]))] == ["two\nlines", "", "next"]


def test_initialisation_is_billed_with_the_first_call() -> None:
    report = Report(request_id="r", duration_ms=1.2, memory_mb=128, used_mb=40, init_ms=100.5)
    assert report.billed_ms == 102
    _, line = Platform(version="1", runtime="python:3.11", as_json=False).end(report)
    assert line == (
        "REPORT RequestId: r\tDuration: 1.20 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"
        "Init Duration: 100.50 ms\t\n"
    )


def test_the_tail_is_the_last_four_kilobytes() -> None:
    assert tail(("one\n", "two")) == b"one\ntwo\n"
    assert len(tail(("x" * 5_000,))) == 4_096
