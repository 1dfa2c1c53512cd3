"""The single streaming pass: records in, a small mergeable :class:`Profile` out.

A profile holds counts, integer histograms and digests, never text, so it can be cached, sent
between processes and merged in any order. Texts travel only in a :class:`~ftgate.sample.Sample`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from ftgate.accepted import Accepting
from ftgate.content.labels import answer_key
from ftgate.content.marks import WHOLE, Marks, Search
from ftgate.formats.contract import first_of_each_kind
from ftgate.judge import Refuse, judge_record
from ftgate.model import Example, Problem
from ftgate.readers.jsonl import Line, read_jsonl
from ftgate.sample import Sample

if TYPE_CHECKING:
    from ftgate.content.inspector import Found, Inspector
    from ftgate.deadline import Deadline

PLACES = 20  # first places kept per kind of problem
_MAX_DISTINCT = 1000  # distinct labels and system prompts counted before giving up

# Text that a chat template would read as its own control tokens.
_SPECIAL = re.compile(
    rb"<\|(?:endoftext|im_start|im_end|im_sep|endofprompt|fim_\w+|start|end|"
    rb"message|channel|return|call|eot_id|begin_of_text)\|>"
)

Measure = Callable[[Example], tuple[int, ...]]
ROLES = ("system", "user", "assistant", "tool")


@dataclass(slots=True)
class Tally:
    """How often one kind of problem was seen, and the first places.

    A place is ``(line, detail, path)``: see :class:`~ftgate.model.Problem`.
    """

    count: int = 0
    places: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, detail: str, path: str) -> None:
        """Count one place."""
        self.count += 1
        if len(self.places) < PLACES:
            self.places.append((line, detail, path))

    def merge(self, other: Tally) -> None:
        """Add another tally of later lines."""
        self.count += other.count
        self.places = (self.places + other.places)[:PLACES]


@dataclass(slots=True)
class Profile:
    """What one file (or any number of them, merged) contains.

    ``tokens`` is the provider's count of one epoch; ``by_role`` counts content only.
    ``lengths`` maps tokens per example to examples. ``labels`` and ``systems`` count digests of
    answers (:mod:`ftgate.content.labels`) and of system prompts; None: too many distinct ones.
    ``over_limit`` examples are longer than the provider's limit; ``cut`` and ``cut_answers`` are
    the tokens lost and, of those, the assistant's. ``hygiene`` says that secrets, answers and
    repetitions were looked at: ``signals`` counts what :func:`ftgate.content.answers.signals` saw,
    ``marks`` are what repetitions are found by. ``accepted`` counts places by their entry in the
    baseline: those are in no tally of ``problems``.
    """

    hygiene: bool = False
    bytes: int = 0
    lines: int = 0
    examples: int = 0
    invalid: int = 0
    blank: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    format_lines: dict[str, int] = field(default_factory=dict)
    problems: dict[str, Tally] = field(default_factory=dict)
    tokens: int = 0
    by_role: Counter[str] = field(default_factory=Counter)
    tool_tokens: int = 0
    images: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    over_limit: int = 0
    cut: int = 0
    cut_answers: int = 0
    labels: Counter[str] | None = field(default_factory=Counter)
    systems: Counter[str] | None = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    digests: array[int] = field(default_factory=lambda: array("Q"))
    marks: Marks = field(default_factory=Marks)
    accepted: Counter[str] = field(default_factory=Counter)

    @property
    def unique(self) -> int:
        """Distinct examples."""
        return len(set(self.digests))

    @property
    def duplicates(self) -> int | None:
        """Examples that repeat an earlier one exactly; None when only the structure was read."""
        if len(self.digests) != self.examples:
            return None
        return self.examples - self.unique

    def overlap(self, other: Profile) -> int:
        """Examples of ``other`` that also occur here, exactly."""
        mine = set(self.digests)
        return sum(1 for digest in other.digests if digest in mine)

    def quantile(self, share: float) -> int:
        """Tokens of the example at this share (0-1) of the sorted lengths; 0 when empty."""
        rank = share * (self.examples - 1)
        seen = 0
        for tokens in sorted(self.lengths):
            seen += self.lengths[tokens]
            if seen > rank:
                return tokens
        return 0

    def merge(self, other: Profile) -> None:
        """Add another profile; associative, and commutative but for the order of places."""
        self.hygiene = self.hygiene or other.hygiene
        for name in (
            "bytes",
            "lines",
            "examples",
            "invalid",
            "blank",
            "tokens",
            "tool_tokens",
            "images",
            "over_limit",
            "cut",
            "cut_answers",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.formats.update(other.formats)
        self.by_role.update(other.by_role)
        self.lengths.update(other.lengths)
        for name, line in other.format_lines.items():
            self.format_lines.setdefault(name, line)
        for kind, tally in other.problems.items():
            self.problems.setdefault(kind, Tally()).merge(tally)
        self.labels = _merged(self.labels, other.labels)
        self.systems = _merged(self.systems, other.systems)
        self.signals.update(other.signals)
        self.digests.extend(other.digests)
        self.marks.merge(other.marks)
        self.accepted.update(other.accepted)

    def check(self) -> None:
        """Reconcile: every line is an example, invalid or blank."""
        if self.lines != self.examples + self.invalid + self.blank:
            raise AssertionError(
                f"{self.lines} lines != {self.examples} + {self.invalid} + {self.blank}"
            )

    def to_json(self) -> dict[str, Any]:
        """JSON values for the cache."""
        data = {name: getattr(self, name) for name in self.__slots__}
        data["lengths"] = sorted(self.lengths.items())
        data["problems"] = {kind: [t.count, t.places] for kind, t in self.problems.items()}
        data["digests"] = base64.b64encode(self.digests).decode()
        data["marks"] = self.marks.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Profile:
        """Inverse of :meth:`to_json`."""
        values = dict(data)
        values["lengths"] = Counter({tokens: count for tokens, count in data["lengths"]})
        values["problems"] = {
            kind: Tally(count, [(line, detail, path) for line, detail, path in places])
            for kind, (count, places) in data["problems"].items()
        }
        for name in ("formats", "by_role", "labels", "systems", "signals", "accepted"):
            if values[name] is not None:
                values[name] = Counter(values[name])
        values["digests"] = array("Q", base64.b64decode(data["digests"]))
        values["marks"] = Marks.from_json(data["marks"])
        return cls(**values)


def profile_stream(
    stream: BinaryIO,
    *,
    measure: Measure | None,
    limit: int | None = None,
    sample: Sample | None = None,
    refuse: Refuse | None = None,
    structure: bool = False,
    table: bool = False,
    hygiene: bool = False,
    search: Search = WHOLE,
    accepting: Accepting | None = None,
    deadline: Deadline | None = None,
) -> Profile:
    """Read one stream of JSON Lines, or of comma-separated values (``table``), to its end.

    ``measure`` counts the tokens of an example (None: structure only), ``limit`` is the provider's
    tokens per example, ``sample`` collects examples for judging their content, ``refuse`` knows
    the provider's rules for a record (None: the format's own, which are OpenAI's). ``structure``
    leaves out what only other families of rules need: digests, labels, special tokens. ``hygiene``
    looks for secrets, personal data, what is wrong with answers, and repetitions as far as
    ``search`` says. ``accepting`` says which places are accepted: they are no problems. Raises
    OutOfTimeError at the first line after the ``deadline``.
    """
    inspector = _inspector(search) if hygiene else None
    profile = Profile(hygiene=hygiene)
    spared: Counter[str] = Counter()
    lines = _rows(stream) if table else read_jsonl(stream)
    for line in deadline.watch(lines) if deadline else lines:
        _, offset, raw, record, problems, blank = line
        profile.lines += 1
        profile.bytes = offset + len(raw)
        if problems:
            _note(profile, line, problems, accepting)
        if blank:
            profile.blank += 1
        elif record is None:
            profile.invalid += 1
        else:
            example = _add_record(profile, line, record, refuse, accepting)
            if example is not None and not structure:
                _add_texts(profile, line, example, sample, accepting)
                if measure is not None:
                    _count_tokens(profile, line, example, measure, limit, accepting)
                if inspector is not None:
                    told = inspector.inspect(line, profile.digests[-1], example)
                    _note_found(profile, told, accepting, spared)
    if inspector is not None:
        _note_found(profile, inspector.rest(), accepting, spared)
        profile.signals, profile.marks = inspector.close()
        profile.signals -= spared
    profile.check()
    return profile


def _inspector(search: Search) -> Inspector:
    from ftgate.content.inspector import Inspector  # its patterns cost start-up time

    return Inspector(search)


def _rows(stream: BinaryIO) -> Iterator[Line]:
    from ftgate.readers.table import read_table  # few files are tables

    return read_table(stream)


def _add_record(
    profile: Profile, line: Line, record: Any, refuse: Refuse | None, accepting: Accepting | None
) -> Example | None:
    """Count a record and its problems; None when no known schema has such keys."""
    name, example, problems = judge_record(record, refuse)
    if problems:
        _note(profile, line, first_of_each_kind(problems), accepting)
    if example is None:
        profile.invalid += 1
        return None
    profile.examples += 1
    if name in profile.formats:
        profile.formats[name] += 1
    else:
        profile.formats[name] = 1
        profile.format_lines[name] = line.number
    if example.images:
        profile.images += example.images
    return example


def _add_texts(
    profile: Profile,
    line: Line,
    example: Example,
    sample: Sample | None,
    accepting: Accepting | None,
) -> None:
    """Digest an example, its system prompt and its answer, and offer it to the sample."""
    raw = line.raw
    if b"|" in raw and _SPECIAL.search(raw):  # one byte is found ten times as fast as two
        _note(profile, line, [Problem("special-token-text")], accepting)
    # sha256 is what processors have instructions for: faster here than the simpler blake2.
    digest = hashlib.sha256(raw.strip()).digest()[:8]
    profile.digests.frombytes(digest)
    if example.turns:
        _count_texts(profile, example)
        if sample is not None:
            sample.offer(digest, line.number, example)


def _count_tokens(
    profile: Profile,
    line: Line,
    example: Example,
    measure: Measure,
    limit: int | None,
    accepting: Accepting | None,
) -> None:
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
        _note(profile, line, [Problem(kind, detail)], accepting)


def _count_texts(profile: Profile, example: Example) -> None:
    """Count the system prompt and the answer, as digests; an answer may be a call alone."""
    turns = example.turns
    role, text = turns[0]
    if role == "system" and profile.systems is not None:
        profile.systems[_text_digest(text)] += 1
        if len(profile.systems) > _MAX_DISTINCT:
            profile.systems = None
    role, text = turns[-1]
    if role == "assistant" and profile.labels is not None:
        said = text if text or not example.calls else "\n".join(example.calls)
        profile.labels[answer_key(said)] += 1
        if len(profile.labels) > _MAX_DISTINCT:
            profile.labels = None


@functools.lru_cache(maxsize=256)
def _text_digest(text: str) -> str:
    data = text.strip().encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:12] if data else ""


def _merged(mine: Counter[str] | None, other: Counter[str] | None) -> Counter[str] | None:
    if mine is None or other is None:
        return None
    total = mine + other
    return total if len(total) <= _MAX_DISTINCT else None


def _note_found(
    profile: Profile,
    told: Found,
    accepting: Accepting | None,
    spared: Counter[str],
) -> None:
    """Note what hygiene found, one of a kind; ``spared`` counts the values that are accepted."""
    for line, found in told:
        first = first_of_each_kind(found)
        left = _note(profile, line, first, accepting)
        if len(left) < len(first):
            from ftgate.content import masks

            kinds = {problem.kind for problem in left}
            masks.count(spared, [problem for problem in found if problem.kind not in kinds])


def _note(
    profile: Profile, line: Line, problems: list[Problem], accepting: Accepting | None
) -> list[Problem]:
    """Count the problems that are not accepted, and return them."""
    if accepting is not None:
        problems = accepting.left(line, problems, profile.accepted)
    for kind, detail, path in problems:
        profile.problems.setdefault(kind, Tally()).add(line.number, detail, path)
    return problems
