// The status page: phones, live. Everything on it comes from the API; nothing is kept but what is shown.
import { get, listen } from "./api.js";
import { find, make, say, timeText } from "./dom.js";
import { change, load, shown } from "./phones.js";
import { drawPlot } from "./plot.js";
import { resync } from "./resync.js";
import { drawWaterfall } from "./waterfall.js";

const stages = ["seen", "asked", "answered", "came", "fetched", "done", "polling"];

// Whether what is shown is so

const words = {
  connecting: "connecting", live: "live", lost: "the daemon does not answer; trying again",
  refused: "not live: the daemon may have too many pages open; trying again",
};
let state = "connecting";

function tell(text, isWell) {
  say("live", text);
  find("live").className = isWell ? "" : "lost";
}

/** Does what asks the daemon, and says whether that went well. */
async function attempt(work) {
  try {
    await work();
    tell(words[state], state === "live");
    return true;
  } catch (error) {
    tell(error.message, false);
    return false;
  }
}

const reload = () => attempt(load);
let soon;

/** Loads within a second, however often something changes until then. */
function reloadSoon() {
  soon ??= setTimeout(() => { soon = undefined; reload(); }, 1000);
}

// Counts

const samplePause = 10_000;
const hour = 3_600_000;
/** The counts of the last hour, one sample every `samplePause`. */
let samples = [];
let counts;

const buttons = stages.map((stage) => {
  const button = make("button", `stage-${stage}`, make("strong", "", "–"), make("span", "", stage));
  button.type = "button";
  button.addEventListener("click", () => { find("stage").value = find("stage").value === stage ? "" : stage; filterChanged(); });
  find("stages").append(make("li", "", button));
  find("stage").append(new Option(stage, stage));
  return button;
});

function filterChanged() {
  stages.forEach((stage, place) => buttons[place].setAttribute("aria-pressed", String(stage === find("stage").value)));
  return reload();
}

const sample = () => ({ time: new Date().toISOString(), stages: counts.stages });

function showCounts(data) {
  counts = data;
  stages.forEach((stage, place) => { buttons[place].firstChild.textContent = String(counts.stages[stage] ?? 0); });
  const vendors = find("vendor");
  const known = new Set([...vendors.options].map((option) => option.value));
  for (const vendor of Object.keys(counts.vendors).sort()) if (!known.has(vendor)) vendors.append(new Option(vendor, vendor));
  find("counters").replaceChildren(...Object.entries(counts.counters).map(([name, value]) =>
    make("div", "", make("dt", "", name), make("dd", "", String(value)))));
  drawPlot(find("plot"), [...samples, sample()], stages);
}

function keepSample() {
  if (state !== "live" || !counts) return;
  const newest = sample();
  samples = [...samples, newest].filter((one) => Date.parse(newest.time) - Date.parse(one.time) <= hour);
  drawPlot(find("plot"), samples, stages);
}

function showServers(servers) {
  find("servers-section").hidden = servers.length === 0;
  find("servers").replaceChildren(...servers.map((server) => {
    const told = Object.entries(server.told).map(([option, text]) => `${option}=${text}`).join(", ");
    return make("li", "", make("strong", "", server.address), ` (${server.mac}) on ${server.interface}, last heard ${timeText(server["last-seen"])}`, told ? `: ${told}` : "");
  }));
}

// One phone

/** The MAC address whose dialog is open, or is about to be. */
let opened;

async function showDetail(mac) {
  const [answer, timeline] = await Promise.all([get(`devices/${mac}`), get(`devices/${mac}/timeline`, { limit: 200 })]);
  if (opened !== mac) return;
  const { device, verdict } = answer;
  const way = [device?.vlan && `VLAN ${device.vlan}`, device?.relay && `behind ${device.relay}`];
  const who = [device?.label, device?.vendor, device?.model, device?.address, ...way].filter(Boolean).join(", ");
  find("detail-heading").textContent = who ? `${mac} (${who})` : mac;
  find("verdict").textContent = `${verdict.sentence.charAt(0).toUpperCase()}${verdict.sentence.slice(1)}.`;
  find("verdict").className = verdict.done ? "good" : "bad";
  find("advice").textContent = verdict.advice ? `To do: ${verdict.advice}` : "";
  find("also").replaceChildren(...verdict.also.map((finding) => make("li", "", finding.sentence)));
  const begin = verdict.stages.seen ?? "";
  drawWaterfall(find("waterfall"), timeline.events.filter((event) => event.time >= begin));
  find("timeline").replaceChildren(...timeline.events.reverse().map((event) => {
    const details = Object.entries(event.details).map(([name, text]) => `${name}=${text}`).join(" ");
    const repeats = event.repeats ? ` (${event.repeats} times more)` : "";
    return make("li", "", `${timeText(event.time)} `, make("b", "", event.event), ` ${details}${repeats}`);
  }));
}

function open(mac) {
  opened = mac;
  return attempt(async () => {
    await showDetail(mac);
    if (opened !== mac || find("detail").open) return;
    find("resync-answer").textContent = "";
    find("detail").showModal();
  });
}

function changed(devices) {
  if (change(devices)) reloadSoon();
  if (opened && devices.some((phone) => phone.mac === opened)) attempt(() => showDetail(opened));
}

// Beginning

function resyncOne() {
  const mac = opened;
  resync([mac], (text) => { if (opened === mac) say("resync-answer", text); });
}

/** How many were begun: of those under way the newest is told of. */
let resyncs = 0;

function resyncShown() {
  let mine;
  resync(shown(), (text) => {
    mine ??= (resyncs += 1);
    if (mine === resyncs) say("resync-progress", text);
  });
}

let typing;
find("text").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(reload, 200); });
for (const id of ["vendor", "stage", "others"]) find(id).addEventListener("change", filterChanged);
find("filter").addEventListener("submit", (event) => { event.preventDefault(); reload(); });
find("resync").addEventListener("click", resyncShown);
find("resync-one").addEventListener("click", resyncOne);
find("detail").addEventListener("close", () => { opened = undefined; });
const rowOfEvent = (event) => event.target.closest("tr[data-mac]");
find("phones").addEventListener("click", (event) => { const row = rowOfEvent(event); if (row) open(row.dataset.mac); });
find("phones").addEventListener("keydown", (event) => {
  const row = rowOfEvent(event);
  if (!row) return;
  if (event.key === "Enter") open(row.dataset.mac);
  if (event.key === "ArrowDown") row.nextElementSibling?.focus();
  if (event.key === "ArrowUp") row.previousElementSibling?.focus();
});

let again;

/** Asks for everything; where that fails, once more after a while. */
async function begin() {
  clearTimeout(again);
  const isWell = await attempt(async () => {
    const status = await get("status");
    find("site").textContent = `${status.version}, ${status.interfaces.map((link) => `${link.name} ${link.address}`).join(", ")}`;
    samples = (await get("history")).samples;
    showCounts(await get("counts"));
    showServers((await get("servers")).servers);
    await load();
  });
  clearTimeout(again);
  if (!isWell) again = setTimeout(begin, 5000);
}

filterChanged();
setInterval(keepSample, samplePause);
listen({ devices: (data) => changed(data.devices), counts: showCounts, servers: (data) => showServers(data.servers) }, (now) => {
  state = now;
  if (state === "lost") tell(words.lost, false);
  else begin();
});
