"""OFD files (GB/T 33190) written by hand for the tests, as common producers lay them out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.pdf_writer import Text

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
MM = 25.4 / 72


def text_object(text: Text, number: int, attributes: str = "", steps: str | None = None) -> str:
    """One printed line; its box hangs on a baseline 0.88 em below `top`."""
    size = text.size * MM
    widths = [size if ord(c) > 255 else size / 2 for c in text.text]
    deltas = " ".join(f"{w:.4f}" for w in widths[:-1]) if steps is None else steps
    boundary = f"{text.x * MM:.4f} {text.top * MM:.4f} {sum(widths):.4f} {size:.4f}"
    delta = f' DeltaX="{deltas}"' if deltas else ""
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{boundary}" Font="3" Size="{size:.4f}" {attributes}>'
        f'<ofd:TextCode X="0" Y="{0.88 * size:.4f}"{delta}>{escape(text.text)}</ofd:TextCode></ofd:TextObject>'
    )


def page(objects: str, extra: str = "", box: str = "0 0 210 297") -> str:
    return (
        f"<ofd:Page {NS}><ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>{extra}"
        f'<ofd:Content><ofd:Layer ID="9">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def printed(texts: Sequence[Text]) -> str:
    """A page of lines."""
    return page("".join(text_object(text, number) for number, text in enumerate(texts, 10)))


def ofd(
    pages: Sequence[str], resources: str = "", template: str = "", parts: dict[str, bytes] | None = None, info: str = ""
) -> bytes:
    """The whole file; `template` is the page that every page may name as template 5."""
    listed = "".join(
        f'<ofd:Page ID="{n}" BaseLoc={quoteattr(f"Pages/Page_{n}/Content.xml")}/>' for n in range(len(pages))
    )
    held = '<ofd:TemplatePage ID="5" BaseLoc="Tpls/T.xml"/>' if template else ""
    made = {
        "OFD.xml": f'<ofd:OFD {NS} Version="1.0"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:CreationDate>2024-03-26</ofd:CreationDate>{info}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f"</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{held}</ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        "Doc_0/PublicRes.xml": f'<ofd:Res {NS}><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/>'
        f'<ofd:Font ID="4" FontName="黑体" Bold="true"/></ofd:Fonts>{resources}</ofd:Res>',
        "Doc_0/Tpls/T.xml": template,
        **{f"Doc_0/Pages/Page_{n}/Content.xml": content for n, content in enumerate(pages)},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in made.items():
            if text:
                archive.writestr(name, text)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return buffer.getvalue()
