"""The peer: what everybody writes first. ``python benchmarks/loop.py FILE`` prints the tokens.

``json.loads`` per line and tiktoken per message, counted by OpenAI's rule. tiktoken is built from
the bundled ranks, so that it needs no download; that is quicker than its own loader.
"""

from __future__ import annotations

import json
import sys

import tiktoken

from ftgate.tokens.vocabulary import PATTERNS, load_ranks

encoding = tiktoken.Encoding(
    "o200k_base",
    pat_str=PATTERNS["o200k_base"],
    mergeable_ranks=load_ranks("o200k_base"),
    special_tokens={},
)
total = 0
with open(sys.argv[1], encoding="utf-8") as stream:
    for line in stream:
        total += 1
        for message in json.loads(line)["messages"]:
            total += 3 + len(encoding.encode_ordinary(message["role"]))
            total += len(encoding.encode_ordinary(message["content"]))
print(total)
