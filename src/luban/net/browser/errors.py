"""What can go wrong with a page in a browser, each with the way out."""

from __future__ import annotations

from luban.sdk.errors import WordedError, WordedTemporaryError


class BrowserMissing(WordedError):
    """This machine has no browser to draw pages with."""

    code = "browser_missing"
    status = 503
    en = (
        "There is no browser on this machine ({reason}). Install Chromium, or name it in "
        "LUBAN_BROWSER; pages without programs can be read with Page to text."
    )
    zh = (
        "这台机器上没有可用的浏览器（{reason}）。请安装 Chromium，或在 LUBAN_BROWSER 中指明；"
        "不依赖脚本的网页可用“网页转文本”读取。"
    )


class BrowserSandboxMissing(WordedError):
    """Chromium cannot lock pages in here, and is not let go on without."""

    code = "browser_sandbox"
    status = 503
    en = (
        "Chromium cannot lock pages in on this machine: {reason}. Allow unprivileged user "
        "namespaces; or, where the whole server is in a container of its own, set "
        "LUBAN_BROWSER_SANDBOX=off."
    )
    zh = (
        "Chromium 无法在这台机器上隔离网页：{reason}。请允许非特权用户命名空间；"
        "若整个服务器运行在独立容器中，可设置 LUBAN_BROWSER_SANDBOX=off。"
    )


class BrowserFailed(WordedTemporaryError):
    """The browser ended, or does not answer."""

    code = "browser_failed"
    status = 502
    en = "The browser ended while it had `{url}` open: {reason}."
    zh = "浏览器在打开“{url}”时终止：{reason}。"


class PageNotLoaded(WordedTemporaryError):
    """The page did not come."""

    code = "page_not_loaded"
    status = 502
    en = "`{url}` could not be loaded: {reason}."
    zh = "无法加载“{url}”：{reason}。"


class PageTooLarge(WordedError):
    """More than a page may take."""

    code = "page_too_large"
    en = "`{url}` takes more than {limit}. Open a smaller page, or fetch what is needed by itself."
    zh = "“{url}”占用超过 {limit}。请打开较小的网页，或只获取所需的部分。"


class BadSelector(WordedError):
    """What is waited for cannot be looked for."""

    code = "bad_selector"
    en = "`{selector}` is no CSS selector. Write one such as `article h2`."
    zh = "“{selector}”不是有效的 CSS 选择器。请写成例如 `article h2`。"
