"""Passwords that are tried first: long enough, and known to everybody."""

from __future__ import annotations

_FEW = 4
"""With fewer different characters it is a pattern, whatever its length."""
_ENDINGS = "0123456789!@#$%^&*.?_-"
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
    "98765432109876543210",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "zxcvbnmasdfghjklqwertyuiop",
)
"""Along the keyboard or the alphabet."""
_WORDS = """
password passw0rd p@ssword p@ssw0rd pa$$word passwort motdepasse contrasena contraseña senha
password1 passwordpassword mypassword thepassword newpassword changeme changemenow changeit
administrator adminadmin admin admin123 root rootroot toor superuser letmein letmeinnow welcome
welcome1 welcomeback iloveyou iloveyou1 ilovemyself princess sunshine football baseball
basketball superman batman starwars dragon master monkey shadow michael jennifer jordan
trustno1 whatever computer internet secret topsecret verysecret default temporary temppass
test testtest testing testpassword guest guestguest demo demodemo example login loginlogin
luban lubanluban lubanadmin google facebook linkedin youtube microsoft windows samsung
liverpool arsenal chelsea barcelona manchester correcthorsebatterystaple abc abcabc abcd
qwerty qwertyqwerty asdf asdfasdf woaini woaini1314 aini1314 zhongguo mima mima123 wodemima
5201314 7758521 asd123456 qwe123456 a123456789 aa123456 abc123456 zxc123456 qq123456 q123456789
woaini520 woaini521 nihaoma nihao123 taobao wangyut2
"""
_STEMS = frozenset(_WORDS.split())


def is_common(password: str) -> bool:
    """Whether it is one of those, also with the usual digits and signs after it."""
    folded = password.casefold()
    if len(set(folded)) < _FEW:
        return True
    if any(folded in row or folded[::-1] in row for row in _ROWS):
        return True
    return folded in _STEMS or folded.rstrip(_ENDINGS) in _STEMS
