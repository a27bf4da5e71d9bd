"""What an administrator writes, and which keys it means."""

from __future__ import annotations

from typing import Any

import pytest

from luban.model.errors import InvalidValue
from luban.net.limits import LimitSettings
from luban.net.limits.limited_http import origin, retry_after
from luban.ports.limits import LimitKey, ProviderLimit


@pytest.mark.parametrize(
    ("url", "name", "names"),
    [
        ("https://API.Test/a?b", "https://api.test", ("api.test:443", "api.test")),
        ("http://u:p@api.test:80/", "http://api.test", ("api.test:80", "api.test")),
        ("http://api.test:8080", "http://api.test:8080", ("api.test:8080", "api.test")),
        ("http://[::1]:9/x", "http://[::1]:9", ("[::1]:9", "[::1]")),
        ("not an address", "not an address", ()),
    ],
)
def test_an_address_is_limited_by_its_origin(url: str, name: str, names: tuple[str, ...]) -> None:
    assert origin(url) == LimitKey(name, names=names)


def test_a_setting_is_found_by_any_of_the_names() -> None:
    few = ProviderLimit(requests_per_minute=5.0)
    settings = LimitSettings.read(
        {"API.test": {"requests_per_minute": 5}, "acme": {"concurrent": 2}}
    )
    for url in ("https://api.test/x", "http://api.test:81"):
        found = settings.find(origin(url))
        assert found is not None
        assert found == ("api.test", few)
    assert settings.find(origin("https://other.test")) is None
    assert settings.named("acme#KEY") == ProviderLimit(concurrent=2)
    assert settings.named("else") == ProviderLimit()


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"a": 5}, "limits.a"),
        ({"a": {}}, "limits.a"),
        ({"a": {"requests": 5}}, "limits.a.requests"),
        ({"a": {"concurrent": 1.5}}, "limits.a.concurrent"),
        ({"a": {"concurrent": True}}, "limits.a.concurrent"),
        ({"a": {"tokens_per_minute": -1}}, "limits.a.tokens_per_minute"),
        ({"a": {"requests_per_minute": "60"}}, "limits.a.requests_per_minute"),
        ({"a": {"requests_per_minute": float("nan")}}, "limits.a.requests_per_minute"),
    ],
)
def test_a_bad_setting_is_named(written: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        LimitSettings.read(written)
    assert raised.value.params["name"] == named


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("9" * 400, None),
    ],
)
def test_both_forms_of_the_time_to_wait(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, 10.0) == seconds
