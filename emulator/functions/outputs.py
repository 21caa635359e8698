"""What the process of an environment writes, read as it comes: standard output by lines, the framed log by frames.

Two pipes have no order between them. Lines go first, and what is left without its end goes last, so the same calls
leave the same log however late it is read.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from emulator.functions.logs import Frames, Lines


class Outputs:
    """Lives in the engine's loop; `messages` are the log events so far."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._readers: dict[int, Lines | Frames] = {}

    def open(self) -> list[int]:
        """The writing ends of standard output and framed log, to be given to the process and closed here."""
        writing = []
        for reader in (Lines(), Frames()):
            read, write = os.pipe()
            os.set_blocking(read, False)
            self._readers[read] = reader
            asyncio.get_running_loop().add_reader(read, self.drain)
            writing.append(write)
        return writing

    def drain(self, *, ended: bool = False) -> None:
        """Read what was written until now; when a call has ended, a line without its end is one too."""
        for fd, reader in self._readers.items():
            with suppress(BlockingIOError):
                while data := os.read(fd, 1 << 16):
                    self.messages += reader.feed(data)
                asyncio.get_running_loop().remove_reader(fd)  # its writers have gone
        if ended:
            for reader in self._readers.values():
                self.messages += reader.flush() if isinstance(reader, Lines) else []

    def close(self) -> None:
        """The process has gone."""
        self.drain(ended=True)
        for fd in self._readers:
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)
        self._readers.clear()
