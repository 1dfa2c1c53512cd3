"""Profiles of the data files of one dataset: what is remembered, and what has to be read.

A profile is remembered by the digest of its file. Of a large file those of its pieces are, too:
when some lines have changed, the other pieces are not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ftgate.accepted import Accepting
from ftgate.cache import Cache, key_of
from ftgate.content.marks import WHOLE
from ftgate.counting import LazyCounter
from ftgate.deadline import FOREVER, Deadline
from ftgate.engine import Counting, Engine, Piece, Result, Task
from ftgate.errors import VocabularyError
from ftgate.looks import Seen, is_still
from ftgate.meter import METER
from ftgate.model import Problem
from ftgate.outlines import ends_section, pieces_before_change, remember_outline, sections
from ftgate.profile import Profile
from ftgate.remote.names import is_url
from ftgate.searching import Searching
from ftgate.sources import File
from ftgate.spill import Spill

CUT_FROM_BYTES = 4_000_000
"""Smaller files are read whole: that takes less than half a second."""

_ON_DISK = "on_disk"  # of a remembered profile: so many entries have what was on disk


class How(NamedTuple):
    """What a profile depends on besides the file and the vocabulary; see :class:`Task`."""

    limit: int | None
    target: str
    structure: bool
    hygiene: bool
    accepting: Mapping[str, Accepting] = MappingProxyType({})
    deadline: Deadline = FOREVER  # decides whether there is a profile, not what is in it

    def key(self, path: str) -> tuple[str, ...]:
        """What the profile of one file depends on."""
        accepting = self.accepting.get(path)
        return (*map(str, self[:4]), *([accepting.key] if accepting else ()))


def profile_files(
    data: Sequence[File],
    seen: Mapping[str, Seen],
    counter: LazyCounter | None,
    how: How,
    search: Searching,
    cache: Cache,
    engine: Engine,
) -> tuple[dict[str, Result], str]:
    """The results by path, and why tokens could not be counted ("": they could)."""
    room = _Room(engine.memory.waiting_bytes)
    encoding = counter.encoding.name if counter else ""
    checked = engine.checks_digests
    files = _Files(seen, encoding, how, search, cache, room, checked=checked)
    results: dict[str, Result] = {}
    parts: list[_Part] = []
    for file in data:
        profile = files.remembered(file)
        if profile is not None:
            room.relieve(profile, whole=True)
            results[file.path] = Result(file.path, profile)
        else:
            parts += files.parts(file)
    size = sum(part.size for part in parts if part.known is None)
    counting, vocabulary = None, ""
    if counter and size:
        try:
            known = sum(seen[file.path].size for file in data) - size
            counting = counter.counting(known)
        except VocabularyError as error:
            vocabulary = error.message
    tasks = [files.task(part, counting) for part in parts if part.known is None]
    read = engine.run(tasks, size)
    for result in _joined(parts, read, room, None if vocabulary else files):
        results[result.path] = result
    return {file.path: results[file.path] for file in data}, vocabulary


class _Part(NamedTuple):
    """A file, or a piece of one, to be profiled, or ``known``: then it may be of several pieces.

    ``last`` ends its file.
    """

    file: File
    size: int
    pieces: Sequence[Piece] = ()
    known: Profile | None = None
    last: bool = True


class _Room:
    """Memory for what grows with the examples of one dataset: what does not fit goes to disk."""

    def __init__(self, limit_bytes: int) -> None:
        self.spill = Spill()
        self._limit_bytes = limit_bytes
        self._taken = 0

    def relieve(self, profile: Profile, *, whole: bool) -> None:
        """Move to disk what has no room; ``whole`` files stay as they are from now on."""
        size = profile.held_bytes
        if self._taken + size > self._limit_bytes:
            profile.spill(self.spill)
        elif whole:
            self._taken += size


class _Files:
    """What the profiles of one dataset's files depend on, and those that are remembered."""

    def __init__(
        self,
        seen: Mapping[str, Seen],
        encoding: str,
        how: How,
        search: Searching,
        cache: Cache,
        room: _Room,
        *,
        checked: bool,
    ) -> None:
        self._room = room
        self._seen = seen
        self._encoding = encoding
        self._how = how
        self._search = search
        self._cache = cache
        self._checked = checked
        # Where no tokens are counted and no text is looked at, digesting pieces is a good part of
        # reading them: then only whole files are remembered.
        self._keeps_pieces = cache.directory is not None and not how.structure
        self._marking: dict[str, tuple[str, ...]] = {}  # a long key, the same for every piece

    def remembered(self, file: File) -> Profile | None:
        """The profile of a file, if all entries that it consists of are there."""
        key = self._key(file)
        data: Any = self._cache.get(key)
        profile = _profile(data)
        if profile is None or not isinstance(data.get(_ON_DISK), int):
            return None
        distinct = profile.distinct
        for index in range(data[_ON_DISK]):
            part = _profile(self._cache.get(key_of("profile-part", key, str(index))))
            if part is None:
                return None
            part.spill(self._room.spill)
            profile.merge(part)
        profile.distinct = distinct
        return profile

    def remember(self, file: File, profile: Profile, pieces: Sequence[Piece]) -> None:
        if pieces:
            remember_outline(self._cache, self._seen[file.path], pieces)
        key, parts = self._key(file), 0
        for part in profile.on_disk():
            self._cache.put(key_of("profile-part", key, str(parts)), part.to_json())
            parts += 1
        # Nobody asks how many are distinct in a piece alone, but of the file everybody does.
        whole = {**profile.to_json(), "distinct": profile.unique, _ON_DISK: parts}
        self._cache.put(key, whole)

    def remember_pieces(self, file: File, pieces: Sequence[Piece], profile: Profile) -> None:
        """Where a message names a place of the file, they say something else elsewhere."""
        digested = self._keeps_pieces and all(piece.digest for piece in pieces)
        if digested and "not-utf8" not in profile.problems:
            self._cache.put(self._pieces_key(file, pieces), profile.to_json())

    def parts(self, file: File) -> list[_Part]:
        """What is to be read of a file, and what is known of it."""
        size = self._seen[file.path].size
        if size < CUT_FROM_BYTES or is_url(file.path):
            return [_Part(file, size)]
        from ftgate.engine.pieces import can_be_cut, cut

        try:
            if self._is_table(file) or not can_be_cut(file.path, file.name):
                return [_Part(file, size)]
            known = self._outline(file)
            start = known[-1].start + known[-1].size if known else 0
            rest = list(self._how.deadline.watch(cut(file.path, size, start=start)))
            pieces = [*known, *self._digested(file, rest, changed=bool(known))]
        except OSError:  # the task will say what is wrong
            return [_Part(file, size)]
        if not is_still(file.path, self._seen[file.path]):  # nor are pieces then what they were
            return [_Part(file, size)]
        parts = [part for section in sections(pieces) for part in self._parts_of(file, section)]
        return [*parts[:-1], parts[-1]._replace(last=True)]

    def _parts_of(self, file: File, section: Sequence[Piece]) -> list[_Part]:
        """A section that is known, or its pieces."""
        known = self._known(file, section)
        if known is None and len(section) > 1:
            return [part for piece in section for part in self._parts_of(file, [piece])]
        return [_Part(file, sum(piece.size for piece in section), section, known, last=False)]

    def _outline(self, file: File) -> list[Piece]:
        """The pieces of a file that has changed, up to the change."""
        seen = self._seen[file.path]
        return pieces_before_change(self._cache, seen) if self._keeps_pieces else []

    def _digested(self, file: File, pieces: list[Piece], *, changed: bool) -> list[Piece]:
        """With digests where some may be known: else those who read them digest them.

        None of the first, the middle and the last piece is known of a file that is new.
        """
        from ftgate.engine.pieces import digested

        if not self._checked and not changed:
            probes = (pieces[0], pieces[len(pieces) // 2], pieces[-1])
            if not self._keeps_pieces or not any(
                self._known(file, [piece]) for piece in digested(file.path, probes)
            ):
                return pieces
        return list(self._how.deadline.watch(digested(file.path, pieces)))

    def task(self, part: _Part, counting: Counting | None) -> Task:
        file, how = part.file, self._how
        search = self._search.of(file) if how.hygiene else WHOLE
        return Task(
            file.path,
            file.name,
            self._seen[file.path]._replace(marks=()),
            counting,
            how.limit,
            how.target,
            how.structure,
            how.hygiene,
            search._replace(kept=None) if part.pieces else search,
            how.accepting.get(file.path),
            how.deadline,
            part.pieces[0] if part.pieces else None,
            digest=self._keeps_pieces,
        )

    def _known(self, file: File, pieces: Sequence[Piece]) -> Profile | None:
        if not self._keeps_pieces or not all(piece.digest for piece in pieces):
            return None
        return _profile(self._cache.get(self._pieces_key(file, pieces)))

    def _key(self, file: File) -> str:
        how = self._how
        return key_of(
            "profile",
            self._seen[file.path].digest,
            file.table_suffix,
            self._encoding,
            *how.key(file.path),
            *(self._search.key(file) if how.hygiene else ()),
        )

    def _pieces_key(self, file: File, pieces: Sequence[Piece]) -> str:
        how = self._how
        if file.path not in self._marking:
            self._marking[file.path] = self._search.piece_key(file) if how.hygiene else ()
        marking = self._marking[file.path]
        digests = "".join(piece.digest for piece in pieces)
        return key_of("piece", digests, self._encoding, *how.key(file.path), *marking)

    def _is_table(self, file: File) -> bool:
        return bool(file.table_suffix)


def _joined(
    parts: Sequence[_Part], results: Iterator[Result], room: _Room, files: _Files | None
) -> Iterator[Result]:
    """One result for each file; ``files`` remembers what was read, None remembers nothing."""
    joining = _Joining(room, files)
    for part in parts:
        joining.add(part, Result(part.file.path, part.known) if part.known else next(results))
        if part.last:
            yield joining.result(part.file)
            joining = _Joining(room, files)


class _Joining:
    """One file, put together of its parts in order, a section at a time.

    ``files`` remembers what was read, None remembers nothing.
    """

    def __init__(self, room: _Room, files: _Files | None) -> None:
        self._room = room
        self._files = files
        self._error: Problem | None = None
        self._pieces: list[Piece] = []
        self._total: Profile | None = None
        self._section: list[Piece] = []  # what follows the total
        self._follows: Profile | None = None

    def add(self, part: _Part, result: Result) -> None:
        profile, pieces = result.profile, part.pieces
        self._error = self._error or result.error
        if part.known is None:
            pieces = [piece._replace(digest=result.digest) for piece in pieces]
            self._remember(part.file, pieces, profile)
        if pieces and profile:  # a whole file says itself how far it is read
            METER.add(part.size, profile.examples, profile.tokens)
        self._section += pieces
        self._follows = _appended(self._follows, profile)
        if part.last or ends_section(self._section):
            if len(self._section) > len(pieces):
                self._remember(part.file, self._section, self._follows)
            self._end_section(last=part.last)

    def _end_section(self, *, last: bool) -> None:
        self._pieces += self._section
        self._total = _appended(self._total, self._follows)
        self._section, self._follows = [], None
        if self._total is not None:
            self._room.relieve(self._total, whole=last)

    def result(self, file: File) -> Result:
        """What came of the file, which is remembered."""
        if self._files and self._total and not self._error:
            self._files.remember(file, self._total, self._pieces)
        return Result(file.path, None if self._error else self._total, self._error)

    def _remember(self, file: File, pieces: Sequence[Piece], profile: Profile | None) -> None:
        if self._files and pieces and profile and not self._error:
            self._files.remember_pieces(file, pieces, profile)


def _appended(profile: Profile | None, later: Profile | None) -> Profile | None:
    """Both together, of which the first is changed."""
    if profile is None or later is None:
        return profile or later
    profile.append(later)
    return profile


def _profile(data: Any) -> Profile | None:
    """A remembered profile; None for an entry of another shape."""
    if not isinstance(data, dict):
        return None
    try:
        return Profile.from_json({name: data[name] for name in data if name != _ON_DISK})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
