"""The library pane and what is marked on articles and cards: twins, recognised text, uncertain dates, the open one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from desktop.evidence_cards import EvidenceCard, EvidenceList
from desktop.library_items import ARTICLE, DOUBT, NOTE, TROUBLE
from desktop.library_view import LibraryView
from desktop.marks import FURNITURE, Place
from desktop.source_view import SourceView
from desktop.style import CAUTION, CITED
from desktop.window import Window
from desktop.wording import CHECK
from tests.desktop.conftest import PATIENCE, OpenWindow
from tests.desktop.fake_library import articles_of, cite, document_of, evidence_of


def wait(qtbot: QtBot, condition: object) -> None:
    assert callable(condition)
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def item_of(window: Window, name: str) -> QTreeWidgetItem:
    items = [window.library.tree.topLevelItem(n) for n in range(window.library.tree.topLevelItemCount())]
    return next(item for item in items if item is not None and item.text(0) == name)


def listed(window: Window, qtbot: QtBot, name: str) -> QTreeWidgetItem:
    """A document's item with its articles under it."""
    item = item_of(window, name)
    item.setExpanded(True)
    wait(qtbot, lambda: item.childCount() == 3)
    return item


def marked(window: Window) -> str:
    item = window.library.tree.currentItem()
    return str(item.data(0, ARTICLE)) if item is not None else ""


def links(widget: object) -> list[QPushButton]:
    assert isinstance(widget, EvidenceCard | SourceView)
    return [b for b in widget.findChildren(QPushButton) if b.text().startswith("另见") and not b.isHidden()]


# ------------------------------------------------------------------ the tree


def test_the_tree_marks_whatever_article_is_open(window: Window, qtbot: QtBot) -> None:
    (document,) = window.desk.documents
    listed(window, qtbot, "教育简报.txt")
    first, second = window.desk.articles_of(document)
    window.desk.open_article(document, second.id)
    assert marked(window) == second.id
    window.desk.show_place(Place.of_citations([cite(evidence_of(window.desk.documents[document]), 1, "备考思路")]))
    assert marked(window) == first.id
    window.desk.open_article(document, FURNITURE)
    assert marked(window) == FURNITURE
    window.source.back()
    assert marked(window) == first.id


def test_a_document_with_unread_pages_says_so(folder: Path, open_window: OpenWindow, qtbot: QtBot) -> None:
    (folder / "残页.txt").write_text("x", "utf-8")
    window = open_window()
    item = item_of(window, "残页.txt")
    assert item.data(0, TROUBLE)
    assert "第 3 页：这一页损坏" in item.toolTip(0)
    assert not item_of(window, "教育简报.txt").data(0, TROUBLE)
    document = next(d.id for d in window.desk.documents.values() if d.name == "残页.txt")
    window.desk.open_article(document, "")
    wait(qtbot, lambda: window.source.place is not None)
    notes = [label.text() for label in window.source.head.findChildren(type(window.source.head.meta))]
    assert "注意：第 3 页：这一页损坏，没有读出文字。" in notes


@pytest.mark.parametrize("height", [420, 700])
def test_what_went_wrong_is_never_cut_off(qtbot: QtBot, height: int) -> None:
    """However low the pane is, and whatever the empty library's page would like to have."""
    view = LibraryView()
    qtbot.addWidget(view)
    view.resize(230, height)
    view.show()
    row = view.begin_task("添加 12 个文件", pausable=True)
    row.finish("9 个文件已加入，4 个没有加入")
    row.tell_trouble("\n".join(["领导讲话（最终版）.xls：不支持这种文件（.xls）。"] * 2 + ["……共 4 项"]), more=True)
    qtbot.waitUntil(row.details.isVisible)
    qtbot.waitUntil(lambda: row.trouble.height() >= row.trouble.heightForWidth(row.trouble.width()), timeout=PATIENCE)
    bottom = row.mapTo(view, row.rect().bottomLeft()).y()
    assert bottom <= view.height()


# ------------------------------------------------------------------ printed twice


def test_an_article_printed_twice_leads_to_its_twin_and_back(
    folder: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    (folder / "转载教育简报.txt").write_text("x", "utf-8")
    window = open_window()
    here, there = (
        next(d.id for d in window.desk.documents.values() if d.name == n + "教育简报.txt") for n in ("", "转载")
    )
    listed(window, qtbot, "教育简报.txt")
    listed(window, qtbot, "转载教育简报.txt")
    window.desk.open_article(here, f"{here}-2")
    assert not links(window.source)
    window.desk.open_article(here, f"{here}-1")
    wait(qtbot, lambda: links(window.source))
    (link,) = links(window.source)
    assert link.text() == "另见：转载教育简报.txt"
    link.click()
    assert window.source.place is not None
    assert window.source.place.article.id == f"{there}-1"
    assert marked(window) == f"{there}-1"
    wait(qtbot, lambda: [link.text() for link in links(window.source)] == ["另见：教育简报.txt"])
    window.desk.open_article(here, f"{here}-2")
    wait(qtbot, lambda: not links(window.source))


def test_a_card_names_the_twin_and_a_click_on_the_name_is_no_click_on_the_card(qtbot: QtBot) -> None:
    document, other = document_of(Path("简报.txt")), document_of(Path("转载简报.txt"))
    found = evidence_of(document)[0]
    found = replace(found, article=replace(found.article, twins=(f"{other.id}-1", "gone-1")))
    cards = EvidenceList()
    qtbot.addWidget(cards)
    cards.documents = {d.id: d for d in (document, other)}
    cards.show_evidence([found])
    chosen: list[object] = []
    cards.chosen.connect(chosen.append)
    (link,) = links(cards.cards[0])  # one that has left the library is not named
    assert link.text() == "另见：转载简报.txt"
    with qtbot.waitSignal(cards.twin_chosen) as wanted:
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert wanted.args == [f"{other.id}-1"]
    assert not chosen


# ------------------------------------------------------------------ recognised text


def test_recognised_text_says_how_sure_it_is(folder: Path, open_window: OpenWindow, qtbot: QtBot) -> None:
    Image.new("RGB", (100, 140), "white").save(folder / "扫描.png")
    window = open_window()
    item = listed(window, qtbot, "扫描.png")
    badly, well = item.child(0), item.child(1)
    assert badly is not None
    assert well is not None
    assert "文字识别 69%" in badly.data(0, NOTE)
    assert badly.data(0, DOUBT)
    assert CHECK in badly.toolTip(0).replace("&quot;", '"')
    assert "文字识别 95%" in well.data(0, NOTE)
    assert not well.data(0, DOUBT)
    document = str(badly.data(0, ARTICLE)).rpartition("-")[0]
    window.desk.open_article(document, f"{document}-1")
    head = window.source.head.recognised
    assert (head.text(), head.property("role"), head.isVisible()) == ("文字识别 69%", "doubt", True)
    window.desk.open_article(document, f"{document}-2")
    assert (head.text(), head.property("role")) == ("文字识别 95%", "muted")
    text = next(d.id for d in window.desk.documents.values() if d.name == "教育简报.txt")
    listed(window, qtbot, "教育简报.txt")
    window.desk.open_article(text, f"{text}-1")
    assert head.isHidden()


def test_badly_recognised_paragraphs_are_coloured_and_marked_on_cards(view: SourceView, qtbot: QtBot) -> None:
    document = document_of(Path("扫描.png"))
    view.show_place(Place(document, articles_of(document)[0]))
    colours = []
    block = view.text.document().begin()
    while block.isValid():
        fragment = block.begin().fragment()
        if fragment.isValid() and fragment.text().startswith(("会议要求", "要关注")):
            colours.append(fragment.charFormat().foreground().color().name() == CAUTION)
        block = block.next()
    assert colours == [False, True]
    for n, (words, role) in enumerate((("文字识别 95%", "muted"), ("文字识别 60%", "doubt"))):
        card = EvidenceCard(n + 1, evidence_of(document)[n], {})
        qtbot.addWidget(card)
        assert (card.recognised.text(), card.recognised.property("role")) == (words, role)
        assert not card.recognised.isHidden()


# ------------------------------------------------------------------ tables


def test_a_cited_row_lights_its_cells_and_its_card_carries_the_column_names(view: SourceView, qtbot: QtBot) -> None:
    document = document_of(Path("表.docx"))
    found = next(e for e in evidence_of(document) if e.paragraph.text.startswith("一中"))
    view.show_place(Place.of_evidence(found))
    assert view.text.lit_texts() == ["一中", "1200"]
    assert [s.format.background().color().name() for s in view.text.extraSelections()] == [CITED, CITED]
    start = found.paragraph.text.index("1200")
    view.show_place(Place(document, found.article, found.paragraph, ((start, start + 4),)))
    assert view.text.lit_texts() == ["1200"]
    view.open_find()
    view.find_bar.line.setText("一中")
    assert view.find_bar.count.text() == "第 1/1 处"
    card = EvidenceCard(1, found, {})
    qtbot.addWidget(card)
    assert card.body.text() == "学校：一中　人数：1200"
