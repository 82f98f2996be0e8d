"""The source pane: exact marks in text and on PDF pages, find, back; nothing is loaded, nothing is markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from desktop import style
from desktop.marks import Place
from desktop.sheet import EDGE
from desktop.source_view import SourceView
from tests.briefing_articles import stored
from tests.desktop.conftest import PATIENCE
from tests.desktop.fake_library import MARKUP, TEXT, articles_of, cite, document_of, evidence_of
from tests.pdf_writer import Sheet, pdf

TXT = document_of(Path("简报.txt"))
PDF = document_of(Path("简报.pdf"))


def lit(view: SourceView, colour: str) -> list[str]:
    return [
        selection.cursor.selectedText()
        for selection in view.text.extraSelections()
        if selection.format.background().color() == QColor(colour)
    ]


def test_a_citation_lights_exactly_its_quote(view: SourceView) -> None:
    for quote in ("节点安排与业务培训指导", "会议要求，各县区", "备考思路与举措。"):
        citation = cite(evidence_of(TXT), 1, quote)
        view.show_place(Place.of_citations([citation]))
        assert lit(view, style.CITED) == [quote]


def test_positions_hold_behind_rare_characters(view: SourceView) -> None:
    citation = cite(evidence_of(TXT), 2, "县代表参加")  # behind 𠮷, two units in Qt's counting
    view.show_place(Place.of_citations([citation]))
    assert lit(view, style.CITED) == ["县代表参加"]


def test_several_spans_are_lit_together(view: SourceView) -> None:
    evidence = evidence_of(TXT)
    view.show_place(Place.of_citations([cite(evidence, 2, "力争取得新成绩"), cite(evidence, 2, "思想、心理")]))
    assert lit(view, style.CITED) == ["思想、心理", "力争取得新成绩"]


def test_markup_in_documents_is_shown_as_it_stands_and_loads_nothing(view: SourceView) -> None:
    view.show_place(Place(TXT, articles_of(TXT)[0]))
    assert MARKUP in view.text.toPlainText()
    assert not view.text.refused
    assert "<a " not in view.text.toHtml()
    assert "<img" not in view.text.toHtml()


def test_headings_of_sections_stand_out(view: SourceView) -> None:
    article = stored(1, "通知", None, ["现通知如下。", "一、主要任务", "（一）消防安全。组织演练。"])
    view.show_place(Place(TXT, article))
    document = view.text.document()
    blocks = [document.findBlockByNumber(number) for number in range(document.blockCount())]
    bold = {block.text(): block.begin().fragment().charFormat().font().bold() for block in blocks}
    assert [bold[one.text] for one in article.paragraphs] == [False, True, False]


def test_the_head_names_the_source(view: SourceView) -> None:
    view.show_place(Place(TXT, articles_of(TXT)[0]))
    assert view.head.title.text() == "全市义务教育工作会议召开"
    assert view.head.meta.text() == "简报.txt · 第 1 页"
    assert view.head.date.text() == "2024-03-21"
    view.show_place(Place(TXT, articles_of(TXT)[1]))
    assert view.head.date.text() == "2024-03-22？"
    assert "据文件名推断" in view.head.date.toolTip()


def test_the_span_is_scrolled_to(view: SourceView) -> None:
    view.resize(360, 240)
    citation = cite(evidence_of(TXT), 2, "县代表参加")
    view.show_place(Place.of_citations([citation]))
    (selection,) = view.text.extraSelections()
    assert view.text.viewport().rect().intersects(view.text.cursorRect(selection.cursor))


def test_find_counts_and_goes_round(view: SourceView) -> None:
    view.show_place(Place(TXT, articles_of(TXT)[0]))
    view.open_find()
    view.find_bar.line.setText("学")
    assert view.find_bar.count.text() == "第 1/3 处"
    view.find_next(-1)
    assert view.find_bar.count.text() == "第 3/3 处"
    assert lit(view, style.FOUND_NOW) == ["学"]
    assert len(lit(view, style.FOUND)) == 2
    view.find_bar.line.setText("没有的词")
    assert view.find_bar.count.text() == "没有找到"
    view.find_bar.dismiss()
    assert not view.text.extraSelections()


def test_back_returns_to_the_citation_before(view: SourceView) -> None:
    evidence = evidence_of(TXT)
    view.show_place(Place.of_citations([cite(evidence, 1, "节点安排")]))
    view.show_place(Place.of_citations([cite(evidence, 3, "安全工作")]))
    assert lit(view, style.CITED) == ["安全工作"]
    view.back()
    assert lit(view, style.CITED) == ["节点安排"]
    assert not view.head.back_button.isEnabled()


def test_zooming_keeps_the_marks(view: SourceView) -> None:
    view.show_place(Place.of_citations([cite(evidence_of(TXT), 1, "节点安排")]))
    view.zoom(1)
    assert lit(view, style.CITED) == ["节点安排"]


# ------------------------------------------------------------------ PDF


def rectangles(view: SourceView) -> list[QRectF]:
    return view.pages.mark_rectangles()


def test_the_marks_on_a_page_are_the_stored_boxes(pdf_view: SourceView) -> None:
    found = evidence_of(PDF)[0]
    pdf_view.show_place(Place.of_evidence(found))
    assert pdf_view.shows_pages
    scale = pdf_view.pages.scale()
    boxes = [fragment.box for fragment in found.paragraph.paragraph.fragments]
    marks = rectangles(pdf_view)
    assert len(marks) == len(boxes) == 3
    for mark, box in zip(marks, boxes, strict=True):
        assert mark.getCoords() == pytest.approx([v * scale for v in (box.x0, box.y0, box.x1, box.y1)])


def test_the_mark_lies_on_the_printed_words(pdf_view: SourceView, qtbot: QtBot) -> None:
    """Where the span is marked there is ink, and the mark's colour; beside it there is none."""
    pdf_view.show_place(Place.of_citations([cite(evidence_of(PDF), 1, "节点安排与业务培训指导")]))
    sheet = pdf_view.pages.widget()
    assert sheet is not None
    image = sheet.grab().toImage()
    ratio = image.devicePixelRatio()
    warm = QColor(style.CITED)
    for mark in rectangles(pdf_view):
        area = mark.translated(EDGE, EDGE)
        points = [
            image.pixelColor(int(x * ratio), int(y * ratio))
            for x in range(int(area.left()) + 1, int(area.right()) - 1)
            for y in range(int(area.top()) + 1, int(area.bottom()) - 1)
        ]
        assert warm in points
        assert any(point.lightness() < 100 for point in points)


@pytest.mark.parametrize(
    ("height", "marks", "said"), [(52.0, 0, "引用的话印到"), (100.0, 1, "引用的话的一部分"), (842.0, 3, "")]
)
def test_what_is_printed_off_the_page_is_said_and_not_marked(
    view: SourceView, tmp_path: Path, height: float, marks: int, said: str
) -> None:
    file = tmp_path / "kept.pdf"
    file.write_bytes(pdf([Sheet([], 595.0, height)]))
    view.files = {PDF.id: file}
    view.set_articles(PDF.id, articles_of(PDF))
    view.show_place(Place.of_evidence(evidence_of(PDF)[0]))
    sheet = view.pages.sheet
    assert len(rectangles(view)) == marks
    assert all(sheet.paper.translated(-EDGE, -EDGE).contains(rectangle) for rectangle in rectangles(view))
    assert sheet.outline.isEmpty() == (not marks)
    assert not marks or sheet.paper.translated(-EDGE, -EDGE).contains(sheet.outline.boundingRect())
    assert view.hint.isVisible() == bool(said)
    if said:
        assert said in "".join(part.text() for part in view.hint.findChildren(QLabel))


def test_unlit_a_page_stays_where_it_is(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place.of_citations([cite(evidence_of(PDF), 3, "安全工作")]))
    page = pdf_view.pages.page
    pdf_view.unlight()
    assert (rectangles(pdf_view), pdf_view.pages.page) == ([], page)
    pdf_view.zoom(1)
    assert rectangles(pdf_view) == []


def test_a_citation_on_another_page_turns_to_it(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place.of_citations([cite(evidence_of(PDF), 3, "安全工作")]))
    assert pdf_view.pages.page == 2
    assert pdf_view.head.page.text() == "第 2 / 2 页"
    assert len(rectangles(pdf_view)) == 1
    pdf_view.turn(-1)
    assert pdf_view.pages.page == 1
    assert not rectangles(pdf_view)
    assert pdf_view.head.title.text() == "校园安全工作部署" or pdf_view.head.meta.text().endswith("第 1 页")


@pytest.mark.parametrize("width", [300, 499, 500, 620])
def test_no_tool_is_squeezed_in_a_narrow_pane(pdf_view: SourceView, qtbot: QtBot, width: int) -> None:
    pdf_view.resize(width, 600)
    pdf_view.show_place(Place(PDF, articles_of(PDF)[0]))
    qtbot.waitUntil(lambda: pdf_view.head.correct.isVisible() and pdf_view.head.width() == width)
    tools = [tool for tool in pdf_view.head.findChildren(QToolButton) if tool.isVisible()]
    qtbot.waitUntil(lambda: all(tool.width() >= tool.sizeHint().width() for tool in tools), timeout=PATIENCE)
    assert {"订正", "文字", "‹", "›"} <= {tool.text() for tool in tools}
    assert ("查找" in {tool.text() for tool in tools}) == (width >= 500)


def test_zoom_scales_the_marks(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place.of_citations([cite(evidence_of(PDF), 1, "节点安排")]))
    (before,), scale = rectangles(pdf_view), pdf_view.pages.scale()
    pdf_view.zoom(1)
    (after,) = rectangles(pdf_view)
    assert after.width() / before.width() == pytest.approx(pdf_view.pages.scale() / scale)
    assert pdf_view.pages.scale() > scale
    pdf_view.zoom(0)
    assert pdf_view.pages.scale() == pytest.approx(scale)


def test_find_covers_all_pages_once_the_articles_are_there(pdf_view: SourceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pdf_view.document_wanted, timeout=PATIENCE) as wanted:
        pdf_view.show_place(Place(PDF, articles_of(PDF)[0]))
    assert wanted.args == [PDF.id]
    pdf_view.open_find()
    pdf_view.find_bar.line.setText("会议")
    assert pdf_view.find_bar.count.text() == "第 1/1 处"
    pdf_view.set_articles(PDF.id, articles_of(PDF))
    assert pdf_view.find_bar.count.text() == "第 1/2 处"
    pdf_view.find_next(1)
    assert pdf_view.pages.page == 2
    assert len(rectangles(pdf_view)) == 1
    assert pdf_view.head.title.text() == "校园安全工作部署"


def test_a_pdf_that_cannot_be_opened_is_shown_as_text(view: SourceView, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"not a pdf")
    view.files = {PDF.id: broken}
    view.show_place(Place.of_citations([cite(evidence_of(PDF), 1, "节点安排")]))
    assert not view.shows_pages
    assert lit(view, style.CITED) == ["节点安排"]
    assert TEXT[0] in view.text.toPlainText()


def test_a_removed_document_is_shown_no_more(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place(PDF, articles_of(PDF)[0]))
    pdf_view.forget((PDF.id,))
    assert pdf_view.place is None
    assert not pdf_view.shows_pages
    pdf_view.back()
    assert pdf_view.place is None
