// Phones by stage over time, as areas that lie on each other.
import { draw } from "./dom.js";

export function drawPlot(svg, samples, stages) {
  const title = svg.querySelector("title");
  const most = Math.max(1, ...samples.map((sample) => stages.reduce((sum, stage) => sum + (sample.stages[stage] ?? 0), 0)));
  const times = samples.map((sample) => Date.parse(sample.time));
  const span = Math.max(1, times.at(-1) - times[0]);
  const x = (place) => ((times[place] - times[0]) / span) * 600;
  const y = (count) => 118 - (count / most) * 114;
  const below = samples.map(() => 0);
  const areas = [...stages].reverse().map((stage) => {
    const lower = samples.map((_, place) => `${x(place).toFixed(1)},${y(below[place]).toFixed(1)}`);
    samples.forEach((sample, place) => { below[place] += sample.stages[stage] ?? 0; });
    const upper = samples.map((_, place) => `${x(place).toFixed(1)},${y(below[place]).toFixed(1)}`);
    return draw("polygon", { class: `stage-${stage}`, points: [...upper, ...lower.reverse()].join(" ") }, draw("title", {}, stage));
  });
  svg.replaceChildren(title, ...(samples.length > 1 ? areas : []));
}
