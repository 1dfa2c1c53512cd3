"""Writes a chat training set of a given size, the same bytes every time.

Texts are sentences of Python's own language reference (``pydoc_data.topics``, part of every
installation): English prose with code, about 4.2 bytes per token.

    python -m benchmarks.generate 200 benchmarks/.data/chat-200mb.jsonl
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from pydoc_data.topics import topics

_SYSTEM = (
    "You are the documentation assistant of a compiler team. Answer in plain English and "
    "quote the rule that applies.",
    "You review questions about a programming language. Be brief.",
)


def sentences() -> list[str]:
    """Sentences of 40 to 400 characters, in order of appearance."""
    text = re.sub(r"\s+", " ", " ".join(topics[name] for name in sorted(topics)))
    return [part for part in re.split(r"(?<=[.:]) ", text) if 40 <= len(part) <= 400]


def write(path: Path, megabytes: float, seed: int = 20261122) -> int:
    """Write examples until the file has this size; returns their number."""
    random_ = random.Random(seed)
    pool = sentences()
    path.parent.mkdir(parents=True, exist_ok=True)
    examples = size = 0
    with path.open("w", encoding="utf-8") as stream:
        while size < megabytes * 1_000_000:
            number = f"Case {random_.randrange(10**9)}. "
            messages = [
                {"role": "system", "content": random_.choice(_SYSTEM)},
                {"role": "user", "content": number + " ".join(random_.choices(pool, k=3))},
                {
                    "role": "assistant",
                    "content": " ".join(random_.choices(pool, k=random_.randrange(3, 12))),
                },
            ]
            line = json.dumps({"messages": messages}, ensure_ascii=False) + "\n"
            stream.write(line)
            size += len(line.encode())
            examples += 1
    return examples


if __name__ == "__main__":
    target = Path(sys.argv[2])
    print(f"{target}: {write(target, float(sys.argv[1])):,} examples")
