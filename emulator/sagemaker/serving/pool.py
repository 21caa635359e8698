"""Model servers kept warm for a short while, so that a transform job of the same model and role starts at once.

AWS starts a fresh container for every job. Here a server that ended a job well is kept for WARM_S seconds; the log of
the job that reuses it says so. A server serves one job at a time, and a job that fails or stops ends its server.
"""

from __future__ import annotations

import threading
import time

from emulator.sagemaker.serving.model_server import ModelServer

WARM_S = 60
MAX_AGE_S = 600  # its role's credentials are as old as the server
MAX_WARM = 4


class ServerPool:
    """Warm servers by key; the key holds everything that makes two servers the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._warm: dict[str, tuple[ModelServer, threading.Timer]] = {}

    def take(self, key: str) -> ModelServer | None:
        """A warm server that is now the caller's, or None."""
        with self._lock:
            kept = self._warm.pop(key, None)
        if kept is None:
            return None
        server, timer = kept
        timer.cancel()
        if server.ended.is_set() or time.monotonic() - server.started > MAX_AGE_S:
            server.close()
            return None
        return server

    def give(self, key: str, server: ModelServer) -> None:
        """Keep a server warm for a while."""
        timer = threading.Timer(WARM_S, self.drop, [key])
        timer.daemon = True
        with self._lock:
            crowded = key in self._warm or len(self._warm) >= MAX_WARM
            if not crowded:
                self._warm[key] = (server, timer)
        if crowded:
            server.close()
        else:
            timer.start()

    def drop(self, prefix: str) -> None:
        """End the warm servers whose key starts so."""
        with self._lock:
            kept = [self._warm.pop(key) for key in list(self._warm) if key.startswith(prefix)]
        for server, timer in kept:
            timer.cancel()
            server.close()
