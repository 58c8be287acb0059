// gettext for scripts: Simplified Chinese is the source; other languages bring a table in <script id="ui-texts">.
const place = document.getElementById("ui-texts");
const texts = place ? JSON.parse(place.textContent) : {};

/** Fill a text of the page: {name} or %(name)s stands for values.name, and "{n} recording(s)" is one or several. */
export function fill(text, values = {}) {
  return text
    .replace(/(?:%\((\w+)\)s|\{(\w+)\})((?: [a-z-]+){1,3}?)\(s\)/g, (whole, a, b, word) =>
      whole.slice(0, -word.length - 3) + word + (String(values[a ?? b]) === "1" ? "" : "s"))
    .replace(/%\((\w+)\)s|\{(\w+)\}/g, (whole, a, b) => values[a ?? b] ?? whole);
}

/** Return the text in the page's language; %(name)s stands for values.name. */
export function _(text, values = {}) {
  return fill(texts[text] ?? text, values);
}
