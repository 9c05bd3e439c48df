// Entries of a menu, and the tabs that repeat their words.
const HOME = ["首页", "主页", "欢迎页"];
const ACTIVE = /(^|[\s_-])(active|current|selected|this|checked)($|\s)/i;

// The smallest box around a button that holds another one.
function listAround(part) {
  let box = part.parentElement;
  while (box?.parentElement && innermost(shown(box, PRESSABLE)).length < 2) box = box.parentElement;
  return box;
}

const isTab = part => Boolean(part.closest("[role=tab], [role=tablist]"))
  || buttons(listAround(part), HOME).length > 0;

function entries(root, word) {
  const found = buttons(root, [word]);
  return found.length > 1 ? found.filter(one => !isTab(one)) : found;
}

function tabs(root, word) {
  const found = buttons(root, [word]);
  return found.length > 1 ? found.filter(isTab) : found;
}

function strip(root) {
  const named = shown(root, "[role=tab]");
  const around = buttons(root, HOME).map(one => one.closest("[role=tablist]") ?? one.parentElement);
  return named.length ? named : around.flatMap(one => innermost(shown(one, PRESSABLE)));
}

function activeTabs(root) {
  const isActive = one => one.getAttribute("aria-selected") === "true"
    || [one, one.parentElement].some(it => ACTIVE.test(classOf(it)));
  const found = strip(root);
  return found.length > 1 ? found.filter(isActive) : found;
}

// Every button of the smallest box that holds all of these entries.
function menu(root, words) {
  const named = words.map(one => entries(root, one));
  if (named.some(one => one.length !== 1)) return [];
  let box = named[0][0];
  while (!named.every(([one]) => box.contains(one))) box = box.parentElement;
  return innermost(shown(box, PRESSABLE));
}
