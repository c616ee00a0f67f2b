// The team's people as names to press, below a cell that names some, while one is in it.
// Without this, names are typed; both may be mixed.

const split = (text) => text.split(/[;,،؛\n]/).map((name) => name.trim()).filter(Boolean);
const key = (name) => name.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

/** Offer the names of #team-people under each [data-people] of `place` that has focus. */
export function helpWithPeople(place, label) {
  place.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-people]")) offer(target, label);
  });
  place.addEventListener("focusout", ({ target, relatedTarget }) => {
    const cell = target.closest("td");
    if (cell && !cell.contains(relatedTarget)) cell.querySelector("[data-chips]")?.remove();
  });
  place.addEventListener("input", ({ target }) => {
    if (target.matches("[data-people]")) mark(target);
  });
}

function offer(input, label) {
  const cell = input.closest("td");
  if (!cell || cell.querySelector("[data-chips]")) return;
  const chips = document.createElement("div");
  chips.className = "chips";
  chips.dataset.chips = input.id;
  chips.setAttribute("role", "group");
  chips.setAttribute("aria-label", label);
  for (const option of document.getElementById("team-people").options) {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", dir: "auto", textContent: option.value });
    chips.append(chip);
  }
  // Pressing a name must not take the focus, and the keyboard of a phone, away from the input.
  chips.addEventListener("pointerdown", (event) => event.preventDefault());
  chips.addEventListener("click", ({ target }) => target.matches(".chip") && toggle(input, target.textContent));
  input.after(chips);
  mark(input);
}

function toggle(input, name) {
  const names = split(input.value);
  const rest = names.filter((other) => key(other) !== key(name));
  input.value = (rest.length < names.length ? rest : [...names, name]).join("; ");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(input) {
  const named = new Set(split(input.value).map(key));
  for (const chip of input.closest("td").querySelectorAll(".chip")) {
    chip.setAttribute("aria-pressed", named.has(key(chip.textContent)));
  }
}
