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

async function answer(response) {
  const body = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export async function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== false);
  const query = new URLSearchParams(given).toString();
  return answer(await fetch(`/api/v1/${path}${query ? `?${query}` : ""}`));
}

/** A change: with the token, which no page of another site can learn. */
export async function post(path, body) {
  token ??= (await get("session")).token;
  const headers = { "Content-Type": "application/json", "X-Bellhop-Token": token };
  const response = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (response.status === 403) token = null;
  return answer(response);
}

/** What changes, as it changes: `handlers` by the event's name, each given its data. */
export function listen(handlers, onState) {
  const source = new EventSource("/api/v1/stream");
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
