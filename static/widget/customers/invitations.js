// The invitation that led here: its words come first, and it is counted if it becomes a chat.
const article = document.getElementById("invited");

/** @type {InvitationToPanel | null} */
let invitation = null;

document.addEventListener("host:hello", ({ detail }) => begin(detail.invitation));
document.addEventListener("host:invitation", ({ detail }) => begin(detail));
document.addEventListener("somebody-else", () => {
  article.className = "";
  article.hidden = true;
  invitation = null;
});
document.addEventListener("shown", () => {
  const { status } = document.getElementById("state").dataset;
  if (!invitation || !["chatting", "queued"].includes(status)) return;
  const { id, variant } = invitation;
  const body = new URLSearchParams({ id, variant });
  fetch("invited", { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => {});
  invitation = null;
});

/** @param {InvitationToPanel} [accepted] */
function begin(accepted) {
  if (!accepted) return;
  invitation = accepted;
  article.querySelector(".bubble").textContent = accepted.text;
  article.className = "event message";
  article.hidden = false;
}
