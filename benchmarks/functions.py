"""What a call of a function takes: ours beside ministack's own executor and uvicorn with the same app, in one run.

    python -m benchmarks.functions            # about a minute
    python -m benchmarks.functions --calls 100

Calls through boto3 and through API Gateway, cold starts beside a bare import of the same package, eight at a time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.clouds import emulator, ministack, uvicorn
from benchmarks.deployed import Deployed
from cumulet.cli.target import ROOT
from infra.bundling import function_package
from infra.platforms import Target

RESULTS = ROOT / "benchmarks" / "results" / "functions.json"
STARTS = 7
AT_ONCE = 8

NOOP = """
def handler(event, context):
    return {"statusCode": 200, "body": "ok"}
"""
PRINTS = NOOP.replace("return", 'print("called")\n    return')
APP = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def root() -> dict[str, str]:
    return {"answer": "ok"}
"""
PREDICT = """
import lambdas.predict.handler
from mangum import Mangum
from bench_app import app
handler = Mangum(app, lifespan="off")
"""

Figures = dict[str, dict[str, float]]


def timed(work: Callable[[], Any], calls: int) -> dict[str, float]:
    """p50 and p95 of calls in milliseconds, after ten that do not count."""
    for _ in range(10):
        work()
    spans = [milliseconds(work) for _ in range(calls)]
    return {"p50": median(spans), "p95": quantiles(spans, n=20)[-1]}


def milliseconds(work: Callable[[], Any]) -> float:
    """Wall-clock milliseconds of one call."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def getter(endpoint: str, path: str = "/") -> Callable[[], bytes]:
    """GET over one connection that is kept."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=120)

    def get() -> bytes:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    return get


def package(folder: Path) -> Path:
    """The package of `predict`, with the benchmark's app beside it: unpacked, and as a zip."""
    made = function_package(ROOT, ["predict"], ("usecases", "usecases.flights"), Target("local")).path
    shutil.copyfile(made, folder / "predict.zip")
    with zipfile.ZipFile(folder / "predict.zip", "a") as archive:
        archive.writestr("bench_app.py", APP)
        archive.writestr("bench_predict.py", PREDICT)
    with zipfile.ZipFile(folder / "predict.zip") as archive:
        archive.extractall(folder / "predict")
    return folder / "predict"


def warm(endpoint: str, calls: int, predict: Path) -> Figures:
    """A function that does nothing, through boto3 and through both kinds of API; FastAPI behind an HTTP API."""
    cloud = Deployed(endpoint)
    noop, prints = cloud.function("noop", NOOP), cloud.function("prints", PRINTS)
    fastapi = cloud.function("fastapi", predict.with_suffix(".zip"), handler="bench_predict.handler")
    return {
        "no function at all, boto3": timed(cloud.settings, calls),
        "no-op, boto3": timed(lambda: cloud.call("noop"), calls),
        "no-op that prints, boto3": timed(lambda: cloud.call("prints"), calls),
        "no-op, REST API": timed(getter(endpoint, cloud.rest_api(noop)), calls),
        "no-op, HTTP API": timed(getter(endpoint, cloud.http_api(noop)), calls),
        "no-op that prints, HTTP API": timed(getter(endpoint, cloud.http_api(prints)), calls),
        "FastAPI app, HTTP API": timed(getter(endpoint, cloud.http_api(fastapi)), calls),
    }


def cold(endpoint: str, predict: Path) -> Figures:
    """First calls of new environments of `predict`, and the same imports in a bare interpreter, by turns."""
    cloud = Deployed(endpoint)
    cloud.function("cold", predict.with_suffix(".zip"), handler="bench_predict.handler")
    event = {"version": "2.0", "rawPath": "/", "rawQueryString": "", "headers": {}, "isBase64Encoded": False}
    event["requestContext"] = {"http": {"method": "GET", "path": "/", "sourceIp": "1"}, "stage": "$default"}
    runtime = [path for path in sys.path if path.endswith("site-packages")]  # boto3 comes from the runtime
    code = f"import sys; sys.path[:0] = [{str(predict)!r}]; sys.path += {runtime!r}; import bench_predict"
    bare, first = [], []
    for number in range(STARTS):
        bare.append(milliseconds(lambda: subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)))
        cloud.renew("cold", number)
        first.append(milliseconds(lambda: cloud.call("cold", event)))
    return {"cold start, predict": {"p50": median(first), "floor": median(bare)}}


def at_once(endpoint: str, calls: int, name: str, *code: str | Path) -> Figures:
    """Eight callers of a new function at the same time: the slowest call, beside the slowest cold start alone."""
    cloud = Deployed(endpoint)
    path = cloud.http_api(cloud.function(name, *code))
    alone, get = [], getter(endpoint, path)
    for number in range(STARTS):
        cloud.renew(name, number)
        alone.append(milliseconds(get))
    cloud.renew(name, STARTS)

    def several(get: Callable[[], bytes]) -> list[float]:
        return [milliseconds(get) for _ in range(calls // 4)]

    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        spans = [s for found in threads.map(several, [getter(endpoint, path) for _ in range(AT_ONCE)]) for s in found]
    rate = len(spans) / (time.perf_counter() - started)
    figures = {"p50": median(spans), "p95": quantiles(spans, n=20)[-1], "slowest": max(spans), "per second": rate}
    return {f"eight at once, {name}": figures | {"cold start alone": max(alone)}}


def measure(calls: int) -> dict[str, Figures]:
    """All figures, by who was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        predict = package(folder)
        with emulator(folder / "ours") as endpoint:
            ours = warm(endpoint, calls, predict) | cold(endpoint, predict)
            ours |= at_once(endpoint, calls, "predict", predict.with_suffix(".zip"), "bench_predict.handler")
            ours |= at_once(endpoint, calls, "no-op", NOOP)
        with ministack(folder / "theirs") as endpoint:
            theirs = warm(endpoint, calls // 4, predict)
        with uvicorn(predict, "bench_app:app") as endpoint:
            floor = {"FastAPI app, HTTP API": timed(getter(endpoint), calls)}
    return {"ours": ours, "ministack": theirs, "uvicorn": floor}


def slowest(found: dict[str, float]) -> float:
    """The slowest call of many at once, of the slowest cold start alone."""
    return found["slowest"] / found["cold start alone"]


def goals(found: dict[str, Figures]) -> list[tuple[str, float, float]]:
    """(goal, figure, limit); a figure up to its limit has met the goal."""
    ours, theirs, floor = found["ours"], found["ministack"], found["uvicorn"]
    http, rest, app = "no-op, HTTP API", "no-op, REST API", "FastAPI app, HTTP API"
    prints = "no-op that prints, HTTP API"
    cold_start = ours["cold start, predict"]
    return [
        ("no-op through boto3, p50 ms", ours["no-op, boto3"]["p50"], 3.0),
        ("no-op through an HTTP API, p50 ms", ours[http]["p50"], 5.0),
        ("no-op through a REST API, p50 ms", ours[rest]["p50"], 5.0),
        ("HTTP API, of ministack's own path", ours[http]["p50"] / theirs[http]["p50"], 0.2),
        ("HTTP API, of ministack's own path, printing", ours[prints]["p50"] / theirs[prints]["p50"], 0.2),
        ("the same app, of uvicorn (stretch)", ours[app]["p50"] / floor[app]["p50"], 1.5),
        ("cold start of predict, of a bare import", cold_start["p50"] / cold_start["floor"], 1.2),
        ("eight at once, predict, slowest, of a cold start", slowest(ours["eight at once, predict"]), 1.0),
        ("eight at once, no-op, the same (stretch)", slowest(ours["eight at once, no-op"]), 1.0),
    ]


def main() -> None:
    """Measure, print, and write benchmarks/results/functions.json."""
    parser = argparse.ArgumentParser(prog="benchmarks.functions", description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=400, help="how many calls a figure is of")
    found = measure(parser.parse_args().calls)
    print(f"{'milliseconds':32}{'ours p50':>10}{'p95':>8}{'ministack p50':>15}{'uvicorn p50':>13}")
    for name, figures in found["ours"].items():
        others = [found[who].get(name, {}).get("p50") for who in ("ministack", "uvicorn")]
        texts = [f"{figure:.2f}" if figure else "" for figure in others]
        print(f"{name:32}{figures['p50']:10.2f}{figures.get('p95', 0):8.2f}{texts[0]:>15}{texts[1]:>13}")
    judged = goals(found)
    for name, figure, limit in judged:
        print(f"{name:50}{figure:8.2f}  goal {limit:<4} {'met' if figure <= limit else 'MISSED'}")
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {name: {"figure": figure, "limit": limit} for name, figure, limit in judged}
    content = {"python": platform.python_version(), "figures": found, "goals": kept}
    RESULTS.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
