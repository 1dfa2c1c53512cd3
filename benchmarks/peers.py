"""Programs of other people that read the same files, in an environment of their own.

Each gets the file as its authors mean it to be used; none needs a login or a download of data.
cleanllm and together look at structure, datatrove counts tokens, ``loop.py`` is what everybody
writes first. What they find is not compared here, only what they cost.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import DATA
from ftgate.tokens.vocabulary import PATTERNS, load_ranks

HERE = Path(__file__).parent
FOLDER = DATA / "peers"
PYTHON = FOLDER / "bin" / "python"
PACKAGES = ("cleanllm==4.0.0", "together==3.1.1", "datatrove[io]==0.10.1", "tokenizers")

# Its command wants a login, what it calls does not.
_TOGETHER = "import sys; from together.lib.utils.files import check_file; check_file(sys.argv[1])"

_DATATROVE = """
import sys
from pathlib import Path
from loguru import logger
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.tokens import TokensCounter
logger.remove()
file = Path(sys.argv[1])
def text_of(reader, record, path, number):
    return {"text": "\\n".join(m["content"] for m in record["messages"]), "id": str(number)}
reader = JsonlReader(str(file.parent), glob_pattern=file.name, adapter=text_of)
counter = TokensCounter(sys.argv[2], batch_size=1000)
print(LocalPipelineExecutor([reader, counter], logging_dir=sys.argv[3]).run().stats[1]["tokens"])
"""


def install() -> None:
    """Make the environment, once for each list of packages."""
    wanted = FOLDER / "packages.txt"
    if wanted.exists() and wanted.read_text() == "\n".join(PACKAGES):
        return
    subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    wanted.write_text("\n".join(PACKAGES))


def loop(file: Path) -> list[str]:
    """``json.loads`` per line and tiktoken per message."""
    return [sys.executable, str(HERE / "loop.py"), str(file)]


def cleanllm(file: Path) -> list[str]:
    """Keys and roles of each record."""
    return [str(FOLDER / "bin" / "cleanllm"), "preflight", str(file), "--framework", "trl"]


def cleanllm_scan(file: Path) -> list[str]:
    """Secrets, personal data and placeholders by regular expressions."""
    return [str(FOLDER / "bin" / "cleanllm"), "scan", str(file)]


def together(file: Path) -> list[str]:
    """UTF-8, JSON and fields of each record."""
    return [str(PYTHON), "-c", _TOGETHER, str(file)]


def datatrove(file: Path, logs: str) -> list[str]:
    """Its token counter, one process, ftgate's vocabulary; what is in its logs it skips."""
    vocabulary = DATA / "o200k_base.tokenizer.json"
    if not vocabulary.exists():
        write_tokenizer(vocabulary, "o200k_base")
    return [str(PYTHON), "-c", _DATATROVE, str(file), str(vocabulary), logs]


def write_tokenizer(path: Path, encoding: str) -> None:
    """One of our vocabularies in the format of Hugging Face's tokenizers."""
    ranks = load_ranks(encoding)
    letters = _letters()

    def spelled(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    merges = [
        [spelled(part) for part in _halves(token, rank, ranks)]
        for token, rank in ranks.items()
        if len(token) > 1
    ]
    vocabulary = {spelled(token): rank for token, rank in ranks.items()}
    split = {
        "type": "Split",
        "pattern": {"Regex": PATTERNS[encoding]},
        "behavior": "Isolated",
        "invert": False,
    }
    spell = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    model: dict[str, Any] = {"type": "BPE", "vocab": vocabulary, "merges": merges}
    content = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, spell]},
        "model": model,
    }
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def _halves(token: bytes, rank: int, ranks: dict[bytes, int]) -> list[bytes]:
    """The two tokens that are merged last to make this one: lower ranks are merged before."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        pairs = [ranks.get(parts[at] + parts[at + 1], rank) for at in range(len(parts) - 1)]
        at = min(range(len(pairs)), key=pairs.__getitem__)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def _letters() -> list[str]:
    """How byte-level BPE spells bytes: those that cannot be printed as letters from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]
