// Whom a comment mentions: names to choose from while one types, by key, mouse or finger.
// Without this the browser offers the same names, or one types a name; the server knows both.

const MOST = 8;
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/^@/, "");

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("[data-mention] input[list]")) upgrade(target);
});

/** Make the input a combobox over the names of its datalist. */
function upgrade(input) {
  const names = [...input.list.options].map((option) => option.value);
  input.removeAttribute("list");
  const box = document.createElement("div");
  Object.assign(box, { className: "menu-list", id: `${input.id}-names`, hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", input.labels[0].textContent);
  input.after(box);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", box.id);
  close(input, box);
  const show = () => offer(input, box, names);
  input.addEventListener("input", show);
  input.addEventListener("click", show);
  input.addEventListener("blur", () => close(input, box));
  input.addEventListener("keydown", (event) => press(event, input, box, show));
  // Choosing must not take the focus, and a phone's keyboard with it, away from the input.
  box.addEventListener("pointerdown", (event) => event.preventDefault());
  box.addEventListener("click", ({ target }) => target.matches("[role=option]") && choose(input, box, target));
}

function offer(input, box, names) {
  const typed = plain(input.value);
  const fitting = names.filter((name) => ` ${plain(name)}`.includes(` ${typed}`)).slice(0, MOST);
  box.replaceChildren(
    ...fitting.map((name, n) => {
      const option = document.createElement("button");
      Object.assign(option, { type: "button", tabIndex: -1, id: `${box.id}-${n}`, dir: "auto", textContent: name });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }),
  );
  box.hidden = fitting.length === 0;
  input.setAttribute("aria-expanded", String(!box.hidden));
  input.removeAttribute("aria-activedescendant");
}

function close(input, box) {
  box.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(input, box, option) {
  input.value = option.textContent;
  close(input, box);
}

function press(event, input, box, show) {
  const active = box.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (box.hidden) show();
    move(input, box, event.key === "ArrowDown" ? 1 : -1);
  } else if (box.hidden) {
    return;
  } else if (event.key === "Enter" && active) {
    event.preventDefault();
    choose(input, box, active);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(input, box);
  }
}

function move(input, box, step) {
  const options = [...box.children];
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length;
  options.forEach((option, n) => option.setAttribute("aria-selected", String(n === next)));
  input.setAttribute("aria-activedescendant", options[next].id);
  options[next].scrollIntoView({ block: "nearest" });
}
