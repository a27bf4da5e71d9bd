"""Settings: variables, then luban.toml, then flags; what is wrong is said by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import InvalidValue
from luban.server.settings import BadSettingsFile, Settings, read_settings


def read(
    folder: Path, written: str = "", flags: dict[str, Any] | None = None, **environment: str
) -> Settings:
    if written:
        (folder / "luban.toml").write_text(written, encoding="utf-8")
    return read_settings(flags, environment={"LUBAN_HOME": "/h", **environment}, folder=folder)


def test_without_anything_everything_has_a_default(tmp_path: Path) -> None:
    settings = read_settings(environment={}, folder=tmp_path)
    assert settings.home == Path.home() / ".luban"
    assert (settings.host, settings.port) == ("127.0.0.1", 8123)
    assert settings.warnings == ()


def test_each_place_is_stronger_than_the_one_before(tmp_path: Path) -> None:
    assert read(tmp_path, LUBAN_PORT="1001").port == 1001
    assert read(tmp_path, "port = 1002", LUBAN_PORT="1001").port == 1002
    assert read(tmp_path, "port = 1002", {"port": 1003}, LUBAN_PORT="1001").port == 1003
    assert read(tmp_path, "port = 1002", {"port": None}).port == 1002


def test_lists_are_read_from_text_and_from_toml(tmp_path: Path) -> None:
    settings = read(tmp_path, LUBAN_BLOCKS_PATH="/a:~/b", LUBAN_ALLOW_HOSTS="x, loopback")
    assert settings.blocks_path == (Path("/a"), Path.home() / "b")
    assert settings.allow_hosts == ("x", "loopback")
    written = 'blocks_path = ["/c"]\n[[models]]\nid = "a/b"\nbase_url = "http://x"\n'
    settings = read(tmp_path, written, LUBAN_BLOCKS_PATH="/a")
    assert settings.blocks_path == (Path("/c"),)
    assert settings.models == ({"id": "a/b", "base_url": "http://x"},)


def test_the_database_address_of_other_programs_is_understood(tmp_path: Path) -> None:
    assert read(tmp_path, DATABASE_URL="sqlite:///x.db").database_url == "sqlite:///x.db"
    both = read(tmp_path, DATABASE_URL="sqlite:///x.db", LUBAN_DATABASE_URL="sqlite:///y.db")
    assert both.database_url == "sqlite:///y.db"


def test_a_home_has_a_file_of_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "luban.toml").write_text("port = 2000")
    settings = read_settings(environment={"LUBAN_HOME": str(home)}, folder=tmp_path)
    assert settings.port == 2000


def test_unknown_keys_are_reported_with_a_guess(tmp_path: Path) -> None:
    settings = read(tmp_path, "prot = 1\nsomething = 2")
    assert settings.port == 8123
    assert "`prot`" in settings.warnings[0]
    assert "`port`" in settings.warnings[0]
    assert len(settings.warnings) == 2


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("port = 'x'", "LUBAN_PORT"),
        ("port = 70000", "port"),
        ("port = true", "port"),
        ("host = 5", "host"),
        ("blocks_path = 5", "blocks_path"),
        ("durability = 'none'", "LUBAN_DURABILITY"),
        ("models = [1]", "models"),
        ("limits = 5", "limits"),
        ("max_queued_runs = -1", "max_queued_runs"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, written: str, name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(tmp_path, written)
    assert name.lower().removeprefix("luban_") in str(caught.value).lower()


def test_limits_are_tables_or_json(tmp_path: Path) -> None:
    limits = {"api.test": {"concurrent": 4}}
    assert read(tmp_path, LUBAN_LIMITS='{"api.test": {"concurrent": 4}}').limits == limits
    assert read(tmp_path, '[limits."api.test"]\nconcurrent = 4').limits == limits
    with pytest.raises(InvalidValue, match="JSON"):
        read(tmp_path / "none", LUBAN_LIMITS="api.test=4")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsFile, match=r"luban\.toml"):
        read(tmp_path, "port = = 5")
