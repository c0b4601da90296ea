"""Files: picked, pasted or dropped, put into words, sent and cancelled."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.e2e.rig import Chat, Console, chat_id
from tests.sandbox_rig import Agent

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)

HAND_OVER = """(element, [how, bytes, text]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  data.items.add(new File([new Uint8Array(bytes)], "leaf.png", { type: "image/png" }));
  const about = { bubbles: true, cancelable: true };
  return !element.dispatchEvent(how === "paste"
    ? new ClipboardEvent("paste", { ...about, clipboardData: data })
    : new DragEvent("drop", { ...about, dataTransfer: data }));
}"""


def test_a_picture_can_be_put_into_words_and_sent(talking: Chat, agent: Agent) -> None:
    files = talking.page.locator("#files")
    files.set_input_files({"name": "leaf.png", "mimeType": "image/png", "buffer": PNG})
    words = talking.page.get_by_label("Describe the picture")
    expect(words).to_be_focused()
    words.fill("A yellow leaf")
    words.press("Enter")
    expect(talking.log.get_by_role("link", name="A yellow leaf")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    panel: Chat, agent: Agent, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"0" * (10 * 1024 * 1024 + 1))
    panel.page.locator("#files").set_input_files(film)
    expect(panel.page.get_by_text("This file is larger than 10 MB.")).to_be_visible()
    panel.page.get_by_role("button", name="Discard").click()
    expect(panel.page.locator("#pending > *")).to_have_count(0)
    assert agent.chats() == []


def test_what_would_be_refused_again_offers_no_retry(panel: Chat, agent: Agent) -> None:
    program: FilePayload = {"name": "SETUP.EXE.", "mimeType": "text/plain", "buffer": b"MZ"}
    panel.page.locator("#files").set_input_files(program)
    expect(panel.page.get_by_text("Programs can't be sent here.")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Discard")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Retry")).to_be_hidden()
    assert agent.chats() == []


def test_a_picture_can_be_dropped(talking: Chat, agent: Agent) -> None:
    talking.composer.evaluate(HAND_OVER, ["drop", [*PNG], ""])
    expect(talking.log.get_by_role("link", name="leaf.png")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


@pytest.mark.night  # rare
def test_an_open_picture_is_closed_by_its_button_although_the_chat_is_closed(
    talking: Chat, agent: Agent
) -> None:
    talking.composer.evaluate(HAND_OVER, ["drop", [*PNG], ""])
    talking.log.get_by_role("link", name="leaf.png").click()
    viewer = talking.page.get_by_role("dialog", name="Pictures")
    expect(viewer.get_by_role("img", name="leaf.png")).to_be_visible()
    talking.page.evaluate("document.dispatchEvent(new CustomEvent('gone'))")
    viewer.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()


def test_a_pasted_picture_is_offered_and_goes_when_it_is_wanted(
    talking: Chat, agent: Agent
) -> None:
    talking.composer.evaluate(HAND_OVER, ["paste", [*PNG], ""])
    send = talking.page.get_by_role("button", name="Send this file")
    expect(send).to_be_visible()
    expect(talking.page.locator("#pending").get_by_role("img", name="leaf.png")).to_be_visible()
    expect(talking.log.get_by_role("link", name="leaf.png")).to_have_count(0)
    send.click()
    expect(talking.log.get_by_role("link", name="leaf.png")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


@pytest.mark.night  # rare
def test_cells_of_a_table_are_pasted_as_text(talking: Chat) -> None:
    """Spreadsheets put a picture of the cells beside their text."""
    talking.composer.focus()
    prevented = talking.composer.evaluate(HAND_OVER, ["paste", [*PNG], "Price\t10"])
    assert not prevented, "the browser inserts the text"
    expect(talking.page.locator("#pending > *")).to_have_count(0)


@pytest.mark.night  # rare
def test_a_selected_word_is_dragged_into_the_composer(talking: Chat, agent: Agent) -> None:
    word = talking.messages("customer").locator(".bubble")
    word.select_text()
    word.drag_to(talking.composer)
    expect(talking.composer).to_have_value("Hello")


@pytest.mark.night  # rare
def test_a_dropped_folder_is_told_apart_from_files(
    talking: Chat, agent: Agent, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    box = talking.page.locator("main").bounding_box()
    assert box
    cdp = talking.page.context.new_cdp_session(talking.page)
    data = {"items": [], "files": [str(tmp_path / "photos")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 50, "y": box["y"] + 50}
        cdp.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    expect(talking.page.get_by_text("Folders can't be sent.")).to_be_visible()
    expect(talking.page.get_by_role("button", name="Retry")).to_have_count(0)


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(
    talking: Chat, agent: Agent, console: Console
) -> None:
    console.expect("Upload cancelled")
    cdp = talking.page.context.new_cdp_session(talking.page)
    cdp.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    cdp.send("Network.emulateNetworkConditions", slow)
    film: FilePayload = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"0" * 4_000_000}
    talking.page.locator("#files").set_input_files(film)
    progress = talking.page.get_by_role("progressbar", name="Upload")
    expect(progress).not_to_have_js_property("value", 0)
    assert progress.evaluate("element => element.value") < 1
    talking.page.get_by_role("button", name="Cancel").click()
    expect(talking.page.locator("#pending > *")).to_have_count(0)
    talking.send("Then without a film")
    expect(talking.messages("customer").last).to_contain_text("Then without a film")
    assert [e["type"] for e in agent.chat(chat_id(agent))["thread"]["events"]].count("file") == 0
