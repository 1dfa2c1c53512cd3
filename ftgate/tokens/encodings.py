"""Which encoding counts the tokens of a model, and how far that count can be trusted.

The table is our own: tiktoken 0.14.0 resolves ``ft:gpt-4.1…`` to cl100k_base (its prefix
``ft:gpt-4`` wins), does not know ``ft:o4-mini…`` or gpt-6, and raises for other vendors.
"""

from __future__ import annotations

import re

from ftgate.errors import UsageError, did_you_mean
from ftgate.model import Encoding

CL100K = "cl100k_base"
O200K = "o200k_base"
ENCODINGS = (CL100K, O200K)
"""Names of the encodings whose vocabulary travels with ftgate."""

OSS_NOTE = (
    "gpt-oss uses o200k_harmony: the ranks of o200k_base with more special tokens,"
    " which ordinary text never produces"
)
NEWER_NOTE = "the encoding of this model is not published; counted as its predecessors are"
FOREIGN_NOTE = (
    "an estimate: no published OpenAI encoding for this model, so o200k_base counts stand in for"
    " its own tokenizer's (factor 1; the error is not known)"
)

FAMILIES = (
    (r"gpt-oss", Encoding(O200K, "exact", note=OSS_NOTE)),
    (r"(?:chat)?gpt-4o|gpt-4\.[15]|gpt-5(?:\.\d+)?|o[134]", Encoding(O200K, "exact")),
    (r"gpt-(?:3\.5|35)|gpt-4|davinci-002|babbage-002", Encoding(CL100K, "exact")),
    (r"text-embedding-3|text-embedding-ada-002", Encoding(CL100K, "exact")),
    (r"gpt-(?:[6-9]|\d\d)(?:\.\d+)?|o[5-9]", Encoding(O200K, "assumed", note=NEWER_NOTE)),
)
"""Model families, first match wins; a family also stands for ``family-…`` (sizes, snapshots).

Source: ``tiktoken/model.py`` 0.14.0, except for gpt-6 and later, which it does not know.
"""

FOREIGN = Encoding(O200K, "estimated", note=FOREIGN_NOTE)


def base_model(model: str) -> str:
    """Return the model that a name refers to: lower case, without provider, tuning or tag.

    ``ft:gpt-4o-mini-2024-07-18:acme:support:9x1`` (OpenAI's tuned models), ``gpt-4.1.ft-0a1b``
    (Azure's), ``openrouter/openai/gpt-4o``, ``openai.gpt-oss-20b-1:0`` (Bedrock), ``o3@eu``.
    """
    name = model.strip().lower().rsplit("/", 1)[-1]
    name = name.removeprefix("ft:").removeprefix("ft-").removeprefix("openai.")
    return re.split(r"[:@]|\.ft-", name, maxsplit=1)[0]


def resolve(model: str) -> Encoding:
    """Return how the tokens of ``model`` are counted; every name gets an answer.

    ``exact`` for OpenAI's models with a published encoding, ``assumed`` for newer ones,
    ``estimated`` for all others, with a note that says so.
    """
    name = base_model(model)
    matching = (found for family, found in FAMILIES if re.fullmatch(rf"(?:{family})(?:-.*)?", name))
    return next(matching, FOREIGN)


def check_name(encoding_name: str) -> None:
    """Raise UsageError, naming the known encodings, unless ``encoding_name`` is one of them."""
    if encoding_name not in ENCODINGS:
        known = f"known encodings: {', '.join(ENCODINGS)}"
        hint = did_you_mean(encoding_name, ENCODINGS, "")
        raise UsageError(f"unknown encoding {encoding_name!r}", hint=f"{hint} {known}".lstrip())
