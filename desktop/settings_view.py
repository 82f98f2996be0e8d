"""Settings: which models, how many cores. Reads and gives back a frozen `Settings`; saving is the window's."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.protocol import ModelChoice, ModelList
from desktop.widgets import button, label
from rag.settings import Settings, model_folders


class SettingsDialog(QDialog):
    """`chosen` carries the new Settings and whether to index the library anew."""

    chosen = Signal(object, bool)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("设置")
        self.setMinimumWidth(600)
        self._settings = settings
        self.chat, self.embedding = QComboBox(), QComboBox()
        self.threads = QSpinBox()
        self.threads.setRange(0, os.cpu_count() or 64)
        self.threads.setSpecialValueText("自动")
        self.threads.setSuffix(" 个")
        self.threads.setValue(min(settings.threads, self.threads.maximum()))
        self.chat_note, self.embedding_note = label("", "muted"), label("", "muted")
        self.warning = label(
            "换了检索模型，资料库要重新建立索引，才能继续查找和提问。资料多时需要一些时间，可以随时停止、以后再建。",
            "caution",
            wrap=True,
        )
        self.rebuild = QCheckBox("保存后马上重新建立索引")
        self.rebuild.setChecked(True)
        self.state = label("正在查看电脑上有哪些模型…", "muted", wrap=True)
        self.save = button("保存", primary=True)
        self.save.clicked.connect(self._save)
        self._lay_out()
        self.chat.currentIndexChanged.connect(self._changed)
        self.embedding.currentIndexChanged.connect(self._changed)
        self.show_models(())

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(5)
        form.setColumnStretch(1, 1)
        advice = label("一般选“自动”。用得太多，电脑会卡，回答也不会更快。", "muted")
        rows: tuple[tuple[str, QWidget, QWidget], ...] = (
            ("写回答的模型", self.chat, self.chat_note),
            ("查资料的模型", self.embedding, self.embedding_note),
            ("使用处理器核心", self.threads, advice),
        )
        for n, (name, field, note) in enumerate(rows):
            field.setMinimumHeight(34)
            form.addWidget(label(name), 3 * n, 0)
            form.addWidget(field, 3 * n, 1)
            form.addWidget(note, 3 * n + 1, 1)
            form.setRowMinimumHeight(3 * n + 2, 10)
        cancel = button("取消")
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        row.addWidget(cancel)
        row.addWidget(self.save)
        folder = label(
            f"要用别的模型，请把模型文件放进这个文件夹，再打开设置：\n{model_folders()[-1]}",
            "muted",
            wrap=True,
            selectable=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(self.warning)
        column.addWidget(self.rebuild)
        column.addWidget(folder)
        column.addSpacing(6)
        column.addLayout(row)

    def show_models(self, models: Sequence[ModelChoice], known: bool = False) -> None:
        """Offer these models; the one in use is offered even if it is not among them."""
        for box, role, current in (
            (self.chat, "chat", self._settings.chat_model),
            (self.embedding, "embedding", self._settings.embedding_model),
        ):
            box.clear()
            for model in models:
                if model.role == role:
                    box.addItem(model.label, model)
            if box.findData(current) < 0 and current not in [model.value for model in models if model.role == role]:
                missing = ModelChoice("chat" if role == "chat" else "embedding", current, current)
                if known:
                    missing = ModelChoice(missing.role, current, f"{current}（没有找到）", "电脑上没有找到这个模型。")
                box.addItem(missing.label, missing)
            values = [box.itemData(place).value for place in range(box.count())]
            box.setCurrentIndex(values.index(current))
        if known:
            self.state.setText("")
        self._changed()

    def offer(self, event: object) -> None:
        """Take what the engine found."""
        if isinstance(event, ModelList):
            self.show_models(event.models, known=True)

    def result_settings(self) -> Settings:
        """The settings as they stand in the dialog."""
        return self._settings.model_copy(
            update={
                "chat_model": self._choice(self.chat).value,
                "embedding_model": self._choice(self.embedding).value,
                "threads": self.threads.value(),
            }
        )

    def _choice(self, box: QComboBox) -> ModelChoice:
        choice = box.currentData()
        assert isinstance(choice, ModelChoice)
        return choice

    def _changed(self) -> None:
        if self.chat.currentData() is None or self.embedding.currentData() is None:
            return  # between clear and fill
        self.chat_note.setText(self._choice(self.chat).note)
        self.embedding_note.setText(self._choice(self.embedding).note)
        other = self._choice(self.embedding).value != self._settings.embedding_model
        self.warning.setVisible(other)
        self.rebuild.setVisible(other)
        self.adjustSize()

    def _save(self) -> None:
        other = self.result_settings().embedding_model != self._settings.embedding_model
        self.chosen.emit(self.result_settings(), other and self.rebuild.isChecked())
        self.accept()
