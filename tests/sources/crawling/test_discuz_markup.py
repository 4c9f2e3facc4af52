"""Posts and lists as the default template of Discuz! X3.4 and X3.5 writes them."""

from __future__ import annotations

import pytest

from tests.sources.crawling.loopback import Answer
from tests.sources.crawling.walks import BASE, discuz
from voc.sources.crawling.site import UnreachableError, Unreadable, Voice

AUTHOR = '<a href="home.php?mod=space&amp;uid=5" target="_blank" class="xw1">张三</a>'
TIME = '发表于 <span title="2026-10-1 08:00:00">昨天&nbsp;08:00</span>'
FIND = "forum.php?mod=redirect&amp;goto=findpost&amp;ptid=1&amp;pid"
SIGNATURE = '<div class="sign" style="max-height:40px">签名：开车千万里</div>'


def _post(body: str, *, author: str = AUTHOR, time: str = TIME) -> str:
    return (
        '<div id="post_7"><table id="pid7" class="plhin" summary="pid7"><tr><td class="pls" '
        'rowspan="2"><div id="favatar7" class="pls favatar"><div class="pi"><div class="authi">'
        f'{author}</div></div><div class="p_pop" id="userinfo7" style="display: none; margin-top: '
        '-11px;"><strong><a href="#" class="xi2">张三</a></strong><em>当前离线</em></div><p><em>'
        '<a href="home.php?mod=spacecp&amp;ac=usergroup&amp;gid=10">新手上路</a></em></p></div>'
        "</td>"
        f'<td class="plc"><div class="pi"><strong><a href="{FIND}=7" id="postnum7"><em>2</em><sup>#'
        '</sup></a></strong><div class="pti"><div class="authi"><em id="authorposton7">'
        f'{time}</em><span class="pipe">|</span><a href="#">只看该作者</a></div></div></div>'
        f'<div class="pct"><style>.pcb{{margin-right:0}}</style><div class="pcb">{body}</div></div>'
        f'</td></tr><tr><td class="plc plm">{SIGNATURE}</td></tr></table></div>'
    )


def _said(words: str) -> str:
    return (
        '<div class="t_fsz"><table cellspacing="0"><tr><td class="t_f" id="postmessage_7">\n'
        f"{words}</td></tr></table></div>"
    )


def _look(posts: str, path: str = "/thread-1-1-1.html") -> list[Voice | Unreadable]:
    page = Answer(f"<html><body>{posts}</body></html>".encode())
    return discuz(lambda _path: page).look(f"{BASE}{path}")


def _one(post: str) -> Voice:
    (found,) = _look(post)
    assert isinstance(found, Voice)
    return found


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            _said(
                '<i class="pstatus"> 本帖最后由 张三 于 2026-10-1 09:00 编辑 </i><br /><br />起步抖'
            ),
            "起步抖",
            id="edited",
        ),
        pytest.param(
            _said("起步抖")
            + '<div class="modact"><a href="#">本主题由 admin 于 昨天 关闭</a></div>',
            "起步抖",
            id="closed by a moderator",
        ),
        pytest.param(
            _said(
                '先说<br /><div class="locked">游客，如果您要查看本帖隐藏内容请<a href="#">回复'
                "</a></div>"
                "<br />后说"
            ),
            "先说\n后说",
            id="hidden until one replies",
        ),
        pytest.param(
            _said(
                '<ignore_js_op><img id="aimg_1" src="x" /><div class="tip tip_4 aimg_tip">下载附件'
                "</div></ignore_js_op>"
            ),
            "",
            id="an image alone",
        ),
        pytest.param(
            _said(
                '见图<div class="attach_nopermission attach_tips"><h3><strong>马上注册</strong>'
                "</h3>"
                "<p>您需要 登录 才可以下载或查看</p></div>"
            ),
            "见图",
            id="attachments for members",
        ),
        pytest.param(
            _said(
                '<div class="quote"><blockquote><font size="2"><a href="forum.php?mod=redirect&amp;'
                'goto=findpost&amp;pid=6&amp;ptid=1">李四 发表于 昨天</a></font><br />引<div '
                'class="quote"><blockquote>内引</blockquote></div>外</blockquote></div><br />我说'
            ),
            "我说",
            id="a quote in a quote",
        ),
        pytest.param(
            _said(
                f'<b>回复 <a href="{FIND}=6">2#</a> <i>李四</i> 的帖子</b><br /><br />同意，'
                f"<b>很抖</b>"
            ),
            "同意，很抖",
            id="a reply of older versions",
        ),
        pytest.param(
            _said(
                '报<div class="blockcode"><div id="code_x"><ol><li>P0300<br /></ol></div><em '
                'onclick="copycode()">复制代码</em></div>怎么<em>办</em>'
            ),
            "报\nP0300\n怎么办",
            id="code",
        ),
        pytest.param(
            '<div class="pcbs"><table class="mbw"><tr><td class="t_f" id="postmessage_7">抖不抖'
            "</td>"
            '</tr></table><form id="poll"><div class="pinf">单选投票</div><label>1. 抖</label>'
            "</form>"
            "</div>",
            "抖不抖",
            id="a poll",
        ),
        pytest.param(
            '<div class="rwd cl"><div class="rwdn"><table><tr>'
            '<td class="t_f" id="postmessage_7">求助'
            '</td></tr></table></div></div><div class="rwdbst"><h3>最佳答案</h3>'
            '<div class="psti">换'
            "电瓶</div></div>",
            "求助",
            id="a reward",
        ),
    ],
)
def test_the_words_of_a_post(body: str, words: str) -> None:
    one = _one(_post(body))
    assert (one.values["text"], one.values["author"]) == (words, "张三")
    assert one.values["created_at"] == "2026-10-1 08:00:00"


@pytest.mark.parametrize("mark", ["div", "b"])
def test_the_post_that_is_answered(mark: str) -> None:
    quotes = {
        "div": f'<div class="quote"><blockquote><a href="{FIND}=6">李四</a>引</blockquote></div>是',
        "b": f'<b>回复 <a href="{FIND}=6">2#</a> <i>李四</i> 的帖子</b><br />是',
    }
    assert _one(_post(_said(quotes[mark]))).values["reply_to"] == "6"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("匿名", None),
        ('<a href="javascript:;">游客 <em>1.2.3.x</em></a>', None),
        ("张三 <em>该用户已被删除</em>", None),
        ('<a href="#" class="xw1" style="color:red">张三𠮷&#134071;</a>', "张三𠮷𠮷"),
    ],
)
def test_authors(author: str, name: str | None) -> None:
    assert _one(_post(_said("抖"), author=author)).values["author"] == name


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("发表于 2026-10-1 08:00", "2026-10-1 08:00"),
        ('发表于 <span title="2026-10-1 08:00">3&nbsp;天前</span>', "2026-10-1 08:00"),
        ('<span title="2026-10-1 08:00">半小时前</span>', "2026-10-1 08:00"),
        ("发表于 昨天&nbsp;12:30", None),
        ("发表于 半小时前", None),
        ("发表于 3 天前", None),
        ("发表于 刚刚", None),
        ("发表于 8世纪", "8世纪"),
    ],
)
def test_a_time_that_another_day_would_tell_otherwise_is_none(time: str, read: str | None) -> None:
    """Read again tomorrow, it would look like an edit."""
    assert _one(_post(_said("抖"), time=time)).values["created_at"] == read


def test_a_banned_post_is_set_aside() -> None:
    locked = '<div class="locked">提示: <em>作者被禁止或删除 内容自动屏蔽</em></div>'
    (found,) = _look(_post(locked))
    assert isinstance(found, Unreadable)
    assert "banned" in found.reason


def test_a_page_that_is_cut_off_is_no_page() -> None:
    page = Answer(f"<html><body>{_post(_said('起步抖'))}"[:-300].encode())
    walks = discuz(lambda _path: page)
    with pytest.raises(UnreachableError, match="cut off"):
        walks.look(f"{BASE}/thread-1-1-1.html")


TRAIL = (
    '<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm">首页</a> <em>&rsaquo;'
    "</em> "
    '<a href="forum.php?gid=1">分区</a> <em>&rsaquo;</em> <a href="{board}">车友</a> <em>&rsaquo;'
    "</em>"
    ' <a href="thread-1-1-1.html">帖</a></div></div>'
)


@pytest.mark.parametrize("board", ["forum-36-1.html", "forum.php?mod=forumdisplay&amp;fid=36"])
def test_a_post_is_of_the_board_that_its_thread_says(board: str) -> None:
    """One that is pinned or moved stands in the lists of several."""
    (found,) = _look(TRAIL.format(board=board) + _post(_said("抖")))
    assert isinstance(found, Voice)
    assert found.values["board"] == "36"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/thread-1-1-1.html", "/thread-1-1-1.html"),
        ("/thread-1-3-7.html?x=1", "/thread-1-1-1.html"),
        ("/bbs/thread-1-1-2.html", "/bbs/thread-1-1-1.html"),
        (
            "/forum.php?mod=viewthread&tid=1&extra=page%3D2&page=3",
            "/forum.php?mod=viewthread&tid=1&page=1",
        ),
        (
            "/forum.php?mod=viewthread&tid=1&highlight=%B6%B6&mobile=2#pid7",
            "/forum.php?mod=viewthread&tid=1&page=1",
        ),
    ],
)
def test_the_address_of_a_post_is_the_same_wherever_a_list_shows_it(
    path: str, address: str
) -> None:
    (found,) = _look(_post(_said("抖")), path)
    assert isinstance(found, Voice)
    assert found.values["url"] == f"{BASE}{address}#pid7"


@pytest.mark.parametrize(
    ("group", "staff_groups", "is_staff"),
    [
        ("管理员", None, True),
        ("管理員", None, True),
        # Moderators are customers who tidy up, unless the settings say otherwise.
        ("版主", None, None),
        ("超级版主", None, None),
        ("新手上路", None, None),
        ("版主", ["版主"], True),
        ("管理员", [], None),
    ],
)
def test_administrators_are_no_customers(
    group: str, staff_groups: list[str] | None, is_staff: bool | None
) -> None:
    post = _post(_said("抖")).replace("新手上路", group)
    page = Answer(f"<html><body>{post}</body></html>".encode())
    told = {} if staff_groups is None else {"staff_groups": staff_groups}
    (found,) = discuz(lambda _path: page, **told).look(f"{BASE}/thread-1-1-1.html")
    assert isinstance(found, Voice)
    assert found.values["is_staff"] is is_staff
