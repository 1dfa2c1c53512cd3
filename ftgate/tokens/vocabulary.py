"""The two vocabularies that travel with ftgate, so that counting needs no download.

``scripts/pack_vocabulary.py`` makes the files and documents the packed form: tokens in rank order,
joined by FF 0A. Everything here is standard library; building an encoder is
:mod:`ftgate.tokens.engines`' work.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from ftgate.errors import VocabularyError
from ftgate.tokens.encodings import check_name

DIRECTORY = Path(__file__).with_name("vocab")
SEPARATOR = b"\xff\n"

PACKED_SHA256 = {
    "cl100k_base": "2e90fb416f8d7c86605ba99920f7b3a6f4fe477b05b9ae8062535671cf23035d",
    "o200k_base": "07a800b595f35308efd17ed9e1f26403a247f459aa2d430c39b128bd4037f7b4",
}
"""Digest of each packed file, as printed by ``scripts/pack_vocabulary.py``."""

PATTERNS = {
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)"
        r"|[^\r\n\p{L}\p{N}]?+\p{L}++"
        r"|\p{N}{1,3}+"
        r"| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$"
        r"|\s*[\r\n]"
        r"|\s+(?!\S)"
        r"|\s"
    ),
    "o200k_base": (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
        r"|\s*[\r\n]+"
        r"|\s+(?!\S)"
        r"|\s+"
    ),
}
"""How each encoding cuts text into pieces before merging bytes (``tiktoken_ext/openai_public.py``).

tiktoken offers them only together with a download of the ranks; a test compares.
"""


def load_tokens(encoding_name: str) -> list[bytes]:
    """Return the tokens of an encoding; the index of a token is its rank.

    Raises UsageError for an unknown encoding, VocabularyError when the file is missing or its
    digest is wrong: a damaged vocabulary would still count, but wrongly.
    """
    check_name(encoding_name)
    path = DIRECTORY / f"{encoding_name}.ranks"
    hint = "reinstall ftgate (pip install --force-reinstall ftgate)"
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise VocabularyError(f"cannot read vocabulary {path}: {error}", hint=hint) from error
    digest = sha256(packed).hexdigest()
    if digest != PACKED_SHA256[encoding_name]:
        raise VocabularyError(
            f"vocabulary {path} is damaged: sha256 is {digest},"
            f" expected {PACKED_SHA256[encoding_name]}",
            hint=hint,
        )
    return packed.split(SEPARATOR)


def load_ranks(encoding_name: str) -> dict[bytes, int]:
    """Return token -> rank, as tiktoken wants it. Raises as :func:`load_tokens`."""
    tokens = load_tokens(encoding_name)
    return dict(zip(tokens, range(len(tokens)), strict=True))


def rank_file(encoding_name: str) -> bytes:
    """Return the rank file as OpenAI publishes it: ``base64(token) rank`` lines.

    Raises as :func:`load_tokens`.
    """
    tokens = load_tokens(encoding_name)
    return b"".join(b"%b %d\n" % (b64encode(token), rank) for rank, token in enumerate(tokens))
