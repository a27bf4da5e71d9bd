"""One page in a browser that runs: opened, waited for, looked at."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlsplit

import orjson

from luban.net.browser.devtools import DevTools, DevToolsError
from luban.net.browser.errors import BadSelector, PageNotLoaded, PageTooLarge
from luban.net.browser.proxy import GREETING, GuardedProxy, Place
from luban.sdk.browser import Seen, Sight

_MOST_IDLE_WAIT = 10.0
_TALLEST, _WIDEST = 16_000, 4_000
_MOST_HTML = 20_000_000
_LOOK_SECONDS = 0.1


class Page:
    """What a browser shows in one of its windows."""

    def __init__(self, tools: DevTools, proxy: GuardedProxy, url: str, sight: Sight) -> None:
        self._tools = tools
        self._proxy = proxy
        self._url = url
        self._sight = sight
        self._session = ""
        self._target = ""
        self._frame = ""
        self._status = 0
        self._loaded = asyncio.Event()
        self._quiet = asyncio.Event()

    async def seen(self) -> Seen:
        """Raises what the errors beside say, what the gate says, and `DevToolsError`."""
        await self._open()
        await self._show_who()
        await self._navigate()
        await self._wait()
        info = (await self._call("Target.getTargetInfo", targetId=self._target))["targetInfo"]
        self._check_refused(info["url"])
        html, content = "", b""
        if self._sight.make == "html":
            html = await self._html()
        elif self._sight.make == "pdf":
            content = await self._pdf()
        else:
            content = await self._picture()
        return Seen(info["url"], self._status or 200, info.get("title", ""), html, content)

    async def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._tools.call(method, self._session or None, **params)

    async def _open(self) -> None:
        await self._call("Browser.setDownloadBehavior", behavior="deny")
        made = await self._call("Target.createTarget", url="about:blank")
        self._target = made["targetId"]
        attached = await self._call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        self._hear()
        sight = self._sight
        await self._call("Page.enable")
        await self._call("Network.enable")
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=sight.width,
            height=sight.height,
            deviceScaleFactor=1,
            mobile=False,
        )
        if sight.language:
            headers = {"Accept-Language": sight.language}
            await self._call("Network.setExtraHTTPHeaders", headers=headers)

    def _hear(self) -> None:
        tools, session = self._tools, self._session

        def responded(said: dict[str, Any]) -> None:
            if said.get("type") == "Document" and said.get("frameId") == self._frame:
                self._status = int(said["response"]["status"])

        def lived(said: dict[str, Any]) -> None:
            if said.get("frameId") == self._frame and said.get("name") == "networkIdle":
                self._quiet.set()

        def asked(said: dict[str, Any]) -> None:
            tools.post("Page.handleJavaScriptDialog", session, accept=False)

        tools.on("Network.responseReceived", responded)
        tools.on("Page.lifecycleEvent", lived)
        tools.on("Page.loadEventFired", lambda _: self._loaded.set())
        tools.on("Page.javascriptDialogOpening", asked)

    async def _show_who(self) -> None:
        """Makes the browser known to the proxy, once for all that it will ask."""
        tools, session = self._tools, self._session
        word = {
            "response": "ProvideCredentials",
            "username": self._proxy.user,
            "password": self._proxy.word,
        }

        def wanted(said: dict[str, Any]) -> None:
            tools.post(
                "Fetch.continueWithAuth",
                session,
                requestId=said["requestId"],
                authChallengeResponse=word,
            )

        def paused(said: dict[str, Any]) -> None:
            tools.post("Fetch.continueRequest", session, requestId=said["requestId"])

        tools.on("Fetch.authRequired", wanted)
        tools.on("Fetch.requestPaused", paused)
        await self._call("Fetch.enable", handleAuthRequests=True)
        await self._call("Page.navigate", url=GREETING)
        await self._call("Fetch.disable")

    async def _navigate(self) -> None:
        tree = await self._call("Page.getFrameTree")
        self._frame = tree["frameTree"]["frame"]["id"]
        await self._call("Page.setLifecycleEventsEnabled", enabled=True)
        self._loaded.clear()
        self._quiet.clear()
        went = await self._call("Page.navigate", url=self._url)
        problem = went.get("errorText")
        if problem:
            self._raise_refused()
            raise PageNotLoaded(url=shown(self._url), reason=problem)

    async def _wait(self) -> None:
        await self._loaded.wait()
        sight = self._sight
        if sight.until == "idle":
            try:
                async with asyncio.timeout(min(_MOST_IDLE_WAIT, sight.timeout / 2)):
                    await self._quiet.wait()
            except TimeoutError:
                pass  # some pages never stop asking; what is there is shown
        if sight.selector:
            wanted = orjson.dumps(sight.selector).decode()
            while not await self._is(f"document.querySelector({wanted}) !== null"):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_SECONDS)  # the page's own programs cannot tell us
        if sight.wait:
            await asyncio.sleep(sight.wait)

    async def _is(self, expression: str) -> bool:
        try:
            said = await self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        except DevToolsError:  # it goes to another page just now
            return False
        if "exceptionDetails" in said:
            raise BadSelector(selector=self._sight.selector)
        return bool(said["result"].get("value"))

    def _check_refused(self, url: str) -> None:
        """A page that was led to a place that is refused is not shown as if it were one."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            return
        error = self._proxy.refused.get(Place(parts.hostname or "", port))
        if error is not None:
            raise error
        if url.startswith("chrome-error:"):
            self._raise_refused()
            raise PageNotLoaded(url=shown(self._url), reason="it ended in an error")

    def _raise_refused(self) -> None:
        """The last refusal is why a page did not come."""
        if self._proxy.refused:
            raise list(self._proxy.refused.values())[-1]

    async def _html(self) -> str:
        root = await self._call("DOM.getDocument", depth=0)
        found = await self._call("DOM.getOuterHTML", nodeId=root["root"]["nodeId"])
        html = str(found["outerHTML"])
        if len(html) > _MOST_HTML:
            raise PageTooLarge(url=shown(self._url), limit="20 MB of HTML")
        return html

    async def _picture(self) -> bytes:
        sight = self._sight
        size = {"width": sight.width, "height": sight.height}
        if sight.full_page:
            size = (await self._call("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {
            "x": 0,
            "y": 0,
            "width": min(max(int(size["width"]), 1), _WIDEST),
            "height": min(max(int(size["height"]), 1), _TALLEST),
            "scale": 1,
        }
        taken = await self._call(
            "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True
        )
        return base64.b64decode(taken["data"])

    async def _pdf(self) -> bytes:
        made = await self._call(
            "Page.printToPDF",
            landscape=self._sight.landscape,
            printBackground=True,
            preferCSSPageSize=True,
        )
        return base64.b64decode(made["data"])


def shown(url: str) -> str:
    """The address without its parameters, where keys often stand."""
    return url.partition("?")[0].partition("#")[0]
