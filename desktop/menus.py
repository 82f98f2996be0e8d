"""The menu bar: every command with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from desktop.window import Window


def fill(window: Window) -> dict[str, QAction]:
    """Build the menus; returns the actions by their Chinese names (without …)."""
    actions: dict[str, QAction] = {}

    def add(menu: QMenu, text: str, do: Callable[[], object], *keys: str, tip: str = "") -> None:
        action = QAction(text, window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setStatusTip(tip)
        action.triggered.connect(lambda: do())
        menu.addAction(action)
        actions[text.rstrip("…")] = action

    bar = window.menuBar()
    bar.setNativeMenuBar(False)
    file, ask, brief, view, help_ = (bar.addMenu(name) for name in ("文件", "提问", "简报", "查看", "帮助"))
    add(file, "添加资料…", window.imports.choose_files, "Ctrl+O", tip="选择文件加入资料库")
    add(file, "添加整个文件夹…", window.imports.choose_folder, tip="把一个文件夹里的资料都加入资料库")
    file.addSeparator()
    add(file, "打开另一个资料库…", window.desk.choose_library, tip="换用另一个文件夹里的资料库")
    add(file, "重新建立索引…", window.desk.confirm_rebuild, tip="查找结果不对劲时用：资料不变，重新整理查找用的索引")
    add(file, "设置…", window.open_settings, "Ctrl+,", tip="选择模型")
    file.addSeparator()
    add(file, "退出", window.close, "Ctrl+Q")
    add(ask, "写问题", window.write_question, "Ctrl+L", tip="把光标放到问题框里")
    add(ask, "新对话", window.start_conversation, "Ctrl+N", tip="另起一次对话，不接着上面的问题")
    add(ask, "上一问", lambda: window.asking.turn(-1), "Alt+Up")
    add(ask, "下一问", lambda: window.asking.turn(1), "Alt+Down")
    add(ask, "问答历史…", window.conversations.open_history, "Ctrl+H", tip="查看、接着问或删除以前的问答")
    add(ask, "查找范围…", window.conversations.choose_scope, tip="选择在哪些资料、哪段时间里查找")
    ask.addSeparator()
    add(ask, "停止", window.escape, "Esc", tip="停止回答")
    add(ask, "复制回答", window.asking.copy, "Ctrl+Shift+C", tip="复制回答和出处")
    add(brief, "写简报", window.write_briefing, "Ctrl+B", tip="用选定的文章、一个主题或一段时间写一页简报")
    add(brief, "用左边选中的写简报", window.briefings.write_from_selection)
    add(brief, "以前的简报…", window.briefings.open_kept, tip="打开、继续修改或删除以前写的简报")
    add(view, "在原文中查找", window.source.open_find, "Ctrl+F")
    add(view, "下一处", lambda: window.source.find_next(1), "F3")
    add(view, "上一处", lambda: window.source.find_next(-1), "Shift+F3")
    view.addSeparator()
    add(view, "放大原文", lambda: window.source.zoom(1), "Ctrl+=", "Ctrl++")
    add(view, "缩小原文", lambda: window.source.zoom(-1), "Ctrl+-")
    add(view, "恢复大小", lambda: window.source.zoom(0), "Ctrl+0")
    view.addSeparator()
    add(view, "回到上一处原文", window.source.back, "Alt+Left")
    add(help_, "使用说明", window.open_help, "F1")
    return actions
