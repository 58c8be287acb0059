// gettext for scripts: Simplified Chinese is the source; other languages bring a table in <script id="ui-texts">.
const place = document.getElementById("ui-texts");
const texts = place ? JSON.parse(place.textContent) : {};

/** Return the text in the page's language; %(name)s stands for values.name. */
export function _(text, values = {}) {
  return (texts[text] ?? text).replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}
