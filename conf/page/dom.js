// Small words for the document. Text is only ever set as text: whatever a phone sent stays what it is.

export const find = (id) => document.getElementById(id);

/** Sets a text that readers of the screen are told, once for each text. */
export function say(id, text) {
  if (find(id).textContent !== text) find(id).textContent = text;
}

/** An element with a class and children; strings become text. */
export function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children.map((child) => child ?? ""));
  return element;
}

/** The same in a drawing, with its attributes. */
export function draw(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat([], { dateStyle: "short" });

/** `09:04:05` today, else with its date. */
export function timeText(text) {
  const time = new Date(text);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? clock.format(time) : `${day.format(time)} ${clock.format(time)}`;
}

/** `12 ms`, `3.4 s`, `5 min`. */
export function spanText(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60000)} min`;
}
