// Telling phones to read their configuration again, after a question.
import { get, post } from "./api.js";
import { find } from "./dom.js";

function confirmed(count) {
  const dialog = find("confirm");
  find("confirm-text").textContent = `${count} ${count === 1 ? "phone" : "phones"} will be told to read the configuration again.`;
  find("reboot").checked = false;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/** Tells these phones, and `tell`s how far they got until all are finished. */
export async function resync(macs, tell) {
  if (!await confirmed(macs.length)) return;
  try {
    const job = await post("resync", { macs, reboot: find("reboot").checked, confirm: true });
    for (;;) {
      const state = await get(`resync/${job.id}`);
      const answers = state.phones.map((phone) => (macs.length === 1 ? phone.sentence : `${phone.mac}: ${phone.sentence}`));
      tell(`${state.finished} of ${state.total} finished, ${state.took} took it. ${answers.slice(-3).join("; ")}`);
      if (state.done) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    tell(error.message);
  }
}
