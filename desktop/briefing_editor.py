"""A briefing as it will print, and all that can be changed in it; every change can be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QUndoCommand, QUndoStack
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.briefing_beside import BriefingBeside
from desktop.briefing_messages import BriefingPage, Change, Operation
from desktop.briefing_paper import Paper, PaperScroll
from desktop.briefing_tools import BriefingTools
from desktop.briefing_words import (
    Heading,
    Target,
    about,
    followed,
    moved_to,
    pages_words,
    place_of,
    standing,
    stops,
    tips,
)
from desktop.marks import Place, by_paragraph
from desktop.widgets import ElidedLabel, button, label, link, set_property, tool
from rag.briefings import Briefing
from rag.typeset.composing import EvidenceIn

ROOM_FOR_ONE_ROW = 520  # pixels; below it the foot has two rows
FORMATS = (("Word 文件（.docx）", "docx"), ("PDF 文件（.pdf）", "pdf"), ("Markdown 文件（.md）", "md"))


_HINT = "点一句话，右边就显示它的依据；双击可以改写；点小节标题，可以移动、删去整节"
_SIMPLE = {
    "shorten": Operation.SHORTEN,
    "another": Operation.ANOTHER,
    "quote": Operation.QUOTE,
    "delete": Operation.DELETE,
    "delete section": Operation.DELETE_SECTION,
}


class BriefingEditor(QWidget):
    """Shows a BriefingPage. What is to be changed goes out as a Change; what comes of it comes in by `changed`."""

    change_wanted = Signal(object)  # Change
    restored = Signal(object)  # BriefingPage: undo or redo has gone to it
    evidence_wanted = Signal(object)  # EvidenceIn
    export_wanted = Signal(str)  # docx, pdf or md
    copy_wanted = Signal()
    record_wanted = Signal()
    masthead_wanted = Signal()
    place_wanted = Signal(object)  # Place
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.page: BriefingPage | None = None
        self.waiting = False  # for what comes of a change
        self.undo = QUndoStack(self)
        self._written: Callable[[str], None] = lambda _: None
        self._cited = 0  # which of a sentence's sources was shown last
        self._follow: Target | None = None  # what stays chosen when another page is shown
        self._lit: Target | None = None
        self.paper, self.tools, self.beside = Paper(), BriefingTools(), BriefingBeside()
        self.desk = PaperScroll(self.paper)
        self.desk.setObjectName("desk")
        self.said = ElidedLabel()
        self.said.setContentsMargins(18, 0, 12, 0)
        upper = QWidget()
        upper.setObjectName("ground")
        upper.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.desk)
        self.panes = QSplitter(Qt.Orientation.Vertical)
        self.panes.setHandleWidth(1)
        self.panes.setChildrenCollapsible(False)
        self.panes.addWidget(upper)
        self.panes.addWidget(self.beside)
        self.panes.setStretchFactor(0, 4)
        self.panes.setSizes([560, 170])
        self.beside.setMinimumHeight(90)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._make_head())
        column.addWidget(self.tools)
        column.addWidget(self.said)
        column.addWidget(self.panes, 1)
        column.addWidget(self._make_foot())
        self._connect()

    # ------------------------------------------------------------ building

    def _make_head(self) -> QHBoxLayout:
        self.back = tool("‹", "回到第一步；简报已自动保存")
        self.back.setObjectName("arrow")
        self.title = ElidedLabel()
        self.title.setProperty("role", "heading")
        self.retitle_button = link("改标题", "改简报的标题")
        self.undo_button, self.redo_button = tool("撤销", "撤销（Ctrl+Z）"), tool("重做", "重做（Ctrl+Shift+Z）")
        self.masthead_button = link("报头", "改报头：名称、期号、编印单位、日期、报送和发送单位")
        self.record_button = link("来历", "依据了哪些文章、何时生成、改过哪些地方")
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(self.title, 1)
        for part in (self.retitle_button, self.masthead_button, self.record_button, self.undo_button, self.redo_button):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.evidence_box = QComboBox()
        self.evidence_box.setAccessibleName("依据放在哪里")
        self.evidence_box.setToolTip("依据清单：另附一页；脚注：在每页下面")
        for one in EvidenceIn:
            self.evidence_box.addItem(one.value, one)
        self.pages = label("")
        self.pages.setObjectName("chip")
        self.fit_button = button("", "略去最不重要的句子，直到放得下", quiet=True)
        self.two_pages = QCheckBox("允许两页")
        self.two_pages.setToolTip("勾选后，因放不下而略去的句子会回到原来的位置；取消后，再略去最不重要的")
        self.copy_button = button("复制", "带格式复制，可以粘贴到 Word 或 WPS 里")
        self.export_button = QPushButton("导出")
        self.export_button.setProperty("primary", True)
        menu = QMenu(self.export_button)
        for words, suffix in FORMATS:
            menu.addAction(words).triggered.connect(self._exporting(suffix))
        self.export_button.setMenu(menu)
        left, right = QHBoxLayout(), QHBoxLayout()
        for row, parts in (
            (left, (self.pages, self.fit_button, self.two_pages)),
            (right, (self.evidence_box, self.copy_button, self.export_button)),
        ):
            row.setSpacing(8)
            for part in parts:
                row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        left.addStretch(1)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight, foot)
        self._foot.setContentsMargins(14, 8, 12, 8)
        self._foot.setSpacing(8)
        self._foot.addLayout(left, 1)
        self._foot.addLayout(right)
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= ROOM_FOR_ONE_ROW
        self._foot.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _exporting(self, suffix: str) -> Callable[[], None]:
        return lambda: self.export_wanted.emit(suffix)

    def _connect(self) -> None:
        self.back.clicked.connect(self.left)
        self.retitle_button.clicked.connect(self._retitle)
        self.undo_button.clicked.connect(self._undo)
        self.redo_button.clicked.connect(self._redo)
        self.fit_button.clicked.connect(lambda: self.change(Change(Operation.FIT)))
        self.two_pages.clicked.connect(lambda two: self.change(Change(Operation.PAGES, to=2 if two else 1)))
        self.evidence_box.activated.connect(lambda _: self._evidence_chosen())
        self.masthead_button.clicked.connect(self.masthead_wanted)
        self.record_button.clicked.connect(self.record_wanted)
        self.copy_button.clicked.connect(self.copy_wanted)
        self.tools.wanted.connect(self.do)
        self.paper.chosen.connect(self._chosen)
        self.paper.writing_wanted.connect(lambda: self._do_to("rewrite", "rename"))
        self.paper.deletion_wanted.connect(lambda: self._do_to("delete", "delete section"))
        self.paper.moving_wanted.connect(self._move)
        self.paper.menu_wanted.connect(self.tools.pop_up)
        self.paper.editor.written.connect(lambda text: self._written(text))
        self.paper.editor.written.connect(lambda _: self.paper.setFocus())
        self.paper.editor.left.connect(self.paper.setFocus)
        self.beside.back_wanted.connect(lambda place: self.change(Change(Operation.RESTORE, statement=place)))
        self.beside.place_wanted.connect(self.place_wanted)
        for keys, do in (("Ctrl+Z", self._undo), ("Ctrl+Shift+Z", self._redo), ("Ctrl+Y", self._redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    # ------------------------------------------------------------ what is shown

    @property
    def briefing(self) -> Briefing:
        assert self.page is not None
        return self.page.briefing

    @property
    def evidence(self) -> EvidenceIn:
        chosen = self.evidence_box.currentData()
        assert isinstance(chosen, EvidenceIn)
        return chosen

    def open(self, page: BriefingPage) -> None:
        """Show another briefing; nothing of the one before can be undone any more."""
        self.undo.clear()
        self.paper.select(None)
        self._follow = None
        self.show_page(page)
        self.desk.verticalScrollBar().setValue(0)

    def changed(self, page: BriefingPage) -> None:
        """What came of a change."""
        assert self.page is not None
        if self._follow is not None:
            self._follow = followed(self.page.briefing, page.briefing, self._follow)
        self.undo.push(_Changed(self, self.page, page))
        self._tell()  # only now it can be undone
        if self.paper.selected is not None:
            self.desk.show_area(self.paper.target_area(self.paper.selected))

    def relaid(self, page: BriefingPage) -> None:
        """The same, laid out anew."""
        self._follow = self.paper.selected
        self.show_page(page)

    def show_page(self, page: BriefingPage) -> None:
        """Show a page as it is, what was worked on still chosen."""
        self.page = page
        briefing = page.briefing
        self.waiting = False
        self.paper.show_page(page.layout, stops(briefing), standing(briefing), tips(briefing))
        if self._follow is not None:
            last = len(briefing.statements) - 1
            self.paper.select(self._follow if isinstance(self._follow, Heading) else min(self._follow, last))
        self.beside.show_briefing(briefing)
        self.title.setText(briefing.title)
        self.pages.setText(f"{briefing.pages} 页")
        self.pages.setToolTip(pages_words(briefing))
        self.fit_button.setText(f"压到 {briefing.pages_allowed} 页")
        set_property(self.pages, "over", not briefing.fits)
        self.fit_button.setVisible(not briefing.fits)
        self.two_pages.setChecked(briefing.pages_allowed > 1)
        self._tell()

    def failed(self) -> None:
        """A change could not be made; the page stands as it was."""
        self.waiting = False
        self.two_pages.setChecked(self.briefing.pages_allowed > 1)
        self._tell()

    def _tell(self) -> None:
        """What can be done now, and what the chosen sentence rests on or the chosen section holds."""
        briefing = None if self.page is None or self.waiting else self.page.briefing
        chosen = self.paper.selected
        self.tools.offer(briefing, chosen)
        self.undo_button.setEnabled(self.undo.canUndo() and not self.waiting)
        self.redo_button.setEnabled(self.undo.canRedo() and not self.waiting)
        if self.page is not None:
            words = _HINT if chosen is None else about(self.briefing, chosen)
            doubt = isinstance(chosen, int) and not self.briefing.statements[chosen].supported
            self.said.setText(words)
            set_property(self.said, "role", "doubt" if doubt else "muted")

    # ------------------------------------------------------------ what the user does

    def _chosen(self, target: Target | None) -> None:
        same = target == self._lit
        self._follow = self._lit = target
        self._tell()
        if target is None:
            return
        self.desk.show_area(self.paper.target_area(target))
        if isinstance(target, Heading):
            return
        if groups := by_paragraph(self.briefing.statements[target].citations):
            self._cited = (self._cited + 1) % len(groups) if same else 0  # a click again shows the next source
            self.place_wanted.emit(Place.of_citations(groups[self._cited]))

    def _undo(self) -> None:
        if not self.waiting and self.undo.canUndo():
            self.undo.undo()
            self._restored()

    def _redo(self) -> None:
        if not self.waiting and self.undo.canRedo():
            self.undo.redo()
            self._restored()

    def _restored(self) -> None:
        """It is kept, and laid out with the evidence where it is wanted now."""
        self.waiting = True
        self._tell()
        self.restored.emit(self.page)

    def _evidence_chosen(self) -> None:
        self.waiting = True
        self._tell()
        self.evidence_wanted.emit(self.evidence)

    def change(self, change: Change) -> None:
        """Ask for a change, unless another is being made."""
        if self.page is not None and not self.waiting:
            self.waiting = True
            self._tell()
            self.change_wanted.emit(change)

    def _do_to(self, sentence: str, heading: str) -> None:
        """Do the one to a chosen sentence, the other to the section of a chosen heading."""
        self.do(heading if isinstance(self.paper.selected, Heading) else sentence)

    def _move(self, step: int) -> None:
        way = "up" if step < 0 else "down"
        self._do_to(way, f"section {way}")

    def do(self, what: str) -> None:
        """Do to the chosen sentence or section what a row of `briefing_tools.DO` names."""
        chosen = self.paper.selected
        if self.page is None or chosen is None or self.waiting or not self.tools.actions_[what].isEnabled():
            return
        section, statement = place_of(self.briefing, chosen)
        self._follow = chosen
        if what in _SIMPLE:
            self.change(Change(_SIMPLE[what], section, statement or 0))
        elif what in ("section up", "section down"):
            self.change(Change(Operation.MOVE_SECTION, section, to=section + (-1 if what == "section up" else 1)))
        elif what in ("up", "down") and isinstance(chosen, int) and statement is not None:
            if place := moved_to(self.briefing, chosen, -1 if what == "up" else 1):
                self.change(Change(Operation.MOVE, section, statement, *place))
        else:
            self._write(what, chosen)

    def _write(self, what: str, chosen: Target) -> None:
        """Have something typed over the page, then change it."""
        section, statement = place_of(self.briefing, chosen)
        one = self.briefing.sections[section]
        area = self.paper.target_area(chosen)
        text, hint = "", "没有依据的句子会标明“人工撰写”"
        change = Change(Operation.WRITE, section, to=0 if statement is None else statement + 1)
        if what == "rewrite" and statement is not None:
            text, hint = one.statements[statement].text, "改后会重新核对"
            change = Change(Operation.REWRITE, section, statement)
        elif what == "rename":
            text, hint = one.heading, "本节标题"
            area = self.paper.target_area(Heading(section)) if one.heading else area
            change = Change(Operation.RENAME_SECTION, section)
        elif what == "section":
            hint = "第一行写标题，下面写内容（Shift+回车换行）"
            change = Change(Operation.ADD_SECTION, to=section + 1)
        else:
            area.translate(0, area.height())
        self._type(change, text, lambda: self.paper.write_over(area, text, hint))

    def _retitle(self) -> None:
        if self.page is not None and not self.waiting:
            change, text = Change(Operation.RETITLE), self.briefing.title
            self.desk.verticalScrollBar().setValue(0)
            self._type(change, text, lambda: self.paper.write_over(self.paper.title_area(), text, "标题"))

    def _type(self, change: Change, before: str, begin: Callable[[], None]) -> None:
        def written(text: str) -> None:
            text = text.strip()
            if text in ("", before):
                return
            heading, _, rest = text.partition("\n")
            if change.what is Operation.ADD_SECTION:
                self.change(Change(change.what, to=change.to, heading=heading.strip(), text=rest.strip()))
            else:
                self.change(Change(change.what, change.section, change.statement, change.to_section, change.to, text))

        self._written = written
        begin()
        self.desk.show_area(self.paper.editor.geometry())


class _Changed(QUndoCommand):
    """From one page to another and back."""

    def __init__(self, editor: BriefingEditor, before: BriefingPage, after: BriefingPage) -> None:
        super().__init__()
        self._editor, self._before, self._after = editor, before, after

    def undo(self) -> None:
        self._editor.show_page(self._before)

    def redo(self) -> None:
        self._editor.show_page(self._after)
