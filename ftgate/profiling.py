"""The single streaming pass: lines in, a :class:`~ftgate.profile.Profile` out.

Most records are plain chat without any problem: they are told apart first and take the short way.
"""

from __future__ import annotations

import functools
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, BinaryIO

from ftgate.accepted import Accepting
from ftgate.content.labels import LONG_ANSWER, MAX_LABEL_CHARS, answer_key
from ftgate.content.marks import WHOLE, Search
from ftgate.deadline import FOREVER, Deadline
from ftgate.formats.contract import first_of_each_kind
from ftgate.formats.openai_chat import FORMAT as OPENAI_CHAT
from ftgate.formats.openai_chat import plain_turns
from ftgate.judge import Refuse, judge_record
from ftgate.model import Example, Problem
from ftgate.profile import MAX_DISTINCT, Profile, Tally
from ftgate.readers.jsonl import Line, read_jsonl

if TYPE_CHECKING:
    from ftgate.content.inspector import Found, Inspector

# Text that a chat template would read as its own control tokens.
_SPECIAL = re.compile(
    rb"<\|(?:endoftext|im_start|im_end|im_sep|endofprompt|fim_\w+|start|end|"
    rb"message|channel|return|call|eot_id|begin_of_text)\|>"
)

Measure = Callable[[Example], tuple[int, ...]]


def profile_stream(
    stream: BinaryIO,
    *,
    measure: Measure | None,
    limit: int | None = None,
    refuse: Refuse | None = None,
    structure: bool = False,
    table: bool = False,
    hygiene: bool = False,
    search: Search = WHOLE,
    accepting: Accepting | None = None,
    deadline: Deadline = FOREVER,
    start: int = 0,
    size: int | None = None,
) -> Profile:
    """Read one stream of JSON Lines, or of comma-separated values (``table``), to its end.

    ``measure`` counts the tokens of an example (None: structure only), ``limit`` is the provider's
    tokens per example. ``refuse`` knows the provider's rules for a record (None: the format's own,
    which are OpenAI's). ``structure`` leaves out what only other families of rules need: digests,
    labels, special tokens. ``hygiene`` looks for secrets, personal data, what is wrong with
    answers, and repetitions as far as ``search`` says. ``accepting`` says which places are
    accepted: they are no problems. ``start`` and ``size`` as in :func:`read_jsonl`; lines are
    counted from 1 in any piece. Raises OutOfTimeError at the first line after the ``deadline``.
    """
    pass_ = Pass(
        measure=measure,
        limit=limit,
        refuse=refuse,
        structure=structure,
        search=search if hygiene else None,
        accepting=accepting,
    )
    if table:
        from ftgate.readers.table import read_table  # few files are tables

        lines = read_table(stream)
    else:
        lines = read_jsonl(stream, start=start, size=size)
    profile = pass_.over(deadline.watch(lines), start)
    if size is not None:
        profile.bytes = size
    return profile


class Pass:
    """One pass over lines; the arguments are those of :func:`profile_stream`.

    ``search`` None looks for nothing that hygiene looks for.
    """

    def __init__(
        self,
        *,
        measure: Measure | None,
        limit: int | None,
        refuse: Refuse | None,
        structure: bool,
        search: Search | None,
        accepting: Accepting | None,
    ) -> None:
        self.profile = Profile(hygiene=search is not None)
        self._measure = measure
        self._limit = limit
        self._refuse = refuse
        self._structure = structure
        self._accepting = accepting
        self._inspector = _inspector(search) if search is not None else None
        self._spared: Counter[str] = Counter()

    def over(self, lines: Iterable[Line], start: int = 0) -> Profile:
        """The profile of these lines, the first of which begins at byte ``start``."""
        profile, refuse = self.profile, self._refuse
        for line in lines:
            _, offset, raw, record, problems, blank = line
            profile.lines += 1
            profile.bytes = offset + len(raw) - start
            if problems:
                self._note(line, problems)
            if blank:
                profile.blank += 1
                continue
            if record is None:
                profile.invalid += 1
                continue
            turns = plain_turns(record) if refuse is None else None
            if turns is None:
                example = self._judged(line)
                if example is None:
                    continue
            else:
                example = Example(turns, [])
                self._add_format(OPENAI_CHAT.name, line)
            if not self._structure:
                self._look_into(line, example)
        if self._inspector is not None:
            self._note_found(self._inspector.rest())
            profile.signals, profile.marks = self._inspector.close()
            profile.signals -= self._spared
        profile.check()
        return profile

    def _judged(self, line: Line) -> Example | None:
        """Count a record and its problems; None when no known schema has such keys."""
        name, example, problems = judge_record(line.record, self._refuse)
        if problems:
            self._note(line, first_of_each_kind(problems))
        if example is None:
            self.profile.invalid += 1
            return None
        self._add_format(name, line)
        if example.images:
            self.profile.images += example.images
        return example

    def _add_format(self, name: str, line: Line) -> None:
        profile = self.profile
        profile.examples += 1
        if name in profile.formats:
            profile.formats[name] += 1
        else:
            profile.formats[name] = 1
            profile.format_lines[name] = line.number

    def _look_into(self, line: Line, example: Example) -> None:
        """What other families of rules than those of the structure need of an example."""
        profile, raw = self.profile, line.raw
        if b"|" in raw and _SPECIAL.search(raw):  # one byte is found ten times as fast as two
            self._note(line, [Problem("special-token-text")])
        # sha256 is what processors have instructions for: faster here than the simpler blake2.
        profile.digests.frombytes(hashlib.sha256(raw.strip()).digest()[:8])
        profile.at.append(line.number if example.turns else 0)
        if example.turns:
            self._count_texts(example)
        if self._measure is not None:
            self._count_tokens(line, example, self._measure)
        if self._inspector is not None:
            self._note_found(self._inspector.inspect(line, profile.digests[-1], example))

    def _count_tokens(self, line: Line, example: Example, measure: Measure) -> None:
        profile, limit = self.profile, self._limit
        total, system, user, assistant, tool, tools = measure(example)
        profile.tokens += total
        profile.lengths[total] += 1
        roles = profile.by_role
        roles["system"] += system
        roles["user"] += user
        roles["assistant"] += assistant
        if tool or tools:
            roles["tool"] += tool
            profile.tool_tokens += tools
        # A preference pair is two sequences; at least one of them is as long as the half.
        length = total if example.prompt is None else total // 2
        if limit is not None and length > limit:
            ends_with_answer = bool(example.turns) and example.turns[-1][0] == "assistant"
            lost = min(length - limit, assistant) if ends_with_answer else 0
            profile.over_limit += 1
            profile.cut += length - limit
            profile.cut_answers += lost
            kind = "record-too-long" if assistant and lost == assistant else "truncated-at-training"
            detail = f"{length:,} tokens, {lost:,} of the answer lost"
            self._note(line, [Problem(kind, detail)])

    def _count_texts(self, example: Example) -> None:
        """Count the system prompt and the answer, as digests; an answer may be a call alone."""
        profile, turns = self.profile, example.turns
        role, text = turns[0]
        if role == "system" and profile.systems is not None:
            profile.systems[_text_digest(text)] += 1
            if len(profile.systems) > MAX_DISTINCT:
                profile.systems = None
        role, text = turns[-1]
        if role == "assistant" and profile.labels is not None:
            said = text if text or not example.calls else "\n".join(example.calls)
            profile.labels[_answer_key(said)] += 1
            if len(profile.labels) > MAX_DISTINCT:
                profile.labels = None

    def _note_found(self, told: Found) -> None:
        """Note what hygiene found, one of a kind, and count the values that are accepted."""
        for line, found in told:
            first = first_of_each_kind(found)
            left = self._note(line, first)
            if len(left) < len(first):
                from ftgate.content import masks

                kinds = {problem.kind for problem in left}
                masks.count(self._spared, [each for each in found if each.kind not in kinds])

    def _note(self, line: Line, problems: list[Problem]) -> list[Problem]:
        """Count the problems that are not accepted, and return them."""
        if self._accepting is not None:
            problems = self._accepting.left(line, problems, self.profile.accepted)
        for kind, detail, path in problems:
            self.profile.problems.setdefault(kind, Tally()).add(line.number, detail, path)
        return problems


def _inspector(search: Search) -> Inspector:
    from ftgate.content.inspector import Inspector  # its patterns cost start-up time

    return Inspector(search)


@functools.lru_cache(maxsize=256)
def _text_digest(text: str) -> str:
    data = text.strip().encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:12] if data else ""


def _answer_key(text: str) -> str:
    """How an answer is counted: of a long one, which hardly ever is a label, by a quick checksum.

    At most :data:`MAX_DISTINCT` are told apart, which 32 bits and a length do.
    """
    if len(text) <= MAX_LABEL_CHARS:
        return answer_key(text)
    data = text.strip().encode("utf-8", "surrogatepass")
    return f"{LONG_ANSWER}{zlib.crc32(data):08x}{len(data):x}"
