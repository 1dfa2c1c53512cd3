"""How far repetitions are looked for in the files of one dataset, and what was found.

The shares depend on the sizes of the files, and what most examples have in common is taken from
the beginning of the first training file: so every piece of the dataset is searched alike. What was
found is cached by the digests of all files, so that a second run compares nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from ftgate.cache import Cache, key_of
from ftgate.content.marks import (
    ANSWER_BYTES,
    SMALL_BYTES,
    TEMPLATE_BYTES,
    Marks,
    Part,
    Search,
    parts_of,
    share_of,
    window_of,
)
from ftgate.deadline import FOREVER, Deadline
from ftgate.errors import UnreadableError
from ftgate.looks import Seen, is_still
from ftgate.lookup import each_example_at, examples_at
from ftgate.memory import Memory
from ftgate.model import Leak, Repeats, Repetition
from ftgate.plain import Doubt, build, to_plain
from ftgate.profile import Profile
from ftgate.sources import File

HEAD_EXAMPLES = 256
"""Examples that tell what is common to most: a share of one half is known to within 6 points."""

_PACKED_RATIO = 6  # chat data compress to a fourth, with repetitions to a tenth


class Searching:
    """The search of one dataset's data files.

    ``seen`` are their digests, sizes and states; up to ``whole_bytes`` of training data, and of
    held-out data, are searched whole if there is room in ``memory_bytes``. ``signed`` keeps
    signatures of small sets too, for a search across datasets. After ``deadline`` every method
    raises OutOfTimeError.
    """

    def __init__(
        self,
        files: Sequence[File],
        seen: Mapping[str, Seen],
        target: str,
        whole_bytes: int,
        *,
        signed: bool = False,
        memory_bytes: int = Memory().kept_bytes,
        deadline: Deadline = FOREVER,
    ) -> None:
        self._whole_bytes = whole_bytes
        self._memory_bytes = memory_bytes
        self._files = files
        self._seen = seen
        self._target = target
        self._deadline = deadline
        self._train = [file for file in files if file.role == "train"]
        self._grams = len(self._train) < len(files)
        size = sum(map(self._bytes, files))
        self._is_small = not signed and size <= min(SMALL_BYTES, whole_bytes)
        self._kept: dict[str, dict[int, tuple[str, str]]] = {file.path: {} for file in files}

    def key(self, file: File) -> tuple[str, ...]:
        """What the marks of a file depend on, besides the file."""
        first = self._seen[self._train[0].path].digest if self._train else ""
        budgets = (self._whole_bytes, TEMPLATE_BYTES, ANSWER_BYTES)
        shares = (repr(self._share(file, budget)) for budget in budgets)
        return (*shares, str(self._grams), str(self._is_small), first)

    def piece_key(self, file: File) -> tuple[str, ...]:
        """What the marks of a piece of a file depend on, besides the piece."""
        return tuple(map(repr, self.of(file)._replace(kept=None)))

    def of(self, file: File) -> Search:
        """How to mark the examples of a file."""
        return Search(
            share=self._share(file, self._whole_bytes),
            template_share=self._share(file, TEMPLATE_BYTES),
            answer_share=self._share(file, ANSWER_BYTES),
            grams=self._grams,
            common=() if self._is_small else self._common,
            small=self._is_small,
            kept=self._kept[file.path] if self._is_small else None,
        )

    def repetition(self, profiles: Mapping[str, Profile | None], cache: Cache) -> Repetition | None:
        """What repeats in the files with these profiles; None without a training example.

        Raises UnreadableError when a file has changed since it was profiled.
        """
        if not any((found := profiles[file.path]) and found.examples for file in self._train):
            return None
        shapes = (
            f"{file.role == 'train'} {self._seen[file.path].digest} {file.table_suffix}"
            for file in self._files
        )
        budgets = (str(self._whole_bytes), str(self._memory_bytes))
        key = key_of("repetition", self._target, *budgets, *shapes)
        known = _from_json(cache.get(key), [file.name for file in self._files])
        if known is None:
            repetition = self._find(profiles)
            cache.put(key, to_plain(repetition))
            known = _named(repetition, [file.name for file in self._files])
        return known

    def _find(self, profiles: Mapping[str, Profile | None]) -> Repetition:
        found = [profiles[file.path] or Profile() for file in self._files]
        if self._is_small:
            from ftgate.content.few import find_few_repetitions

            marks = [profile.all_marks() for profile in found]
            parts = self._parts(found, marks)
            return find_few_repetitions(parts, self._texts, self._deadline)
        from ftgate.content.duplicates import find_repetition  # with numpy
        from ftgate.thinning import within

        marks, share = within(found, self._memory_bytes)
        parts = self._parts(found, marks)
        train, held_out = (self._searched(held_out=each) * share for each in (False, True))
        common, texts = self.of(self._train[0]).common, self._texts
        return find_repetition(parts, train, held_out, common, texts, self._deadline)

    def _parts(self, profiles: Sequence[Profile], marks: Sequence[Marks]) -> list[Part]:
        each = zip(self._files, profiles, marks, strict=True)
        return [
            Part(str(index), file.role != "train", profile.examples, its)
            for index, (file, profile, its) in enumerate(each)
        ]

    def _searched(self, *, held_out: bool) -> float:
        """Share (0-1) of the training examples that is marked, or of those that are held out."""
        same = [file for file in self._files if (file.role != "train") == held_out]
        return self._share(same[0], self._whole_bytes) if same else 1.0

    def _texts(self, index: int, lines: list[int]) -> Iterator[tuple[str, str]]:
        file = self._files[index]
        kept = self._kept[file.path]
        if kept:  # not when the profile was remembered, or read by another process
            yield from (kept[line] for line in lines)
            return
        deadline = self._deadline
        for example in each_example_at(file.path, file.name, self._target, lines, deadline):
            yield parts_of(example)
        if not is_still(file.path, self._seen[file.path]):
            raise UnreadableError(f"{file.name}: changed while it was read", hint="run again")

    def _share(self, file: File, budget: int) -> float:
        held_out = file.role != "train"
        same = [each for each in self._files if (each.role != "train") == held_out]
        share = share_of(sum(self._bytes(each) for each in same), budget)
        return float(f"{share:.2g}")  # a few bytes more or less choose the same examples

    def _bytes(self, file: File) -> int:
        packed = file.name.lower().endswith((".gz", ".zst"))
        return self._seen[file.path].size * (_PACKED_RATIO if packed else 1)

    @functools.cached_property
    def _common(self) -> tuple[int, ...]:
        """Shingles of most examples at the beginning of the first training file."""
        if not self._train:
            return ()
        from ftgate.content.shingles import common_of

        first = self._train[0]
        lines = range(1, HEAD_EXAMPLES + 1)
        found = examples_at(first.path, first.name, self._target, lines, self._deadline)
        return common_of([window_of(*parts_of(example)) for example in found if example.turns])


def _from_json(data: Any, names: list[str]) -> Repetition | None:
    """A remembered result with the names of the files; None for an entry of another shape.

    Places carry the index of their file, so that the cache depends on contents alone.
    """
    try:
        found = build(Repetition, data)
        if not isinstance(found, Repetition):
            return None
        complete = data.keys() == {each.name for each in fields(found)}
        return _named(found, names) if complete else None
    except (Doubt, IndexError, ValueError):
        return None


def _named(value: Any, names: list[str]) -> Any:
    """The same value with names of files for indices."""
    changed: dict[str, Any] = {}
    for each in fields(value):
        inner = getattr(value, each.name)
        if isinstance(inner, Repeats):
            places = tuple(replace(place, path=names[int(place.path)]) for place in inner.places)
            changed[each.name] = Repeats(inner.count, places)
        elif isinstance(inner, Leak):
            changed[each.name] = _named(inner, names)
    return replace(value, **changed)
