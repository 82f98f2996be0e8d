"""What the window does with kept conversations and filters: lists, opens, deletes; chooses where to look."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from desktop.conversation import reopened
from desktop.day_fields import this_year
from desktop.engine import Ticket
from desktop.history_dialog import HistoryDialog
from desktop.protocol import (
    ForgetConversation,
    ForgetFilter,
    JobDone,
    JobEnd,
    KeepFilter,
    Kept,
    ListConversations,
    OpenConversation,
    OpenedConversation,
)
from desktop.scope_dialog import ScopeDialog
from rag.answers import Conversation, Filter

if TYPE_CHECKING:
    from desktop.window import Window


class ConversationDesk(QObject):
    """Works for one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._asking = window.asking
        self._asking.bar.history_wanted.connect(self.open_history)
        self._asking.bar.scope_wanted.connect(self.choose_scope)

    def kept(self, event: Kept) -> None:
        """A reply has been kept, or could not be."""
        self._asking.kept(event.conversation)
        if event.problem:
            self._window.tell(event.problem, "caution")

    # ------------------------------------------------------------ history

    def open_history(self) -> None:
        if self._asking.asking:
            return
        dialog = HistoryDialog(dt.date.today(), self._window.desk.read_only, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        lookups: list[Ticket] = []

        def look(words: str) -> None:
            lookups.append(self._window.do(ListConversations(words), dialog.offer))

        def leave() -> None:
            for lookup in lookups:
                lookup.forget()

        dialog.words_changed.connect(look)
        dialog.chosen.connect(self.open_conversation)
        dialog.delete_wanted.connect(lambda one: self._confirm_deletion(one, dialog))
        dialog.finished.connect(leave)
        dialog.open()
        look("")

    def open_conversation(self, conversation: Conversation) -> None:
        """Show it again, to be gone on with."""
        self._window.do(OpenConversation(conversation.id), self._opened)

    def _opened(self, event: object) -> None:
        if isinstance(event, OpenedConversation) and not self._asking.asking:
            self._asking.open_talk(reopened(event))
            self._window.write_question()

    def _confirm_deletion(self, conversation: Conversation, dialog: HistoryDialog) -> None:
        title = f"“{conversation.title}”" + (f"等 {conversation.turns} 问" if conversation.turns > 1 else "")
        self._window.desk.confirm(
            f"删除{title}？",
            "问题和回答都会删除，不能恢复。资料不受影响。",
            "删除",
            lambda: self._delete(conversation.id, dialog),
            dialog,
        )

    def _delete(self, conversation: int, dialog: HistoryDialog) -> None:
        def ended(end: JobEnd) -> None:
            if isinstance(end, JobDone):
                dialog.forget(conversation)
                if self._asking.talk.id == conversation:
                    self._asking.start_over()

        ticket = self._window.do(ForgetConversation(conversation), on_end=ended)
        dialog.finished.connect(lambda: ticket.forget())

    # ------------------------------------------------------------ where to look

    def choose_scope(self) -> None:
        desk = self._window.desk
        dialog = ScopeDialog(
            self._asking.scope,
            tuple(desk.documents.values()),
            desk.filters,
            desk.days or this_year(),
            desk.read_only,
            self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.set_scope)
        dialog.keep_wanted.connect(lambda kept: desk.change_filters(KeepFilter(kept)))
        dialog.forget_wanted.connect(lambda name: desk.change_filters(ForgetFilter(name)))
        desk.filters_changed.connect(dialog.show_filters)
        dialog.open()

    def set_scope(self, scope: Filter) -> None:
        """Limit questions to what a filter says, as far as its documents are there."""
        documents = self._window.desk.documents
        there = [documents[i] for i in scope.documents if i in documents]
        self._asking.set_scope(there, scope.only, scope.name)
        self._window.write_question()
