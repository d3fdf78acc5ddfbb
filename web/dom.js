/** Builds elements from plain values: strings become text nodes, so markup in them stays text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name tag name
 * @param {Object} attributes null, undefined and false are left out; a function is an event
 *   listener, named like its property ("onclick")
 * @param {...(Node|string|number|null|false)} children null and false are left out
 */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[key] = value;
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}
