"""What the proven services answer to a test of a credential, after their own documents."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.providers.wire import Service

KEY = "sk-live-0123456789abcdef"


def all_services() -> Service:
    return Service(
        {
            "GET /api.openai.com/v1/models": _openai,
            "GET /api.anthropic.com/v1/models": _anthropic,
            "GET /api.github.com/user": _github,
            "POST /slack.com/api/auth.test": _slack,
            "GET /oauth2.googleapis.com/tokeninfo": _google,
            "GET /api.openweathermap.org/data/2.5/weather": _weather,
            f"GET /api.telegram.org/bot{KEY}/getMe": _telegram,
            "GET /api.twilio.com/2010-04-01/Accounts/AC1.json": _twilio,
        }
    )


def bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


async def _openai(request: Request) -> Response:
    if bearer(request) != KEY:
        said = f"Incorrect API key provided: {bearer(request)}. You can find your key at …"
        error = {"message": said, "type": "invalid_request_error", "code": "invalid_api_key"}
        return JSONResponse({"error": error}, 401)
    return JSONResponse({"object": "list", "data": [{"id": "gpt-4o", "object": "model"}]})


async def _anthropic(request: Request) -> Response:
    if not request.headers.get("anthropic-version"):
        said = {"type": "invalid_request_error", "message": "anthropic-version: header is required"}
        return JSONResponse({"type": "error", "error": said}, 400)
    if request.headers.get("x-api-key") != KEY:
        said = {"type": "authentication_error", "message": "invalid x-api-key"}
        return JSONResponse({"type": "error", "error": said}, 401)
    return JSONResponse({"data": [], "has_more": False})


async def _github(request: Request) -> Response:
    if bearer(request) != KEY:
        return JSONResponse({"message": "Bad credentials", "status": "401"}, 401)
    return JSONResponse(
        {"login": "octocat", "id": 1}, headers={"X-OAuth-Scopes": "repo, gist, read:user"}
    )


async def _slack(request: Request) -> Response:
    if bearer(request) != KEY:
        return JSONResponse({"ok": False, "error": "invalid_auth"})
    return JSONResponse(
        {"ok": True, "team": "Workshop", "user": "luban"}, headers={"x-oauth-scopes": "chat:write"}
    )


async def _google(request: Request) -> Response:
    if request.query_params.get("access_token") != KEY:
        said = {"error": "invalid_token", "error_description": "Invalid Value"}
        return JSONResponse(said, 400)
    return JSONResponse({"email": "lu@example.com", "scope": "openid email", "expires_in": "3599"})


async def _weather(request: Request) -> Response:
    if request.query_params.get("appid") != KEY:
        return JSONResponse({"cod": 401, "message": "Invalid API key."}, 401)
    return JSONResponse({"cod": 200, "name": "London"})


async def _telegram(request: Request) -> Response:
    return JSONResponse({"ok": True, "result": {"username": "luban_bot"}})


async def _twilio(request: Request) -> Response:
    if request.headers.get("authorization") != "Basic QUMxOnNrLWxpdmUtMDEyMzQ1Njc4OWFiY2RlZg==":
        return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
    return JSONResponse({"friendly_name": "Workshop"})
