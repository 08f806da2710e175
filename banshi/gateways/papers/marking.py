"""Pages of a PDF of ours with something laid over each. Never a stranger's: those are opened apart (`gateways.uploads`)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf

SIGNED = ("/AcroForm", "/Perms", "/DSS")  # of the root: what only holds for the file as it was signed
MARK = pikepdf.Name("/BanshiMark")


def marked(content: bytes, over: Callable[[float, float], bytes]) -> bytes:
    """The same from the same. A seal stays to be seen; its signature is taken off: it covers the file as it was, and would be
    told to be broken here.

    :param over: a PDF of one page for a page as wide and high, in points, as it is read.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.flatten_annotations("all")
        for name in SIGNED:
            if name in pdf.Root:
                del pdf.Root[name]
        for page in pdf.pages:
            _lay_over(pdf, page, over)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


def _lay_over(pdf: pikepdf.Pdf, page: pikepdf.Page, over: Callable[[float, float], bytes]) -> None:
    left, low, right, high = (float(each) for each in page.trimbox.as_list())
    width, height = right - left, high - low
    if int(page.obj.get("/Rotate", 0)) % 180:
        width, height = height, width
    with pikepdf.open(io.BytesIO(over(round(width, 1), round(height, 1)))) as sheet:
        form = pdf.copy_foreign(sheet.pages[0].as_form_xobject())
    # `add_overlay` would call it by chance, and no two copies were alike.
    name = page.add_resource(form, pikepdf.Name.XObject, MARK)
    placed = page.calc_form_xobject_placement(form, name, pikepdf.Rectangle(left, low, right, high))
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + placed)
