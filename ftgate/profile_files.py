"""Profiles of the data files of one dataset: what is remembered, and what has to be read.

A profile is remembered by the digest of its file. Of a large file those of its pieces are, too:
when some lines have changed, the other pieces are not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ftgate.accepted import Accepting
from ftgate.cache import Cache, Seen, is_still, key_of
from ftgate.content.marks import WHOLE
from ftgate.counting import LazyCounter
from ftgate.deadline import FOREVER, Deadline
from ftgate.engine import Counting, Engine, Piece, Result, Task
from ftgate.errors import VocabularyError
from ftgate.meter import METER
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
    """A file, or a piece of one, to be profiled, or ``known``. ``last`` ends its file."""

    file: File
    size: int
    piece: Piece | None = None
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
        self._keeps = cache.directory is not None
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

    def remember(self, file: File, profile: Profile) -> None:
        key, parts = self._key(file), 0
        for part in profile.on_disk():
            self._cache.put(key_of("profile-part", key, str(parts)), part.to_json())
            parts += 1
        self._cache.put(key, {**profile.to_json(), _ON_DISK: parts})

    def remember_piece(self, part: _Part, digest: str, profile: Profile) -> None:
        """Where a message names a place of the file, the piece says something else elsewhere."""
        if digest and "not-utf8" not in profile.problems:
            self._cache.put(self._piece_key(part.file, digest), profile.to_json())

    def parts(self, file: File) -> list[_Part]:
        """What is to be read of a file, and what is known of it."""
        size = self._seen[file.path].size
        if size < CUT_FROM_BYTES or is_url(file.path):
            return [_Part(file, size)]
        from ftgate.engine.pieces import can_be_cut, cut

        try:
            if self._is_table(file) or not can_be_cut(file.path, file.name):
                return [_Part(file, size)]
            pieces = self._digested(file, list(self._how.deadline.watch(cut(file.path, size))))
        except OSError:  # the task will say what is wrong
            return [_Part(file, size)]
        if not is_still(file.path, self._seen[file.path]):  # nor are pieces then what they were
            return [_Part(file, size)]
        last = len(pieces) - 1
        return [
            _Part(file, piece.size, piece, self._known(file, piece), index == last)
            for index, piece in enumerate(pieces)
        ]

    def _digested(self, file: File, pieces: list[Piece]) -> list[Piece]:
        """With digests where some may be known: else those who read them digest them.

        None of the first, the middle and the last piece is known of a file that is new.
        """
        from ftgate.engine.pieces import digested

        if not self._checked:
            probes = (pieces[0], pieces[len(pieces) // 2], pieces[-1])
            if not self._keeps or not any(
                self._known(file, piece) for piece in digested(file.path, probes)
            ):
                return pieces
        return list(self._how.deadline.watch(digested(file.path, pieces)))

    def task(self, part: _Part, counting: Counting | None) -> Task:
        file, how = part.file, self._how
        search = self._search.of(file) if how.hygiene else WHOLE
        return Task(
            file.path,
            file.name,
            self._seen[file.path],
            counting,
            how.limit,
            how.target,
            how.structure,
            how.hygiene,
            search._replace(kept=None) if part.piece else search,
            how.accepting.get(file.path),
            how.deadline,
            part.piece,
            digest=self._keeps,
        )

    def _known(self, file: File, piece: Piece) -> Profile | None:
        if not piece.digest:
            return None
        return _profile(self._cache.get(self._piece_key(file, piece.digest)))

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

    def _piece_key(self, file: File, digest: str) -> str:
        how = self._how
        if file.path not in self._marking:
            self._marking[file.path] = self._search.piece_key(file) if how.hygiene else ()
        marking = self._marking[file.path]
        return key_of("piece", digest, self._encoding, *how.key(file.path), *marking)

    def _is_table(self, file: File) -> bool:
        return bool(file.table_suffix)


def _joined(
    parts: Sequence[_Part], results: Iterator[Result], room: _Room, files: _Files | None
) -> Iterator[Result]:
    """One result for each file; ``files`` remembers what was read, None remembers nothing."""
    total, error = None, None
    for part in parts:
        profile = part.known
        if profile is None:
            result = next(results)
            profile, error = result.profile, error or result.error
            if profile and files:
                files.remember_piece(part, result.digest, profile)
        if part.piece and profile:  # a whole file says itself how far it is read
            METER.add(part.size, profile.examples, profile.tokens)
        if total is None:
            total = profile
        elif profile is not None:
            total.append(profile)
        if total is not None:
            room.relieve(total, whole=part.last)
        if part.last:
            if total and files and not error:
                files.remember(part.file, total)
            yield Result(part.file.path, None if error else total, error)
            total, error = None, None


def _profile(data: Any) -> Profile | None:
    """A remembered profile; None for an entry of another shape."""
    if not isinstance(data, dict):
        return None
    try:
        return Profile.from_json({name: data[name] for name in data if name != _ON_DISK})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
