// Texts as a person compares them, and what is shown at all.
const CONTROLS = "input:not([type=hidden], [type=button], [type=submit], [type=reset], "
  + "[type=image], [type=checkbox], [type=radio]), textarea, select, "
  + "[contenteditable=''], [contenteditable=true], [role=textbox], [role=combobox]";
const TICKS = "input[type=checkbox], [role=checkbox], [role=switch]";
const PRESSABLE = "button, a, input[type=button], input[type=submit], input[type=reset], "
  + "[role=button], [role=link], [role=menuitem], [role=tab], [onclick]";
const HEADINGS = "h1, h2, h3, h4, h5, h6, legend, caption, [role=heading]";
const UNREAD = "script, style, template, noscript, head, option";
const FAR_OFF = -1000; // where pages put what is to stay unseen

// One width, one spelling, no blanks, punctuation or mark of a required field.
const plain = text => text.normalize("NFKC").replace(/\((必填|选填|可选)\)/g, "")
  .replace(/登陆/g, "登录").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

// A wrapper without a box of its own: it is there if what is around it is.
const isBoxless = part =>
  Boolean(part.parentElement) && getComputedStyle(part).display === "contents";
const isVisible = part => part.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const isDrawn = part => part.getBoundingClientRect().right > FAR_OFF
  && (isVisible(part) || isBoxless(part) && isDrawn(part.parentElement));

function isShown(part) {
  const { width, height } = part.getBoundingClientRect();
  if (width > 1 && height > 1) return isDrawn(part);
  return isBoxless(part) && isDrawn(part) && [...part.children].some(isShown);
}

const textOf = part => part.innerText ?? part.textContent;
const ownTextOf = part => [...part.childNodes].filter(one => one.nodeType === Node.TEXT_NODE)
  .map(one => one.data).join("");
const classOf = part => part.getAttribute("class") ?? "";
const all = (root, selector) => [...root.querySelectorAll(selector)];
const shown = (root, selector) => all(root, selector).filter(isShown);
const innermost = parts => parts.filter(one => !parts.some(it => it !== one && one.contains(it)));
const outermost = parts => parts.filter(one => !parts.some(it => it !== one && it.contains(one)));

// The smallest part that holds all of these.
function boxAround(parts) {
  let box = parts[0];
  while (!parts.every(one => box.contains(one))) box = box.parentElement;
  return box;
}

// Widens from a part, by so many boxes, until something is found, so that what is nearest counts.
function nearest(part, find, boxes = Infinity) {
  for (let box = part; box && boxes > 0; box = box.parentElement, boxes--) {
    const found = find(box);
    if (found.length) return found;
  }
  return [];
}

const bodyOf = root => root.body ?? root;
const controlsIn = root => innermost(shown(root, CONTROLS));
const isAfter = (one, other) =>
  Boolean(other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);

// The smallest shown parts whose whole text passes; a part whose text cannot pass is not entered.
function textParts(root, passes, may = passes) {
  const found = [];
  const visit = part => {
    if (part.matches(UNREAD) || !may(part.textContent)) return false;
    if ([...part.children].map(visit).some(Boolean)) return true;
    const fits = isShown(part) && passes(textOf(part));
    if (fits) found.push(part);
    return fits;
  };
  [...bodyOf(root).children].forEach(visit);
  return found;
}

// The smallest shown parts that say this and nothing else.
function saying(root, words) {
  const wanted = plain(words);
  return textParts(root, text => plain(text) === wanted, text => plain(text).includes(wanted));
}
