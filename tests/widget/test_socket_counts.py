"""How many sockets an address holds, counted without a look at anybody else's."""

from collections import Counter

from widget.limits import SocketCounts


class NotWalked(Counter[str]):
    """Of many thousand addresses: whoever looked at all would hold up the event loop."""

    def items(self) -> object:  # type: ignore[override]
        raise AssertionError("all addresses are looked at")


def test_a_socket_that_closes_is_taken_off_without_a_look_at_the_others() -> None:
    counts = SocketCounts()
    counts._open = NotWalked()
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        counts.add(address)
    counts.remove("192.0.2.1")
    assert counts._open["192.0.2.1"] == 1
    counts.remove("192.0.2.1")
    counts.remove("192.0.2.2")
    assert not counts._open


def test_whoever_was_not_counted_is_not_owed_anything() -> None:
    counts = SocketCounts()
    counts.remove("192.0.2.1")
    assert not counts._open
