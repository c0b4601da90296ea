// The token of an invitation's link stands behind the # of the address, where no log sees it. It is
// taken away at once and posted; what comes back is the invitation.
const token = new URLSearchParams(`token=${location.hash.slice(1)}`).get("token");
if (token) {
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("opening");
  form.elements.token.value = token;
  form.submit();
} else {
  document.getElementById("nothing-to-open")?.removeAttribute("hidden");
}
