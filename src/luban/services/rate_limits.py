"""How often somebody may ask, by kind of request; and what they have left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast, get_args

from luban.model.errors import InvalidValue, LubanError
from luban.ports.rates import Allowance, Rate, RateStore

RateClass = Literal["read", "write", "start", "status", "stream", "sign_in", "account", "public"]
"""Kinds of requests that are counted apart.

`status` is looking at runs, which programs do every other second for each run they wait for;
`sign_in` counts by address and `account` by address and whom somebody tries to be; `public` is
everything of a visitor nobody knows.
"""

CLASSES: tuple[RateClass, ...] = get_args(RateClass)

DEFAULTS: Mapping[RateClass, Rate] = {
    "read": Rate(1200, 60),
    "write": Rate(600, 60),
    "start": Rate(300, 60),
    "status": Rate(6000, 60),
    "stream": Rate(300, 60),
    "sign_in": Rate(30, 60),
    "account": Rate(10, 300),
    "public": Rate(300, 60),
}
"""No person meets these; ten programs with ten runs each, asking every 2 s, make 3,000 a minute."""

EXEMPT = (r"^/health(/|$)", r"^/docs(/|$)", r"^/static/", r"^/assets/", r"^/metrics$",
          r"^/api/v1/openapi\.json$")  # fmt: skip
"""Paths that are never counted: watchers ask often, and files are cheap."""

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_WRITTEN = re.compile(r"(\d{1,9})\s*(?:/|per)\s*(second|minute|hour|day)s?", re.ASCII)
_OTHER_WORDS = ("enabled", "local", "exempt", "requests_per_minute")

_WAYS_OUT: Mapping[str, tuple[str, str]] = {
    "status": (
        "Follow /api/v1/runs/…/events instead of asking again and again",
        "请改为订阅 /api/v1/runs/…/events，而不是反复查询",
    ),
    "sign_in": ("Wait before you try again", "请稍候再试"),
    "account": ("Wait before you try again, or reset the password", "请稍候再试，或重设密码"),
}
_WAY_OUT = (
    "Ask less often, or have `{kind}` raised under [rate_limits] in luban.toml",
    "请降低请求频率，或由管理员在 luban.toml 的 [rate_limits] 中调高“{kind}”",
)


class TooManyRequests(LubanError):
    """Somebody asks more often than their share allows."""

    code = "rate_limited"
    status = 429
    retryable = True
    en = (
        "Too many requests of the kind `{kind}`: {count} in {seconds} s are allowed. Try again in "
        "{retry_after} s. {way_out}."
    )
    zh = (
        "“{kind}”类请求过多：每 {seconds} 秒最多 {count} 次。请在 {retry_after} 秒后重试。"
        "{way_out_zh}。"
    )

    def __init__(self, kind: str, allowance: Allowance) -> None:
        way_out, way_out_zh = _WAYS_OUT.get(kind, _WAY_OUT)
        super().__init__(
            kind=kind,
            count=allowance.rate.requests,
            seconds=round(allowance.rate.seconds),
            retry_after=whole(allowance.again),
            way_out=way_out.format(kind=kind),
            way_out_zh=way_out_zh.format(kind=kind),
        )
        self.allowance = allowance


class Standing(NamedTuple):
    """What is left of one kind."""

    kind: RateClass
    allowance: Allowance


@dataclass(frozen=True)
class RateSettings:
    """The `[rate_limits]` of luban.toml; a kind without a rate is not counted."""

    rates: Mapping[RateClass, Rate] = field(default_factory=lambda: dict(DEFAULTS))
    exempt: tuple[re.Pattern[str], ...] = tuple(re.compile(each) for each in EXEMPT)
    local: bool = False
    """Whether whoever sits at the machine, without an account, is counted too."""

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> RateSettings:
        """Rates as `"600/minute"`, as a number for a minute, or `"off"`. Raises `InvalidValue`."""
        for name in written:
            if name not in CLASSES and name not in _OTHER_WORDS:
                raise _refuse(
                    name,
                    written[name],
                    f"there is no such rate; there are {', '.join((*CLASSES, *_OTHER_WORDS))}",
                    f"没有这种频率限制；可用的有：{'、'.join((*CLASSES, *_OTHER_WORDS))}",
                )
        if not _yes(written, "enabled", otherwise=True):
            return cls(rates={}, local=False)
        rates: dict[RateClass, Rate | None] = dict(DEFAULTS)
        if "requests_per_minute" in written:
            every = _rate("requests_per_minute", written["requests_per_minute"])
            rates |= {"read": every, "write": every}
        rates |= {kind: _rate(kind, written[kind]) for kind in CLASSES if kind in written}
        return cls(
            rates={kind: rate for kind, rate in rates.items() if rate is not None},
            exempt=_patterns(written.get("exempt", list(EXEMPT))),
            local=_yes(written, "local", otherwise=False),
        )


class RateLimits:
    """Counts requests. Whose they are is a name such as `user:u_1` or `address:192.0.2.1`."""

    def __init__(self, store: RateStore, settings: RateSettings | None = None) -> None:
        self._store = store
        self.settings = settings or RateSettings()

    def exempts(self, path: str) -> bool:
        return any(pattern.search(path) for pattern in self.settings.exempt)

    async def take(self, kind: RateClass, who: str) -> Standing | None:
        """One request more, or `None` if the kind is not counted. Raises `TooManyRequests`."""
        rate = self.settings.rates.get(kind)
        if rate is None:
            return None
        allowance = await self._store.take(f"{kind}:{who}", rate)
        if allowance.again:
            raise TooManyRequests(kind, allowance)
        return Standing(kind, allowance)

    async def left(self, who: str) -> list[Standing]:
        """What is left of everything, without using any."""
        return [
            Standing(kind, await self._store.look(f"{kind}:{who}", rate))
            for kind, rate in self.settings.rates.items()
            if kind not in ("sign_in", "account", "public")
        ]


def whole(seconds: float) -> int:
    """Seconds as they are told: rounded up, so that waiting as long is enough."""
    return max(1, -int(-seconds // 1))


def _rate(name: str, value: object) -> Rate | None:
    if isinstance(value, str):
        text = value.strip().lower()
        if text == "off":
            return None
        found = _WRITTEN.fullmatch(text)
        if found is not None and int(found[1]) > 0:
            return Rate(int(found[1]), _UNITS[found[2]])
    elif isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9:
        return Rate(value, 60)
    raise _refuse(
        name,
        value,
        'it must be like "600/minute", a number for a minute, or "off"',
        '必须形如 "600/minute"、每分钟的次数，或 "off"',
    )


def _yes(written: Mapping[str, Any], name: str, *, otherwise: bool) -> bool:
    value = written.get(name, otherwise)
    if not isinstance(value, bool):
        raise _refuse(name, value, "it must be true or false", "必须是 true 或 false")
    return value


def _patterns(value: object) -> tuple[re.Pattern[str], ...]:
    texts = cast("list[object]", value) if isinstance(value, list) else [value]
    found: list[re.Pattern[str]] = []
    for text in texts:
        try:
            found.append(re.compile(text if isinstance(text, str) else "["))
        except re.error as error:
            raise _refuse(
                "exempt",
                text,
                "it must be a list of regular expressions for paths",
                "必须是路径正则表达式的列表",
            ) from error
    return tuple(found)


def _refuse(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(
        name=f"rate_limits.{name}", value=value, expected=expected, expected_zh=expected_zh
    )
