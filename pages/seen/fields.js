// Which control a label names. Where a person would have to guess, no control is named.
const HINT = /^(必填项?|必输项?|选填项?|可选)$/;

// The texts and controls of a box in reading order. What stands behind a control that has a branch
// of the box to itself is a hint; where there are labels, other texts are none.
function tokensOf(box) {
  const found = [];
  const say = (text, node) => {
    if (!plain(text) || HINT.test(plain(text))) return;
    const isElement = node.nodeType === Node.ELEMENT_NODE;
    const isInline = !isElement || getComputedStyle(node).display === "inline";
    const isLabel = isElement && (node.matches("label") || Boolean(node.querySelector("label")));
    const last = found.at(-1);
    const goesOn = last?.isInline && isInline && last.parent === node.parentNode;
    if (goesOn && !last.isLabel && !isLabel) last.text += text;
    else found.push({ text, isInline, isLabel, parent: node.parentNode });
  };
  const visit = node => {
    if (node.nodeType === Node.TEXT_NODE) return say(node.data, node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(UNREAD) || !isDrawn(node)) return;
    if (node.matches(CONTROLS) && !node.querySelector(CONTROLS)) {
      if (isShown(node)) found.push({ control: node });
      return;
    }
    if (node.matches(`${HEADINGS}, ${PRESSABLE}, ${TICKS}, [role=dialog], dialog`)) return;
    const inside = controlsIn(node).length;
    if (!inside && !node.querySelector(PRESSABLE)) return say(textOf(node), node);
    const start = found.length;
    for (const child of node.childNodes) {
      if (inside === 1 && found.slice(start).some(one => one.control)) break;
      visit(child);
    }
  };
  box.childNodes.forEach(visit);
  return found.some(one => one.isLabel) ? found.filter(one => one.control || one.isLabel) : found;
}

function textsBefore(box) {
  const read = tokensOf(box);
  return read.slice(0, read.findIndex(one => one.control)).map(one => one.text);
}

// The label of a control in a box of several: every text of the box stands before one control.
function labelInRow(box, control) {
  const read = tokensOf(box);
  const place = read.findIndex(one => one.control === control);
  const isDoubled = read.some((one, index) => one.text && read[index + 1]?.text);
  if (isDoubled || !read[0]?.text || !read.at(-1)?.control) return "";
  return read[place + 1]?.control ? "" : (read[place - 1]?.text ?? "");
}

// A label that floats over its control stands behind it in the document.
const labelsBehind = box => shown(box, "label").filter(one => !one.control).map(textOf);
const onlyOf = texts => (texts.length === 1 ? texts[0] : "");

function labelBeside(control) {
  for (let box = control.parentElement; box; box = box.parentElement) {
    if (controlsIn(box).length > 1) return labelInRow(box, control);
    const texts = textsBefore(box);
    if (texts.length) return onlyOf(texts);
    const behind = labelsBehind(box);
    if (behind.length) return onlyOf(behind);
  }
  return "";
}

const labelText = label =>
  label.querySelector(CONTROLS) ? textsBefore(label).join("") : textOf(label);
const labelElements = control => [...(control.labels ?? [])].filter(isShown);

// The names that the page itself ties to a control.
function tiedNames(control) {
  const ids = (control.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const parts = ids.map(id => control.ownerDocument.getElementById(id)).filter(Boolean);
  const texts = [...labelElements(control).map(labelText), parts.map(textOf).join("")];
  return [...texts, control.getAttribute("aria-label") ?? ""].filter(plain);
}

function labelOf(control) {
  const tied = labelElements(control).map(labelText).find(plain);
  const read = tied || labelBeside(control) || tiedNames(control)[0] || "";
  return read.replace(/^[\s*＊]+|[\s*＊:：]+$/g, "").replace(/\s+/g, " ");
}

function isNamed(control, fits) {
  if (tiedNames(control).some(name => fits(plain(name)))) return true;
  return !labelElements(control).some(one => plain(labelText(one)))
    && fits(plain(labelBeside(control)));
}

// What a placeholder asks for, without its courtesy and without where to look.
const COURTESY = /^请?(在此)?(输入|填写)?[您你]?的?(登录|[左右上下]侧?|图[片形]?中?|[左右上下]图中?)?(所示)?的?/;
const askedFor = prompt => plain(prompt).replace(COURTESY, "");

// A placeholder names a control only where no label does.
function fields(root, label) {
  const wanted = plain(label);
  const controls = controlsIn(root);
  const named = controls.filter(one => isNamed(one, name => name === wanted));
  if (named.length) return named;
  return controls.filter(one => askedFor(one.getAttribute("placeholder") ?? "") === wanted);
}

// Words at the two ends of a span, such as its first and its last day.
const BEGINNING = "(从|自|由|起|始|起始|开始)";
const ENDING = "(至|到|止|截止|结束|终止)";
const JOINER = new RegExp(`^(${BEGINNING}|${ENDING})$`);

// The label that two controls share: the only text before them, and no third control behind.
function labelOfTwo(first, last) {
  for (let box = boxAround([first, last]); box; box = box.parentElement) {
    const read = tokensOf(box).filter(one => !JOINER.test(plain(one.text ?? "")));
    const place = read.findIndex(one => one.control === first);
    const isPair = read[place + 1]?.control === last && !read[place + 2]?.control;
    if (!isPair) return "";
    if (place > 0) return read[place - 2]?.text ? "" : (read[place - 1].text ?? "");
    const behind = place === 0 ? labelsBehind(box) : [];
    if (behind.length) return onlyOf(behind);
  }
  return "";
}

// Each of two by a name of its own, or else as one of the two controls under one label.
function ofTwo(root, [label, end]) {
  const wanted = plain(label);
  const named = end === "first"
    ? new RegExp(`^${wanted}${BEGINNING}?$|^${BEGINNING}${wanted}$`)
    : new RegExp(`^(${wanted})?${ENDING}$|^${ENDING}${wanted}$`);
  const controls = controlsIn(root);
  const found = controls.filter(control => isNamed(control, name => named.test(name)));
  if (found.length) return found;
  const shared = new RegExp(`^${wanted}${BEGINNING}?$`);
  const pairs = controls.slice(1).map((last, at) => ({ first: controls[at], last }));
  return pairs.filter(({ first, last }) => shared.test(plain(labelOfTwo(first, last))))
    .map(pair => pair[end]);
}

// The text beside a tick, as far as it is the only one there.
function textAtTick(tick) {
  for (let box = tick.parentElement; box; box = box.parentElement) {
    if (all(box, TICKS).filter(isDrawn).length > 1 || controlsIn(box).length) return "";
    if (plain(textOf(box))) return textOf(box);
  }
  return "";
}

// What is drawn in place of a hidden tick, right behind it.
function drawnFor(tick) {
  const next = tick.nextElementSibling;
  return next && isShown(next) && isPointed(next) ? next : null;
}

// Whether what `ticks` has found is ticked.
function isTicked(part) {
  const tick = part.matches(TICKS) ? part : part.control ?? part.previousElementSibling;
  return tick.checked ?? tick.getAttribute("aria-checked") === "true";
}

// A tick that is drawn by its label, or by another element, is pressed there.
function ticks(root, label) {
  const wanted = plain(label);
  const named = all(root, TICKS).filter(tick => {
    const names = tiedNames(tick);
    return (names.length ? names : [textAtTick(tick)]).some(name => plain(name).includes(wanted));
  });
  return named.map(one => (isShown(one) ? one : labelElements(one)[0] ?? drawnFor(one)))
    .filter(Boolean);
}

const readFields = (controls) => controls.filter(isShown)
  .map(one => [labelOf(one), one.value ?? textOf(one)]);

// The texts of a box in reading order, each as small as it stands there, without its headings.
const textsIn = box => textParts(box, text => Boolean(plain(text)))
  .filter(one => !one.closest(HEADINGS));

// Labels and values that are plain text. A value goes on until the next of these labels, so that
// what comes between is not lost. Where a label is missing, or is there twice, it names nothing.
function readFacts(root, labels) {
  const named = labels.map(label => ({ label, parts: saying(root, label) }))
    .filter(({ parts }) => parts.length === 1)
    .map(({ label, parts: [part] }) => ({ label, part }))
    .sort((one, other) => (isAfter(one.part, other.part) ? 1 : -1));
  if (!named.length) return [];
  const last = named.at(-1).part;
  let box = boxAround([last.parentElement, ...named.map(({ part }) => part)]);
  while (textsIn(box).at(-1) === last) {
    if (!box.parentElement) return [];
    box = box.parentElement;
  }
  const texts = textsIn(box);
  const places = [...named.map(({ part }) => texts.indexOf(part)), texts.length];
  return named.map(({ label }, at) => {
    const value = texts.slice(places[at] + 1, places[at + 1]);
    return [label, value.map(one => textOf(one).trim()).join(" ")];
  });
}

// An entry of a list that a control has opened.
const options = (root, word) => saying(root, word).filter(one =>
  isPointed(one) || one.closest("[role=option], [role=menuitem], li"));
