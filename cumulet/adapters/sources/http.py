"""An HTTP service that is asked per day and table; what it says twice is sent once (ETag)."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import urllib3

from cumulet.contracts.errors import ContractError, NotFoundError, UnavailableError

ATTEMPTS = 4
BACK_OFF_S = 0.5
LONGEST_S = 60.0
STEP = 1 << 20
SLOWEST = 20
"""Time-outs that a whole answer may take: one that comes byte by byte never misses one between two parts."""
AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be another a moment later. Source: RFC 9110, section 15; RFC 6585 for 429."""


@dataclass
class Http:
    """`url` has {table} and {date}. 404 and 204 are a table that the service has not."""

    url: str
    tables: tuple[str, ...]
    limit: int = 256_000_000
    """Bytes of an answer, unpacked."""
    timeout_s: float = 30.0
    """To connect, and between two parts of an answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: Callable[[float], None] = time.sleep
    _known: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def day(self, day: date) -> Mapping[str, bytes]:
        """The tables that the service has. Raises NotFoundError when it has none, UnavailableError when it fails."""
        answers = {table: self._get(self.url.format(table=table, date=day)) for table in self.tables}
        found = {table: content for table, content in answers.items() if content is not None}
        if not found:
            raise NotFoundError(f"{self.url.format(table='…', date=day)}: the service has nothing of this day")
        return found

    def _get(self, url: str) -> bytes | None:
        """Ask until there is an answer, waiting longer each time, or as long as the service says."""
        reason = ""
        for attempt in range(ATTEMPTS):
            pause = BACK_OFF_S * 2**attempt
            try:
                answer = self._ask(url)
                try:
                    if answer.status not in AGAIN:
                        return self._content(url, answer)
                    reason = f"HTTP {answer.status}"
                    pause = max(pause, _retry_after(answer.headers.get("Retry-After")))
                finally:
                    answer.close()
            except urllib3.exceptions.HTTPError as error:  # no connection, a time-out, an answer that breaks off
                reason = f"{type(error).__name__}: {error}"
            if attempt + 1 < ATTEMPTS:
                self.wait(min(pause, LONGEST_S))
        raise UnavailableError(f"{url}: {reason}, {ATTEMPTS} times; nothing was handed over, run the day again")

    def _ask(self, url: str) -> urllib3.BaseHTTPResponse:
        headers = {"Accept-Encoding": "gzip", **self.headers}
        if url in self._known:
            headers["If-None-Match"] = self._known[url][0]
        timeout = urllib3.Timeout(connect=self.timeout_s, read=self.timeout_s)
        return self._pool.request("GET", url, headers=headers, timeout=timeout, preload_content=False, retries=False)

    def _content(self, url: str, answer: urllib3.BaseHTTPResponse) -> bytes | None:
        if answer.status in (204, 404):
            return None
        if answer.status == 304:
            return self._known[url][1]
        if answer.status != 200:
            raise ContractError(f"{url}: HTTP {answer.status}; expected 200, or 404 for a day that the service has not")
        content, began = bytearray(), time.monotonic()
        while part := answer.read1(STEP, decode_content=True):
            content += part
            if len(content) > self.limit:
                raise ContractError(f"{url}: more than {self.limit} bytes; [source] megabytes is the limit")
            if time.monotonic() - began > SLOWEST * self.timeout_s:
                had = f"{len(content)} bytes in {time.monotonic() - began:.0f} s and no end"
                raise ContractError(f"{url}: {had}; ask for less of it, or raise [source] timeout_s")
        if tag := answer.headers.get("ETag"):
            self._known[url] = (tag, bytes(content))
        return bytes(content)


def _retry_after(value: str | None) -> float:
    """Seconds that a service asks to wait: a number, or a date. Source: RFC 9110, section 10.2.3."""
    if not value:
        return 0.0
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
