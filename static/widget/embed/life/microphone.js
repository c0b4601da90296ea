// Where customers may send their voice, the chat's frame may ask for the microphone. That has to be
// said before the frame is on the page; no other widget has bytes for it.
import { box } from "./launcher.js";

const put = box.append.bind(box);
box.append = (/** @type {any} */ frame) => {
  frame.allow = "microphone";
  put(frame);
};
