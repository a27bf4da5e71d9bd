"""Serves the built web app: what may be kept, what is asked for again, and what is missing."""

from __future__ import annotations

import mimetypes
import re
import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from luban.api.errors import NoSuchAddress, WrongMethod

STATIC = Path(__file__).parent / "static"

LANGUAGES = ("zh-CN", "en")
THEMES = ("system", "light", "dark")
DENSITIES = ("normal", "compact")

_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"
_API = ("/api/", "/v1/", "/health", "/metrics", "/docs")
_HTML_TAG = re.compile(r"<html\b[^>]*>")
_BASE_TAG = re.compile(r"<base\b[^>]*>")

_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Luban 鲁班</title></head><body>
<h1>The web app is not built</h1><p>Run <code>./run</code> in the repository, or install the
released package. The API works: <a href="docs">docs</a>.</p>
<h1 lang="zh-CN">网页界面尚未构建</h1><p lang="zh-CN">请在项目目录中运行 <code>./run</code>，
或安装发布的软件包。API 可以正常使用：<a href="docs">docs</a>。</p>
</body></html>
"""


class WebApp:
    """What is served where no route answers."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def is_built(self) -> bool:
        return "/index.html" in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._respond(request)(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        if path.startswith(_API) or path in ("/api",):
            raise NoSuchAddress(path=path)
        if request.method not in ("GET", "HEAD"):
            raise WrongMethod(path=path, method=request.method, allowed="GET, HEAD")
        if path != "/index.html" and path in self._files:
            return self._file(path, request)
        if "text/html" not in request.headers.get("accept", "") or path.startswith("/assets/"):
            raise NoSuchAddress(path=path)
        return self._index(request)

    def _file(self, path: str, request: Request) -> Response:
        headers = {"cache-control": _FOREVER if path.startswith("/assets/") else _A_DAY}
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        packed = self._files.get(f"{path}.gz")
        if packed is None:
            return FileResponse(self._files[path], headers=headers, media_type=media_type)
        headers["vary"] = "Accept-Encoding"
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return FileResponse(self._files[path], headers=headers, media_type=media_type)
        headers["content-encoding"] = "gzip"
        return FileResponse(packed, headers=headers, media_type=media_type)

    def _index(self, request: Request) -> Response:
        """The page, in the visitor's look from the first paint on, with a nonce for its styles."""
        if not self.is_built:
            return HTMLResponse(_NOT_BUILT, 503)
        nonce = secrets.token_urlsafe(16)
        page = self._files["/index.html"].read_text(encoding="utf-8")
        page = _HTML_TAG.sub(_html_tag(request), page, count=1)
        page = _BASE_TAG.sub(f'<base href="{_root(request)}" />', page, count=1)
        page = page.replace(
            "</head>", f'  <meta property="csp-nonce" nonce="{nonce}" />\n  </head>', 1
        )
        return HTMLResponse(
            page,
            headers={
                "content-security-policy": policy(nonce),
                "vary": "Cookie, Accept-Language",
            },
        )


def policy(nonce: str) -> str:
    """What the page may load: itself, styles that know the nonce, and pictures it makes."""
    return (
        "default-src 'self'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def _html_tag(request: Request) -> str:
    cookies = request.cookies
    language = _one_of(LANGUAGES, cookies.get("luban_lang"), _spoken(request))
    theme = _one_of(THEMES, cookies.get("luban_theme"), THEMES[0])
    density = _one_of(DENSITIES, cookies.get("luban_density"), DENSITIES[0])
    return f'<html lang="{language}" data-theme="{theme}" data-density="{density}">'


def _one_of(choices: tuple[str, ...], wanted: str | None, otherwise: str) -> str:
    return wanted if wanted in choices else otherwise


def _spoken(request: Request) -> str:
    accepted = request.headers.get("accept-language", "").lower()
    return "zh-CN" if accepted.startswith("zh") else "en"


def _root(request: Request) -> str:
    """Where the app lives: a path of its own behind a proxy, else the root."""
    root = str(request.scope.get("root_path", "")).strip("/")
    return f"/{root}/" if re.fullmatch(r"[\w./-]+", root) else "/"
