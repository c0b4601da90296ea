// What the server takes of what a browser says. The rest is cut before it leaves: of a form or a
// frame that is too long, nothing would arrive.
const ADDRESS = 3500; // characters, of this and all below
const TITLE = 500;
const NAME = 255;
const EMAIL = 254;
const VARIABLES = 100;
const VARIABLE_NAME = 500;
const VARIABLE_VALUE = 3500;
const GROUP = 20;
export const DRAFT = 3500; // what is typed, as the agent sees it before it is sent

/**
 * The beginning of a text, without half a character at its end.
 * @param {unknown} text
 * @param {number} most
 */
export function cut(text, most) {
  return String(text ?? "").slice(0, most).replace(/[\ud800-\udbff]$/, "").toWellFormed();
}

/**
 * @param {Partial<Page>} [page]
 * @returns {Page}
 */
export function cutPage({ url, title, referrer } = {}) {
  return { url: cut(url, ADDRESS), title: cut(title, TITLE), referrer: cut(referrer, ADDRESS) };
}

/**
 * Only what the page has told: `name` may be "", which is not the same as no name.
 * @param {Visitor} visitor
 * @returns {Visitor}
 */
export function cutVisitor({ name, email, session, replace }) {
  const isTold = (/** @type {unknown} */ value) => value !== undefined && value !== null;
  return {
    ...(isTold(name) && { name: cut(name, NAME) }),
    ...(isTold(email) && { email: cut(email, EMAIL) }),
    ...(isTold(session) && { session: cutVariables(session) }),
    ...(replace && { replace }),
  };
}

/** @param {Record<string, unknown>} variables */
function cutVariables(variables) {
  const first = Object.entries(variables).slice(0, VARIABLES);
  return Object.fromEntries(
    first.map(([name, value]) => [cut(name, VARIABLE_NAME), cut(value, VARIABLE_VALUE)]),
  );
}

/** @param {unknown} group */
export function cutGroup(group) {
  return cut(group, GROUP);
}
