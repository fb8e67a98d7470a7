// All sites: which there are, and their phones. It asks again every few seconds.
import { get } from "./api.js";
import { find, make, timeText } from "./dom.js";

const stages = ["seen", "asked", "answered", "came", "fetched", "done", "polling"];
const most = 500;
const fields = ["text", "site", "stage", "vendor"];

for (const stage of stages) find("stage").append(new Option(stage, stage));

const cell = (text, className) => make("td", className, String(text ?? ""));

function showSites(sites) {
  const quiet = sites.filter((site) => site.quiet).length;
  find("tally").textContent = `${sites.length} sites, ${quiet} of them quiet`;
  const chosen = find("site").value;
  find("site").replaceChildren(new Option("all", ""), ...sites.map((site) => new Option(site.site, site.site)));
  find("site").value = chosen;
  const rows = sites.map((site) => {
    const phones = Object.values(site.stages).reduce((sum, count) => sum + count, 0);
    const done = (site.stages.done ?? 0) + (site.stages.polling ?? 0);
    return make("tr", site.quiet ? "quiet" : "", cell(site.site), cell(site.quiet ? "quiet" : "here"),
      cell(site.heard ? timeText(site.heard) : "never"), cell(phones), cell(done), cell(site.waiting), cell(site.lost));
  });
  find("sites").tBodies[0].replaceChildren(...rows);
}

function showPhones(devices, matching) {
  find("shown").textContent = devices.length < matching ? `the ${devices.length} of ${matching} that were heard last` : `${matching}`;
  const rows = devices.map((device) => make("tr", "", cell(device.site), cell(device.label ? `${device.label} ${device.mac}` : device.mac),
    cell(device.stage, `stage ${device.stage}`), cell(timeText(device["stage-since"])), cell(device.vendor ?? "–"), cell(device.model ?? "–"),
    cell(device.address ?? "–"), cell(timeText(device["last-seen"]))));
  find("phones").tBodies[0].replaceChildren(...rows);
}

async function refresh() {
  try {
    const filter = Object.fromEntries(fields.map((name) => [name, find(name).value]));
    if (find("others").checked) filter.others = "yes";
    const [sites, phones] = await Promise.all([get("fleet/sites"), get("fleet/devices", { ...filter, limit: most })]);
    showSites(sites.sites);
    showPhones(phones.devices, phones.matching);
    find("live").textContent = "live";
  } catch (error) {
    find("live").textContent = error.message;
  }
}

let soon;
find("filter").addEventListener("input", () => {
  clearTimeout(soon);
  soon = setTimeout(refresh, 200);
});
find("filter").addEventListener("submit", (event) => event.preventDefault());
setInterval(refresh, 5000);
refresh();
