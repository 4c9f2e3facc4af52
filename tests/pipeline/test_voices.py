"""What is kept of a feedback: masked, pseudonymous, offsets unmoved."""

from voc.pipeline.voices import customer_view, protect
from voc.records import Feedback, Turn

KEY = b"0123456789abcdef"


def test_personal_data_are_masked_everywhere_and_lengths_stay() -> None:
    turns = (Turn("agent", "请问您的电话"), Turn("customer", "13812345678，我叫王小明"))
    text = "\n".join(turn.text for turn in turns)
    feedback = Feedback(
        "hotline", "1", "hotline", text, title="来电13812345678", turns=turns, author="小王",
        customer_id="C100", extra={"备注": "回拨13812345678", "电话": 13812345678, "页": 3},
    )  # fmt: skip
    kept = protect(feedback, key=KEY)
    assert "13812345678" not in str(kept.as_dict())
    assert len(kept.text) == len(text)
    assert kept.text == "\n".join(turn.text for turn in kept.turns)
    assert kept.extra["页"] == 3
    assert kept.customer_id not in (None, "C100")
    assert kept.author not in (None, "小王")


def test_a_person_is_the_same_under_one_key_and_another_under_another() -> None:
    feedback = Feedback("s", "1", "review", "好", customer_id="C100")
    once, again = protect(feedback, key=KEY), protect(feedback, key=KEY)
    other = protect(feedback, key=b"fedcba9876543210")
    assert once.customer_id == again.customer_id != other.customer_id


def test_masking_can_be_switched_off_but_persons_stay_pseudonymous() -> None:
    feedback = Feedback("s", "1", "review", "电话13812345678", customer_id="C100")
    kept = protect(feedback, key=KEY, masked=False)
    assert kept.text == feedback.text
    assert kept.customer_id != "C100"


def test_protecting_twice_changes_no_text() -> None:
    feedback = Feedback("s", "1", "review", "电话13812345678，微信号abc_12345，不错")
    once = protect(feedback, key=KEY)
    assert protect(once, key=KEY).text == once.text


def test_a_view_is_as_long_as_the_text() -> None:
    turns = (Turn("agent", "您好"), Turn("customer", "车坏了"), Turn("agent", "好的"))
    feedback = Feedback("s", "1", "hotline", "您好\n车坏了\n好的", turns=turns)
    assert customer_view(feedback) == "  \n车坏了\n  "


def test_turns_without_known_speakers_are_all_read() -> None:
    turns = (Turn("0", "屏幕很好"), Turn("1", "电池不行"))
    feedback = Feedback("s", "1", "forum", "屏幕很好\n电池不行", turns=turns)
    assert customer_view(feedback) == feedback.text
