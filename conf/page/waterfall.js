// One boot as a waterfall: DHCP, PnP and each file as a bar on one axis of time, so that the gaps between them show.
import { draw, spanText } from "./dom.js";

const row = 20, left = 260, width = 620;

/** Bars of a boot: what, from, to (milliseconds since 1970), kind. */
export function bars(events) {
  const list = [];
  for (const event of events) {
    const end = Date.parse(event.time);
    const took = Number(event.details["after-ms"] ?? 0);
    const name = event.details.name ?? "";
    switch (event.event) {
      case "dhcp.answered": list.push({ what: "DHCP answered", from: end, to: end, kind: "dhcp" }); break;
      case "lease.offered": list.push({ what: "DHCP offered", from: end, to: end, kind: "dhcp" }); break;
      case "lease.given":
        // A phone renews for as long as it runs, and its boot would be a sliver beside that.
        if (!event.details.renewed) list.push({ what: `lease ${event.details.address ?? ""}`, from: end, to: end, kind: "dhcp" });
        break;
      case "pnp.answered": list.push({ what: "PnP answered", from: end, to: end, kind: "pnp" }); break;
      case "pnp.notify-answered":
        list.push({ what: `NOTIFY ${event.details.status ?? ""}`, from: end - took, to: end, kind: "pnp" });
        break;
      case "pnp.notify-unanswered": list.push({ what: "NOTIFY unanswered", from: end, to: end, kind: "bad" }); break;
      case "file.served": list.push({ what: name, from: end - took, to: end, kind: "file" }); break;
      case "file.broken-off": list.push({ what: `${name} broke off`, from: end - took, to: end, kind: "bad" }); break;
      case "file.refused": list.push({ what: `${name} ${event.details.status ?? ""}`, from: end, to: end, kind: "bad" }); break;
      case "ignored": list.push({ what: `${event.details.kind}: ${event.details.reason}`, from: end, to: end, kind: "other" }); break;
      case "server.heard": list.push({ what: `server ${event.details.server ?? ""}`, from: end, to: end, kind: "other" }); break;
    }
  }
  return list.sort((one, other) => one.from - other.from);
}

export function drawWaterfall(svg, events) {
  const list = bars(events);
  const begin = Math.min(...list.map((bar) => bar.from));
  const span = Math.max(1, Math.max(...list.map((bar) => bar.to)) - begin);
  const height = Math.max(1, list.length) * row + 24;
  svg.setAttribute("viewBox", `0 0 ${left + width + 90} ${height}`);
  svg.setAttribute("width", left + width + 90);
  svg.setAttribute("height", height);
  const title = draw("title", { id: "waterfall-title" }, `${list.length} steps in ${spanText(span)}`);
  const place = (time) => left + ((time - begin) / span) * width;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    draw("g", {},
      draw("line", { class: "axis", x1: left + part * width, x2: left + part * width, y1: 16, y2: height }),
      draw("text", { class: "faint", x: left + part * width, y: 12, "text-anchor": "middle" }, `+${spanText(span * part)}`)));
  const rows = list.map((bar, number) => {
    const y = 24 + number * row;
    const x = place(bar.from);
    const label = bar.what.length > 40 ? `${bar.what.slice(0, 39)}…` : bar.what;
    return draw("g", {},
      draw("title", {}, `${bar.what}: +${spanText(bar.from - begin)}, took ${spanText(bar.to - bar.from)}`),
      draw("text", { x: left - 8, y: y + 11, "text-anchor": "end" }, label),
      draw("rect", { class: bar.kind, x, y: y + 2, width: Math.max(3, place(bar.to) - x), height: row - 8, rx: 2 }),
      draw("text", { class: "faint", x: Math.max(x + 3, place(bar.to)) + 5, y: y + 11 }, bar.to > bar.from ? spanText(bar.to - bar.from) : ""));
  });
  svg.replaceChildren(title, ...(list.length ? ticks : []), ...rows);
}
