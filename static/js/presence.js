// Who is in which row: one's own page says it every ten seconds, and shows it of the others.

const AGAIN = 10000;
// Whoever hurries through the rows is not followed into each.
const STEP = 3000;
const LONGEST = 18;

/** Mark the parts of `place` that others are in. `here` is [[part, name], …], `sentence` holds %s. */
export function showWhoIsHere(place, here, sentence) {
  const names = new Map();
  for (const [part, name] of here) names.set(part, [...(names.get(part) ?? []), name]);
  for (const shown of place.querySelectorAll("[data-here]")) {
    if (shown.dataset.here !== (names.get(shown.dataset.part) ?? []).join("; ")) shown.remove();
  }
  for (const [id, there] of names) {
    const part = document.getElementById(id);
    if (!part || part.querySelector("[data-here]")) continue;
    const mark = document.createElement("div");
    mark.className = "beside no-print";
    Object.assign(mark.dataset, { here: there.join("; "), part: id });
    mark.append(...there.map((name) => chip(name, sentence.replace("%s", name))));
    (part.querySelector("td, th") ?? part).append(mark);
  }
}

function chip(name, sentence) {
  const short = document.createElement("bdi");
  short.ariaHidden = "true";
  short.textContent = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
  const heard = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: sentence });
  const all = Object.assign(document.createElement("span"), { className: "pill good", title: sentence });
  all.append(short, heard);
  return all;
}

/** Say by `send(part)` in which row of `grid` the reader writes, "" for none. */
export function tellWhereIAm(grid, send) {
  let said = "";
  let at = 0;
  let timer = 0;

  function part() {
    const row = document.hidden ? null : document.activeElement?.closest("[data-row]");
    return row?.id && grid.contains(row) ? row.id : "";
  }

  function tell() {
    clearTimeout(timer);
    const now = part();
    if (now || said) send(now);
    [said, at] = [now, Date.now()];
    if (now) timer = setTimeout(tell, AGAIN);
  }

  function moved() {
    if (part() === said) return;
    clearTimeout(timer);
    timer = setTimeout(tell, Math.max(500, at + STEP - Date.now()));
  }

  grid.addEventListener("focusin", moved);
  grid.addEventListener("focusout", () => setTimeout(moved));
  document.addEventListener("visibilitychange", moved);
  addEventListener("pagehide", () => said && send(""));
}
