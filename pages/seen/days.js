// A calendar that is open: the month it shows, its days, and the ways to other months.
const MONTH = /^\d{4}年\d{1,2}月$/;
const SHORT_MONTH = /^\s*\d{4}\s*[-/.]\s*\d{1,2}\s*$/;
const DAY = /^\s*\d{1,2}\s*$/;
const LEAST_DAYS = 28;
const TO_MONTH = {
  previous: /^((上一?个?|前一个?)月|prev(ious)?( month)?)$/i,
  next: /^((下一?个?|后一个?)月|next( month)?)$/i,
};
const DRAWN = { previous: /prev-m/, next: /next-m/ }; // docs/mock-portal.md, desk

// The days of one month in their order; those of the months around it, shown pale, are left out.
function daysIn(box) {
  const cells = textParts(box, text => DAY.test(text), text => /\d/.test(text));
  const numbers = cells.map(one => Number(textOf(one)));
  const start = numbers.indexOf(1);
  const rest = numbers.slice(start);
  const end = rest.findIndex((number, at) => number !== at + 1);
  const count = end < 0 ? rest.length : end;
  return start < 0 || count < LEAST_DAYS ? [] : cells.slice(start, start + count);
}

function calendars(root) {
  const isMonth = text => MONTH.test(plain(text)) || SHORT_MONTH.test(text);
  return textParts(root, isMonth, text => /\d{4}/.test(text)).map(month => {
    let box = month;
    while (box && !daysIn(box).length) box = box.parentElement;
    return { month, box };
  }).filter(({ box }) => box);
}

function wayTo(which, box) {
  const parts = shown(box, "*").map(part => ({ part, name: nameOf(part) }));
  const named = parts.filter(({ name }) => TO_MONTH[which].test(name) || ARROWS[which].test(name));
  const drawn = parts.filter(({ part, name }) => !plain(name) && DRAWN[which].test(classOf(part)));
  return innermost((named.length ? named : drawn).map(({ part }) => part));
}

function isOf(date, month) {
  const [year, number] = textOf(month).match(/\d+/g).map(Number);
  return year === date.getUTCFullYear() && number === date.getUTCMonth() + 1;
}

// The part is the month, its days, the way to another month, or the day of a date, if it is shown.
function calendar(root, part) {
  const [{ month, box } = {}, ...others] = calendars(root);
  if (!month || others.length) return [];
  if (part === "month") return [month];
  if (part === "days") return daysIn(box);
  if (part in TO_MONTH) return wayTo(part, box);
  const date = new Date(part);
  return isOf(date, month) ? daysIn(box).slice(date.getUTCDate() - 1, date.getUTCDate()) : [];
}
