"""Evaluates the expressions of one request (or of one alarm) over its metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from emulator.cloudwatch.errors import invalid_request
from emulator.cloudwatch.math import functions
from emulator.cloudwatch.math.parser import parse
from emulator.cloudwatch.math.series import TimeSeries, Value, combine
from emulator.cloudwatch.math.syntax import Array, Call, Name, Node, Number, Text, walk
from emulator.errors import NotImplementedByName

REFUSED = {
    "ANOMALY_DETECTION_BAND": "use a static threshold",
    "DB_PERF_INSIGHTS": "there is no RDS here",
    "INSIGHT_RULE_METRIC": "put the metric itself",
    "LAMBDA": "compute in the caller",
    "SEARCH": "name each metric as a MetricStat",
    "SERVICE_QUOTA": "write the quota as a number",
}
TIMES = tuple(functions.PARTS)


def check(expression: str, known: Sequence[str]) -> None:
    """Raise what AWS refuses of an expression, or what is not here, before it is ever evaluated."""
    if expression.lstrip().upper().startswith("SELECT"):
        raise NotImplementedByName("Metrics Insights (SELECT)", "name each metric as a MetricStat")
    for node in walk(parse(expression)):
        if isinstance(node, Call) and node.name in REFUSED:
            raise NotImplementedByName(f"Metric math's {node.name}", REFUSED[node.name])
        if isinstance(node, Call) and node.name not in KNOWN:
            raise invalid_request(f"Unsupported function {node.name} in expression {expression!r}")
        if isinstance(node, Name) and node.value not in known and node.value not in WORDS:
            raise invalid_request(f"Undefined id {node.value} in expression {expression!r}")


def depends_on_time(expression: str) -> bool:
    """Whether its value changes by time alone."""
    return any(isinstance(node, Call) and node.name in TIMES for node in walk(parse(expression)))


class Calculator:
    """`times` are the starts of all periods, oldest first; metrics are in the request's order."""

    def __init__(
        self, *, metrics: Mapping[str, TimeSeries], expressions: Mapping[str, str], times: Sequence[int]
    ) -> None:
        self._metrics = metrics
        self._expressions = expressions
        self._times = times
        self._period = min((series.period for series in metrics.values()), default=60)
        self._found: dict[str, Value] = dict(metrics)
        self._open: set[str] = set()

    def series(self, id: str) -> list[TimeSeries]:
        """The time series that a metric or an expression gives. Raises ValidationError when it gives a number."""
        value = self._of(id)
        if isinstance(value, (int, float)):
            raise invalid_request(f"The expression {id!r} gives a number: it must be a time series or an array of them")
        return value if isinstance(value, list) else [value]

    def _of(self, id: str) -> Value:
        if id in self._found:
            return self._found[id]
        if id not in self._expressions or id in self._open:
            why = "refers to itself" if id in self._open else "is not defined"
            raise invalid_request(f"The id {id!r} {why}")
        self._open.add(id)
        self._found[id] = self._value(parse(self._expressions[id]))
        self._open.discard(id)
        return self._found[id]

    def _value(self, node: Node) -> Value:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Name):
            return self._of(node.value)
        if isinstance(node, Array):
            return self._array(node)
        if isinstance(node, Text):
            raise invalid_request(f"A string is not expected here: {node.value!r}")
        return self._call(node)

    def _array(self, node: Array) -> list[TimeSeries]:
        found: list[TimeSeries] = []
        for item in map(self._value, node.items):
            if isinstance(item, (int, float)):
                raise invalid_request("An array holds time series, not numbers")
            found.extend(item if isinstance(item, list) else [item])
        return found

    def _call(self, node: Call) -> Value:
        special = _SPECIAL.get(node.name)
        if special:
            return special(self, node.arguments)
        if node.name not in KNOWN:
            raise invalid_request(f"Unsupported function {node.name}")
        values = [self._value(argument) for argument in node.arguments]
        if node.name in functions.OPERATORS:
            return combine(values[0], values[1], functions.OPERATORS[node.name])
        if len(values) != 1:
            raise invalid_request(f"{node.name} expects one argument, not {len(values)}")
        if node.name in functions.POINTWISE:
            return functions.pointwise(node.name, values[0])
        if node.name in functions.REDUCTIONS:
            return functions.reduce(node.name, values[0])
        if node.name in functions.STEPS:
            return self._each(values[0], lambda series: functions.steps(node.name, series))
        return self._each(values[0], lambda series: functions.part(node.name, self._times, series))

    def _each(self, value: Value, function: Callable[[TimeSeries], TimeSeries]) -> Value:
        if isinstance(value, list):
            return [function(series) for series in value]
        return function(_one(value))

    def _metrics_like(self, arguments: tuple[Node, ...]) -> Value:
        text = arguments[0].value if arguments and isinstance(arguments[0], Text) else ""
        return [series for id, series in self._metrics.items() if text in id]

    def _fill(self, arguments: tuple[Node, ...]) -> Value:
        if len(arguments) != 2:
            raise invalid_request("FILL expects what to fill and what with")
        given = arguments[1]
        word = isinstance(given, Name) and given.value in ("REPEAT", "LINEAR")
        filler = given.value if word and isinstance(given, Name) else self._value(given)
        if isinstance(filler, list):
            raise invalid_request("FILL fills with a number, a single time series, REPEAT or LINEAR")
        return self._each(self._value(arguments[0]), lambda series: functions.fill(series, filler, self._times))

    def _if(self, arguments: tuple[Node, ...]) -> Value:
        if len(arguments) not in (2, 3):
            raise invalid_request("IF expects a condition, a value and maybe another")
        values = [self._value(argument) for argument in arguments]
        return functions.choose(values[0], values[1], values[2] if len(values) == 3 else None)

    def _first(self, arguments: tuple[Node, ...]) -> Value:
        return self._many(arguments)[0]

    def _last(self, arguments: tuple[Node, ...]) -> Value:
        return self._many(arguments)[-1]

    def _many(self, arguments: tuple[Node, ...]) -> list[TimeSeries]:
        found = self._value(arguments[0]) if arguments else []
        if not isinstance(found, list) or not found:
            raise invalid_request("An array of time series is expected, with at least one")
        return found

    def _count(self, arguments: tuple[Node, ...]) -> Value:
        return float(len(self._many(arguments)))

    def _remove_empty(self, arguments: tuple[Node, ...]) -> Value:
        return [series for series in self._many(arguments) if series.values]

    def _slice(self, arguments: tuple[Node, ...]) -> Value:
        bounds = [int(_number(self._value(argument))) for argument in arguments[1:]]
        found = self._many(arguments)
        return found[bounds[0] : bounds[1]] if len(bounds) == 2 else found[bounds[0] :]

    def _sort(self, arguments: tuple[Node, ...]) -> Value:
        words = [argument.value for argument in arguments[1:3] if isinstance(argument, Name)]
        if len(words) != 2 or words[0] not in ("AVG", "MIN", "MAX", "SUM") or words[1] not in ("ASC", "DESC"):
            raise invalid_request("SORT expects an array, AVG, MIN, MAX or SUM, and ASC or DESC")
        found = sorted(
            self._many(arguments),
            key=lambda series: _number(functions.reduce(words[0], series)),
            reverse=words[1] == "DESC",
        )
        return found[: int(_number(self._value(arguments[3])))] if len(arguments) > 3 else found

    def _period_of(self, arguments: tuple[Node, ...]) -> Value:
        series = self._value(arguments[0]) if arguments else 0.0
        if not isinstance(series, TimeSeries) or not series.is_metric:
            raise invalid_request("PERIOD expects a metric, not an expression")
        return float(series.period)

    def _time_series(self, arguments: tuple[Node, ...]) -> Value:
        number = _number(self._value(arguments[0])) if arguments else 0.0
        return TimeSeries(self._period, dict.fromkeys(self._times, number))


def _one(value: Value) -> TimeSeries:
    if not isinstance(value, TimeSeries):
        raise invalid_request("A time series is expected, not a number")
    return value


def _number(value: Value) -> float:
    if not isinstance(value, (int, float)):
        raise invalid_request("A number is expected, not a time series")
    return float(value)


_SPECIAL: dict[str, Callable[[Calculator, tuple[Node, ...]], Value]] = {
    "FILL": Calculator._fill,
    "FIRST": Calculator._first,
    "IF": Calculator._if,
    "LAST": Calculator._last,
    "METRICS": Calculator._metrics_like,
    "METRIC_COUNT": Calculator._count,
    "PERIOD": Calculator._period_of,
    "REMOVE_EMPTY": Calculator._remove_empty,
    "SLICE": Calculator._slice,
    "SORT": Calculator._sort,
    "TIME_SERIES": Calculator._time_series,
}
KNOWN = {*functions.OPERATORS, *functions.POINTWISE, *functions.REDUCTIONS, *functions.STEPS, *TIMES, *_SPECIAL}
WORDS = {"ASC", "AVG", "DESC", "LINEAR", "MAX", "MIN", "REPEAT", "SUM"}
