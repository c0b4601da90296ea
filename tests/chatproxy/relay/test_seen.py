"""What the customer has read is told once, and not at all if an answer says the same."""

from chatproxy.relay.seen import SeenMark

NINE, TEN = "2026-03-18T09:00:00.000000Z", "2026-03-18T10:00:00.000000Z"


def test_a_mark_is_told_once_for_all_tabs() -> None:
    mark = SeenMark()
    assert mark.report("C", TEN, known="")
    assert not mark.report("C", TEN, known="")
    assert mark.take(known="") == {"chat_id": "C", "seen_up_to": TEN}
    assert mark.take(known="") is None


def test_a_later_mark_takes_the_place_of_an_earlier_one() -> None:
    mark = SeenMark()
    mark.report("C", NINE, known="")
    assert mark.report("C", TEN, known="")
    assert mark.take(known="") == {"chat_id": "C", "seen_up_to": TEN}


def test_what_livechat_knows_already_is_not_told() -> None:
    assert not SeenMark().report("C", NINE, known=NINE)


def test_an_answer_makes_the_mark_needless() -> None:
    mark = SeenMark()
    mark.report("C", NINE, known="")
    assert mark.take(known=TEN) is None


def test_what_is_being_told_has_been_read_nevertheless() -> None:
    mark = SeenMark()
    mark.report("C", TEN, known="")
    mark.take(known="")
    assert mark.reported == TEN
