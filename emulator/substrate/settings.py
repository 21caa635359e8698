"""What ministack reads from the environment when it is imported: set here, before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"


def apply(*, state: Path, port: int) -> None:
    """Set this process's environment for ministack; everything that it writes stays inside `state`.

    The caller's AWS settings and Python switches are taken out: functions inherit this environment, and a function
    on AWS has neither a profile nor PYTHONDONTWRITEBYTECODE.
    """
    for name in [n for n in os.environ if n.startswith(("AWS_", "PYTHON", "LOCALSTACK_", "VIRTUAL_ENV", "PYTEST"))]:
        del os.environ[name]
    folders = {"STATE_DIR": state / "services", "S3_DATA_DIR": state / "s3", "TMPDIR": state / "tmp"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {name: str(folder) for name, folder in folders.items()}
    os.environ |= {
        "AUTH": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "SFTP_ENABLED": "0",
        "USE_SSL": "0",
    }
    tempfile.tempdir = str(folders["TMPDIR"])
