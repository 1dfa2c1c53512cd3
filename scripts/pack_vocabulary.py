"""Rebuild the vocabularies that ftgate carries: ``python scripts/pack_vocabulary.py``.

The rank files of o200k_base and cl100k_base come out of the wheel of ``bpe-openai`` 0.1.4 (MIT),
which carries byte-identical copies of the files that OpenAI publishes; pip fetches it from
whatever index it is configured for. Each file must have the SHA-256 that tiktoken demands of its
own download, so the carrier needs no trust.

A rank file is one ``base64(token) rank`` line per token. The packed form is the tokens in rank
order, joined by the bytes FF 0A: that pair occurs in no token (checked), the rank is the position.
It loads three times as fast and is a third of the size. tests/test_tokens_vocabulary.py rebuilds
the rank file from it and checks the published digest again.

Prints the digest of each packed file, as written in ``ftgate/tokens/vocabulary.py``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CARRIER = "bpe-openai==0.1.4"
MEMBER = "bpe_openai/data/{name}.tiktoken.gz"
SEPARATOR = b"\xff\n"
TARGET = Path(__file__).resolve().parent.parent / "ftgate" / "tokens" / "vocab"

PUBLISHED_SHA256 = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
"""What tiktoken 0.14.0 expects (``tiktoken_ext/openai_public.py``, ``expected_hash``)."""


def download(directory: Path) -> Path:
    """Fetch the carrier's wheel with pip and return its path."""
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(directory)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, CARRIER], check=True)
    (wheel,) = directory.glob("*.whl")
    return wheel


def pack(rank_file: bytes) -> bytes:
    """Turn ``base64 rank`` lines into the packed form.

    Raises ValueError when ranks are not 0, 1, 2, … or a token contains the separator.
    """
    tokens = []
    for rank, line in enumerate(rank_file.splitlines()):
        encoded, number = line.split()
        if int(number) != rank:
            raise ValueError(f"line {rank + 1} has rank {int(number)}, expected {rank}")
        tokens.append(base64.b64decode(encoded))
    packed = SEPARATOR.join(tokens)
    if packed.split(SEPARATOR) != tokens:
        raise ValueError("a token contains the separator FF 0A")
    return packed


def main() -> None:
    """Write one ``.ranks`` file per encoding and print its digest."""
    with tempfile.TemporaryDirectory() as directory:
        wheel = zipfile.ZipFile(download(Path(directory)))
        for name, published in PUBLISHED_SHA256.items():
            rank_file = gzip.decompress(wheel.read(MEMBER.format(name=name)))
            digest = hashlib.sha256(rank_file).hexdigest()
            if digest != published:
                raise SystemExit(f"{name}: sha256 is {digest}, tiktoken publishes {published}")
            packed = pack(rank_file)
            (TARGET / f"{name}.ranks").write_bytes(packed)
            print(f"{name}.ranks  {len(packed)} bytes  {hashlib.sha256(packed).hexdigest()}")


if __name__ == "__main__":
    main()
