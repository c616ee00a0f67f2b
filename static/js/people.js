// Picking people: below a cell that names some stand the team's people, narrowed by what is typed; by
// pointer, or by arrow keys and Enter. Whoever is not among them is added by their name, in place.
// Without this, names are typed; both may be mixed.

const SEPARATOR = /[;,،؛\n]/;
const split = (text) => text.split(SEPARATOR).map((name) => name.trim()).filter(Boolean);
const key = (name) => name.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
const names = () => [...document.getElementById("team-people").options].map((option) => option.value);
const listOf = (input) => input.closest("td, .field")?.querySelector("[data-chips]");
const isOne = (input) => input.dataset.people === "one";

/** Offer the names of #team-people under each [data-people] of `place` that has focus. */
export function helpWithPeople(place, words) {
  place.addEventListener("focusin", ({ target }) => target.matches("[data-people]") && offer(target, words));
  place.addEventListener("focusout", ({ target, relatedTarget }) => {
    const cell = target.matches("[data-people]") && target.closest("td");
    if (cell && !cell.contains(relatedTarget)) close(target);
  });
  place.addEventListener("input", ({ target }) => target.matches("[data-people]") && show(target, words));
  place.addEventListener("keydown", (event) => event.target.matches("[data-people]") && onKey(event, words));
  if (document.activeElement?.matches("[data-people]")) offer(document.activeElement, words);
}

function offer(input, words) {
  if (!input.closest("td") || listOf(input)) return;
  const list = document.createElement("div");
  Object.assign(list, { className: "chips", id: `${input.id}-people`, role: "listbox", ariaLabel: words.people });
  list.dataset.chips = input.id;
  if (!isOne(input)) list.ariaMultiSelectable = "true";
  // The list of the browser would lie over ours.
  input.removeAttribute("list");
  Object.assign(input, { role: "combobox", ariaExpanded: "true", ariaAutoComplete: "list" });
  input.setAttribute("aria-controls", list.id);
  // Pressing a name must not take the focus, and the keyboard of a phone, away from the input.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.matches(".chip") && pick(input, target, words));
  (input.nextElementSibling ?? input).before(list);
  input.after(list);
  show(input, words);
}

function close(input) {
  listOf(input)?.remove();
  input.removeAttribute("aria-activedescendant");
  input.ariaExpanded = "false";
}

/** What is being typed: the part behind the last separator, unless it is a whole name already. */
function typedIn(input) {
  const last = (isOne(input) ? input.value : input.value.split(SEPARATOR).at(-1)).trim();
  return names().some((name) => key(name) === key(last)) ? "" : last;
}

function show(input, words) {
  const list = listOf(input);
  if (!list) return;
  const named = new Set(split(input.value).map(key));
  const typed = typedIn(input);
  const parts = key(typed).split(" ");
  const fits = names().filter((name) => parts.every((part) => key(name).includes(part)));
  const options = fits.map((name) => chip(name, name, named.has(key(name))));
  if (typed) options.push(chip(words.addPerson.replace("%s", typed), typed, false));
  options.forEach((option, n) => (option.id = `${list.id}-${n}`));
  list.replaceChildren(...options);
  input.removeAttribute("aria-activedescendant");
}

function chip(text, name, isNamed) {
  const option = document.createElement("div");
  Object.assign(option, { className: "chip", role: "option", dir: "auto", textContent: text, ariaSelected: String(isNamed) });
  option.dataset.name = name;
  return option;
}

function onKey(event, words) {
  const input = event.target;
  const options = [...(listOf(input)?.children ?? [])];
  const active = options.findIndex((option) => "active" in option.dataset);
  const { key: pressed } = event;
  if (!options.length || event.isComposing) return;
  if (pressed === "ArrowDown" || pressed === "ArrowUp") {
    const step = pressed === "ArrowDown" ? 1 : -1;
    activate(input, options, (active + step + options.length + (active < 0 && step < 0)) % options.length);
  } else if (active >= 0 && pressed === "Enter") pick(input, options[active], words);
  else if (active >= 0 && pressed === "Escape") activate(input, options, -1);
  else return;
  event.preventDefault();
}

function activate(input, options, at) {
  options.forEach((option, n) => option.toggleAttribute("data-active", n === at));
  if (at < 0) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

/** The name takes the place of what was typed for it; a name that stands there already goes. */
function pick(input, option, words) {
  const { name } = option.dataset;
  const typed = typedIn(input);
  const others = split(input.value).filter((other) => key(other) !== key(name));
  const rest = typed ? others.filter((other) => key(other) !== key(typed)) : others;
  const goes = option.ariaSelected === "true";
  if (isOne(input)) input.value = goes ? "" : name;
  else input.value = (goes ? rest : [...rest, name]).join("; ");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (typed) show(input, words);
}
