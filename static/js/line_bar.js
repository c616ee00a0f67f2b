// The bar that says how the line is, and how much waits for it.
import { announce } from "./app.js";
import { count, line } from "./queue.js";

let said = "";

/** Say it as it is now. Sentences stand in components/line.html. */
export function barFor() {
  const bar = document.getElementById("offline");
  if (!bar) return;
  bar.dataset.plain ??= bar.textContent;
  const { kept, waiting, ready, sending, plain } = bar.dataset;
  const [waits, isOff] = [count(), line.away || !navigator.onLine];
  if (!waits) line.resumed = 0;
  let text = "";
  if (isOff) text = waits ? (line.keeper ? kept : waiting) : line.keeper ? ready : plain;
  else if (line.resumed || (waits && line.wasAway)) text = sending;
  line.wasAway = isOff || (waits > 0 && line.wasAway);
  bar.hidden = !text;
  if (!text) return void (said = "");
  bar.textContent = text.replace("%s", waits);
  // Numbers change with each text; only what is new is said aloud.
  if (said !== text) announce(bar.textContent);
  said = text;
}

addEventListener("online", barFor);
addEventListener("offline", barFor);
