// The daemon's API, as openapi.json has it.

// `bellhop page` prints an address with the token behind its `#`, which no server and no other site ever sees.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname);
}
let token = sessionStorage.getItem("token");

export class Refused extends Error {
  constructor(status, body) {
    super(body?.error ?? `the daemon answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The body of an answer. Whatever goes wrong is an error whose message can be shown. */
async function ask(path, options) {
  const response = await fetch(`/api/v1/${path}`, options).catch(() => { throw new Error("the daemon cannot be reached"); });
  const body = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export async function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== false);
  const query = new URLSearchParams(given).toString();
  return ask(query ? `${path}?${query}` : path);
}

/** A change: with the token, which no page of another site can learn. */
export async function post(path, body) {
  token ??= (await get("session")).token;
  const headers = { "Content-Type": "application/json", "X-Bellhop-Token": token };
  try {
    return await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch (error) {
    if (error.status === 403) token = null;
    throw error;
  }
}

const pause = 5000;

/**
 * What changes, as it changes: `handlers` by the event's name, each given its data. `onState` hears "live", "lost" while the browser tries
 * again by itself, and "refused" where the daemon answered that it will not: a browser leaves it at that, so this asks anew.
 */
export function listen(handlers, onState) {
  const source = new EventSource("/api/v1/stream");
  source.onopen = () => onState("live");
  source.onerror = () => {
    const isOver = source.readyState === EventSource.CLOSED;
    if (isOver) setTimeout(listen, pause, handlers, onState);
    onState(isOver ? "refused" : "lost");
  };
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
