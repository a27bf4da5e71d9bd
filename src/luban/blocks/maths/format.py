"""A number written for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number

Style = Literal["plain", "percent", "currency", "compact", "bytes", "scientific", "chinese_amount"]
_COMPACT = {
    "en": ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")),
    "zh": ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")),
}
_BYTES = ("B", "KB", "MB", "GB", "TB", "PB")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LARGEST = Decimal(10) ** 30


class FormatNumber(Block):
    """Writes a number as text for people: grouped digits, percent, money, short, bytes, 大写金额.

    The unit is only written, never converted: 0.5 as percent is 50%, 1500 as bytes is 1.5 KB.
    """

    id = "maths.format"
    title = "Format number"
    category = "maths"
    effect = Effect.NONE
    icon = "hash"
    keywords = ("currency", "percent", "thousands", "money", "text", "compact", "bytes", "decimals")

    class Input(BlockInput):
        number: Number = Field(title="Number", description="What to write.")
        style: Style = Field(
            "plain",
            title="Style",
            description="`plain` 1,234.5; `percent` 12.5%; `currency` ¥1,234.50; `compact` 1.2K or "
            "1.2万; `bytes` 1.5 MB; `scientific` 1.2e+6; `chinese_amount` 壹佰元整.",
        )
        decimals: int | None = Field(
            None,
            ge=0,
            le=15,
            title="Decimals",
            description="Digits after the point; empty takes what suits the style.",
        )
        unit: str = Field(
            "",
            max_length=20,
            title="Unit",
            description="Money: the sign in front (¥ when empty). Else written behind: ` km`.",
        )
        language: Literal["en", "zh"] = Field(
            "zh", title="Language", description="Of the short style: 万 and 亿, or K and M."
        )
        grouping: bool = Field(
            True, title="Group digits", description="A comma each three digits.", advanced=True
        )
        sign: bool = Field(
            False, title="Always a sign", description="+ before what is above 0.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The number as text.")

    examples = (
        Example({"number": 1234567.891, "decimals": 2}, {"text": "1,234,567.89"}),
        Example({"number": 0.1255, "style": "percent", "decimals": 1}, {"text": "12.6%"}),
        Example({"number": -1234.5, "style": "currency", "unit": "$"}, {"text": "-$1,234.50"}),
        Example({"number": 12345, "style": "compact"}, {"text": "1.2万"}),
        Example({"number": 999950, "style": "compact", "language": "en"}, {"text": "1M"}),
        Example({"number": 1536000, "style": "bytes"}, {"text": "1.5 MB"}),
        Example(
            {"number": 10205.08, "style": "chinese_amount"}, {"text": "壹万零贰佰零伍元零捌分"}
        ),
        Example({"number": 42, "unit": " km", "sign": True}, {"text": "+42 km"}),
        Example({"number": 1e300, "style": "currency"}, {"error": {"code": "number_too_large"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        value = Decimal(str(input.number))
        if abs(value) >= _LARGEST and input.style != "scientific":
            raise _too_large(input)
        with localcontext() as exactly:
            exactly.prec = 60
            text = _written(abs(value), input)
        if value < 0 and any(letter in "123456789壹贰叁肆伍陆柒捌玖" for letter in text):
            return {"text": f"负{text}" if input.style == "chinese_amount" else f"-{text}"}
        return {"text": f"+{text}" if input.sign and value > 0 else text}


def _written(value: Decimal, input: FormatNumber.Input) -> str:
    match input.style:
        case "plain":
            return _digits(value, input.decimals, input.grouping) + input.unit
        case "percent":
            return _digits(value * 100, input.decimals, input.grouping) + "%" + input.unit
        case "currency":
            decimals = 2 if input.decimals is None else input.decimals
            return (input.unit or "¥") + _digits(value, decimals, input.grouping)
        case "compact":
            return _short(value, input) + input.unit
        case "bytes":
            return _in_bytes(value, input)
        case "scientific":
            decimals = 2 if input.decimals is None else input.decimals
            return f"{value:.{decimals}e}{input.unit}"
        case "chinese_amount":
            return _amount(value, input)


def _digits(value: Decimal, decimals: int | None, grouping: bool) -> str:
    """With as many decimals as there are, when none are asked for."""
    if decimals is None:
        text = f"{value:,f}" if grouping else f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:,f}" if grouping else f"{rounded:f}"


def _short(value: Decimal, input: FormatNumber.Input) -> str:
    """Rounded first: 999,950 is 1M and not 1,000K."""
    decimals = 1 if input.decimals is None else input.decimals
    for size, name in _COMPACT[input.language]:
        part = (value / size).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if part >= 1:
            return _digits(part, input.decimals, input.grouping) + name
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return _digits(rounded, input.decimals, input.grouping)


def _in_bytes(value: Decimal, input: FormatNumber.Input) -> str:
    power = 0
    while value >= 999 and power < len(_BYTES) - 1 and round(value, 1) >= 1000:
        value /= 1000
        power += 1
    decimals = (1 if power else 0) if input.decimals is None else input.decimals
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{_digits(rounded, input.decimals, input.grouping)} {_BYTES[power]}"


def _amount(value: Decimal, input: FormatNumber.Input) -> str:
    """As amounts stand on Chinese invoices and cheques."""
    cents = int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    if whole >= 10**16:
        raise _too_large(input)
    text = f"{_chinese(whole)}元" if whole or not (jiao or fen) else ""
    if not jiao and not fen:
        return text + "整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif text:
        text += "零"
    return text + (f"{_DIGITS[fen]}分" if fen else "整")


def _chinese(number: int) -> str:
    if number == 0:
        return "零"
    text, gap, group = "", False, 0
    groups: list[int] = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    for group in range(len(groups) - 1, -1, -1):
        part = groups[group]
        if part == 0:
            gap = True
            continue
        if text and (gap or part < 1000):
            text += "零"
        text += _four(part) + _GROUPS[group]
        gap = False
    return text


def _four(part: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _too_large(input: FormatNumber.Input) -> BlockError:
    return BlockError(
        f"{input.number} is too large for the style `{input.style}`. Use `scientific`.",
        zh=f"{input.number} 过大，不能用样式“{input.style}”书写。请用 scientific（科学计数）。",
        code="number_too_large",
    )
