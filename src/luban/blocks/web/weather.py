"""The weather in a city now."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.web.fetch import check
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
)

_URL = "https://api.openweathermap.org/data/2.5/weather"
_SAID = {
    "name": "Beijing",
    "sys": {"country": "CN"},
    "main": {"temp": 3.5, "feels_like": 1, "humidity": 40},
    "weather": [{"description": "晴"}],
    "wind": {"speed": 2.1},
}
_ACCOUNT = {"openweathermap": {"api_key": "test"}}


class Weather(Block):
    """Gives temperature, humidity, wind and sky in a city now, from OpenWeather."""

    id = "web.weather"
    title = "Weather"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "cloud-sun"
    keywords = ("temperature", "forecast", "openweather", "rain", "climate", "city", "humidity")
    timeout = 60
    credentials = ("openweathermap",)

    class Input(BlockInput):
        city: str = Field(
            title="City", description="Such as Beijing or London,GB.", min_length=1, max_length=200
        )
        units: Literal["metric", "imperial"] = Field(
            "metric", title="Units", description="°C and m/s, or °F and mph."
        )
        language: str = Field(
            "zh_cn",
            title="Language",
            description="Of the description: zh_cn, en, de, …",
            pattern=r"^[a-z]{2}(_[a-z]{2})?$",
        )

    class Output(BlockOutput):
        temperature: float = Field(title="Temperature", description="In the chosen units.")
        feels_like: float = Field(title="Feels like", description="In the chosen units.")
        humidity: int = Field(title="Humidity", description="Percent.")
        description: str = Field(title="Description", description="The sky in a few words.")
        wind_speed: float = Field(title="Wind", description="Its speed, in the chosen units.")
        city: str = Field(title="City", description="As OpenWeather calls it.")
        country: str = Field(title="Country", description="Two letters.")
        raw_response: dict[str, Any] = Field(
            title="Whole answer", description="All that OpenWeather says."
        )

    examples = (
        Example(
            {"city": "Beijing"},
            {
                "temperature": 3.5,
                "feels_like": 1,
                "humidity": 40,
                "description": "晴",
                "wind_speed": 2.1,
                "city": "Beijing",
                "country": "CN",
                "raw_response": _SAID,
            },
            {"http": {_URL: {"json": _SAID}}, "credentials": _ACCOUNT},
        ),
        Example(
            {"city": "Nowhere"},
            {"error": {"code": "no_city"}},
            {"http": {_URL: {"status": 404}}, "credentials": _ACCOUNT},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        account = await ctx.credential("openweathermap")
        asked = {"q": input.city, "units": input.units, "lang": input.language}
        answer = await ctx.http.request(
            "GET",
            _URL,
            params={**asked, **account.query(_URL)},
            headers=account.headers(_URL),
            timeout=30,
            max_bytes=1_000_000,
        )
        if answer.status == 404:
            raise BlockError(
                f"OpenWeather knows no city called `{input.city}`. Add the country, as in "
                "London,GB.",
                zh=f"OpenWeather 找不到城市“{input.city}”。可加上国家代码，例如 London,GB。",
                code="no_city",
            )
        check(answer, ctx.now())
        try:
            said: Any = answer.json()
            return {
                "temperature": said["main"]["temp"],
                "feels_like": said["main"]["feels_like"],
                "humidity": said["main"]["humidity"],
                "description": said["weather"][0]["description"],
                "wind_speed": said["wind"]["speed"],
                "city": said["name"],
                "country": said.get("sys", {}).get("country", ""),
                "raw_response": said,
            }
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise BlockError(
                f"OpenWeather's answer cannot be read: {answer.text[:80]!r}.",
                zh=f"OpenWeather 的返回内容无法读取：{answer.text[:80]!r}。",
                code="weather_unreadable",
            ) from error
