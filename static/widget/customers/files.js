// Files are chosen, dropped or pasted, and show how far they have got. What is pasted is offered:
// one may have meant something else.
import { newId } from "./messages.js";

const pending = document.getElementById("pending");
const chooser = document.getElementById("files");
const template = document.getElementById("pending-file");
const LIMIT = 10 * 1024 * 1024; // bytes
const WIDTH = 280; // px, at most, as the server has it in rendering/events.py
const HEIGHT = 320; // px

chooser.addEventListener("change", () => {
  const [first, ...more] = chooser.files;
  if (first && !more.length && first.type.startsWith("image/")) describe(first);
  else for (const file of chooser.files) send(file);
  chooser.value = "";
});
document.querySelector(".attach").addEventListener("click", () => chooser.click());
document.addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData;
  if (!files.length || types.includes("text/plain")) return; // cells of a table come as both
  event.preventDefault();
  for (const file of files) offer(file);
});
document.addEventListener("dragover", (event) => {
  const hasFiles = event.dataTransfer.types.includes("Files");
  if (hasFiles) event.preventDefault(); // what is not prevented, the browser does: it moves text
  document.body.classList.toggle("dropping", hasFiles);
});
for (const end of ["dragleave", "drop"]) {
  document.addEventListener(end, () => document.body.classList.remove("dropping"));
}
document.addEventListener("drop", (event) => {
  const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
  if (!items.length) return;
  event.preventDefault();
  for (const item of items) {
    const file = item.getAsFile();
    if (item.webkitGetAsEntry()?.isDirectory) refuse(addBubble(file), ".folder");
    else send(file);
  }
});

document.addEventListener("send-file", ({ detail }) => send(detail));

/** @param {File} file */
async function send(file) {
  const picture = await pictureOf(file);
  const bubble = addBubble(file, picture);
  if (file.size <= LIMIT) bubble.requestSubmit();
  else refuse(bubble, ".too-large");
}

/** @param {File} file */
async function offer(file) {
  const picture = await pictureOf(file);
  const bubble = addBubble(file, picture);
  if (file.size <= LIMIT) bubble.dataset.state = "offered";
  else refuse(bubble, ".too-large");
}

/**
 * One picture can be put into words before it goes; several at once go as they are.
 * @param {File} file
 */
async function describe(file) {
  await offer(file);
  pending.querySelector(":scope > :last-child [name=alternative_text]")?.focus();
}

/**
 * The picture as it will stand, so that nothing moves when it does; null for what is none.
 * @param {File} file
 */
async function pictureOf(file) {
  if (!file.type.startsWith("image/") || file.size > LIMIT) return null;
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  try {
    await picture.decode();
  } catch {
    return null; // of a kind that only other devices can show
  } finally {
    URL.revokeObjectURL(picture.src); // it is drawn: its file is kept no longer than its bubble
  }
  const { naturalWidth, naturalHeight } = picture;
  const scale = Math.min(1, WIDTH / naturalWidth, HEIGHT / naturalHeight);
  picture.width = Math.max(1, Math.round(naturalWidth * scale));
  picture.height = Math.max(1, Math.round(naturalHeight * scale));
  return picture;
}

/**
 * @param {File} file
 * @param {HTMLImageElement | null} [picture]
 */
function addBubble(file, picture) {
  // In this document: a picture that passes to another one is loaded again, and its file is let go.
  const bubble = /** @type {PendingForm} */ (document.importNode(template.content.firstElementChild, true));
  const one = new DataTransfer();
  one.items.add(file);
  bubble.file.files = one.files;
  bubble.custom_id.value = newId();
  bubble.querySelector("b").textContent = file.name;
  if (picture) bubble.querySelector(".attachment").replaceChildren(picture, bubble.querySelector("progress"));
  bubble.dataset.kind = picture ? "image" : file.type.split("/")[0];
  if (!file.type.startsWith("image/")) bubble.querySelector(".describe").remove();
  pending.append(bubble);
  htmx.process(bubble);
  return bubble;
}

/**
 * @param {PendingForm} bubble
 * @param {string} reason the template that holds it
 */
function refuse(bubble, reason) {
  bubble.dataset.state = "failed";
  bubble.querySelector(".retry").remove();
  const words = /** @type {HTMLTemplateElement} */ (bubble.querySelector(reason));
  bubble.querySelector(".fate").append(words.content.cloneNode(true));
}

// `fetch` cannot tell how much has gone out.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const progress = /** @type {HTMLProgressElement} */ (ctx.sourceElement.querySelector("progress"));
  if (progress) ctx.request.carry = (url, request) => upload(url, request, progress);
});

/**
 * @param {string} url
 * @param {HtmxContext["request"]} request
 * @param {HTMLProgressElement} progress
 * @returns {Promise<Response>}
 */
function upload(url, { method, headers, body, signal }, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const name in headers) request.setRequestHeader(name, headers[name]);
    request.upload.onprogress = ({ loaded, total }) => (progress.value = loaded / total);
    request.onload = () => resolve(responseOf(request));
    request.onerror = () => reject(new TypeError("Upload failed"));
    request.onabort = () => reject(new DOMException("Upload cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(/** @type {FormData} */ (body));
  });
}

/** @param {XMLHttpRequest} request */
function responseOf(request) {
  const headers = new Headers();
  for (const name of ["X-Chat-Token", "X-Chat-Gone", "X-Chat-Consent"]) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  const body = request.status === 204 ? null : request.responseText;
  return new Response(body, { status: request.status, headers });
}
