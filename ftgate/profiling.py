"""The single streaming pass: lines in, a :class:`~ftgate.profile.Profile` out.

Most records are plain chat without any problem: they are told apart first and take the short way.
"""

from __future__ import annotations

import functools
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from zlib import crc32

from ftgate.accepted import Accepting
from ftgate.content.labels import LONG_ANSWER, MAX_LABEL_CHARS, answer_key
from ftgate.content.marks import WHOLE, Search
from ftgate.deadline import FOREVER, Deadline
from ftgate.formats.contract import first_of_each_kind
from ftgate.formats.openai_chat import FORMAT as OPENAI_CHAT
from ftgate.formats.openai_chat import plain_turns
from ftgate.judge import Refuse, judge_record
from ftgate.model import Example, Problem
from ftgate.profile import MAX_DISTINCT, ROLES, Profile, Tally
from ftgate.readers.jsonl import BLOCK_BYTES, Block, Line, line_of, read_blocks
from ftgate.readers.keys import is_plain_chat

if TYPE_CHECKING:
    from ftgate.content.inspector import Found, Inspector

# Text that a chat template would read as its own control tokens.
_SPECIAL = re.compile(
    rb"<\|(?:endoftext|im_start|im_end|im_sep|endofprompt|fim_\w+|start|end|"
    rb"message|channel|return|call|eot_id|begin_of_text)\|>"
)

# Each search for secrets begins with what it needs out of the processor's caches, and leaves them
# without what reading and counting need: four times as many searches cost a tenth of a whole check.
_SEARCHED_BYTES = 1 << 20

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
        blocks = _rows(stream)
    else:
        block_bytes = _SEARCHED_BYTES if hygiene else BLOCK_BYTES
        blocks = read_blocks(stream, start=start, size=size, block_bytes=block_bytes)
    profile = pass_.over(deadline.watch(blocks), start)
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

    def over(self, blocks: Iterable[Block], start: int = 0) -> Profile:
        """The profile of these lines, the first of which begins at byte ``start``."""
        profile = self.profile
        for block in blocks:
            batch = self._batch(block)
            profile.bytes = block.end - start
            if batch.lines and not self._structure:
                self._look_into(batch)
        if self._inspector is not None:
            profile.signals, profile.marks = self._inspector.close()
            profile.signals -= self._spared
        profile.check()
        return profile

    def _batch(self, block: Block) -> _Batch:
        """Count the lines of a block, and return its examples if anybody looks into them."""
        batch, plain = _Batch([], []), 0
        number, offset, raws, values, last = block
        for raw, value in zip(raws, values, strict=True):
            turns, quotes = plain_turns(value) if self._refuse is None else ([], 0)
            if turns and is_plain_chat(raw, len(turns), quotes):
                if not plain:  # formats are in the order of their first lines
                    self._count(OPENAI_CHAT.name, number, 0)
                plain += 1
                if not self._structure:
                    batch.lines.append(Line(number, offset, raw, value, [], False))
                    batch.examples.append(Example(turns, []))
            else:
                self._judge(line_of(number, offset, raw, value), batch)
            number += 1
            offset += len(raw)
        if plain:
            self._count(OPENAI_CHAT.name, 0, plain)
        if last:
            self._judge(last, batch)
        self.profile.lines += len(raws) + (last is not None)
        return batch

    def _count(self, name: str, line: int, examples: int) -> None:
        """Count examples of a format, the first of which is in this line."""
        profile = self.profile
        profile.examples += examples
        profile.formats[name] += examples
        profile.format_lines.setdefault(name, line)

    def _judge(self, line: Line, batch: _Batch) -> None:
        """Add an example, or count what is none; and note the problems of the line."""
        profile = self.profile
        if line.problems:
            self._note(line, line.problems)
        if line.blank:
            profile.blank += 1
            return
        if line.record is None:
            profile.invalid += 1
            return
        name, example, problems = judge_record(line.record, self._refuse)
        if problems:
            self._note(line, first_of_each_kind(problems))
        if example is None:  # no known schema has such keys
            profile.invalid += 1
            return
        profile.images += example.images
        self._count(name, line.number, 1)
        batch.lines.append(line)
        batch.examples.append(example)

    def _look_into(self, batch: _Batch) -> None:
        """What other families of rules than those of the structure need of examples."""
        profile = self.profile
        lines, examples = batch
        for line in lines:  # one byte is found ten times as fast as two
            if b"|" in line.raw and _SPECIAL.search(line.raw):
                self._note(line, [Problem("special-token-text")])
        # sha256 is what processors have instructions for: faster here than the simpler blake2.
        digests = array("Q", b"".join(sha256(line.raw.strip()).digest()[:8] for line in lines))
        profile.digests += digests
        profile.at.extend(
            line.number if each.turns else 0 for line, each in zip(lines, examples, strict=True)
        )
        self._count_texts([example for example in examples if example.turns])
        if self._measure is not None:
            self._count_tokens(batch, self._measure)
        if self._inspector is not None:
            self._note_found(self._inspector.inspect(lines, digests, examples))

    def _count_tokens(self, batch: _Batch, measure: Measure) -> None:
        profile, limit = self.profile, self._limit
        counts = list(map(measure, batch.examples))
        totals, *by_role, tools = zip(*counts, strict=True)
        profile.tokens += sum(totals)
        profile.lengths.update(totals)
        for role, tokens in zip(ROLES, map(sum, by_role), strict=True):
            if tokens:
                profile.by_role[role] += tokens
        profile.tool_tokens += sum(tools)
        if limit is not None and max(totals) > limit:
            for line, example, (total, _, _, answer, *_) in zip(
                batch.lines, batch.examples, counts, strict=True
            ):
                # A preference pair is two sequences; at least one of them is as long as the half.
                length = total if example.prompt is None else total // 2
                if length > limit:
                    self._cut(line, example, (length, limit), answer)

    def _cut(self, line: Line, example: Example, tokens: tuple[int, int], answer: int) -> None:
        """Note an example of more tokens than the limit, with so many of its answer."""
        profile = self.profile
        length, limit = tokens
        ends_with_answer = bool(example.turns) and example.turns[-1][0] == "assistant"
        lost = min(length - limit, answer) if ends_with_answer else 0
        profile.over_limit += 1
        profile.cut += length - limit
        profile.cut_answers += lost
        kind = "record-too-long" if answer and lost == answer else "truncated-at-training"
        detail = f"{length:,} tokens, {lost:,} of the answer lost"
        self._note(line, [Problem(kind, detail)])

    def _count_texts(self, examples: list[Example]) -> None:
        """Count system prompts and answers, as digests; an answer may be a call alone."""
        profile = self.profile
        if profile.systems is not None:
            first = [each.turns[0] for each in examples]
            systems = Counter([text for role, text in first if role == "system"])
            for text, count in systems.items():
                profile.systems[_text_digest(text)] += count
            if len(profile.systems) > MAX_DISTINCT:
                profile.systems = None
        if profile.labels is not None:
            profile.labels.update(_answer_keys(examples))
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


class _Batch(NamedTuple):
    """Examples of one block, in order: their lines, and what they are.

    A loop that does one thing with all of them is quicker than one that does all things with one.
    """

    lines: list[Line]
    examples: list[Example]


def _rows(stream: BinaryIO) -> Iterator[Block]:
    """The rows of a table; few files are such."""
    from ftgate.readers.table import read_table

    for row in read_table(stream):
        yield Block(row.number, row.offset, [], [], row)


def _inspector(search: Search) -> Inspector:
    from ftgate.content.inspector import Inspector  # its patterns cost start-up time

    return Inspector(search)


@functools.lru_cache(maxsize=256)
def _text_digest(text: str) -> str:
    data = text.strip().encode("utf-8", "surrogatepass")
    return sha256(data).hexdigest()[:12] if data else ""


def _answer_keys(examples: list[Example]) -> Iterator[str]:
    """How answers are counted: long ones, which hardly ever are labels, by a quick checksum.

    At most :data:`MAX_DISTINCT` are told apart, which 32 bits and a length do.
    """
    for example in examples:
        role, text = example.turns[-1]
        if role != "assistant":
            continue
        if not text and example.calls:
            text = "\n".join(example.calls)
        if len(text) <= MAX_LABEL_CHARS:
            yield answer_key(text)
        else:
            data = text.strip().encode("utf-8", "surrogatepass")
            yield f"{LONG_ANSWER}{crc32(data):08x}{len(data):x}"
