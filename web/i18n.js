/**
 * The texts and formats of the page's language. A language is one file in locales/ and one line in
 * locales/index.json; nothing here names any.
 */

let texts = {};
let language = "en";
let region = "en";

/** The languages on offer: [{code, name}], the first is the default. */
export async function languages() {
  return read("index");
}

/** The first of `offered` that the visitor's wishes (language tags, best first) ask for. */
export function choose(offered, wishes) {
  const codes = offered.map(({ code }) => code);
  const wish = wishes
    .map((tag) => tag.toLowerCase().split("-")[0])
    .find((tag) => codes.includes(tag));
  return wish ?? codes[0];
}

/** Switch to a language by its code; numbers and dates follow the visitor's region, where known. */
export async function use(code) {
  texts = await read(code);
  language = code;
  region = navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${code}-`)) ?? code;
}

/** The tag of the language in use, for `lang` attributes. */
export function current() {
  return language;
}

/** The text (or list of texts) at a dotted key, with {names} filled from `values`. */
export function t(key, values = {}) {
  return lookUp(key, key, values);
}

/** The same where a text may be missing, such as for a state that the page does not know. */
export function lookUp(key, fallback, values = {}) {
  const text = key.split(".").reduce((branch, part) => branch?.[part], texts) ?? fallback;
  if (typeof text !== "string") return text;
  return text.replace(/\{(\w+)\}/g, (match, name) => values[name] ?? match);
}

/** @param {string} amount a decimal, kept exact  @param {string} currency ISO 4217, or none */
export function money(amount, currency) {
  if (!currency) return number(amount, 4);
  const style = {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 4,
  };
  return new Intl.NumberFormat(region, style).format(amount);
}

export function number(value, digits = 1) {
  return new Intl.NumberFormat(region, { maximumFractionDigits: digits }).format(value);
}

/** @param {string|number} share 0.125 is 12.5 % */
export function percent(share) {
  return new Intl.NumberFormat(region, { style: "percent", maximumFractionDigits: 1 }).format(
    share,
  );
}

/**
 * @param {string} value ISO 8601: a day stays that day everywhere; a time without an offset is UTC
 *   and shows as the visitor's day
 */
export function date(value, format = { dateStyle: "medium" }) {
  const isDay = /^\d{4}-\d\d-\d\d(T00:00:00)?$/.test(value);
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/.test(value);
  const instant = new Date(
    isDay || hasOffset ? value.replace(" ", "T") : `${value.replace(" ", "T")}Z`,
  );
  return new Intl.DateTimeFormat(region, isDay ? { ...format, timeZone: "UTC" } : format).format(
    instant,
  );
}

/** A length of time in the unit that suits it. @param {number} seconds */
export function span(seconds) {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ];
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? units.at(-1);
  const style = { style: "unit", unit, unitDisplay: "short" };
  return new Intl.NumberFormat(region, style).format(Math.max(0, Math.floor(seconds / size)));
}

async function read(name) {
  const response = await fetch(new URL(`locales/${name}.json`, import.meta.url));
  if (!response.ok) throw new Error(`locales/${name}.json: ${response.status}`);
  return response.json();
}
