// Frames by what they hold. A frame of another origin cannot be looked into.
const SMALL = 100; // pixels; a smaller frame shows nothing to work on

const documentOf = frame => {
  try { return frame.contentDocument; } catch { return null; }
};

const framesIn = root => shown(root, "iframe, frame").filter(one =>
  one.clientWidth >= SMALL && one.clientHeight >= SMALL);

// The frames that fill their page; a help box or an advertisement beside them is much smaller.
function mainFrames(root) {
  const area = one => one.clientWidth * one.clientHeight;
  const found = framesIn(root);
  const largest = Math.max(...found.map(area));
  return found.filter(one => area(one) * 2 > largest);
}

const asksToLogIn = page => {
  const passwords = shown(page, "input[type=password]");
  return passwords.length === 1 && buttons(page, ["登录"]).length ? passwords : [];
};

// The log-in box in a page: its frame, or its password field where it has no frame.
function loginBoxes(root) {
  const known = shown(root, "#loginIframe1"); // docs/mock-portal.md, log-in
  const framed = framesIn(root).filter(one => documentOf(one) && asksToLogIn(documentOf(one)).length);
  return [...new Set([...known, ...framed])].concat(known.length || framed.length ? [] : asksToLogIn(root));
}

// How many frames lie in each other on the way to what the page is about.
function depthOf(page) {
  const [frame, ...others] = mainFrames(page);
  const inner = frame && !others.length && documentOf(frame);
  if (!inner?.body) return frame ? 1 : 0;
  const isFilled = mainFrames(inner).some(one =>
    one.clientWidth * one.clientHeight * 2 > frame.clientWidth * frame.clientHeight);
  return 1 + (isFilled ? depthOf(inner) : 0);
}
