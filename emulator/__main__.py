"""`python -m emulator`: AWS in one process."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emulator.errors import EmulatorError

EXAMPLE = """example:
  python -m emulator --port 4566 --state .emulator
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\
    AWS_DEFAULT_REGION=us-east-1 python -c 'import boto3; print(boto3.client("s3").list_buckets()["Buckets"])'
"""


def main() -> int:
    """Serve until SIGTERM or SIGINT; exit codes are those of `emulator.errors`."""
    sys.dont_write_bytecode = False  # without its bytecode ministack takes seconds more to start, each time
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="AWS in one process, on 127.0.0.1: it prints one line when it is ready, and stops on SIGTERM.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=4566, help="port to listen on; 0 takes a free one (4566)")
    parser.add_argument("--state", type=Path, default=Path(".emulator"), help="folder of all its state (.emulator)")
    arguments = parser.parse_args()
    from emulator.server import serve

    try:
        serve(port=arguments.port, state=arguments.state)
    except EmulatorError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
