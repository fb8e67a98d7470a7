// The status page: phones, live. Everything on it comes from the API; nothing is kept but what is shown.
import { get, listen, post, Refused } from "./api.js";
import { find, make, timeText } from "./dom.js";
import { drawPlot } from "./plot.js";
import { drawWaterfall } from "./waterfall.js";

const stages = ["seen", "asked", "answered", "came", "fetched", "done", "polling"];
const most = 500;
const phones = new Map();
let samples = [];
let matching = 0;
let opened;

const wanted = () => ({
  text: find("text").value.trim(), vendor: find("vendor").value, stage: find("stage").value,
  others: find("others").checked ? "yes" : "", limit: most,
});

/** What a phone of the list looks like under the filter: the daemon filters, this keeps up with what changes. */
function fits(phone, filter) {
  if (filter.stage && phone.stage !== filter.stage) return false;
  if (filter.vendor && phone.vendor !== filter.vendor) return false;
  if (!filter.others && !phone.vendor) return false;
  const words = [phone.mac, phone.label, phone.vendor, phone.model, phone.address, phone.interface].join(" ").toLowerCase();
  return words.includes(filter.text.toLowerCase());
}

async function load() {
  const filter = wanted();
  const answer = await get("devices", filter);
  phones.clear();
  for (const phone of answer.devices) phones.set(phone.mac, phone);
  matching = answer.matching;
  show();
}

function rowOf(phone) {
  const name = make("td", "", make("span", "mac", phone.mac), phone.label ? make("span", "label", phone.label) : "");
  const stage = make("td", "", make("span", `badge stage-${phone.stage}`, phone.stage));
  const cells = [timeText(phone["stage-since"]), phone.vendor, phone.model, phone.address, phone.interface, timeText(phone["last-seen"])];
  const row = make("tr", "", name, stage, ...cells.map((text) => make("td", "", text ?? "–")));
  row.tabIndex = 0;
  row.dataset.mac = phone.mac;
  return row;
}

function show() {
  const list = [...phones.values()].sort((one, other) => other["last-seen"].localeCompare(one["last-seen"])).slice(0, most);
  const focused = document.activeElement?.dataset?.mac;
  const body = find("phones").tBodies[0];
  body.replaceChildren(...list.map(rowOf));
  if (focused) body.querySelector(`[data-mac="${CSS.escape(focused)}"]`)?.focus();
  find("empty").hidden = list.length > 0;
  const count = Math.max(matching, list.length);
  find("shown").textContent = count > list.length ? `${list.length} of ${count}, those heard last` : `${count} ${count === 1 ? "phone" : "phones"}`;
  find("resync").disabled = count === 0;
}

function showCounts(counts) {
  const chosen = find("stage").value;
  find("stages").replaceChildren(...stages.map((stage) => {
    const button = make("button", `stage-${stage}`, make("strong", "", String(counts.stages[stage] ?? 0)), make("span", "", stage));
    button.type = "button";
    button.setAttribute("aria-pressed", String(stage === chosen));
    button.addEventListener("click", () => { find("stage").value = stage === chosen ? "" : stage; load(); showCounts(counts); });
    return make("li", "", button);
  }));
  const vendors = find("vendor");
  const known = new Set([...vendors.options].map((option) => option.value));
  for (const vendor of Object.keys(counts.vendors).sort()) if (!known.has(vendor)) vendors.append(new Option(vendor, vendor));
  find("counters").replaceChildren(...Object.entries(counts.counters).map(([name, value]) =>
    make("div", "", make("dt", "", name), make("dd", "", String(value)))));
  samples = [...samples, { time: new Date().toISOString(), stages: counts.stages }].slice(-360);
  drawPlot(find("plot"), samples, stages);
}

function showServers(servers) {
  find("servers-section").hidden = servers.length === 0;
  find("servers").replaceChildren(...servers.map((server) => {
    const told = Object.entries(server.told).map(([option, text]) => `${option}=${text}`).join(", ");
    return make("li", "", make("strong", "", server.address), ` (${server.mac}) on ${server.interface}, last heard ${timeText(server["last-seen"])}`, told ? `: ${told}` : "");
  }));
}

function change(devices) {
  const filter = wanted();
  for (const phone of devices) {
    if (fits(phone, filter)) {
      if (!phones.has(phone.mac)) matching += 1;
      phones.set(phone.mac, phone);
    } else if (phones.delete(phone.mac)) {
      matching -= 1;
    }
  }
  show();
  if (opened && devices.some((phone) => phone.mac === opened)) open(opened);
}

// One phone

async function open(mac) {
  const [answer, timeline] = await Promise.all([get(`devices/${mac}`), get(`devices/${mac}/timeline`, { limit: 200 })]);
  opened = mac;
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
  if (!find("detail").open) {
    find("resync-answer").textContent = "";
    find("detail").showModal();
  }
}

// Resync

function confirmed(count) {
  const dialog = find("confirm");
  find("confirm-text").textContent = `${count} ${count === 1 ? "phone" : "phones"} will be told to read the configuration again.`;
  find("reboot").checked = false;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function resync(macs, say) {
  if (!await confirmed(macs.length)) return;
  try {
    const job = await post("resync", { macs, reboot: find("reboot").checked, confirm: true });
    for (;;) {
      const state = await get(`resync/${job.id}`);
      const answers = state.phones.map((phone) => (macs.length === 1 ? phone.sentence : `${phone.mac}: ${phone.sentence}`));
      say(`${state.finished} of ${state.total} answered, ${state.took} took it. ${answers.slice(-3).join("; ")}`);
      if (state.done) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    say(error instanceof Refused ? error.message : "the daemon cannot be reached");
  }
}

// Beginning

let typing;
find("text").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(load, 200); });
for (const id of ["vendor", "stage", "others"]) find(id).addEventListener("change", load);
find("filter").addEventListener("submit", (event) => { event.preventDefault(); load(); });
find("resync").addEventListener("click", () => resync([...phones.keys()], (text) => { find("shown").textContent = text; }));
find("resync-one").addEventListener("click", () => resync([opened], (text) => { find("resync-answer").textContent = text; }));
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
for (const stage of stages) find("stage").append(new Option(stage, stage));

const status = await get("status");
find("site").textContent = `${status.version}, ${status.interfaces.map((link) => `${link.name} ${link.address}`).join(", ")}`;
samples = (await get("history")).samples;
showCounts(await get("counts"));
showServers((await get("servers")).servers);
await load();
listen(
  { devices: (data) => change(data.devices), counts: showCounts, servers: (data) => showServers(data.servers) },
  (isLive) => {
    find("live").textContent = isLive ? "live" : "the daemon does not answer; trying again";
    find("live").className = isLive ? "" : "lost";
    if (isLive) load();
  });
