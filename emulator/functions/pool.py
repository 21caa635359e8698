"""Which environment serves which call: idle ones first, the one used last before others, else a new one."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.functions.answer import Answer, Throttled
from emulator.functions.environment import Environment
from emulator.functions.invocation import Invocation
from emulator.functions.logs import Report
from emulator.functions.memory import exceeds
from emulator.functions.target import Version

MOST = 100  # environments at a time; AWS: 1,000 calls at a time for an account
MOST_IDLE = 24
IDLE_S = 300
OLDEST_S = 11 * 3600  # the credentials of an environment are good for twelve hours
# Environments start one on each processor but the emulator's own: two that share one would both be late, and the first
# that is ready may serve the other's call. One that takes longer (its initialisation may wait for a call) makes way.
STARTING = max((os.cpu_count() or 1) - 1, 1)
STARTING_S = 2.0

FUNCTION_LIMIT = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_LIMIT = "ConcurrentInvocationLimitExceeded"


@dataclass
class Pool:
    """The environments of one version."""

    idle: list[Environment] = field(default_factory=list)
    waiting: deque[Invocation] = field(default_factory=deque)
    coming: int = 0  # environments that start, or have answered and are about to be ready again


class Pools:
    """Lives in the engine's loop. `launch` starts an environment, `over` is told of each call that has ended."""

    def __init__(
        self,
        *,
        launch: Callable[[Version], Environment],
        over: Callable[[Environment, Invocation, Answer, Report], None],
        gone: Callable[[Environment], None],
    ) -> None:
        self._launch = launch
        self._over = over
        self._gone = gone
        self._pools: dict[Version, Pool] = {}
        self._alive: set[Environment] = set()
        self._calls: Counter[str] = Counter()

    @property
    def _starting(self) -> int:
        now = time.monotonic()
        return sum(environment.is_starting and now - environment.born < STARTING_S for environment in self._alive)

    @property
    def busy(self) -> bool:
        """Whether a call is under way or an environment starts."""
        return any(self._calls.values()) or any(pool.coming for pool in self._pools.values())

    def submit(self, invocation: Invocation) -> None:
        """Serve a call, now or when an environment is ready. Raises Throttled."""
        target = invocation.target
        arn = target.version.function_arn
        if target.reserved is not None and self._calls[arn] >= target.reserved:
            raise Throttled(FUNCTION_LIMIT)
        pool = self._pools.setdefault(target.version, Pool())
        wants_another = not pool.idle and len(pool.waiting) >= pool.coming
        if wants_another and len(self._alive) >= MOST and not self._evict():
            raise Throttled(ACCOUNT_LIMIT)
        self._calls[arn] += 1
        invocation.concurrent = self._calls[arn]
        if pool.idle:
            pool.idle.pop().begin(invocation)
        else:
            pool.waiting.append(invocation)
            self.start_wanted()

    def start_wanted(self) -> None:
        """Start environments for the calls that wait for one, the call that waits longest first."""
        while self._starting < STARTING:
            wanted = [(v, pool) for v, pool in self._pools.items() if len(pool.waiting) > pool.coming]
            if not wanted or (len(self._alive) >= MOST and not self._evict()):
                return
            version, pool = min(wanted, key=lambda found: found[1].waiting[found[1].coming].arrived)
            pool.coming += 1
            self._alive.add(self._launch(version))

    # -- what environments say

    def ready(self, environment: Environment) -> None:
        """It takes the call that waits longest, or is idle."""
        pool = self._pools.setdefault(environment.version, Pool())
        self._arrived(environment, pool)
        if pool.waiting:
            environment.begin(pool.waiting.popleft())
        elif environment.retired:
            environment.end()
        else:
            pool.idle.append(environment)
            if sum(len(pool.idle) for pool in self._pools.values()) > MOST_IDLE:
                self._evict()
        self.start_wanted()

    def init_failed(self, environment: Environment, payload: bytes) -> None:
        """The call that waits longest fails with it."""
        pool = self._pools.setdefault(environment.version, Pool())
        self._arrived(environment, pool)
        if pool.waiting:
            environment.fail(pool.waiting.popleft(), payload)
        environment.end()

    def answered(self, environment: Environment, invocation: Invocation, found: Answer, report: Report) -> None:
        """A call is over; its environment says by itself when it is ready again."""
        self._release(invocation)
        environment.coming = True
        self._pools.setdefault(environment.version, Pool()).coming += 1
        self._over(environment, invocation, found, report)

    def ended(self, environment: Environment) -> None:
        """Forget it; the calls that wait for one that will not come get another."""
        self._alive.discard(environment)
        pool = self._pools.get(environment.version)
        if pool is not None:
            self._arrived(environment, pool)
            if environment in pool.idle:
                pool.idle.remove(environment)
            if not (pool.idle or pool.waiting or pool.coming):
                self._pools.pop(environment.version, None)
        self.start_wanted()
        self._gone(environment)

    def withdraw(self, environment: Environment) -> Invocation | None:
        """A call that waits, for the environment that could not be launched."""
        self._alive.discard(environment)
        pool = self._pools.setdefault(environment.version, Pool())
        self._arrived(environment, pool)
        invocation = pool.waiting.popleft() if pool.waiting else None
        if invocation is not None:
            self._release(invocation)
        return invocation

    # -- what time and changes do

    def retire(self, function_arn: str, version: str | None) -> None:
        """The function has changed: its environments (of one version, or all) take no more calls."""
        for environment in list(self._alive):
            of = environment.version
            if of.function_arn == function_arn and version in (None, of.version):
                environment.retired = True
                self._end_idle(environment)

    def sweep(self) -> None:
        """End the environments that are idle for long, or old."""
        now = time.monotonic()
        for pool in list(self._pools.values()):
            for environment in list(pool.idle):
                if now - environment.last_used > IDLE_S or now - environment.born > OLDEST_S:
                    self._end_idle(environment)

    def watch_memory(self) -> None:
        """Kill the environments that have more memory than their function's."""
        for environment in list(self._alive):
            working = environment.current is not None or environment.coming
            if working and environment.pid and exceeds(environment.pid, environment.version.memory_mb):
                environment.out_of_memory()

    def _evict(self) -> bool:
        idle = [environment for pool in self._pools.values() for environment in pool.idle]
        if not idle:
            return False
        self._end_idle(min(idle, key=lambda environment: environment.last_used))
        return True

    def _end_idle(self, environment: Environment) -> None:
        pool = self._pools.get(environment.version)
        if pool is not None and environment in pool.idle:
            pool.idle.remove(environment)
            self._alive.discard(environment)
            environment.end()

    def _arrived(self, environment: Environment, pool: Pool) -> None:
        if environment.coming:
            environment.coming = False
            pool.coming -= 1

    def _release(self, invocation: Invocation) -> None:
        arn = invocation.target.version.function_arn
        self._calls[arn] -= 1
        if not self._calls[arn]:
            del self._calls[arn]
