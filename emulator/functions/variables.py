"""What an environment finds in its variables: AWS's, the function's own, and nothing of the host's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.functions.target import Version

PATH = "/usr/local/bin:/usr/bin:/bin"


def variables(
    version: Version,
    *,
    task: Path,
    layers: Sequence[Path],
    runtime: Path,
    api: str,
    stream: str,
    endpoint: str,
    credentials: Mapping[str, str],
) -> dict[str, str]:
    """All variables of an environment; `layers` from first to last, `api` is the Runtime API's host and port."""
    libraries = [task, task / "lib", *(layer / "lib" for layer in layers)]
    found = {
        "_HANDLER": version.handler,
        "AWS_ENDPOINT_URL": endpoint,
        **dict(version.variables),
        "AWS_REGION": version.region,
        "AWS_DEFAULT_REGION": version.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": version.name,
        "AWS_LAMBDA_FUNCTION_VERSION": version.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": version.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": str(task),
        "LAMBDA_RUNTIME_DIR": str(runtime),
        **credentials,
    }
    if version.json_logs:
        found |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": version.log_level or "INFO"}
    defaults = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.pathsep.join([*(str(layer / "bin") for layer in layers), str(Path(sys.executable).parent), PATH]),
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)),
        "PYTHONPATH": str(runtime),
    }
    return defaults | found


def libraries(layers: Sequence[Path]) -> list[str]:
    """Where layers have Python packages, in AWS's order: a later layer hides what an earlier one has."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    newest_first = list(reversed(layers))
    return [
        *(str(layer / "python" / "lib" / version / "site-packages") for layer in newest_first),
        *(str(layer / "python") for layer in newest_first),
    ]
