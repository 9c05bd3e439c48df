"""单证: the PDF behind 查看单证, the same bytes each time (guide-2.3)."""

import functools
import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from mock_portal.store import Enterprise, Policy
from mock_portal.wording import Wording

FONT = "STSong-Light"
# Invented, but of the size that public programme texts name; the PDF says 模拟数据 beside each.
TERMS = (
    ("最高赔偿限额", "150,000 美元"),
    ("最高赔偿比例", "80%"),
    ("保险费", "由政府专项资金全额承担"),
    ("保险期间", "自保险公司审批同意之日起一年"),
)

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def renewal_document(enterprise: Enterprise, policy: Policy, edition: int = 0) -> bytes:
    """Return 中小企业综合保险续转单证 of one policy, or a changed edition of it."""
    return _draw(
        (
            *([("版次", str(edition))] if edition else []),
            ("申请编号", policy.application_no),
            ("企业名称", enterprise.name),
            ("统一社会信用代码", enterprise.uscc),
            ("组织机构代码", enterprise.org_code),
            ("产品名称", policy.product),
            ("推送日期", policy.pushed_on.isoformat()),
        )
    )


@functools.lru_cache(maxsize=256)
def _draw(facts: tuple[tuple[str, str], ...]) -> bytes:
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=A4, invariant=True)
    canvas.setTitle(Wording.RENEWAL_DOCUMENT)
    _draw_mark(canvas)
    _draw_heading(canvas)
    top = _draw_table(canvas, 250 * mm, facts, note="")
    _draw_table(canvas, top - 12 * mm, TERMS, note="（模拟数据）")
    canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _draw_mark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(105 * mm, 130 * mm)
    canvas.rotate(40)
    canvas.setFillGray(0.9)
    canvas.setFont(FONT, 90)
    canvas.drawCentredString(0, 0, "模拟单证")
    canvas.restoreState()


def _draw_heading(canvas: Canvas) -> None:
    canvas.setFont(FONT, 16)
    canvas.drawCentredString(105 * mm, 272 * mm, Wording.RENEWAL_DOCUMENT)
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(105 * mm, 264 * mm, "模拟门户生成，非真实业务单证")


def _draw_table(canvas: Canvas, top: float, rows: tuple[tuple[str, str], ...], note: str) -> float:
    """Draw names and values below `top`, and return where the table ends."""
    canvas.setFont(FONT, 11)
    canvas.setStrokeGray(0.6)
    height = 10 * mm
    for line, (name, value) in enumerate(rows, start=1):
        bottom = top - line * height
        canvas.rect(25 * mm, bottom, 45 * mm, height)
        canvas.rect(70 * mm, bottom, 115 * mm, height)
        canvas.drawString(28 * mm, bottom + 3.5 * mm, name)
        canvas.drawString(73 * mm, bottom + 3.5 * mm, value + note)
    return top - len(rows) * height
