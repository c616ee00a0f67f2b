// On the page for "no line": the sheets and plans that this device has for whoever is signed in here.
import { all, keyHere, unseal } from "./store.js";

const found = await keyHere().catch(() => null);
for (const { url, person, sealed } of found ? await all("pages") : []) {
  if (person !== found.person || url.endsWith("/changes/")) continue;
  const { title } = await unseal(found.key, sealed);
  const link = document.createElement("a");
  const holder = document.createElement("textarea");
  holder.innerHTML = title;
  Object.assign(link, { href: url, textContent: holder.value.replace(/\s+/g, " ").replace(/ · [^·]*$/, "") });
  const item = document.createElement("li");
  item.append(link);
  document.getElementById("kept").append(item);
}
addEventListener("online", () => location.reload());
