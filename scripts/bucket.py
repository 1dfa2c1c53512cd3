"""An S3 store on this machine, for the tests and the documentation: moto's server in a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_START_SECONDS = 60.0


@contextmanager
def bucket_server() -> Iterator[dict[str, str]]:
    """The environment in which ``s3://`` is a store on loopback that ends with the context."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, **quiet, env={**os.environ, **KEYS})  # type: ignore[call-overload]
    try:
        _wait_for(int(port), server)
        yield {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("moto's server does not start: pip install -e '.[dev]'")


def upload(
    environment: Mapping[str, str],
    bucket: str,
    files: Mapping[str, bytes | Path],
    *,
    public: bool = False,
) -> None:
    """Put objects into a bucket, which is created; ``public`` ones are read by anybody."""
    import boto3

    client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"], **_signed())
    client.create_bucket(Bucket=bucket)
    for key, body in files.items():
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=body if isinstance(body, bytes) else body.read_bytes(),
            ACL="public-read" if public else "private",
        )


def _signed() -> dict[str, str]:
    return {
        "aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"],
        "region_name": KEYS["AWS_DEFAULT_REGION"],
    }
