// Files are chosen, dropped or pasted, and show how far they have got.
const pending = document.getElementById("pending");
const chooser = document.getElementById("files");
const template = document.getElementById("pending-file");
const LIMIT = 10 * 1024 * 1024; // bytes

chooser.addEventListener("change", () => {
  send(chooser.files);
  chooser.value = "";
});
document.querySelector(".attach").addEventListener("click", () => chooser.click());
document.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  send(event.clipboardData.files);
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.toggle("dropping", event.dataTransfer.types.includes("Files"));
});
for (const end of ["dragleave", "drop"]) {
  document.addEventListener(end, () => document.body.classList.remove("dropping"));
}
document.addEventListener("drop", (event) => {
  event.preventDefault();
  send(event.dataTransfer.files);
});

function send(files) {
  for (const file of files) {
    const bubble = stand(file);
    if (file.size <= LIMIT) bubble.requestSubmit();
    else refuse(bubble);
  }
}

function stand(file) {
  const bubble = template.content.firstElementChild.cloneNode(true);
  const one = new DataTransfer();
  one.items.add(file);
  bubble.file.files = one.files;
  bubble.custom_id.value = crypto.randomUUID();
  bubble.querySelector("b").textContent = file.name;
  pending.append(bubble);
  htmx.process(bubble);
  return bubble;
}

function refuse(bubble) {
  bubble.dataset.state = "failed";
  bubble.querySelector(".retry").remove();
  bubble.querySelector(".fate").append(bubble.querySelector(".too-large").content.cloneNode(true));
}

// `fetch` cannot tell how much has gone out.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const progress = ctx.sourceElement.querySelector("progress");
  if (progress) ctx.request.carry = (url, request) => carry(url, request, progress);
});

function carry(url, { method, headers, body, signal }, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const name in headers) request.setRequestHeader(name, headers[name]);
    request.upload.onprogress = ({ loaded, total }) => (progress.value = loaded / total);
    request.onload = () => resolve(answer(request));
    request.onerror = () => reject(new TypeError("Upload failed"));
    request.onabort = () => reject(new DOMException("Upload cancelled", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function answer(request) {
  const token = request.getResponseHeader("X-Chat-Token");
  const headers = token === null ? {} : { "X-Chat-Token": token };
  const body = request.status === 204 ? null : request.responseText;
  return new Response(body, { status: request.status, headers });
}
