"""Text of any script in a PDF: each run of characters in a font that has them."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import distribution
from itertools import groupby
from typing import Final
from unicodedata import category
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

HAN_FONT: Final = "STSong-Light"
"Every PDF reader brings it, so it is not embedded."
_HAN: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_OTHER: Final = {"Helvetica": "DejaVuSans", "Helvetica-Bold": "DejaVuSans-Bold"}
"What has the letters that the standard fonts lack, such as those of Polish and Russian."


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Return `text` as it is, without markup, in the style's Latin font and others for the rest."""
    _register()
    text = "".join(" " if category(one) in ("Cc", "Cs") else one for one in text)
    wrapping = ParagraphStyle(style.name, style, wordWrap="CJK") if _HAN.search(text) else style
    runs = groupby(text, lambda one: _font(one, style.fontName))
    return Paragraph("".join(_run(font, "".join(run)) for font, run in runs), wrapping)


def _run(font: str, text: str) -> str:
    return f'<font name="{font}">{escape(text)}</font>'


def _font(character: str, latin: str) -> str:
    if _HAN.match(character):
        return HAN_FONT
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return _OTHER[latin]
    return latin


@cache
def _register() -> None:
    """Tell reportlab the fonts that are not standard; DejaVu comes with matplotlib."""
    pdfmetrics.registerFont(UnicodeCIDFont(HAN_FONT))
    # Found, not imported: importing matplotlib takes long.
    folder = distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")
    for name in _OTHER.values():
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
