"""A mailbox is read by UIDs, resumed, and only where the settings allow to connect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources.streams.mailbox import Mailbox, imap_server, mail
from tests.sources.streams.places import MailPlace, settings_for
from voc.errors import SourceError
from voc.pipeline.origins import Told, open_source
from voc.sources.base import Page
from voc.sources.streams.imap import _folder_name


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with imap_server(Mailbox()) as made:
        yield made


def read(place: MailPlace, cursor: Any = None, **more: Any) -> list[Page]:
    told = place.settings.sources["site"].model_copy(update=more)
    settings = place.settings.model_copy(update={"sources": {"site": told}})
    return list(open_source("site", settings=settings, told=Told())[0].read(cursor))


def names(pages: list[Page]) -> list[str]:
    return [item.native_id for page in pages for item in page.feedback]


def test_only_mails_behind_the_cursor_are_fetched(tmp_path: Path, box: Mailbox) -> None:
    place = MailPlace(tmp_path, box, 5)
    [page] = read(place)
    assert page.cursor == {"uidvalidity": 7, "uid": 15}
    uid = box.put(mail("new", "新的"))
    box.asked.clear()
    [page] = read(place, page.cursor)
    assert names([page]) == ["new@mail"]
    assert page.cursor == {"uidvalidity": 7, "uid": uid}
    assert sum(b"BODY.PEEK" in line for line in box.asked) == 1
    assert read(place, page.cursor) == []
    assert not any(b"SELECT" in line or b"STORE" in line for line in box.asked)


def test_another_uidvalidity_reads_anew(tmp_path: Path, box: Mailbox) -> None:
    place = MailPlace(tmp_path, box, 5)
    [page] = read(place)
    box.validity = 8
    assert len(names(read(place, page.cursor))) == 5


def test_what_the_company_writes_is_told_apart(tmp_path: Path, box: Mailbox) -> None:
    place = MailPlace(tmp_path, box, 0)
    senders = ["wang@example.com", "Desk@voc.cn", "li@shop.example", "li@othershop.example"]
    for number, sender in enumerate(senders):
        box.put(f"From: {sender}\nMessage-ID: <{number}>\nSubject: x\n\n好".encode())
    [page] = read(place, user="desk@voc.cn", staff=("@shop.example",))
    assert ["is_staff" in each.extra for each in page.feedback] == [False, True, True, False]


def test_a_cut_connection_is_made_anew(
    tmp_path: Path, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.sources.streams.consuming.pause_s", lambda _: 0.01)
    place = MailPlace(tmp_path, box, 5)
    box.cut_after = 3
    assert len(names(read(place))) == 5


def test_a_wrong_password_and_folder_are_told(tmp_path: Path, box: Mailbox) -> None:
    place = MailPlace(tmp_path, box, 1)
    with pytest.raises(SourceError, match="refuses the account") as caught:
        read(place, password="wrong")
    assert "wrong" not in str(caught.value)
    with pytest.raises(SourceError, match="there is no folder 'Nope'"):
        read(place, folder="Nope")


def test_a_private_server_is_not_connected_to_unless_it_is_allowed(
    tmp_path: Path, box: Mailbox
) -> None:
    place = MailPlace(tmp_path, box, 1)
    for host in ("127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433"):
        with pytest.raises(SourceError, match="lies in a private network"):
            read(place, host=host, allow_private=False)
    assert box.asked == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("投诉", '"&YpWLyQ-"'),
        ("A&B", '"A&-B"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("收件箱/投诉 2", '"&ZTZO9nux-/&YpWLyQ- 2"'),
    ],
)
def test_folders_are_written_in_modified_utf_7(name: str, written: str) -> None:
    assert _folder_name(name) == written


def test_the_password_stands_in_no_message(tmp_path: Path) -> None:
    source = {
        "kind": "imap", "host": "127.0.0.1", "port": 9, "tls": "none", "user": "u",
        "password": "hush", "allow_private": True,
    }  # fmt: skip
    settings = settings_for(tmp_path, source)
    from voc.sources.streams import consuming

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consuming, "pause_s", lambda _: 0.0)
        with pytest.raises(SourceError) as caught:
            list(open_source("site", settings=settings, told=Told())[0].read(None))
    assert "hush" not in str(caught.value)
