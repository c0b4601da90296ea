// A form gives way to the next one, to thanks or to nothing. What else is answered, why it cannot be
// taken now, stands beside it: what was typed stays.
const notice = document.getElementById("notice");

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (!ctx.sourceElement?.matches?.(".questions")) return;
  const task = tasks.find(({ type }) => type === "main");
  const words = task?.fragment.textContent.trim();
  if (!words || task.fragment.querySelector(".questions, .thanks")) return;
  const refusal = Object.assign(document.createElement("p"), { className: "notice refused" });
  refusal.textContent = words;
  task.fragment.replaceChildren(refusal);
  Object.assign(task, { target: notice, swapSpec: { style: "innerHTML" } });
});
