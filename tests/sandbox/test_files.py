"""Files: sent, served back, and gone after a day if nobody sends them."""

import io

import pytest
import requests
from PIL import Image

from tests.sandbox.clients import Customer, refused
from tests.sandbox_rig import REQUEST_LIMIT, Refused


def picture(width: int = 800, height: int = 600) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def test_a_picture_is_served_back_with_thumbnails(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("box.png", picture())
    assert url.startswith(customer.sandbox.config["api_url"] + "/api/file/lc/att/")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": url})
    event = customer.thread(chat_id)["events"][0]
    assert (event["name"], event["content_type"]) == ("box.png", "image/png")
    assert (event["width"], event["height"]) == (800, 600)
    assert requests.get(url, timeout=REQUEST_LIMIT).content == picture()
    small = requests.get(event["thumbnail_url"], timeout=REQUEST_LIMIT)
    assert Image.open(io.BytesIO(small.content)).size == (300, 225)


def test_a_file_that_is_no_picture_has_no_size_in_pixels(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("plan.html", b"<script>alert(1)</script>")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": url})
    event = customer.thread(chat_id)["events"][0]
    assert "width" not in event
    assert "thumbnail_url" not in event
    served = requests.get(url, timeout=REQUEST_LIMIT)
    assert served.headers["Content-Disposition"] == "attachment"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "size", "status", "error_type"),
    [
        ("setup.exe", 10, 400, "validation"),
        ("big.bin.txt", 10 * 1024 * 1024 + 1, 413, "entity_too_large"),
    ],
)
def test_an_unwanted_file_is_refused(
    customer: Customer, name: str, size: int, status: int, error_type: str
) -> None:
    with pytest.raises(Refused) as caught:
        customer.upload(name, b"0" * size)
    assert (caught.value.status, caught.value.type) == (status, error_type)


def test_an_upload_that_was_not_sent_is_gone_after_a_day(customer: Customer) -> None:
    chat_id, _ = customer.start()
    kept, lost = customer.upload("kept.txt", b"1"), customer.upload("lost.txt", b"2")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": kept})
    customer.sandbox.advance(86_401)
    assert requests.get(kept, timeout=REQUEST_LIMIT).status_code == 200
    assert requests.get(lost, timeout=REQUEST_LIMIT).status_code == 404


def test_an_upload_that_is_gone_cannot_be_sent(customer: Customer) -> None:
    event = {"type": "file", "url": customer.upload("late.txt", b"1")}
    customer.sandbox.advance(86_401)
    customer.renew()
    chat_id, _ = customer.start()
    assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")


def test_uploads_that_are_gone_are_forgotten(customer: Customer) -> None:
    customer.upload("old.txt", b"1")
    customer.sandbox.advance(86_401)
    customer.renew()
    customer.upload("new.txt", b"2")
    state = str(customer.sandbox.control("state", method="GET"))
    assert ("old.txt" in state, "new.txt" in state) == (False, True)


def test_a_file_of_another_host_or_license_cannot_be_sent(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("plan.txt", b"1")
    host = customer.sandbox.config["api_url"]
    license_id = str(customer.sandbox.config["license_id"])
    for other in (url.replace(host, "https://evil.example"), url.replace(license_id, "1")):
        event = {"type": "file", "url": other}
        assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")
