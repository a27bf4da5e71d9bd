"""What is talked about on Reddit."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.web.addresses import address
from luban.blocks.web.fetch import check
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    HttpResponse,
)

_API = "https://oauth.reddit.com"
_LISTING = {
    "data": {
        "children": [
            {
                "data": {
                    "title": "A lock without a key",
                    "url": "https://l.test/",
                    "selftext": "",
                    "author": "luban",
                    "score": 12,
                    "num_comments": 3,
                    "permalink": "/r/technology/comments/1/",
                    "created_utc": 1769846400.0,
                }
            }
        ]
    }
}
_POST = {
    "title": "A lock without a key",
    "url": "https://l.test/",
    "text": "",
    "author": "luban",
    "score": 12,
    "comments": 3,
    "link": "https://www.reddit.com/r/technology/comments/1/",
    "created": 1769846400.0,
}


class RedditPosts(Block):
    """Reads the posts of a subreddit, in Reddit's own order."""

    id = "web.reddit_posts"
    title = "Posts on Reddit"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "messages-square"
    keywords = ("reddit", "subreddit", "posts", "hot", "news", "social media", "read")
    timeout = 60
    credentials = (
        CredentialNeed(provider="reddit", scopes=("read",), optional=True),
        CredentialNeed(provider="http", optional=True),
    )

    class Input(BlockInput):
        subreddit: str = Field(
            title="Subreddit",
            description="Its name, such as technology.",
            pattern=r"^(r/)?[A-Za-z0-9_]{2,50}$",
        )
        sort: Literal["hot", "new", "top", "rising"] = Field(
            "hot", title="Order", description="`top` is of the last day."
        )
        limit: int = Field(10, ge=1, le=100, title="Most posts", description="How many to give.")
        address: str = Field(
            _API,
            title="Address",
            description="Of another server that answers like Reddit; with the credential of it.",
            advanced=True,
        )

    class Output(BlockOutput):
        posts: list[dict[str, Any]] = Field(
            title="Posts",
            description="Each with `title`, `url`, `text`, `author`, `score`, `comments` (how "
            "many), `link` and `created` (Unix time).",
            main=True,
        )
        post: dict[str, Any] = Emit("Each by itself.", title="Post")

    examples = (
        Example(
            {"subreddit": "technology", "limit": 1},
            {"posts": [_POST], "post": [_POST]},
            {
                "http": {f"{_API}/r/technology/hot": {"json": _LISTING}},
                "credentials": {"reddit": {"access_token": "t"}},
            },
        ),
        Example(
            {"subreddit": "nobody_there"},
            {"error": {"code": "http_status"}},
            {
                "http": {
                    f"{_API}/r/nobody_there/hot": {
                        "status": 404,
                        "json": {"message": "Not Found"},
                    }
                }
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        name = input.subreddit.removeprefix("r/")
        url = address(f"{input.address.rstrip('/')}/r/{name}/{input.sort}")
        credential = await ctx.find_credential("reddit") or await ctx.find_credential("http")
        answer = await ctx.http.request(
            "GET",
            url,
            params={"limit": input.limit, "raw_json": 1, "t": "day"},
            headers=credential.headers(url) if credential else {},
            timeout=30,
            max_bytes=5_000_000,
        )
        check(answer, ctx.now())
        posts = _posts(answer)[: input.limit]
        sent = Emissions(("post", post) for post in posts)
        sent.append(("posts", posts))
        return sent


def _posts(answer: HttpResponse) -> list[dict[str, Any]]:
    try:
        return [_post(child["data"]) for child in answer.json()["data"]["children"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BlockError(
            f"The answer of `{answer.url}` is no list of posts: {answer.text[:80]!r}.",
            zh=f"“{answer.url}”返回的内容不是帖子列表：{answer.text[:80]!r}。",
            code="posts_unreadable",
        ) from error


def _post(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": told.get("title", ""),
        "url": told.get("url", ""),
        "text": told.get("selftext", ""),
        "author": told.get("author", ""),
        "score": told.get("score", 0),
        "comments": told.get("num_comments", 0),
        "link": f"https://www.reddit.com{told.get('permalink', '')}",
        "created": told.get("created_utc", 0),
    }
