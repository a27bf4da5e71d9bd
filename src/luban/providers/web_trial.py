"""Tries a credential with one harmless request, and says in words what came of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.providers import Kind, Probe, Provider, Secret, Tested
from luban.ports.vault import Credential
from luban.providers import answers, filling, words
from luban.sdk.http import Http, HttpResponse

SECONDS = 10.0
MAX_BYTES = 2_000_000


class WebTrial:
    """For every provider whose `client` is `http`."""

    def __init__(self, http: Http, clock: Clock, seconds: float = SECONDS) -> None:
        self._http = http
        self._clock = clock
        self._seconds = seconds

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested:
        """Never raises for what is wrong with the credential or the provider."""
        probe = kind.probe or provider.probe
        title = provider.title
        if probe is None:
            return _tested("unknown", words.NO_TEST.said(provider=title))
        values = filling.values_of(kind, credential, secret)
        try:
            url = filling.address(probe.url, values, title)
            if not filling.permitted_host(provider, values, url):
                host = urlsplit(url).hostname
                return _tested("bad", words.FOREIGN_HOST.said(provider=title, host=host))
            answer = await self._sent(probe, kind, values, url, title)
        except LubanError as error:
            return _tested(*_unasked(error, title, secret))
        return self._judged(probe, title, answer, secret)

    async def _sent(
        self, probe: Probe, kind: Kind, values: dict[str, str], url: str, title: str
    ) -> HttpResponse:
        own = filling.headers(kind, values, title)
        return await self._http.request(
            probe.method,
            url,
            headers={"Accept": "application/json", **probe.headers, **own},
            params=filling.query(kind, values, title),
            json=probe.json_body,
            timeout=self._seconds,
            max_bytes=MAX_BYTES,
            follow_redirects=False,
        )

    def _judged(self, probe: Probe, title: str, answer: HttpResponse, secret: Secret) -> Tested:
        status = answer.status
        if status == 429 or (status in (403, 503) and _asks_for_patience(answer)):
            wait = answers.pause(answer.headers, self._clock.now())
            en, zh = words.seconds(wait)
            told = words.TOO_MANY.en.format(provider=title, for_=en)
            told_zh = words.TOO_MANY.zh.format(provider=title, for_=zh)
            return _tested("unknown", (told, told_zh), retry_after=wait)
        if status >= 500:
            return _tested("unknown", words.TROUBLED.said(provider=title, status=status))
        try:
            content = answers.body(answer)
        except ValueError:
            content = None
        if status in probe.refused:
            return _refused(probe, title, status, content, secret)
        if not answer.ok:
            return _tested("unknown", words.ODD_STATUS.said(provider=title, status=status))
        if content is None:
            return _tested("unknown", words.NOT_JSON.said(provider=title))
        if probe.ok and not answers.look(probe.ok, content):
            return _refused(probe, title, status, content, secret)
        return Tested(
            health="good",
            account=filling.hidden(answers.text(probe.account, content), secret.values()),
            scopes=_scopes(probe, answer, content),
        )


def _asks_for_patience(answer: HttpResponse) -> bool:
    return "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining", "") == "0"


def _refused(probe: Probe, title: str, status: int, content: Any, secret: Secret) -> Tested:
    said = filling.hidden(answers.said(content, probe.trouble), secret.values())
    which = words.REFUSED if said else words.REFUSED_SILENTLY
    return _tested("bad", which.said(provider=title, status=status, said=said))


def _scopes(probe: Probe, answer: HttpResponse, content: Any) -> tuple[str, ...] | None:
    if probe.scopes_header:
        return answers.names(answer.headers.get(probe.scopes_header))
    return answers.names(answers.look(probe.scopes, content)) if probe.scopes else None


def _unasked(error: LubanError, title: str, secret: Secret) -> tuple[Any, tuple[str, str]]:
    """What hinders asking at all; a field that is missing is the credential's own fault."""
    if isinstance(error, (filling.FieldMissing, filling.FieldUnusable)):
        return "bad", (str(error), error.message_zh)
    en = filling.hidden(str(error), secret.values())
    zh = filling.hidden(error.message_zh, secret.values())
    told, told_zh = words.UNREACHED.en, words.UNREACHED.zh
    return "unknown", (
        told.format(provider=title, cause=en),
        told_zh.format(provider=title, cause=zh),
    )


def _tested(health: Any, said: tuple[str, str], retry_after: float | None = None) -> Tested:
    return Tested(health=health, trouble=said[0], trouble_zh=said[1], retry_after=retry_after)
