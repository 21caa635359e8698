"""What an environment writes, read at once or late."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest

from emulator.functions.outputs import Outputs

RECORD = "a record\nof two lines\n"
FRAME = (0xA55A0003).to_bytes(4, "big") + len(RECORD).to_bytes(4, "big") + bytes(8) + RECORD.encode()


def written(write: Callable[[int, int], None]) -> list[str]:
    """The messages when a process has written and ended before anything of it was read."""

    async def run() -> list[str]:
        outputs = Outputs()
        output, framed = outputs.open()
        write(output, framed)
        outputs.drain(ended=True)
        os.close(output)
        os.close(framed)
        await asyncio.sleep(0.01)  # the ends of the pipes are seen in the loop
        outputs.close()
        return outputs.messages

    return asyncio.run(run())


@pytest.mark.parametrize("framed_first", [False, True])
def test_the_log_has_one_order_however_late_it_is_read(framed_first: bool) -> None:
    def write(output: int, framed: int) -> None:
        parts = [(output, b"a line\nno end of line"), (framed, FRAME)]
        for fd, data in reversed(parts) if framed_first else parts:
            os.write(fd, data)

    assert written(write) == ["a line\n", RECORD, "no end of line"]


def test_a_record_that_was_cut_off_is_left_out() -> None:
    assert written(lambda output, framed: os.write(framed, FRAME + FRAME[:-3])) == [RECORD]
