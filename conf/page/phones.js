// The list of phones: those that fit the filter, the ones heard last first.
import { get } from "./api.js";
import { find, make, timeText } from "./dom.js";

const most = 500;
/** Those shown, by MAC address, in their order. */
let phones = new Map();
/** How many fit the filter: where that is more than `most`, only the daemon can count them. */
let matching = 0;
let asked = 0;
let answered = 0;

const wanted = () => ({
  text: find("text").value.trim(), vendor: find("vendor").value, stage: find("stage").value,
  others: find("others").checked ? "yes" : "", limit: most,
});

/** What a phone of the list looks like under the filter: the daemon filters, this keeps up with what changes. */
function fits(phone, filter) {
  if (filter.stage && phone.stage !== filter.stage) return false;
  if (filter.vendor && phone.vendor !== filter.vendor) return false;
  if (!filter.others && !phone.vendor) return false;
  const text = filter.text.toLowerCase();
  const digits = text.replaceAll(/[:-]/g, "");
  if (!text || (/^[0-9a-f]+$/.test(digits) && phone.mac.replaceAll(":", "").includes(digits))) return true;
  const words = [phone.label, phone.vendor, phone.model, phone.address, phone.interface];
  return words.some((word) => word?.toLowerCase().includes(text));
}

/** Asks for those that fit the filter. Of several answers under way only that to the last question counts. */
export async function load() {
  asked += 1;
  const question = asked;
  const answer = await get("devices", wanted());
  if (question !== asked) return;
  answered = question;
  phones = new Map(answer.devices.map((phone) => [phone.mac, phone]));
  matching = answer.matching;
  show();
}

/** Takes in phones that changed. Returns whether the list must be loaded to be right. */
export function change(devices) {
  const filter = wanted();
  const isWhole = matching <= most;
  for (const phone of devices) {
    if (fits(phone, filter)) phones.set(phone.mac, phone);
    else phones.delete(phone.mac);
  }
  if (isWhole) matching = phones.size;
  show();
  return matching > most || answered !== asked;
}

/** The MAC addresses of the rows. */
export const shown = () => [...phones.keys()];

function makeRow(phone) {
  const row = make("tr", "");
  row.tabIndex = 0;
  row.dataset.mac = phone.mac;
  return row;
}

function fill(row, phone) {
  const { mac, label, stage, vendor, model, address } = phone;
  const texts = [timeText(phone["stage-since"]), vendor, model, address, phone.interface, timeText(phone["last-seen"])];
  const content = JSON.stringify([label, stage, texts]);
  if (row.content === content) return;
  row.content = content;
  row.replaceChildren(
    make("td", "", make("span", "mac", mac), label ? make("span", "label", label) : ""),
    make("td", "", make("span", `badge stage-${stage}`, stage)), ...texts.map((text) => make("td", "", text ?? "–")));
}

/** A row stays the same element as long as its phone is shown, so that a reader's place and a click on it are kept. */
function show() {
  const list = [...phones.values()].sort((one, other) => other["last-seen"].localeCompare(one["last-seen"])).slice(0, most);
  phones = new Map(list.map((phone) => [phone.mac, phone]));
  const body = find("phones").tBodies[0];
  const focused = document.activeElement;
  for (const row of [...body.rows]) if (!phones.has(row.dataset.mac)) row.remove();
  const rows = new Map([...body.rows].map((row) => [row.dataset.mac, row]));
  let next = body.firstElementChild;
  for (const phone of list) {
    const row = rows.get(phone.mac) ?? makeRow(phone);
    fill(row, phone);
    if (row === next) next = row.nextElementSibling;
    else body.insertBefore(row, next);
  }
  if (body.contains(focused)) focused.focus({ preventScroll: true });
  const { text, vendor, stage } = wanted();
  const isFiltered = Boolean(text || vendor || stage);
  find("empty").hidden = list.length > 0 || isFiltered;
  find("unmatched").hidden = list.length > 0 || !isFiltered;
  find("shown").textContent = matching > list.length
    ? `${list.length} of ${matching}, those heard last` : `${list.length} ${list.length === 1 ? "phone" : "phones"}`;
  find("resync").disabled = list.length === 0;
}
