/** For each text on the page: its contrast by WCAG 2.1 with the nearest opaque background. */
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  function luminance(colour) {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = colour.map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function background(element) {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  }

  function contrast(element) {
    const style = getComputedStyle(element);
    const colour = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const pair = [luminance(rgba(colour)), luminance(background(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }

  const found = [];
  function visit(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const text = [...element.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
      const isRead = element.checkVisibility() && !element.closest("[aria-hidden=true]");
      if (text && isRead) found.push([text.data.trim(), contrast(element)]);
    }
  }
  visit(document.body);
  return found;
};
