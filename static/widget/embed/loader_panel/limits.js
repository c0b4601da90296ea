// What the panel's server takes. What a page says is cut to it before it is sent: a longer one
// would close the socket, or be refused with all that was said beside it.

const LONGEST_PAGE = 3500; // characters of an address or a title: visits.py
const LONGEST_DRAFT = 5461; // a message has 16 384 bytes, and a character up to 3
const MOST_VARIABLES = 100; // and the next four: customers.py
const LONGEST_VARIABLE_NAME = 500;
const LONGEST_VARIABLE = 3500;
const LONGEST_NAME = 255;
const LONGEST_EMAIL = 320;

/**
 * At most so many UTF-16 units, no half of an emoji, and nothing that no database takes.
 * @param {unknown} text
 * @param {number} length
 */
export function cut(text, length) {
  return String(text ?? "").replaceAll("\0", "").slice(0, length).toWellFormed()
    .replace(/\uFFFD$/, "");
}

/** @param {string} title */
export const cutTitle = (title) => cut(title, LONGEST_PAGE);
/** @param {string} text */
export const cutDraft = (text) => cut(text, LONGEST_DRAFT);

/** An address that still is one: no half of a `%E2`. @param {string} url */
export const cutAddress = (url) => cut(url, LONGEST_PAGE).replace(/%[\da-f]?$/i, "");

/** @param {LoaderKnown["customer_data"]} customer */
export function cutCustomer({ name, email, sessionVariables }) {
  const variables = Object.entries(sessionVariables).slice(0, MOST_VARIABLES);
  return {
    name: cut(name, LONGEST_NAME),
    email: cut(email, LONGEST_EMAIL),
    session: Object.fromEntries(variables.map(([key, value]) =>
      [cut(key, LONGEST_VARIABLE_NAME), cut(value, LONGEST_VARIABLE)])),
  };
}
