// Saving what stands on the page: the buttons under a figure, the name of the file, and handing it over.

// Buttons, one a kind (SVG, PNG, CSV), that call `save` with the kind in small letters.
export function buttons(title, kinds, save, bar = document.createElement("div")) {
  bar.className = "save";
  bar.setAttribute("role", "group");
  if (title) bar.setAttribute("aria-label", `Save “${title}”`);
  for (const kind of kinds) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.addEventListener("click", () => save(kind.toLowerCase()));
    bar.append(button);
  }
  return bar;
}

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

export const nameOf = (title, kind) => `fissure-${document.body.dataset.view}-${slug(title)}.${kind}`;

export function give(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.dataset.plain = ""; // no link of the page, whose script would follow it
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// What no spreadsheet takes for a formula; numbers with a sign, and intervals of them, stay as they are.
const FORMULA = /^(?:[=@\t\r]|[+-].*(?:[|!]|[a-z]\())/i;

export function cell(value) {
  let text = value === undefined || value === null ? "" : String(value);
  if (FORMULA.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
