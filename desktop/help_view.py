"""F1: what the program can do, how to read its answers, what it will not do."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop import style
from desktop.answer_text import point
from desktop.widgets import PlainBrowser, button

_H = f"color:{style.ACCENT};font-size:13pt;font-weight:600;margin:18px 0 4px 0"
_P = f"line-height:{style.LINE_PERCENT}%;margin:0 0 4px 0"


def _list(*items: str) -> str:
    return "".join(map(point, items))


PAGE = f"""
<p style="font-size:16pt;font-weight:600;margin:0 0 6px 0">简问使用说明</p>
<p style="{_P}">把简报、通知、纪要放进资料库，用平常说话的方式提问，简问从资料里找出答案，每句话都注明出处。
所有工作都在这台电脑上完成，不需要网络，资料也不会传出去。</p>

<p style="{_H}">怎么用</p>
{
    _list(
        "<b>添加资料</b>：把文件或文件夹拖到左边，或按 Ctrl+O。支持文本文件（txt）和带文字的 PDF。",
        "<b>提问</b>：在中间上方写下问题，按回车。第一次提问要先准备模型，会慢一些。",
        "<b>看依据</b>：有关的段落马上列出，回答随后一句一句写出来。灰色的是草稿，核对完才变成黑色。",
        "<b>看原文</b>：点回答里的【1】【2】，右边打开原文，引用的话用黄色标出。",
        "<b>只问一份资料</b>：在左边的资料上点右键，选“只问这份资料”。",
        "<b>复制</b>：“复制回答”会连同出处一起复制，可以直接粘贴到文档里。",
    )
}
<p style="{_H}">怎样看回答</p>
{
    _list(
        "每句话后面的【数字】是它所依据的段落，与下面列出的段落编号一致。请点开核对后再引用。",
        "划掉并注明<b>“未核实”</b>的句子，其中有数字、日期、名称或说法在所引段落里找不到，不能当作事实使用。",
        "显示<b>“资料中未提及”</b>，是说资料库里没有找到答案；下面列出的段落只是比较接近，不是答案。",
    )
}
<p style="{_H}">简问不做什么</p>
{
    _list(
        "不用资料以外的知识回答问题，不猜测，不替您下结论。",
        "不改动、不移动您的原文件；资料库里保存的是副本。从资料库移除，不会删除您的原文件。",
        "不联网，不上传，不记录给别人看。",
        "回答由电脑模型写成，核对能挡住大部分差错，但不能保证没有。重要内容以原文为准。",
    )
}
<p style="{_H}">快捷键</p>
<table cellspacing="0" cellpadding="4">
<tr><td width="130"><b>Ctrl+O</b></td><td width="170">添加资料</td>
<td width="110"><b>Ctrl+L</b></td><td>写问题</td></tr>
<tr><td><b>Esc</b></td><td>停止回答</td>
<td><b>Ctrl+F</b></td><td>在原文中查找</td></tr>
<tr><td><b>Alt+←</b></td><td>回到上一处原文</td>
<td><b>F3</b></td><td>下一处查找结果</td></tr>
<tr><td><b>Ctrl+= / Ctrl+-</b></td><td>放大、缩小原文</td>
<td><b>Delete</b></td><td>移除选中的资料</td></tr>
</table>
"""


class HelpDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("使用说明")
        self.resize(720, 640)
        page = PlainBrowser()
        page.setViewportMargins(30, 22, 22, 10)
        page.setHtml(PAGE)
        close = button("关闭", primary=True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 16, 14)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(page, 1)
        column.addLayout(row)
