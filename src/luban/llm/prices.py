"""What an answer cost: the configured price, else the list price, else unknown; never a guess."""

from __future__ import annotations

import asyncio
import sys

from luban.llm.settings import ModelConfig


def cost(config: ModelConfig, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars, or `None` when no price is known. Slow at its first call for a list price."""
    if config.input_usd is not None and config.output_usd is not None:
        return (input_tokens * config.input_usd + output_tokens * config.output_usd) / 1_000_000
    if not input_tokens and not output_tokens:
        return None  # a provider that reports no usage may still charge for it
    return _list_price(config, input_tokens, output_tokens)


async def cost_of(config: ModelConfig, input_tokens: int, output_tokens: int) -> float | None:
    """As `cost`, without holding up the event loop while the list is loaded."""
    if "genai_prices" in sys.modules:
        return cost(config, input_tokens, output_tokens)
    return await asyncio.to_thread(cost, config, input_tokens, output_tokens)


def per_million(config: ModelConfig) -> tuple[float | None, float | None]:
    """Dollars for a million model tokens in and out, by the same rule. Slow at its first call."""
    if config.input_usd is not None and config.output_usd is not None:
        return config.input_usd, config.output_usd
    known = _list_price(config, 1000, 0), _list_price(config, 0, 1000)
    return known[0] and known[0] * 1000, known[1] and known[1] * 1000


def _list_price(config: ModelConfig, input_tokens: int, output_tokens: int) -> float | None:
    from genai_prices import Usage, calc_price

    try:
        price = calc_price(
            Usage(input_tokens=input_tokens, output_tokens=output_tokens),
            config.wire_name,
            provider_api_url=config.base_url,
        )
    except LookupError:
        return None
    return float(price.total_price)
