// What a part says, text by text: words on one line are apart if they stand in parts of their own.
function saidIn(part) {
  const found = [];
  const say = text => found.push(...text.split("\n").map(line => line.replace(/\s+/g, " ").trim()));
  const visit = node => {
    if (node.nodeType === Node.TEXT_NODE) return say(node.data.replace(/\n/g, " "));
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(UNREAD) || !isDrawn(node)) return;
    const isWhole = ownTextOf(node).trim() && !node.querySelector(`${CONTROLS}, ${PRESSABLE}`);
    if (isWhole) say(textOf(node));
    else node.childNodes.forEach(visit);
  };
  visit(part);
  return found.filter(Boolean);
}

// What a word opens: what looks as if it could be pressed, and else the words themselves.
function openers(root, word) {
  const found = buttons(root, [word]);
  return found.length ? found : saying(root, word);
}
