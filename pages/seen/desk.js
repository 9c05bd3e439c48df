// Entries of a menu, and the tabs that repeat their words.
const HOME = ["首页", "主页", "欢迎页"];
const ACTIVE = /(^|[\s_-])(active|current|selected|this|checked)($|\s)/i;

// What a box offers: its buttons, and words that look as if they could be pressed.
function offersIn(box, says = text => Boolean(plain(text)), may = says) {
  const pressable = innermost(shown(box, PRESSABLE)).filter(one => says(nameOf(one)));
  const isOther = one => isPointed(one) && !pressable.some(it => it.contains(one));
  return [...pressable, ...textParts(box, says, may).filter(isOther)];
}

const offers = (root, word) =>
  offersIn(root, text => plain(text) === plain(word), text => plain(text).includes(plain(word)));

// The smallest box around an offer that holds another one.
function listAround(part) {
  let box = part.parentElement;
  while (box?.parentElement && offersIn(box).length < 2) box = box.parentElement;
  return box;
}

const isTab = part => Boolean(part.closest("[role=tab], [role=tablist]"))
  || buttons(listAround(part), HOME).length > 0;

function entries(root, word) {
  const found = offers(root, word);
  return found.length > 1 ? found.filter(one => !isTab(one)) : found;
}

// What an entry is folded away under: the only offer that the smallest box around it shows.
function folds(root, word) {
  if (offers(root, word).some(one => !isTab(one))) return [];
  const isFolded = one => plain(one.textContent) === plain(word) && !one.matches(UNREAD);
  const folded = innermost(all(root, "*").filter(one => isFolded(one) && !isShown(one)));
  if (folded.length !== 1) return [];
  const found = nearest(folded[0].parentElement, offersIn);
  return found.length === 1 && isAfter(folded[0], found[0]) ? found : [];
}

function tabs(root, word) {
  const found = offers(root, word);
  return found.length > 1 ? found.filter(isTab) : found;
}

// The box of the tabs around one of them; while it is the only one, none that holds the menu.
function stripAround(tab, menu) {
  let box = tab.parentElement;
  const mayGrow = () => box.parentElement && !menu.some(one => box.parentElement.contains(one));
  while (offersIn(box).length < 2 && mayGrow()) box = box.parentElement;
  return box;
}

function strip(root, words) {
  const named = shown(root, "[role=tab]");
  if (named.length) return named;
  const menu = words.flatMap(word => entries(root, word));
  return buttons(root, HOME)
    .flatMap(one => offersIn(one.closest("[role=tablist]") ?? stripAround(one, menu)));
}

function activeTabs(root, words) {
  const isActive = one => one.getAttribute("aria-selected") === "true"
    || [one, one.parentElement].some(it => ACTIVE.test(classOf(it)));
  const found = strip(root, words);
  return found.length > 1 ? found.filter(isActive) : found;
}

// Every button of the smallest box that holds all of these entries.
function menu(root, words) {
  const named = words.map(one => entries(root, one));
  if (named.some(one => one.length !== 1)) return [];
  return offersIn(boxAround(named.flat()));
}
