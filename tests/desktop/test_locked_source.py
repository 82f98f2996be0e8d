"""The source pane and a file with a password: asks, tries again, shows the text meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.marks import Place
from desktop.password_dialog import PasswordDialog
from desktop.source_view import LOCKED, SourceView
from tests.desktop.fake_library import TEXT, articles_of, document_of
from tests.pdf_writer import Sheet, Text, pdf

PDF = document_of(Path("简报.pdf"))
PLACE = Place(PDF, articles_of(PDF)[0])
PASSWORD = "secret"


@pytest.fixture
def locked(view: SourceView, tmp_path: Path) -> SourceView:
    """A pane whose one document is a PDF that opens with PASSWORD."""
    file = tmp_path / "kept.pdf"
    sheet = Sheet([Text(72, 100, 20, "加密")], 595, 842)
    file.write_bytes(pdf([sheet, sheet], user=PASSWORD))
    view.files = {PDF.id: file}
    return view


def asked(view: SourceView) -> list[PasswordDialog]:
    return [dialog for dialog in view.findChildren(PasswordDialog) if dialog.isVisible()]


def answer(view: SourceView, password: str) -> None:
    (dialog,) = asked(view)
    dialog.line.setText(password)
    dialog.accept_button.click()


def test_the_password_is_asked_for_until_it_is_right(locked: SourceView) -> None:
    locked.show_place(PLACE)
    (dialog,) = asked(locked)
    assert "简报.pdf" in dialog.question.text()
    assert dialog.wrong.isHidden()
    answer(locked, "0000")
    (again,) = asked(locked)
    assert again.wrong.isVisible()
    assert "密码不对" in again.wrong.text()
    assert not locked.shows_pages
    answer(locked, PASSWORD)
    assert not asked(locked)
    assert locked.shows_pages
    assert locked.pages.pages == 2
    assert locked.hint.isHidden()


def test_without_the_password_the_text_is_shown_and_it_is_not_asked_again(locked: SourceView) -> None:
    locked.show_place(PLACE)
    asked(locked)[0].skip_button.click()
    assert not locked.shows_pages
    assert TEXT[0] in locked.text.toPlainText()
    assert locked._hint_text.text() == LOCKED
    locked.show_place(Place(PDF, articles_of(PDF)[1]))
    assert not asked(locked)
    locked._unlock_button.click()  # but on demand
    answer(locked, PASSWORD)
    assert locked.shows_pages
    assert locked.head.title.text() == articles_of(PDF)[1].title


def test_a_password_known_from_the_import_opens_the_file(locked: SourceView) -> None:
    locked.passwords[PDF.id] = PASSWORD
    locked.show_place(PLACE)
    assert not asked(locked)
    assert locked.shows_pages


def test_a_password_typed_for_one_source_does_not_show_it_over_another(locked: SourceView, qtbot: QtBot) -> None:
    other = document_of(Path("别的.txt"))
    locked.show_place(PLACE)
    (dialog,) = asked(locked)
    locked.show_place(Place(other, articles_of(other)[0]))
    dialog.line.setText(PASSWORD)
    dialog.accept_button.click()
    assert locked.head.meta.text().startswith("别的.txt")
    locked.back()
    assert locked.shows_pages
