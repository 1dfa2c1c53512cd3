"""Data in a bucket: a real S3 store on loopback, and clients of the other stores on theirs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ftgate.remote.blocks
from ftgate.cache import Cache
from ftgate.cli import run
from ftgate.errors import FtgateError, NothingToJudgeError, RemoteError
from ftgate.looks import Looks, look_at
from ftgate.readers.compressed import open_data
from ftgate.remote.copies import Copy
from ftgate.remote.looking import listed
from ftgate.remote.trouble import explained
from scripts.bucket import bucket_server, upload
from tests.conftest import AS_OF, ROOT
from tests.store_servers import Store, azure, google, hub
from tests.test_remote_web import sha256

SAMPLE = ROOT / "sample_data" / "techwiz-support" / "train.jsonl"
BODY = SAMPLE.read_bytes()
FAQ = ROOT / "sample_data" / "ski-resort-faq" / "train.jsonl"


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """The environment of a bucket ``acme`` with two datasets, one of them packed in shards."""
    lines = BODY.splitlines(keepends=True)
    with bucket_server() as environment:
        upload(
            environment,
            "acme",
            {
                "sets/support/train.jsonl": BODY,
                "sets/faq/train.jsonl": FAQ,
                "sets/.trash/train.jsonl": b"{}",
                "shards/train-00000-of-00002.jsonl.gz": gzip.compress(b"".join(lines[:60])),
                "shards/train-00001-of-00002.jsonl.gz": gzip.compress(b"".join(lines[60:])),
                "odd/[1] a::b train.jsonl": BODY,
                "hub/data/train-00000-of-00001.parquet": b"PAR1",
            },
        )
        yield environment


@pytest.fixture
def s3(store: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Credentials and endpoint, by the provider's own variables."""
    for name, value in store.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ftgate.remote.blocks, "WAITS_SECONDS", ())
    return store


@pytest.fixture
def requests(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Operations that the store was asked for, with their ranges."""
    import s3fs

    asked: list[tuple[str, str]] = []
    call = s3fs.S3FileSystem._call_s3

    async def noted(self: Any, method: str, *arguments: Any, **more: Any) -> Any:
        asked.append((method, more.get("Range", "")))
        return await call(self, method, *arguments, **more)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", noted)
    return asked


def json_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run([*arguments, "-f", "json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_file_in_a_bucket_is_judged_by_its_own_bytes(
    s3: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = "s3://acme/sets/support/train.jsonl"
    report = json_of(capsys, "check", url, "--as-of", AS_OF, code=3)
    (dataset,) = report["datasets"]
    assert dataset["name"] == "support"
    assert dataset["files"][0]["digest"] == sha256(BODY)
    assert dataset["files"][0]["path"] == url
    assert json_of(capsys, "count", url)["files"][0]["tokens"] == dataset["tokens"]["total"]


def test_a_file_is_read_in_blocks_and_then_never_again(
    requests: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.remote.blocks, "BLOCK_BYTES", 50_000)
    url = "s3://acme/sets/support/train.jsonl"
    looks = Looks(Cache.open())
    assert looks.at(url).digest == sha256(BODY)
    with open_data(url) as stream:
        assert stream.read() == BODY
    ranges = sorted(span for method, span in requests if method == "get_object")
    assert ranges == ["bytes=0-49999", f"bytes=100000-{len(BODY) - 1}", "bytes=50000-99999"]
    requests.clear()
    assert Looks(Cache.open()).at(url) == looks.at(url)
    assert requests == [("head_object", "")]


def test_a_prefix_is_audited(s3: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(capsys, "audit", "s3://acme/sets/", "--as-of", AS_OF)
    rows = {row["name"]: row["path"] for row in found["datasets"]}
    assert rows == {
        "faq": "s3://acme/sets/faq/train.jsonl",
        "support": "s3://acme/sets/support/train.jsonl",
    }


@pytest.mark.parametrize(
    "named", ["s3://acme/shards/*.gz", "s3://acme/shards", "s3://acme/shards/"]
)
def test_shards_are_one_dataset(
    s3: dict[str, str], capsys: pytest.CaptureFixture[str], named: str
) -> None:
    (dataset,) = json_of(capsys, "check", named, "--as-of", AS_OF, code=3)["datasets"]
    assert [file["lines"] for file in dataset["files"]] == [60, 72]
    assert dataset["tokens"]["total"] == 31148


@pytest.mark.parametrize("named", ["s3://acme/odd/", "s3://acme/odd/[1] a::b train.jsonl"])
def test_a_name_may_have_what_globs_are_made_of(
    s3: dict[str, str], capsys: pytest.CaptureFixture[str], named: str
) -> None:
    (file,) = json_of(capsys, "count", named)["files"]
    assert (file["path"], file["tokens"]) == ("s3://acme/odd/[1] a::b train.jsonl", 31148)


def test_a_file_that_is_replaced_while_it_is_read_is_not_judged(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.remote.blocks, "BLOCK_BYTES", 10_000)
    upload(s3, "replaced", {"train.jsonl": BODY})
    url = "s3://replaced/train.jsonl"
    keep = Copy.append

    def replace(self: Copy, data: bytes) -> int | None:
        place = keep(self, data)
        if place == 30_000:
            upload(s3, "replaced", {"train.jsonl": BODY[::-1]})
        return place

    monkeypatch.setattr(Copy, "append", replace)
    with pytest.raises(RemoteError, match="changed while it was read"):
        look_at(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://acme/none.jsonl", "there is no such file"),
        ("s3://no-such-bucket/train.jsonl", "there is no such"),
        ("s3://no-such-bucket/", "there is no such"),
        ("s3://acme/nothing/", "nothing is there"),
        ("s3://acme/sets/support/train.jsonl?X-Amz-Signature=abc", "has a query"),
        ("s3://key:abc@acme/train.jsonl", "has a user"),
        ("s3://acme/hub/", "a Parquet file; run: python -c 'import pandas"),
        ("gopher://acme/train.jsonl", "no such file or folder"),
        ("https://data.example.org/sets/", "lists no files"),
    ],
)
def test_what_is_not_there_is_said(
    s3: dict[str, str], url: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", url]) in (2, 3)
    error = capsys.readouterr().err
    assert said in error
    assert "hint:" in error
    assert "abc" not in error


def test_a_folder_without_data_is_nothing_to_judge(s3: dict[str, str]) -> None:
    with pytest.raises(NothingToJudgeError):
        ftgate.check("s3://acme/hub/")


def test_without_credentials_the_next_step_is_named(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(RemoteError, match="no credentials") as caught:
        look_at("s3://acme/sets/support/train.jsonl")
    assert "FSSPEC_S3_ANON" in caught.value.hint


def test_a_public_bucket_is_read_without_credentials_when_that_is_said(
    store: dict[str, str], tmp_path: Path
) -> None:
    upload(store, "open", {"train.jsonl": BODY}, public=True)
    done = subprocess.run(
        [sys.executable, "-m", "ftgate", "count", "s3://open/train.jsonl"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "FSSPEC_S3_ANON": "true",
            "AWS_ENDPOINT_URL": store["AWS_ENDPOINT_URL"],
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )
    assert done.returncode == 0, done.stderr


def test_a_store_that_does_not_answer_is_an_error(
    s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RemoteError, match="no connection"):
        look_at("s3://acme/sets/support/train.jsonl")


# -- errors, store by store -------------------------------------------------------------------


def raised(url: str, error: Exception) -> FtgateError:
    with pytest.raises(FtgateError) as caught, explained(url):
        raise error
    return caught.value


def test_a_missing_package_is_named_with_its_extra() -> None:
    said = raised("gs://acme/a.jsonl", ImportError("no", name="gcsfs"))
    assert said.message == "gs://acme/a.jsonl: gs:// needs gcsfs"
    assert said.hint == "pip install 'ftgate[gs]'"


def test_a_store_whose_client_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adlfs", None)
    with pytest.raises(RemoteError, match="abfs:// needs adlfs") as caught:
        look_at("abfs://acme/train.jsonl")
    assert caught.value.hint == "pip install 'ftgate[azure]'"


def test_what_a_library_says_is_told_without_secrets() -> None:
    signed = "GET https://acme.blob/x?sig=abc&se=1 failed, token=hunter2\nAuthorization: Bearer x"
    said = raised("abfs://acme/a.jsonl", ValueError(signed))
    assert "abc" not in said.message
    assert "hunter2" not in said.message
    assert "Bearer" not in said.message
    assert "ValueError: GET https://acme.blob/x" in said.message


def test_denied_and_missing_are_told_apart_from_the_network() -> None:
    from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError
    from botocore.exceptions import ClientError
    from gcsfs.retry import HttpError
    from google.auth.exceptions import DefaultCredentialsError

    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "HeadObject")
    for url, error, said in (
        ("s3://a/b.jsonl", PermissionError("Forbidden"), "access denied"),
        ("s3://a/b.jsonl", denied, "access denied"),
        ("gs://a/b.jsonl", HttpError({"code": 403, "message": "no"}), "access denied"),
        ("gs://a/b.jsonl", HttpError({"code": 404, "message": "no"}), "there is no such file"),
        ("gs://a/b.jsonl", DefaultCredentialsError("not found"), "no credentials"),
        ("abfs://a/b.jsonl", ClientAuthenticationError("no"), "no credentials"),
        ("abfs://a/b.jsonl", ResourceNotFoundError("no"), "there is no such file"),
        ("s3://a/b.jsonl", TimeoutError("read"), "no answer in time"),
        ("s3://a/b.jsonl", OSError(16, "SlowDown"), "asks to slow down"),
    ):
        assert said in raised(url, error).message


# -- the other stores -------------------------------------------------------------------------

STORES: dict[str, tuple[Callable[[], Any], str, str, Callable[[str], dict[str, str]]]] = {
    "gs": (
        google,
        "/acme/sets/",
        "gs://acme/sets/",
        lambda url: {"STORAGE_EMULATOR_HOST": url, "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"},
    ),
    "abfs": (
        azure,
        "/account/acme/sets/",
        "abfs://acme/sets/",
        lambda url: {
            "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=account;"
            f"AccountKey=a2V5;BlobEndpoint={url}/account;"
        },
    ),
    "hf": (
        hub,
        "/datasets/acme/sets/resolve/main/",
        "hf://datasets/acme/sets/",
        lambda url: {"HF_ENDPOINT": url, "HF_HUB_DISABLE_TELEMETRY": "1"},
    ),
}


@pytest.fixture(params=STORES)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, str, Any]]:
    """A store, the address of a folder in it, and how ftgate is run with it."""
    serve, folder, url, environment = STORES[request.param]

    def ftgate_in(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ftgate", *arguments, "--cache-dir", str(tmp_path / "cache")],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "HOME": str(tmp_path),
                **environment(server.url),
            },
        )

    with serve() as server:
        server.put(f"{folder}support/train.jsonl", BODY)
        yield server, url, ftgate_in


def test_the_other_stores_are_read_once(other: tuple[Store, str, Any]) -> None:
    server, url, ftgate_in = other
    for asked_for in (1, 0):
        server.requests.clear()
        done = ftgate_in("count", f"{url}support/train.jsonl", "-f", "json")
        assert done.stderr == ""
        assert json.loads(done.stdout)["files"][0]["tokens"] == 31148
        assert server.ranges == [f"bytes=0-{len(BODY) - 1}"] * asked_for


@pytest.mark.slow
def test_the_other_stores_are_listed(other: tuple[Store, str, Any]) -> None:
    _, url, ftgate_in = other
    done = ftgate_in("audit", url, "-f", "json", "--as-of", AS_OF)
    assert done.stderr == ""
    (row,) = json.loads(done.stdout)["datasets"]
    assert (row["path"], row["examples"]) == (f"{url}support/train.jsonl", 132)


@pytest.mark.slow
def test_what_the_other_stores_do_not_have_is_said(other: tuple[Store, str, Any]) -> None:
    _, url, ftgate_in = other
    done = ftgate_in("count", f"{url}none.jsonl")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ftgate: {url}none.jsonl: there is no such file\n")


def test_an_account_of_azure_stays_in_the_address(s3: dict[str, str]) -> None:
    from ftgate.remote.buckets import Buckets

    url = "abfs://acme@account.dfs.core.windows.net/sets/"
    assert Buckets._url(url, "acme/sets/a.jsonl") == f"{url}a.jsonl"


def test_a_file_that_is_listed_is_itself(s3: dict[str, str]) -> None:
    url = "s3://acme/sets/support/train.jsonl"
    assert listed(url) == [url]
