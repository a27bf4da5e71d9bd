"""Files in a bucket, by the settings the requirements name."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.server.files import in_bucket, open_bytes, open_links, open_uploads
from luban.server.settings import Settings, read_settings
from luban.storage.files import DiskBytes, StoredFiles
from luban.storage.files.objects import ObjectBytes
from luban.storage.memory import MemoryBytes, MemoryDatabase
from luban.vault.key_ring import KeyRing, new_key
from luban.vault.sealing import EnvelopeSealing
from tests.api.test_file_places import Clock, content

KEYS = {"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "very-secret"}


def read(folder: Path, **environment: str) -> Settings:
    return read_settings({"home": folder}, environment=environment, folder=folder)


def test_the_names_of_the_requirements_are_understood(tmp_path: Path) -> None:
    there = read(tmp_path, S3_ENDPOINT="http://minio:9000", **KEYS)
    assert in_bucket(there)
    assert open_bytes(there).place == "http://minio:9000/luban"
    own = read(tmp_path, S3_BUCKET="files", LUBAN_S3_BUCKET="ours", LUBAN_S3_REGION="eu-1", **KEYS)
    assert open_bytes(own).place == "s3://ours"
    assert isinstance(open_bytes(own), ObjectBytes)
    assert "very-secret" not in f"{own} {open_bytes(own)!r}"
    assert isinstance(open_bytes(read(tmp_path)), DiskBytes)


def test_a_scanner_that_is_none_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="LUBAN_CLAMAV"):
        open_uploads(read(tmp_path, LUBAN_CLAMAV="clamd"))


async def test_links_begin_with_the_public_address(tmp_path: Path) -> None:
    store = StoredFiles(MemoryBytes(), MemoryDatabase())
    sealing = EnvelopeSealing(KeyRing.of(new_key()))
    file = await store.put("ada", "a.txt", None, content())
    public = read(tmp_path, LUBAN_PUBLIC_URL="https://luban.example")
    links = open_links(public, store, sealing, Clock())
    links.listen_at("http://127.0.0.1:4711")
    assert (await links.make(file, 1)).url.startswith("https://luban.example/api/v1/files/linked/")
    assert links.reachable
    private = open_links(read(tmp_path), store, sealing, Clock())
    private.listen_at("http://127.0.0.1:4711")
    assert (await private.make(file, 1)).url.startswith("http://127.0.0.1:4711/api/v1/")
    assert not private.reachable
