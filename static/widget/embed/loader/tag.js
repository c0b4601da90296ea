// The script tag on the website: where the chat lives, and what the website wants of it.

// A draft stands on the page of the widget that it is `of`.
const file = RegExp(`/(${settings.key}|${settings.of})/embed.js`);

// A module has no `currentScript`, and in a bundle it is another's.
/** @type {HTMLScriptElement | undefined} */
const tag = /** @type {any[]} */ ([document.currentScript, ...document.scripts])
  .find((script) => file.test(script?.src));

export const options = tag?.dataset;
export const server = tag?.src.split(file)[0]; // https://chat.example/w
export const home = `${server}/${settings.key}/`;
