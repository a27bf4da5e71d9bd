"""Small files for the examples of blocks: a PDF, one with a password, a Word file, a picture."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib


def _pdf(*objects: bytes) -> bytes:
    """The objects, numbered from 1, as a file: 1 is the catalog, the last the properties."""
    out, places = b"%PDF-1.4\n", list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    count = len(objects)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%b"
        b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    ) % (count + 1, table, count + 1, count, len(out))


def _page(text: bytes) -> bytes:
    drawn = b"BT /F 18 Tf 20 50 Td (%b) Tj ET" % text
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn)


def _word() -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    schema = "http://schemas.openxmlformats.org"
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Bridges</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>鲁班造桥。</w:t></w:r></w:p><w:tbl><w:tblPr/><w:tblGrid><w:gridCol/>"
        "<w:gridCol/></w:tblGrid>"
    )
    for row in (("名称", "n"), ("赵州桥", "1")):
        cells = "".join(f"<w:tc><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>" for t in row)
        body += f"<w:tr>{cells}</w:tr>"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{schema}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{schema}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{schema}/wordprocessingml/2006/main"><w:body>'
        f"{body}</w:tbl></w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), head + text)
    return out.getvalue()


PDF = _pdf(
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R"
    b"/Resources<</Font<</F 7 0 R>>>>>>",
    _page(b"Page one"),
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 6 0 R"
    b"/Resources<</Font<</F 7 0 R>>>>>>",
    _page(b"Page two"),
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    b"<</Title(Two pages)>>",
)
"""Two pages, `Page one` and `Page two`."""
WORD = _word()
"""A heading, a line and a table."""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEklEQVR42mM8ISfHAANMDEgAABlYAQhZAmWyAAAAAElF"
    "TkSuQmCC"
)
"""A PNG of 4 × 2 red pixels."""
MOVING = base64.b64decode("R0lGODdhBAACAIEAAMgeHgAAAAAAAAAAACwAAAAABAACAAAIBwABCBwoMCAAOw==")
"""A GIF of the same pixels, which counts as video too."""
SOUND = (
    b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0"
    b"data\x20\x03\0\0" + b"\x80" * 800
)
"""A tenth of a second of silence."""

_LOCKED = (
    "c-pN}y=xRf6bFl-Q}_qiI4D;L>dyD<;BiPk4n-"
    "y5qBbGu?Cwl*dhUkZi6(+Je&i1jENm>rHXv9>tpp<o7M5D1P_R<0#GSoMTv$N~?(QrzzxR9Z{ob3`nwjh#!^bITef+"
    "ff4q%927F_}DHVDqIE*Th1Xr~9+0tjaGf+-"
    "*=2|dv10Fx%3NE!|m4+In0a_S%f!I^$iz&S|0BNWwtz7~M~F@R5(8y}#`7o0OmUyo-iWgt|(1R;paHShDJt|S(a4Vg"
    "VtWXpM6O7#)DrFFQ0d|UbO8>MHp^k+@F;1(g3-"
    "d?!e=xgBX<@X0~9GV+@60Ar2HeWn@baG?x`pf6}w7WEM<ip0={=HL&w|uY>e-xHCs`5%eFuNSN>gYiXf^l7#N@H-"
    "!46Ym3k9AF)_+Pz|yXuYnOK)EG-Y(K_cb=cPwbuP<9@tB-"
    "?%!J%caQ!U+jHRi)!yx`#}D5;ZT2RtSJig|1KWfpT3L<+6C$KILAI_#)f_JRk?KLZqX?6*YzSmTF(o8XrMcT5IFrL*"
    "*6B3Sc>;oI*w#9VuoQyETu~e;93`P)f+`{ikwRI*VvaawMoGdc(qYIYw%8)#&$I)A3$UFSX1P$Yq*%nUjbkAV(n1l7"
    "sq~&<WSQZH8OcM<uwV$4XJM_?2&1rG)=F+H@OK5!&I1MKltT-"
    "5FkIeEWl4Wyf;BKqR0AViG%(6&17o;}afTY0AhL<cS`L@%{=nqbMa}ka8edz`%Q6S?Z~#xIHiO}4KUofJJ0T%ghFF="
    "<D3J(Lgv+K;V?@Ncpt|!flycOk(l}pTa!_qga^ZCDsuqU|gH~&5x(j{*)IU@|"
)
LOCKED_PDF = zlib.decompress(base64.b85decode(_LOCKED))
"""The same, opened by `bridge`."""
