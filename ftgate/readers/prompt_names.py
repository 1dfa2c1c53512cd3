"""Which files are prompts, by their names alone: asked for every file of a commit."""

from __future__ import annotations

import re

DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")

_OUTRIGHT = re.compile(
    r"(\.(prompty?|j2|jinja2?)|\.prompt\.(md|markdown|txt|json|ya?ml)|(^|/)promptfooconfig\.ya?ml)$"
)
_AMONG_PROMPTS = re.compile(r"(^|/)prompts?/.+\.(txt|md|markdown)$")
_DOCUMENT_AMONG_PROMPTS = re.compile(r"(^|/)prompts?/.+\.(json|ya?ml)$")
_AGENTS = re.compile(r"(^|/)\.github/(.+/)?[^/]+\.prompt\.md$")


def is_prompt(path: str) -> bool:
    """Whether a path (with ``/``) names a prompt file by itself or by its ``prompts`` folder.

    ``.prompt.md`` files below ``.github`` instruct a coding agent; no application sends them.
    """
    lowered = path.lower()
    if _AGENTS.search(lowered) or lowered.rpartition("/")[2].startswith("readme"):
        return False
    return bool(_OUTRIGHT.search(lowered) or _AMONG_PROMPTS.search(lowered))


def may_be_prompt(path: str) -> bool:
    """Whether a path is a prompt's, or a JSON or YAML file's among prompts, which need not be."""
    return is_prompt(path) or bool(_DOCUMENT_AMONG_PROMPTS.search(path.lower()))


def includes_others(path: str) -> bool:
    """Whether a prompt file of this name may name other files: then its own bytes are not all."""
    return may_be_prompt(path) and path.lower().endswith(DOCUMENT_SUFFIXES)
