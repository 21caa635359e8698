"""What was acknowledged survives a SIGKILL: ministack's services are saved soon after something changed."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import MutableMapping
from typing import Any

from emulator.files import write_atomically
from emulator.substrate import state

log = logging.getLogger("emulator.persistence")

QUIET_S = 0.3  # after a change, wait this long for more of them
LATEST_S = 0.8  # but never longer than this
# What is dear to look at and changes through the requests of these scopes alone.
DEAR = {
    "lambda": {b"lambda", b"cloudformation"},
    "cloudformation": {b"cloudformation"},
    "iam": {b"iam", b"cloudformation"},
    "apigateway_v1": {b"apigateway", b"cloudformation"},
}
_READS = (b"Get", b"Describe", b"List", b"Query", b"Scan", b"BatchGet", b"Head", b"Filter", b"Test", b"Validate")


class Saver:
    """Saves each service whose state changed, in a thread, at most about a second after the change."""

    def __init__(self) -> None:
        self._changed = threading.Event()
        self._first_change = 0.0
        self._last_change = 0.0
        self._dear: set[str] = set(DEAR)
        self._written: dict[str, bytes] = {}
        self.saves = 0
        self.last_save_ms = 0.0
        self._stop = threading.Event()
        self._saving = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)

    def start(self) -> None:
        """Begin saving in the background."""
        self._thread.start()

    async def stop(self) -> None:
        """Save once more and end."""
        self._stop.set()
        self._changed.set()
        await asyncio.to_thread(self._thread.join)

    def note(self, scope: MutableMapping[str, Any], signed_scope: bytes) -> None:
        """Look at a request that was answered: when it may have changed something, save soon."""
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return
        target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
        if target.rpartition(b".")[2].startswith(_READS):
            return
        invoked = scope["path"].endswith("/invocations")
        self._dear |= {name for name, scopes in DEAR.items() if signed_scope in scopes and not invoked}
        self.mark()

    def mark(self) -> None:
        """Something changed; callable from any thread."""
        self._last_change = time.monotonic()
        if not self._changed.is_set():
            self._first_change = self._last_change
            self._changed.set()

    def save(self) -> None:
        """Write the files of the services whose state differs from what was written last."""
        with self._saving:
            started = time.perf_counter()
            dear, self._dear = self._dear, set()
            for name, content in state.snapshots(skip=set(DEAR) - dear):
                digest = hashlib.blake2b(content, digest_size=16).digest()
                if self._written.get(name) != digest:
                    write_atomically(state.path(name), content)
                    self._written[name] = digest
            self.saves += 1
            self.last_save_ms = round((time.perf_counter() - started) * 1e3, 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._changed.wait()
            while not self._stop.is_set() and not self._due():
                time.sleep(0.05)
            self._changed.clear()
            try:
                self.save()
            except Exception:
                log.exception("the state could not be saved")

    def _due(self) -> bool:
        now = time.monotonic()
        return now - self._last_change > QUIET_S or now - self._first_change > LATEST_S
