"""What comments in prompt files do to findings, and which of them do nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from ftgate.model import Finding
from ftgate.model.outcome import VoidIgnore
from ftgate.model.prompts import PromptIgnore
from ftgate.rules import load_rules
from ftgate.rules.registry import Rule

if TYPE_CHECKING:
    from ftgate.prompts.study import PromptStudy

FAMILY = "FT6"
"""The only rules that a comment in a prompt file can be about: those about prompt files."""

_FORM = f"ftgate: ignore[{FAMILY}01] why it is accepted"
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")


class Ignores:
    """The comments of all prompt files of a dataset."""

    def __init__(self, studies: Sequence[PromptStudy]) -> None:
        self._comments = [(study.path, each) for study in studies for each in study.ignores]

    def accepts(self, finding: Finding) -> str:
        """Why a finding is accepted, with the place of the comment; "" when it is not."""
        for path, comment in self._comments:
            if path == finding.path and _covers(comment, finding):
                return f"{comment.reason} (comment in {path}:{comment.line})"
        return ""

    def void(self, findings: Sequence[Finding], asked: Collection[Rule]) -> Iterator[VoidIgnore]:
        """Comments without effect: they lack something, or have nothing to cover.

        The latter is only told of rules that were asked and that look at nothing but the file:
        the others may find something in another dataset.
        """
        alone = {rule.code: rule.name for rule in asked if set(rule.facts) == {"prompts"}}
        for path, comment in self._comments:
            lacking, step = _lack(comment)
            if lacking:
                yield VoidIgnore(path, comment.line, lacking, step)
                continue
            of_file = [finding for finding in findings if finding.path == path]
            for code, name in alone.items():
                if {code, name} & _normal(comment):
                    found = [finding for finding in of_file if finding.code == code]
                    if not any(_covers(comment, finding) for finding in found):
                        yield VoidIgnore(path, comment.line, *_nothing(code, elsewhere=bool(found)))


def _nothing(code: str, *, elsewhere: bool) -> tuple[str, str]:
    if elsewhere:
        return f"{code} has other places", "put it on a line of its own: then it is about the file"
    return f"nothing of {code} is here", "delete it"


def _covers(comment: PromptIgnore, finding: Finding) -> bool:
    """Whether a comment is about this finding, and about all of its places."""
    if _lack(comment)[0] or not {finding.code, finding.name} & _normal(comment):
        return False
    only = finding.lines == (comment.line,) and finding.count == 1
    return finding.code.startswith(FAMILY) and (comment.whole_file or only)


def _normal(comment: PromptIgnore) -> set[str]:
    """Codes in capitals, names in small letters."""
    return {name for code in comment.codes for name in (code.upper(), code.lower())}


def _lack(comment: PromptIgnore) -> tuple[str, str]:
    """What a comment lacks, and what to write; empty when it is complete."""
    if not comment.codes:
        return "it names no rule", _FORM
    for code in comment.codes:
        if code.upper() not in _known() and code.lower() not in _known():
            shown = code if _NAME.fullmatch(code) else "what it names"
            return f"{shown} is no rule about prompt files", _nearest(code) or _FORM
    return ("", "") if comment.reason else ("it says no reason", _FORM)


def _known() -> set[str]:
    """Codes and names of the rules about prompt files."""
    of_prompts = (rule for code, rule in load_rules().items() if code.startswith(FAMILY))
    return {name for rule in of_prompts for name in (rule.code, rule.name)}


def _nearest(code: str) -> str:
    import difflib  # only mistakes pay for it

    spelled = {name.lower(): name for name in sorted(_known())}
    near = difflib.get_close_matches(code.lower(), spelled, n=1)
    return f"did you mean {spelled[near[0]]}?" if near else ""
