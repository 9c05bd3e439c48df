// Tables by their headings, and the paging around them, whatever they are made of.
const WAITING = /正在.{0,8}加载|加载中|请稍[候等]|loading/i;
const NOTHING = /^(没有找到匹配的记录|没有符合条件的(数据|记录)|没有(数据|记录)|暂无(相关)?(数据|记录|内容)|无(数据|记录)|nodata)$/;
const TOTAL = /(?:共|总|of)[有计数]?(?:\d+页)?[^\d页]{0,2}(\d+)(?:条|项|行|笔|个|items)|(?:总[计数]|总记录数|合计|total)\D{0,2}(\d+)$/i;
const SUM = /^(本页)?(合计|总计|小计)$/; // of a row that is no record
const SHORT = 40; // letters of a notice

const GROUP = "thead, [role=rowgroup]";
const HEADING_CELLS = "th, td, [role=columnheader]";
const cellsOf = row => [...row.children].filter(isDrawn);

// For each part with several cells, how many of the headings are the whole text of one of them.
function headRows(root, headings) {
  const rows = new Map();
  for (const heading of headings.map(plain)) {
    for (const part of saying(root, heading)) {
      for (let cell = part; cell.parentElement; cell = cell.parentElement) {
        const row = cell.parentElement;
        if (plain(textOf(cell)) !== heading) break;
        if (!rows.has(row)) rows.set(row, []);
        rows.get(row).push(heading);
      }
    }
  }
  const isRow = row => row.matches("tr, [role=row]") || cellsOf(row).length > 1;
  return [...rows].filter(([row]) => isRow(row)).map(([row, found]) =>
    ({ row, count: found.filter((one, at) => found.indexOf(one) === found.lastIndexOf(one)).length }));
}

// The row that has most of these headings; of two that have as many, neither.
function headRow(root, headings, least) {
  const rows = headRows(root, headings);
  const most = Math.max(least, ...rows.map(one => one.count));
  const best = innermost(rows.filter(one => one.count === most).map(one => one.row));
  if (!best.length && least === headings.length) return headOfRows(root, headings);
  return best.length === 1 ? wholeHead(best[0]) : null;
}

// The row, or the rows of headings that it belongs to, if a heading beside it begins above it.
function wholeHead(row) {
  const group = row.closest(GROUP);
  const reaches = cell => !row.contains(cell)
    && isLevel(row.getBoundingClientRect(), cell.getBoundingClientRect());
  return group && shown(group, HEADING_CELLS).some(reaches) ? group : row;
}

// The only group of rows that has all of these headings, where some stand under a common one.
function headOfRows(root, headings) {
  const groups = headings.map(one => saying(root, one).map(part => part.closest(GROUP)));
  const found = shown(root, GROUP).filter(group =>
    groups.every(ones => ones.filter(one => one === group).length === 1));
  return found.length === 1 ? found[0] : null;
}

// The cells of the headings; where there are several rows of them, those with none below.
function headCells(head) {
  if (!head.matches(GROUP)) return cellsOf(head);
  const cells = shown(head, HEADING_CELLS);
  const isBelow = (one, other) => isUnder(one, other)
    && one.getBoundingClientRect().top > other.getBoundingClientRect().top;
  return cells.filter(cell => !cells.some(one => isBelow(one, cell)))
    .sort((one, other) => one.getBoundingClientRect().left - other.getBoundingClientRect().left);
}

function isUnder(cell, heading) {
  const [one, other] = [cell.getBoundingClientRect(), heading.getBoundingClientRect()];
  return one.left < other.right && other.left < one.right;
}

const middleOf = ({ top, bottom }) => (top + bottom) / 2;
const isLevel = (one, other) => other.top < middleOf(one) && middleOf(one) < other.bottom;
const byHeight = (one, other) =>
  one.getBoundingClientRect().top - other.getBoundingClientRect().top;

// The lines that a person reads, from the top down: columns that stay in place while others move are
// drawn over them in rows of their own, which say less.
function linesOf(rows, head) {
  const [above, ...boxes] = [head, ...rows].map(one => one.getBoundingClientRect());
  const says = one => textOf(one).length;
  const isPiece = (row, at) => isLevel(boxes[at], above) || rows.some((other, it) =>
    it !== at && isLevel(boxes[at], boxes[it]) && says(row) < says(other));
  return rows.filter((row, at) => !isPiece(row, at)).sort(byHeight);
}

// The buttons of a row; where none is in it, the one on its level, if every row has one there.
function inRow(row, words) {
  const isHead = one => [...one.children].every(cell => cell.matches("th, [role=columnheader]"));
  const lines = [...row.parentElement.children]
    .filter(one => isShown(one) && plain(textOf(one)) && !isHead(one));
  const found = nearest(row, box => buttons(box, words));
  if (found.every(one => row.contains(one))) return found;
  const level = found.sort(byHeight)[lines.sort(byHeight).indexOf(row)];
  const isOne = level && found.length === lines.length
    && isLevel(level.getBoundingClientRect(), row.getBoundingClientRect());
  return isOne ? [level] : [];
}

function isRowUnder(part, heads) {
  const cells = cellsOf(part);
  return cells.length === heads.length && cells.every((cell, at) => isUnder(cell, heads[at]));
}

const emptyNotices = (scope, head) =>
  textParts(scope, text => NOTHING.test(plain(text)), text => Boolean(text.trim()))
    .filter(one => isAfter(one, head));

// The rows under the headings, the notice in their place, and parts that look like neither.
function under(head) {
  const row = head.matches(GROUP) ? head.firstElementChild : head;
  const heads = headCells(head);
  const kind = ["tr", "[role=row]"].find(one => row.matches(one)) ?? row.localName;
  for (let scope = head.parentElement; scope; scope = scope.parentElement) {
    const parts = shown(scope, kind).filter(one =>
      isAfter(one, head) && !one.contains(head) && !head.contains(one) && textOf(one).trim()
      && !cellsOf(one).some(cell => SUM.test(plain(textOf(cell)))));
    const rows = linesOf(innermost(parts.filter(one => isRowUnder(one, heads))), head);
    const told = rows.length ? [] : emptyNotices(scope, head);
    if (rows.length || told.length) {
      const holder = rows.length && rows[0].parentElement;
      const strange = parts.filter(one => !rows.includes(one) && one.parentElement === holder);
      return { scope, rows, told, strange };
    }
  }
  return { scope: head.parentElement, rows: [], told: [], strange: [] };
}

// What is nearest to the table, beside its rows.
const around = ({ scope, rows }, find) =>
  nearest(scope, box => find(box).filter(one => !rows.some(row => row.contains(one))));

const busyNotices = root => textParts(root, text => WAITING.test(text) && text.trim().length < SHORT,
  text => WAITING.test(text)).filter(one => !one.closest(PRESSABLE));

// Whether a person could point at a part; nothing is said of what is out of view.
function isOnTop(part) {
  const { left, top, width, height } = part.getBoundingClientRect();
  const hit = part.ownerDocument.elementFromPoint(left + width / 2, top + height / 2);
  return !hit || part.contains(hit) || hit.contains(part);
}

function isSettled(table) {
  const parts = [...table.rows, ...table.told];
  const isWaiting = table.head.closest("[aria-busy=true]") || around(table, busyNotices).length;
  return !table.strange.length && !isWaiting && parts.some(isOnTop);
}

const numbersIn = text => text.normalize("NFKC").replace(/[\s,:]/g, "");
const countOf = part => Number(TOTAL.exec(numbersIn(textOf(part))).slice(1).find(Boolean));
const counts = table => around(table, box => textParts(box, text => TOTAL.test(numbersIn(text))));
const isWhole = table => counts(table).some(one => countOf(one) === table.rows.length);

function isNext(part) {
  const name = nameOf(part).normalize("NFKC");
  if (/^(下一?页|后一页|next|next page)\W*$/i.test(name) || ARROWS.next.test(name)) return true;
  const isMarked = [part, part.parentElement].some(one => /(^|[\s_-])next($|[\s_-])/i.test(classOf(one)));
  return !name && isMarked; // an arrow that is only a picture
}

const nextPages = table => around(table, box => {
  const pressable = innermost(shown(box, PRESSABLE).filter(isNext));
  return pressable.length ? pressable : saying(box, "下一页").filter(isPointed);
}).filter(one => !isOff(one));

function isPrevious(part) {
  const name = nameOf(part).normalize("NFKC");
  return /^(上一?页|前一页|prev(ious)?( page)?)\W*$/i.test(name) || ARROWS.previous.test(name);
}

const previousPages = table =>
  around(table, box => innermost(shown(box, PRESSABLE).filter(isPrevious)))
    .filter(one => !isOff(one));

const sizeBoxes = table => around(table, box => innermost(
  shown(box, "*").filter(one => /每页|条\/页/.test(ownTextOf(one)) && one.querySelector(PRESSABLE))));
const sizeButtons = table => sizeBoxes(table).flatMap(one => all(one, PRESSABLE));

const pageNumbers = (table, number) => {
  const choices = sizeButtons(table);
  const isNumber = one => plain(nameOf(one)) === String(number) && !choices.includes(one);
  return around(table, box => innermost(shown(box, PRESSABLE).filter(isNumber)));
};

const TABLE_PARTS = {
  rows: table => table.rows,
  table: table => [table.head, ...table.rows],
  settled: table => (isSettled(table) ? [table.head] : []),
  empty: table => table.told,
  busy: table => around(table, busyNotices),
  count: counts,
  // every row is here, or there is a way to the others
  whole: table => (table.told.length || isWhole(table) ? [table.head] : nextPages(table)),
  next: nextPages,
  previous: previousPages,
  number: pageNumbers,
  sizes: sizeBoxes,
  size: table => sizeButtons(table).slice(0, 1),
  choices: table => sizeButtons(table).slice(1),
};

// `past` is the first row of the page before; while it still stands there, there is no table.
function tableParts(root, { part, headings, past, number }) {
  if (part === "headings") return [headRow(root, headings, 1)].filter(Boolean).flatMap(headCells);
  const head = headRow(root, headings, headings.length);
  if (!head) return [];
  const table = { head, ...under(head) };
  const isOld = past && table.rows[0] && plain(textOf(table.rows[0])) === past;
  return isOld ? [] : TABLE_PARTS[part](table, number);
}

function readTable([head, ...rows], wanted) {
  const texts = cells => cells.map(cell => textOf(cell).trim());
  const named = text => wanted.find(one => plain(one) === plain(text)) ?? text.replace(/\s/g, "");
  return head ? [texts(headCells(head)).map(named), rows.map(row => texts(cellsOf(row)))] : [[], []];
}
