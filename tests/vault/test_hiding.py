"""A secret is found in every shape it may be told in, and what is no secret stays as it is."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st

from luban.model.hiding import MASK, Hidden, HiddenStream

KEY = "s3cret/+key=%€ “x”\\n"
LONG = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"

secrets = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=8, max_size=40)
around = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(secret=secrets, before=around, after=around)
def test_any_text_with_it_in_any_shape_is_clean_afterwards(
    secret: str, before: str, after: str
) -> None:
    hidden = Hidden([secret])
    text = before + secret + after
    for told in (
        text,
        json.dumps(text),
        json.dumps(text, ensure_ascii=False),
        repr(text)[1:-1],
        quote(text, safe=""),
        urlencode({"q": text}),
        text.encode().hex(),
    ):
        assert not hidden.in_text(hidden.text(told))


@given(secret=secrets, user=st.binary(max_size=9), rest=st.binary(max_size=9))
def test_is_found_within_base64_of_more(secret: str, user: bytes, rest: bytes) -> None:
    hidden = Hidden([secret])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        told = encode(user + secret.encode() + rest).decode()
        assert MASK in hidden.text(f"Basic {told}")


@given(st.text(max_size=60))
def test_what_holds_no_secret_is_the_same_object(text: str) -> None:
    hidden = Hidden(["the only secret there is"])
    assert hidden.text(text) is text
    content = json.dumps([text]).encode()
    assert hidden.json(content) is content


def test_values_are_clean_in_keys_numbers_and_depths() -> None:
    hidden = Hidden(["12345678", KEY])
    value = {"a": [{"b": f"<{KEY}>"}], KEY: 12345678, "n": 123456789, "t": True}
    assert hidden.value(value) == {
        "a": [{"b": f"<{MASK}>"}],
        MASK: MASK,
        "n": 123456789,
        "t": True,
    }
    row = json.dumps(value).encode()
    assert json.loads(hidden.json(row))["a"] == [{"b": f"<{MASK}>"}]


def test_lines_of_a_long_one_are_hidden_alone() -> None:
    hidden = Hidden([LONG])
    assert hidden.text(f"at {LONG.splitlines()[1]}!") == f"at {MASK}!"
    account = Hidden([json.dumps({"type": "service_account", "private_key": LONG})])
    assert MASK in account.text(LONG)


def test_short_values_are_left_alone() -> None:
    hidden = Hidden(["abc", ""])
    assert not hidden
    assert hidden.text("abcabc") == "abcabc"


def test_a_longer_secret_is_replaced_before_one_within_it() -> None:
    hidden = Hidden(["token", "token-of-mine"])
    assert hidden.text("token-of-mine") == MASK


@given(st.lists(st.sampled_from(["a", "s3", "cret", "s3cret-key", "-key", " ", "s"]), max_size=20))
def test_a_stream_never_tells_a_secret_however_it_is_cut(pieces: list[str]) -> None:
    hidden = Hidden(["s3cret-key"])
    stream = HiddenStream(hidden)
    told = "".join(stream.feed(piece) for piece in pieces)
    assert "s3cret-key" not in told
    whole = hidden.text("".join(pieces))
    assert whole.startswith(told)


def test_addresses() -> None:
    hidden = Hidden([KEY])
    for url in (f"https://x.test/?k={quote(KEY)}", f"https://x.test/?k={quote_plus(KEY)}"):
        assert hidden.text(url) == f"https://x.test/?k={MASK}"
