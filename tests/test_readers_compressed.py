"""Packed data files: told apart by their bytes, damaged ones told in words."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from ftgate.readers import compressed
from ftgate.readers.compressed import RATIO_COUNTS_FROM_BYTES, ArchiveError, decompressed, open_data
from ftgate.readers.jsonl import read_jsonl

DATA = b"".join(json.dumps({"line": n, "text": f"{n * n}"}).encode() + b"\n" for n in range(9000))
PACKERS = [gzip.compress, zstandard.compress]

Pack = Callable[[bytes], bytes]


def opened(path: Path, content: bytes) -> io.BufferedReader:
    path.write_bytes(content)
    stream = open_data(path)
    assert isinstance(stream, io.BufferedReader)
    return stream


@pytest.mark.parametrize("pack", [bytes, *PACKERS])
@pytest.mark.parametrize("name", ["train.jsonl", "train.jsonl.gz", "train.jsonl.zst"])
def test_bytes_decide_and_not_the_suffix(tmp_path: Path, pack: Pack, name: str) -> None:
    with opened(tmp_path / name, pack(DATA)) as stream:
        assert stream.read() == DATA


@pytest.mark.parametrize("pack", PACKERS)
def test_archives_that_follow_each_other_are_one_file(tmp_path: Path, pack: Pack) -> None:
    with opened(tmp_path / "x", pack(DATA[:777]) + pack(b"") + pack(DATA[777:])) as stream:
        assert stream.read() == DATA


def test_zero_bytes_after_gzip_data_are_padding(tmp_path: Path) -> None:
    with opened(tmp_path / "x", gzip.compress(DATA) + bytes(512)) as stream:
        assert stream.read() == DATA


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("keep", [-1, -20, 400, 20])
def test_cut_off_archives_end_with_one_invalid_line(tmp_path: Path, pack: Pack, keep: int) -> None:
    with opened(tmp_path / "x", pack(DATA)[:keep]) as stream:
        lines = list(read_jsonl(stream))
    assert [problem.kind for problem in lines[-1].problems] == ["damaged-archive"]
    assert "cut off" in lines[-1].problems[0].detail
    assert all(line.record == json.loads(line.raw) for line in lines[:-1])


@pytest.mark.parametrize("pack", PACKERS)
def test_damaged_archives_are_named(tmp_path: Path, pack: Pack) -> None:
    packed = bytearray(pack(DATA))
    packed[10:40] = b"\xff" * 30
    with opened(tmp_path / "x", bytes(packed)) as stream, pytest.raises(ArchiveError) as caught:
        stream.read()
    assert "damaged" in caught.value.problem.detail


@pytest.mark.parametrize("pack", PACKERS)
def test_decompression_bombs_are_stopped_early(tmp_path: Path, pack: Pack) -> None:
    bomb = pack(bytes(RATIO_COUNTS_FROM_BYTES + (8 << 20)))
    with opened(tmp_path / "x", bomb) as stream, pytest.raises(ArchiveError) as caught:
        shutil.copyfileobj(stream, io.BytesIO())
    assert "bomb" in caught.value.problem.detail


def test_the_decompressed_size_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MAX_DECOMPRESSED_BYTES", len(DATA) - 1)
    with opened(tmp_path / "x", gzip.compress(DATA)) as stream, pytest.raises(ArchiveError):
        stream.read()


def test_closing_closes_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(gzip.compress(DATA))
    file = (tmp_path / "x").open("rb")
    decompressed(file).close()
    assert file.closed
