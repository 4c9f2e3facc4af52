"""Mails in the encodings and forms that people send become the sender's own words."""

from __future__ import annotations

import base64
import quopri
from datetime import datetime

import pytest

from voc.errors import RowError
from voc.sources.streams.letters import text_of_html, words_of
from voc.sources.streams.mails import header_text, read_mail


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ("起步顿挫\n\n谢谢", "起步顿挫\n\n谢谢"),
        ("太慢了\r\n\r\n\r\n\r\n催一下", "太慢了\n\n催一下"),
        ("不行\n\n-- \n李雷\n某公司", "不行"),
        ("不行\n发自我的iPhone", "不行"),
        ("不行\n来自我的华为手机", "不行"),
        ("不行\nSent from my Xiaomi", "不行"),
        ("不行\n在 2026年11月1日，客服 写道：\n> 您好", "不行"),
        ("不行\n2026-11-01 09:00 客服 <a@b.cn> 写道：\n您好", "不行"),
        ("不行\nOn Sun, Nov 1, 2026 at 9:00 AM Service wrote:\n> hi", "不行"),
        ("不行\n------------------ 原始邮件 ------------------\n发件人: 客服", "不行"),
        ("不行\n-----Original Message-----\nFrom: x", "不行"),
        ("不行\n发件人：客服\n发送时间：2026年11月1日\n收件人：我\n正文", "不行"),
        ('不行\n\nAt 2026-11-01 09:00:00, "客服" <a@b.cn> wrote:\n您好', "不行"),
        ("不行\n\n发件人: 客服\n\n发送时间: 2026年11月1日\n\n收件人: 我\n\n正文", "不行"),
        ("> 您好\n不行\n> 再见", "不行"),
        # What must not change.
        ("我在店里写道歉信，没用", "我在店里写道歉信，没用"),
        ("-- 开头的破折号也是话", "-- 开头的破折号也是话"),
        ("发件人: 不明", "发件人: 不明"),
        ("At the desk they wrote: no", "At the desk they wrote: no"),
        ("油耗 > 10 升", "油耗 > 10 升"),
        ("来自北京的客户", "来自北京的客户"),
        ("> 只有转来的投诉", "> 只有转来的投诉"),
        ("", ""),
    ],
)
def test_only_the_senders_own_words_are_kept(mail: str, words: str) -> None:
    assert words_of(mail) == words


@pytest.mark.parametrize("subject", ["转发: 投诉", "轉寄：投訴", "Fwd: x", "FW：x"])
def test_what_is_passed_on_is_kept(subject: str) -> None:
    mail = "请处理\n---------- 转发的邮件 ----------\n发件人: 客户\n\n空调不制冷"
    assert words_of(mail, subject=subject) == mail
    assert words_of(mail, subject="Re: 转发: 投诉") == "请处理"
    data = f"From: li@example.com\nSubject: {subject}\n\n{mail}".encode()
    assert "空调不制冷" in read_mail(data).values["text"]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>起步<b>顿挫</b></p><p>慢</p>", "起步顿挫\n\n慢"),
        ("<div>a<br>b</div>", "a\nb"),
        ("<style>p{}</style><script>x()</script><p>好</p>", "好"),
        ("好<blockquote>引用<blockquote>更早</blockquote></blockquote>", "好"),
        ("好<div class='gmail_quote'>引<div>用</div></div>坏", "好坏"),
        ("<blockquote>只有这个</blockquote>", "只有这个"),
        ("a&nbsp;&lt;b&gt;&#20320;", "a <b>你"),
        ("<p>没有<结束", "没有<结束"),
        ("", ""),
    ],
)
def test_pages_become_text(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?gb2312?B?" + base64.b64encode("投诉".encode("gb2312")).decode() + "?=", "投诉"),
        ("=?GBK?Q?=CD=B6=CB=DF?=", "投诉"),
        ("=?utf-8?b?5oqV?= =?utf-8?b?6K+J?=", "投诉"),
        ("Re: =?utf-8?b?5oqV6K+J?=", "Re: 投诉"),
        ("=?nosuch?B?5oqV6K+J?=", "投诉"),
        ("plain", "plain"),
        ("a\r\n b", "a b"),
        (None, ""),
    ],
)
def test_headers_are_read(header: str | None, text: str) -> None:
    assert header_text(header) == text


def mail(body: bytes, kind: str, coding: str = "8bit", *more: str) -> bytes:
    head = [
        "Message-ID: <a@b>", "From: =?utf-8?b?5p2O6Zu3?= <Li@Example.com>", "Subject: x",
        "Date: Sun, 01 Nov 2026 09:30:00 +0800", f"Content-Type: {kind}",
        f"Content-Transfer-Encoding: {coding}", *more,
    ]  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


WORDS = "起步顿挫得厉害，一冲一冲的，请给个说法"


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312", "gb18030", "big5"])
@pytest.mark.parametrize("coding", ["8bit", "base64", "quoted-printable"])
def test_charsets_and_encodings(charset: str, coding: str) -> None:
    words = WORDS if charset != "big5" else "這個產品真的很差，請盡快處理我的問題"
    raw = words.encode(charset)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    body = coded[coding](raw) if coding in coded else raw
    found = read_mail(mail(body, f"text/plain; charset={charset}", coding))
    assert found.values["text"] == words
    assert found.values["author"] == "李雷"
    assert found.values["customer_id"] == "li@example.com"
    assert found.values["created_at"] == datetime.fromisoformat("2026-11-01T09:30:00+08:00")


@pytest.mark.parametrize(
    ("sender", "author", "customer"),
    [
        ("li@a.cn, Han <Han@b.cn>", "li@a.cn, Han", "li@a.cn"),
        ("=?utf-8?b?546LLCDmmI4=?= <wang@a.cn>", "王, 明", "wang@a.cn"),
        ("=?utf-8?b?bGlAYS5jbg==?= <han@b.cn>", "li@a.cn", "han@b.cn"),
        ('"Wang, Ming" <wang@a.cn>', "Wang, Ming", "wang@a.cn"),
        ("wang@a.cn", "wang@a.cn", "wang@a.cn"),
        ("<>", None, None),
    ],
)
def test_all_who_wrote_are_read_and_the_first_is_the_customer(
    sender: str, author: str | None, customer: str | None
) -> None:
    found = read_mail(f"From: {sender}\nSubject: x\n\nbody".encode())
    assert (found.values.get("author"), found.values.get("customer_id")) == (author, customer)


def test_a_name_in_bare_bytes_is_read() -> None:
    found = read_mail(b"From: " + "李雷".encode() + b" <li@a.cn>\nSubject: x\n\nbody")
    assert (found.values["author"], found.values["customer_id"]) == ("李雷", "li@a.cn")


def test_parts_are_told_apart_and_attachments_counted() -> None:
    parts = [
        b'Content-Type: multipart/alternative; boundary="i"\r\n\r\n'
        b"--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "词".encode() + b"\r\n"
        b"--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>page</p>\r\n--i--\r\n",
        b"Content-Type: image/png\r\n\r\nx",
        b'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nno',
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner words",
    ]
    body = b"".join(b"--o\r\n" + part + b"\r\n" for part in parts) + b"--o--\r\n"
    found = read_mail(mail(body, 'multipart/mixed; boundary="o"'))
    assert (found.values["text"], found.values["attachments"]) == ("词", 3)


def test_a_page_stands_in_where_there_is_no_plain_text() -> None:
    found = read_mail(mail(b"<p>slow</p>", "text/html; charset=utf-8"))
    assert found.values["text"] == "slow"


@pytest.mark.parametrize("raw", [b"", b"Content-Type: multipart/mixed\r\n\r\n"])
def test_a_mail_without_words_is_a_row_error(raw: bytes) -> None:
    with pytest.raises(RowError, match="no words"):
        read_mail(raw)


def test_mails_without_an_id_are_told_by_their_bytes() -> None:
    one, two = (read_mail(b"Subject: a\r\n\r\n" + words).native_id for words in (b"x", b"y"))
    assert one != two
    assert one.startswith("mail-")


@pytest.mark.parametrize(
    ("header", "is_automatic"),
    [
        ("Auto-Submitted: auto-replied (vacation)", True),
        ("Auto-Submitted: auto-notified; x=y", True),
        ("Auto-Submitted: auto-generated", False),
        ("Precedence: list\nList-Id: <service.example.com>", False),
        ("Subject: 自动回复：我在休假", True),
        ("Subject: Re: 自动回复不好用", False),
        ("Content-Type: multipart/report; boundary=b", True),
        ("From: PostMaster@qq.com", True),
        ("From: Mail Delivery <MAILER-DAEMON@example.com>", True),
        ("From: postmaster-fan@example.com", False),
        ("Auto-Submitted: no", False),
        ("X-Auto-Response-Suppress: All", True),
        ("X-Auto-Response-Suppress: None", False),
        ("Precedence: bulk", True),
        ("precedence: auto_reply", True),
        ("Precedence: first-class", False),
        ("X-Priority: 1", False),
    ],
)
def test_what_programs_send_is_no_voice(header: str, is_automatic: bool) -> None:
    sender = "" if header.startswith("From") else "From: li@example.com\n"
    data = f"{header}\n{sender}Subject: x\n\n我在休假".encode()
    if is_automatic:
        with pytest.raises(RowError, match="the mail is an automatic one"):
            read_mail(data)
    else:
        assert "我在休假" in read_mail(data).values["text"]
