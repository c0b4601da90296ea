"""Files that a customer sends: what is taken, what is left out of it, and what is refused."""

from typing import Any
from urllib.request import urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.visitor import PNG, Visitor, events_of
from widget.customers.views.files import FileForm


def send_file(customer: Visitor, name: str, content: bytes, content_type: str) -> str:
    """Upload it; what was answered, "" if it was taken."""
    file = SimpleUploadedFile(name, content, content_type)
    response = customer.ask("post", "files", {"file": file, "custom_id": "custom-file"})
    assert response.status_code in (200, 204)
    return response.content.decode()


def test_a_file_reaches_the_agent(customer: Visitor, agent: Agent) -> None:
    assert send_file(customer, "leaf.png", PNG, "image/png") == ""
    files = [event for event in events_of(agent) if event["type"] == "file"]
    assert [file["content_type"] for file in files] == ["image/png"]


def test_a_photo_has_lost_its_place_when_it_reaches_livechat(
    customer: Visitor, agent: Agent
) -> None:
    photo = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00at home!\xff\xd9"
    assert send_file(customer, "leaf.jpg", photo, "image/jpeg") == ""
    [file] = [event for event in events_of(agent) if event["type"] == "file"]
    with urlopen(file["url"], timeout=30) as kept:
        assert kept.read() == b"\xff\xd8\xff\xd9"


def test_a_damaged_photo_is_refused_with_words(customer: Visitor, agent: Agent) -> None:
    assert "damaged" in send_file(customer, "leaf.jpg", b"\xff\xd8\xff\xe1\xff\xff", "image/jpeg")
    assert agent.chats() == []


def test_a_file_that_is_too_large_is_refused(customer: Visitor, agent: Agent) -> None:
    answer = send_file(customer, "film.mp4", b"0" * (10 * 1024 * 1024 + 1), "video/mp4")
    assert "larger than 10 MB" in answer
    assert agent.chats() == []


def test_a_program_is_refused(customer: Visitor) -> None:
    assert "Programs" in send_file(customer, "Setup.EXE", b"MZ", "application/octet-stream")


@pytest.mark.parametrize(
    "name",
    [
        *("SETUP.EXE.", "setup.exe ", "setup.exe . .", "setup.exe:", "setup.exe::$DATA", "a.exe:x"),
        *("a.exe.:x", "a.e\u200bxe", "invoice.pdf.exe", ".exe", "..exe"),
    ],
)
def test_a_program_by_another_name_is_refused(customer: Visitor, name: str) -> None:
    assert "Programs" in send_file(customer, name, b"MZ", "application/octet-stream")


def refusal_of(name: str) -> str:
    """What the form says of a file with this name, "" for nothing."""
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict(
        {"file": [SimpleUploadedFile(name, b"x")]}
    )
    return str(FileForm({}, files).errors.get("file", ""))


@pytest.mark.parametrize(
    "suffix",
    [
        # What Windows runs by its name alone: its PATHEXT.
        *(".com", ".exe", ".bat", ".cmd", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".msc"),
        # By the program that Windows has for it.
        *(".pif", ".hta", ".reg", ".scf", ".cpl", ".inf", ".scr", ".ws", ".wsc", ".sct", ".shb"),
        *(".ps1", ".psm1", ".ps1xml", ".psc1", ".msi", ".msp", ".mst", ".msu", ".gadget", ".xll"),
        *(".appx", ".msix", ".appinstaller", ".application", ".jar", ".jnlp", ".chm", ".hlp"),
        *(".diagcab", ".settingcontent-ms", ".library-ms", ".search-ms", ".appref-ms", ".rdp"),
        *(".lnk", ".url", ".website"),
        # In what it opens like a folder, and where it forgets that all came from the internet.
        *(".iso", ".img", ".vhd", ".vhdx"),
    ],
)
def test_what_windows_would_run_is_refused(suffix: str) -> None:
    assert "Programs" in refusal_of(f"invoice{suffix}")
    assert "Programs" in refusal_of(f"INVOICE{suffix.upper()}. ")


@pytest.mark.parametrize(
    "name",
    [
        *("leaf.png", "invoice.pdf", "letter.docx", "prices.xlsx", "photos.zip", "orders.csv"),
        *("page.html", "note.txt", "voice.webm", "film.mp4", "README", "exe", "a.exe.txt", ".env"),
    ],
)
def test_anything_else_is_taken(name: str) -> None:
    assert refusal_of(name) == ""


def test_what_is_not_seen_of_a_name_is_left_out(customer: Visitor, agent: Agent) -> None:
    assert send_file(customer, "invoice\u202efdp.txt", b"x", "text/plain") == ""
    [file] = [event for event in events_of(agent) if event["type"] == "file"]
    assert file["name"] == "invoicefdp.txt"


@pytest.mark.parametrize(("name", "body"), [("setup.exe", b"MZ"), ("nothing.txt", b"")])
def test_what_would_be_refused_again_is_not_to_be_sent_again(
    customer: Visitor, name: str, body: bytes
) -> None:
    assert "data-final" in send_file(customer, name, body, "text/plain")


def test_what_livechat_could_not_take_now_may_be_sent_again(
    customer: Visitor, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, method="send_event")
    sandbox.fault("status", status=503, method="start_chat")
    answer = customer.send("Hello").content.decode()
    assert answer
    assert "data-final" not in answer


def test_an_empty_file_is_refused(customer: Visitor) -> None:
    assert "empty" in send_file(customer, "nothing.txt", b"", "text/plain")


def test_an_owner_may_switch_files_off(add_widget: AddWidget) -> None:
    add_widget(files=False)
    customer = Visitor()
    customer.introduce()
    assert "be sent here" in send_file(customer, "leaf.png", PNG, "image/png")
    assert 'id="files"' not in customer.ask("get", "").content.decode()
