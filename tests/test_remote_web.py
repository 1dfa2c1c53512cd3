"""Files on the web: ranges, servers without them, and what a server can do wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest
import zstandard

import ftgate
import ftgate.remote.blocks
import ftgate.remote.looking
import ftgate.remote.web
from ftgate.cache import Cache
from ftgate.cli import run
from ftgate.errors import RemoteError, UsageError
from ftgate.gate import CheckOptions
from ftgate.looks import Looks, look_at
from ftgate.readers.compressed import open_data
from ftgate.remote.names import shown
from tests.conftest import AS_OF, ROOT
from tests.store_servers import Store, WebFile, self_signed, web

SAMPLE = ROOT / "sample_data" / "techwiz-support" / "train.jsonl"
BODY = SAMPLE.read_bytes()
BLOCK = 10_000  # bytes; the sample has 15 of them
SIGNED = "?X-Amz-Signature=0123456789abcdef&token=hunter2"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that a readable file has several of, and no waiting."""
    monkeypatch.setattr(ftgate.remote.blocks, "BLOCK_BYTES", BLOCK)
    monkeypatch.setattr(ftgate.remote.blocks, "WAITS_SECONDS", (0.0, 0.0))


@pytest.fixture
def server() -> Iterator[Store]:
    with web() as state:
        yield state


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def report_on(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """The JSON report on one address or path."""

    def report(path: str, *flags: str, code: int = 3) -> dict[str, Any]:
        assert run(["check", path, "--as-of", AS_OF, "-f", "json", *flags]) == code
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return report


# -- what is read -----------------------------------------------------------------------------


def test_the_report_is_that_of_the_same_file_on_disk(
    server: Store, report_on: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "techwiz" / "train.jsonl"
    file.parent.mkdir()
    file.write_bytes(BODY)
    url = server.put("/techwiz/train.jsonl", BODY)
    here = report_on(str(file))["datasets"][0]
    there = json.loads(json.dumps(report_on(url)["datasets"][0]).replace(url, str(file)))
    for finding in (*here["findings"], *there["findings"]):
        finding.pop("fingerprint")  # of the path, too
    for dataset in (here, there):
        dataset.pop("next_command")  # where a plan would be written
    assert there == here


def test_each_byte_is_asked_for_once_however_often_it_is_read(server: Store) -> None:
    url = server.put("/train.jsonl", BODY)
    looks = Looks()
    assert looks.at(url).digest == sha256(BODY)
    for _ in range(2):
        with open_data(url) as stream:
            assert stream.read() == BODY
    starts = [int(re.findall(r"\d+", span)[0]) for span in server.ranges]
    assert sorted(starts) == list(range(0, len(BODY), BLOCK))


def test_what_finds_no_room_on_disk_is_downloaded_again(
    server: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.remote.looking, "KEEP_BYTES", 3 * BLOCK)
    url = server.put("/train.jsonl", BODY)
    looks = Looks()
    assert looks.at(url).digest == sha256(BODY)
    before = len(server.ranges)
    with open_data(url) as stream:
        assert stream.read() == BODY
    assert len(server.ranges) - before == -(-len(BODY) // BLOCK) - 3


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_packed_files_are_unpacked_on_the_way(
    server: Store, report_on: Callable[..., dict[str, Any]], pack: Any
) -> None:
    packed = pack(BODY)
    url = server.put("/train.jsonl.packed", packed)
    with open_data(url) as stream:
        assert stream.read() == BODY
    assert report_on(url)["datasets"][0]["files"][0]["digest"] == sha256(packed)


def test_a_server_without_ranges_is_read_in_one_go(
    server: Store, report_on: Callable[..., dict[str, Any]]
) -> None:
    url = server.put("/train.jsonl", BODY, ranges=False)
    assert report_on(url)["datasets"][0]["files"][0]["digest"] == sha256(BODY)
    assert [span for _, _, span in server.requests].count("") == 1


def test_a_server_that_says_no_length_is_read_to_the_end(
    server: Store, report_on: Callable[..., dict[str, Any]]
) -> None:
    url = server.put("/train.jsonl", BODY, ranges=False, sized=False)
    assert report_on(url)["datasets"][0]["files"][0]["bytes"] == len(BODY)


def test_a_file_without_ranges_that_finds_no_room_is_not_read(
    server: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.remote.looking, "KEEP_BYTES", len(BODY) - 1)
    with pytest.raises(RemoteError, match="no ranges, and there is no room"):
        look_at(server.put("/train.jsonl", BODY, ranges=False))


@pytest.mark.parametrize("ranges", [True, False])
def test_an_empty_file_is_a_finding_and_no_error(
    server: Store, report_on: Callable[..., dict[str, Any]], ranges: bool
) -> None:
    found = report_on(server.put("/train.jsonl", b"", ranges=ranges), code=1)
    assert "FT003" in {finding["code"] for finding in found["datasets"][0]["findings"]}


def test_a_redirect_is_followed(server: Store) -> None:
    server.put("/real.jsonl", BODY)
    assert look_at(server.put("/train.jsonl", b"", redirect="/real.jsonl")).digest == sha256(BODY)


def test_count_and_audit_read_the_same_file(
    server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.put("/techwiz/train.jsonl", BODY)
    assert run(["count", url, "-f", "json"]) == 0
    (counted,) = json.loads(capsys.readouterr().out)["files"]
    assert run(["audit", url, "-f", "json", "--as-of", AS_OF]) == 0
    (row,) = json.loads(capsys.readouterr().out)["datasets"]
    assert (counted["examples"], counted["tokens"]) == (132, 31148)
    assert (row["examples"], row["tokens"], row["path"]) == (132, 31148, url)


# -- a second run -----------------------------------------------------------------------------


def test_an_unchanged_file_is_not_downloaded_again(
    server: Store, report_on: Callable[..., dict[str, Any]]
) -> None:
    url = server.put("/train.jsonl", BODY)
    first = report_on(url)
    server.requests.clear()
    assert report_on(url) == first
    assert server.ranges == []
    assert {span for _, _, span in server.requests} == {"bytes=0-0"}


def test_another_version_is_downloaded(
    server: Store, report_on: Callable[..., dict[str, Any]]
) -> None:
    url = server.put("/train.jsonl", BODY)
    report_on(url)
    server.put("/train.jsonl", BODY.splitlines(keepends=True)[0] * 60, etag='"v2"')
    assert report_on(url, code=1)["datasets"][0]["files"][0]["lines"] == 60


@pytest.mark.parametrize("etag", ['W/"v1"', ""], ids=["weak", "none"])
def test_a_version_that_proves_nothing_is_checked_by_the_bytes(server: Store, etag: str) -> None:
    url = server.put("/train.jsonl", BODY, etag=etag)
    cache = Cache.open()
    assert Looks(cache).at(url).digest == sha256(BODY)
    server.files["/train.jsonl"].body = BODY[::-1]
    assert Looks(cache).at(url).digest == sha256(BODY[::-1])


# -- what goes wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"statuses": [503]}, ""),
        ({"statuses": [429, 500]}, ""),
        ({"cut": 2}, ""),
        ({"statuses": [503] * 99}, "HTTP 503"),
        ({"cut": 99}, "the transfer broke off"),
        ({"statuses": [403]}, "access denied"),
        ({"statuses": [404]}, "there is no such file"),
        ({"statuses": [418]}, "HTTP 418"),
    ],
)
@pytest.mark.parametrize("ranges", [True, False])
def test_a_fault_that_passes_is_waited_for_and_another_is_said(
    server: Store, more: dict[str, Any], said: str, ranges: bool
) -> None:
    url = server.put("/train.jsonl", BODY, ranges=ranges, **deepcopy(more))
    if not said:
        assert look_at(url).digest == sha256(BODY)
        return
    with pytest.raises(RemoteError, match=re.escape(said)) as caught:
        look_at(url)
    assert caught.value.message.startswith(url)
    assert caught.value.hint


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("etag", ['"v1"', ""])
def test_a_file_that_changes_while_it_is_read_is_not_judged(
    server: Store, ranges: bool, etag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(file: WebFile) -> None:
        if len(server.ranges) > 5 or not ranges:
            file.body, file.etag = BODY[:-1] + b" ", '"v2"' if etag else ""
            file.modified = "Sun, 22 Nov 2026 12:00:01 GMT"

    url = server.put("/train.jsonl", BODY, ranges=ranges, etag=etag, on_read=change)
    assert run(["check", url, "--as-of", AS_OF]) == 2
    said = capsys.readouterr()
    assert f"{url}: changed while it was read" in said.err
    assert said.out == ""


def test_a_server_that_forgets_its_ranges_is_not_believed(server: Store) -> None:
    def forget(file: WebFile) -> None:
        file.ranges = False

    with pytest.raises(RemoteError, match="sends no range"):
        look_at(server.put("/train.jsonl", BODY, on_read=forget))


def test_a_silent_server_is_given_up(server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftgate.remote.web, "READ_SECONDS", 0.1)
    with pytest.raises(RemoteError, match="no answer in time"):
        look_at(server.put("/train.jsonl", BODY, wait_seconds=0.4))


def test_a_server_that_drips_is_given_up(server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftgate.remote.web, "BLOCK_SECONDS", 0.0)
    with pytest.raises(RemoteError, match="too slow"):
        look_at(server.put("/train.jsonl", BODY))


def test_a_redirect_that_goes_in_circles_ends(server: Store) -> None:
    with pytest.raises(RemoteError, match="more than 5 redirects"):
        look_at(server.put("/train.jsonl", b"", redirect="/train.jsonl"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1:9/train.jsonl", "no connection"),
        ("https://127.0.0.1:99999/train.jsonl", "no connection"),
        ("https://127.0.0.1:x/train.jsonl", "InvalidURL"),
    ],
)
def test_an_address_that_leads_nowhere_is_an_error(url: str, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        look_at(url)


def test_what_others_could_have_written_is_not_asked_for(server: Store) -> None:
    for url in (
        "http://data.example.org/train.jsonl",
        server.put("/train.jsonl", b"", redirect="http://data.example.org/train.jsonl"),
    ):
        with pytest.raises(RemoteError, match="not https"):
            look_at(url)


def test_no_redirect_leads_from_elsewhere_to_this_machine(server: Store) -> None:
    request = httpx2.Request("GET", server.put("/train.jsonl", BODY))
    request.extensions["ftgate.origin"] = "https://data.example.org/train.jsonl"
    with pytest.raises(RemoteError, match="redirects to this machine"):
        ftgate.remote.web._check_address(request)


def test_the_name_of_a_server_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RemoteError, match="the name of the server is not known"):
        look_at("https://no-such-host.example.org/train.jsonl")


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    with web(certificate=self_signed(tmp_path)) as server:
        url = server.put("/train.jsonl", BODY)
        with pytest.raises(RemoteError, match="certificate of the server is not accepted"):
            look_at(url)


def test_more_than_the_limit_is_not_downloaded(
    server: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTGATE_MAX_DOWNLOAD_GB", "0.0001")
    assert run(["check", server.put("/train.jsonl", BODY)]) == 2
    assert "FTGATE_MAX_DOWNLOAD_GB" in capsys.readouterr().err
    assert server.ranges == []
    monkeypatch.setenv("FTGATE_MAX_DOWNLOAD_GB", "much")
    assert run(["check", server.put("/train.jsonl", BODY)]) == 2
    assert "not a number" in capsys.readouterr().err


def test_in_an_audit_it_is_the_row_of_its_dataset(
    server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    good = server.put("/good/train.jsonl", BODY)
    bad = server.put("/bad/train.jsonl", BODY, statuses=[403])
    assert run(["audit", good, bad, "-f", "json", "--as-of", AS_OF]) == 2
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["datasets"]}
    assert rows["good"]["examples"] == 132
    assert (
        rows["bad"]["error"]
        == f"{bad}: access denied (HTTP 403); a signed address ends after a while: sign a new one"
    )


def test_how_far_a_download_is_is_told(server: Store) -> None:
    told: list[str] = []
    url = server.put("/train.jsonl", BODY)
    options = CheckOptions(as_of=AS_OF, progress=lambda text, done, total: told.append(text))
    ftgate.check(url, options)
    assert told[1:] == [f"0 of 0 MB of {url}"] * 4


# -- what is not shown ------------------------------------------------------------------------


def test_a_signature_is_in_no_report_no_message_and_no_cache(
    server: Store, tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.put("/train.jsonl", BODY).replace("http://", "http://ada:pass-word@") + SIGNED
    forms = ("text", "json", "jsonl", "sarif", "markdown", "html", "github", "gitlab", "junit")
    written = [arg for form in forms for arg in ("-o", f"{form}={tmp_path / form}")]
    assert run(["check", url, "--as-of", AS_OF, "-v", *written]) == 3
    assert run(["count", url]) == 0
    assert run(["audit", url, "-o", f"csv={tmp_path / 'csv'}"]) == 0
    server.files["/train.jsonl"].statuses = [403]
    server.files["/train.jsonl"].etag = '"v2"'
    assert run(["check", url]) == 2
    said = capsys.readouterr()
    files = [path for folder in (tmp_path, own_cache) for path in folder.rglob("*")]
    texts = [said.out, said.err, *(path.read_text("utf-8") for path in files if path.is_file())]
    assert len(texts) > len(forms)
    assert f"{server.url}/train.jsonl" in said.out
    for text in texts:
        assert not re.search("0123456789abcdef|hunter2|pass-word|Signature", text)


def test_addresses_that_differ_in_what_is_not_shown_are_judged_separately(server: Store) -> None:
    url = server.put("/train.jsonl", BODY)
    with pytest.raises(UsageError, match="named twice, with different queries"):
        ftgate.check([f"{url}?part=1", f"{url}?part=2"])


@pytest.mark.parametrize(
    ("url", "shown_as"),
    [
        ("https://u:p@h.org:8443/a/b.jsonl?x=1#y", "https://h.org:8443/a/b.jsonl"),
        ("HTTPS://h.org/b.jsonl", "https://h.org/b.jsonl"),
        ("s3://key:secret@bucket/a b.jsonl?versionId=3", "s3://bucket/a b.jsonl"),
        ("s3://bucket/a#b.jsonl", "s3://bucket/a#b.jsonl"),
        ("abfs://box@account.dfs.core.windows.net/b.jsonl?sig=x", "abfs://box@account.dfs.core.windows.net/b.jsonl"),
        ("hf://datasets/acme/faq@main/b.jsonl", "hf://datasets/acme/faq@main/b.jsonl"),
        ("data/a.jsonl?x", "data/a.jsonl?x"),
        ("ftp://u:p@h.org/a", "ftp://u:p@h.org/a"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown_as: str) -> None:
    assert shown(url) == shown_as


def test_a_full_disk_is_no_error(server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    url = server.put("/train.jsonl", BODY)
    assert look_at(url).digest == sha256(BODY)
    with open_data(url) as stream:
        assert stream.read() == BODY


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files")
def test_a_thousand_files_need_no_thousand_open_ones(server: Store) -> None:
    looks = Looks()
    before = len(os.listdir("/proc/self/fd"))
    for number in range(30):
        looks.at(server.put(f"/{number}.jsonl", BODY[:1000]))
    assert len(os.listdir("/proc/self/fd")) - before < 10
