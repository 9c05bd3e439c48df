// The clauses of a declaration: each paragraph between its heading and the words to tick.
const HEADING_NUMBER = /^第?[\d一二三四五六七八九十]*(部分|章|节)?$/;

function headingsOf(root, words) {
  const isHeading = text =>
    plain(text).endsWith(words) && HEADING_NUMBER.test(plain(text).slice(0, -words.length));
  return textParts(root, isHeading, text => plain(text).includes(words));
}

const isInline = part => getComputedStyle(part).display.startsWith("inline");

function paragraphAround(text) {
  let around = text.parentElement;
  while (isInline(around)) around = around.parentElement;
  return around;
}

function clauses(root, [heading, agreement]) {
  const [above, ...others] = headingsOf(root, heading);
  const [below] = textParts(root, text => plain(text).includes(plain(agreement)));
  if (!above || others.length || !below) return [];
  const texts = document.createTreeWalker(bodyOf(root), NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const isBetween = isAfter(text, above) && isAfter(below, text) && !above.contains(text);
    const says = /\p{L}/u.test(text.data) && !text.parentElement.matches(UNREAD);
    if (isBetween && says && isShown(text.parentElement)) found.add(paragraphAround(text));
  }
  return outermost([...found]).filter(one => !one.contains(below));
}
