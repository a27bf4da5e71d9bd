"""The short form of a block: a function with types."""

from luban.sdk import Effect, Example, block


@block(
    id="shop.price_tag",
    category="text",
    effect=Effect.NONE,
    icon="tag",
    examples=(
        Example({"name": "Saw", "price": 119}, {"result": "Saw: 119.00 €"}),
        Example({"name": "Saw", "price": 5, "currency": "¥"}, {"result": "Saw: 5.00 ¥"}),
    ),
)
async def price_tag(name: str, price: float, currency: str = "€") -> str:
    """Writes what stands on a price tag."""
    return f"{name}: {price:.2f} {currency}"
