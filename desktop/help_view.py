"""F1: what the program can do, how to read its answers, what it will not do."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop import kinds, style
from desktop.answer_text import point
from desktop.widgets import PlainBrowser, button

_H = f"color:{style.ACCENT};font-size:13pt;font-weight:600;margin:18px 0 4px 0"
_P = f"line-height:{style.LINE_PERCENT}%;margin:0 0 4px 0"


def _list(*items: str) -> str:
    return "".join(map(point, items))


PAGE = f"""
<p style="font-size:16pt;font-weight:600;margin:0 0 6px 0">简问使用说明</p>
<p style="{
    _P
}">把简报、通知、纪要放进资料库，用平常说话的方式提问，简问从资料里找出答案，每句话都注明出处。所有工作都在这台电脑上完成，不需要网络，资料也不会传出去。</p>

<p style="{_H}">添加资料</p>
{
    _list(
        f"把文件或文件夹拖到左边，或按 Ctrl+O。能读：{kinds.in_words()}。",
        "旧的 .doc、.wps、.rtf 要装有 LibreOffice 才能读；没有装的，请用原软件另存为 .docx 或 PDF。"
        "压缩包（.zip）不用解压，里面的文件会逐个加入。",
        "添加时会显示读到哪里、大约还剩多久。可以<b>暂停</b>再继续，也可以<b>停止</b>，已经完成的会保留；"
        "中途关窗或断电，下次打开会接着做。添加期间照样可以提问、看原文、改文章。",
        "加了<b>密码</b>的文件会请您输入密码。密码不会保存；不知道的可以跳过，其他文件照常加入。",
        "没有加入的文件、没有读出来的页，都会列出并说明原因；点“查看详情”可以复制清单。一份坏文件不影响其他文件。",
    )
}
<p style="{_H}">提问</p>
{
    _list(
        "<b>提问</b>：在中间上方写下问题，按回车。第一次提问要先准备模型，会慢一些。",
        "<b>看依据</b>：有关的段落马上列出，回答随后一句一句写出来。灰色的是草稿，核对完才变成黑色。",
        "<b>看原文</b>：点回答里的【1】【2】，右边打开原文，引用的话用黄色标出。",
        "<b>限定范围</b>：点问题下面的“范围”，可以只查几份资料、只查一段时间的文章；常用的范围起个名字<b>保存</b>，下次直接选。"
        "只问一份资料，也可以在左边的资料上点右键，选“只问这份资料”。点“✕”恢复为全部。",
        "<b>有哪些要求、做了哪些工作</b>这样的问题，各处的要点按原话一条一条列出，按日期和原文的顺序排，说过的不再重复。",
        "<b>一共几次、列出哪些、按月列出、对比两年</b>这样的问题，会把资料库里的文章逐篇查一遍，并写明查了几篇、引用几篇。",
        "<b>复制</b>：“复制回答”会连同出处一起复制，可以直接粘贴到文档里。",
    )
}
<p style="{_H}">接着问</p>
{
    _list(
        "答完可以<b>接着问</b>，例如“那职业学校呢？”。问题下面会写明<b>按哪句话查找</b>；理解得不对，点“修改”，改好再问。",
        "“今年”“上月”这样的词，回答后面写明按哪一年、哪一月理解；资料只到前几年时，先按资料里最近的那一年理解。"
        "要换成另一种，<b>点一下</b>“改按…”就重新回答。",
        "点“‹ ›”翻看这次对话里前面的问答。“新对话”另起一次，不再接着上面的问题。",
        "问过的都自动记在资料库里。点<b>“历史”</b>可以按词查找，打开后出处照样能点，还能接着问；不要的可以删除。"
        "所引的资料后来移除了的，会标明“已移除”，引文仍在。",
    )
}
<p style="{_H}">写简报</p>
{
    _list(
        "点中间上方的“简报”，或按 Ctrl+B：先选种类（会议简报、专题摘要、周报、月报、对比、工作要点清单、文件要点），"
        "再说明写哪些内容：左边选中的文章、一个主题，或一段时间。用哪些文章会先列出来，可以去掉、添加。",
        "写好的就是<b>打印出来的样子</b>，默认正好一页；放不下的、没能核实的句子列在下面，注明原因，可以“放回简报”。",
        "点一句话，右边显示它的依据；再点一下看下一处。<b>双击</b>可以改写，改后会重新和原文核对；"
        "没有依据的标明“人工撰写”。还可以缩短、换一句、移动、删去，都能<b>撤销</b>。",
        "“导出”成 Word、PDF 或 Markdown，“复制”可以粘贴到 WPS 里。没有依据的句子默认不带上。",
        "简报自动存在资料库里，在“以前的简报”里打开；“来历”写明依据了哪些文章、改过哪些地方。",
    )
}
<p style="{_H}">看文章</p>
{
    _list(
        "点左边的一篇文章，右边在版面上用蓝线<b>框出</b>它的范围。点版面上别的文章，就换到那一篇。"
        "跨页的文章，下方有“续第几页”可以点。按“文字”只看读出的文字。",
        "日期后面有<b>“？”</b>的，是从刊头、文件名等推断的，不一定准；点一下日期可以改正。",
        "标着<b>“文字识别”</b>的是从扫描件或照片上认出来的字，百分数是把握；显示成褐色的把握不大，引用前请对照版面。",
        "同一篇文章登在几处的，查找时只列一次，下面用<b>“另见”</b>注明还登在哪里，点一下就能打开。",
    )
}
<p style="{_H}">改正读错的地方</p>
{
    _list(
        "电脑拆分文章、判断日期难免有错。在文章上点右键，或点右上方的“订正”，可以改标题、改日期、"
        "<b>与上一篇合并</b>、<b>从这里分开</b>（在新文章的第一段上点右键）。",
        "改过的会标“已订正”，重建索引、重新添加同一份文件以后都还在；“恢复原样”可以全部撤销。原文件不会改动。",
    )
}
<p style="{_H}">怎样看回答</p>
{
    _list(
        "每句话后面的【数字】是它所依据的段落，与下面列出的段落编号一致。请点开核对后再引用。",
        "划掉并注明<b>“未核实”</b>的句子，其中有数字、日期、名称或说法在所引段落里找不到，不能当作事实使用。",
        "显示<b>“资料中未提及”</b>，是说资料库里没有找到答案；下面列出的段落只是比较接近，不是答案。",
        "显示<b>“资料中未明确写明”</b>，是说有一句原文很接近，但拿不准它是不是答案；那句原文写在下面，请您自己判断。",
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
<tr><td><b>Esc</b></td><td>停止回答、取消</td>
<td><b>Ctrl+F</b></td><td>在原文中查找</td></tr>
<tr><td><b>Ctrl+H</b></td><td>问答历史</td>
<td><b>Ctrl+N</b></td><td>新对话</td></tr>
<tr><td><b>Ctrl+B</b></td><td>写简报</td>
<td><b>Ctrl+Z</b></td><td>撤销对简报的修改</td></tr>
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
