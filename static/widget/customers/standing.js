// What stands stays. Threads come whole after each gap; of one that is there already, only what is
// different is drawn: what is being filled in, read or played goes on, and nothing is heard twice.

/** @type {WeakMap<Element, string>} */
const drawn = new WeakMap(); // by event, as the server drew it

document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const task of tasks.filter(({ swapSpec }) => swapSpec?.style === "upsert")) {
    const events = task.fragment.querySelectorAll(".event");
    for (const thread of task.fragment.querySelectorAll(".thread")) {
      const standing = document.getElementById(thread.id);
      if (standing) tasks.push({ ...task, target: standing, fragment: takeInto(standing, thread) });
    }
    for (const event of events) {
      drawn.set(event, event.outerHTML.replace(" is-new", " ")); // that it has just come passes
      if (stays(document.getElementById(event.id), event)) event.remove();
    }
  }
});

/**
 * What is to be put into the thread that stands; what is there no more leaves it.
 * @param {Element} standing
 * @param {Element} thread as it is now
 */
function takeInto(standing, thread) {
  standing.className = thread.className;
  const ids = new Set([...thread.children].map(({ id }) => id));
  for (const event of [...standing.children]) if (!ids.has(event.id)) event.remove();
  const rest = document.createDocumentFragment();
  rest.append(...thread.children);
  thread.remove();
  return rest;
}

/**
 * A form is asked for again as long as it has not come, and never once it is there.
 * @param {Element | null} standing
 * @param {Element} event as it is now
 */
function stays(standing, event) {
  if (!standing || standing.matches(".asks:not(:has(.questions, .thanks))")) return false;
  return standing.matches(":has(.questions)") || drawn.get(standing) === drawn.get(event);
}
