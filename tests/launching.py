"""What the tests of launches share: a dataset that passes, and a service that bills it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ftgate.tokens.engines import open_counter
from tests.conftest import AS_OF, ROOT
from tests.openai_service import OpenAIService

PASSES, REFUSED = "techwiz-support", "ski-resort-faq"
FILES, JOBS = "/v1/files", "/v1/fine_tuning/jobs"
LAUNCH = ("launch", PASSES, "--yes")
KEY = "sk-proj-thisIsTheSecretOfTheTests0123456789"

# As sold, the fine-tune does not pay: cheaper models do, and its base stops soon. Here the desk's
# evaluation ruled those models out, and somebody signed for the short life.
RULED_OUT = 'rejected = ["gpt-6-luna", "gpt-5.6-luna"]\n'
SIGNED = """
[[waive]]
code = "FT709"
reason = "the desk moves to another tool in January, and the savings until then pay for it"
until = 2026-12-31
"""

FAST = """
from ftgate.launching import client, requests
client.PAUSES = client.Pauses((0.01,) * 3, (0.01,) * 5, (0.01,), 5.0)
"""


def make_project(folder: Path) -> None:
    """The support desk with a plan that passes, and the resort, in one folder."""
    for name in (PASSES, REFUSED):
        shutil.copytree(ROOT / "sample_data" / name, folder / name)
    plan = folder / PASSES / "ftgate.toml"
    text = plan.read_text("utf-8")
    assert text.count('today = "gpt-4.1"\n') == 1
    text = text.replace('today = "gpt-4.1"\n', f'today = "gpt-4.1"\n{RULED_OUT}')
    plan.write_text(text + SIGNED, "utf-8")


def openai_bill(data: bytes, epochs: int) -> int:
    """Epochs x (1 an example, 3 a message, its role and its content), counted with tiktoken."""
    count = open_counter("o200k_base", size_bytes=0, engine="tiktoken").count
    tokens = 0
    for line in data.decode("utf-8-sig").splitlines():
        messages = json.loads(line)["messages"]
        tokens += 1 + sum(3 + count(each["role"]) + count(each["content"]) for each in messages)
    return epochs * tokens


def start(
    *arguments: str, folder: Path, url: str, part_bytes: int | None = None
) -> subprocess.Popen[str]:
    """``ftgate launch`` as a process of its own, with short pauses."""
    parts = f"requests.PART_BYTES = {part_bytes}\n" if part_bytes else ""
    code = f"{FAST}{parts}import sys\nfrom ftgate.cli import run\nsys.exit(run(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, "launch", *arguments, "--base-url", url],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": KEY, "FTGATE_TODAY": AS_OF},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")


def the_job(service: OpenAIService) -> dict[str, Any]:
    """The only job that there is."""
    (job,) = service.jobs.values()
    return job
