// Elements, made and changed without more ado.
import { colourOf } from "./colours.js";

/**
 * An element: `make("a", { href: "#x" }, "text", child)`.
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @param {...(Node | string | null | undefined | false)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Changes a text only where it is another one: what is selected or read aloud stays. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of an element those of a list, by key; who was there stays, with its focus and what is open in it.
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} create
 * @param {(element: HTMLElement, item: T) => void} update
 */
export function keepList(parent, items, keyOf, create, update) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    const element = before.get(key) ?? create(item);
    before.delete(key);
    element.dataset.key = key;
    update(element, item);
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
  for (const gone of before.values()) gone.remove();
}

/** A loop's colour and what it stands for. */
export function chip(number, text) {
  const patch = make("span", { className: "chip" });
  patch.style.background = colourOf(number);
  return make("span", { className: "named" }, patch, text);
}

/** A value of the page's style, as canvases need it. */
export function styleOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
