// What lies over a page or comes up beside a field: dialogs, announcements, refusals.
const DIALOG = "[role=dialog], [role=alertdialog], dialog[open], [aria-modal=true], "
  + ".layui-layer-dialog, .layui-layer-page"; // docs/mock-portal.md, desk
const TIP = ".layui-layer-tips"; // the same
const OK = ["确定", "确认", "知道了", "我知道了", "好的", "OK"];
const CLOSE = ["关闭", "知道了", "我知道了", "Close"];
const CROSS = /^[×xX✕✖╳]$/;
const GOOD = /成功/;
const BAD = /[不未无]成功|失败|错误|异常|拒绝|未能|不能|无法/;
const TITLE = /^(信息|提示|提示信息|系统提示|温馨提示|操作提示|消息|警告|错误|成功)$/;
const NOTICE = /公告|通知/;
const COUNTED = /^\D{0,8}\d+字?$/; // letters that are left, which are no refusal
const PAGING = /^(?=.*[页条\d])[第共总每当前后显示记录条项行笔个从到至跳转往的页\d]+$/; // nor is this

const isStacked = part => {
  const { position, zIndex } = getComputedStyle(part);
  return ["fixed", "absolute"].includes(position) && zIndex !== "auto";
};

function stackAround(part) {
  const found = [];
  for (let box = part; box && box !== part.ownerDocument.body; box = box.parentElement) {
    if (isStacked(box)) found.push(box);
  }
  return found.at(-1);
}

// The outermost boxes over the page around these parts, as far as a person could reach them.
const stacksAround = parts => parts.map(stackAround)
  .filter(one => one && isShown(one) && isOnTop(one));

// Boxes that say they are dialogs, and boxes over the page with a button to answer or close them.
function layers(root) {
  const told = shown(root, DIALOG);
  const answers = buttons(root, [...OK, ...CLOSE]);
  const stacked = stacksAround(answers).filter(one => !controlsIn(one).length);
  return outermost([...new Set([...told, ...stacked])]).filter(one => plain(textOf(one)));
}

// The parts of a box with a text of their own, without what can be pressed.
function blocksOf(box) {
  const found = [];
  const visit = part => {
    if (part.matches(`${UNREAD}, ${PRESSABLE}, ${CONTROLS}`) || !isShown(part)) return;
    if (plain(ownTextOf(part))) found.push(part);
    else [...part.children].forEach(visit);
  };
  visit(box);
  return found.filter(one => !CROSS.test(textOf(one).trim()));
}

const isTitle = (part, layer) => part.matches(HEADINGS) || TITLE.test(plain(textOf(part)))
  || part.id && part.id === layer.getAttribute("aria-labelledby")
  || /title/i.test(classOf(part));
const isAnnouncement = layer => blocksOf(layer).slice(0, 1).some(one => NOTICE.test(textOf(one)));
const isAnswer = part => [...OK, ...CLOSE].includes(textOf(part).trim()) && isPointed(part);
const messagesOf = layer =>
  blocksOf(layer).filter(one => !isTitle(one, layer) && !isAnswer(one));

// Dialogs of a window that were there before something in one of its frames was pressed.
const overBefore = new WeakMap();
function rememberOver(page) {
  overBefore.set(page, new Map(layers(page).map(one => [one, textOf(one)])));
  return [];
}
const isOld = layer => overBefore.get(layer.ownerDocument)?.get(layer) === textOf(layer);
const dialogs = root => layers(root).filter(one => !isAnnouncement(one) && !isOld(one));

const isGood = text => GOOD.test(text) && !BAD.test(text);

// The icon tells, where it is known; the words do otherwise.
function isSuccess(layer) {
  const icon = /layui-layer-ico(\d)/.exec(layer.innerHTML); // 1 is success, 0 a warning, 2 an error
  return icon ? icon[1] === "1" : messagesOf(layer).some(one => isGood(textOf(one)));
}

// Short texts beside a field or over the page, which a portal may use to say no.
function notesOf(root) {
  const isNear = part => [1, 2].includes(nearest(part, controlsIn, 5).length);
  return blocksOf(bodyOf(root)).filter(one => !isPointed(one) &&
    !one.closest(`${DIALOG}, table, label`) && (isNear(one) || stackAround(one)));
}

// The documents around a page, as far as one can look into them.
function pagesAround(page) {
  const found = [];
  try {
    for (let view = page.defaultView; view !== view.parent; view = view.parent) {
      found.push(view.parent.document);
    }
  } catch { /* the document around it is another portal's */ }
  return found;
}

const seenBefore = new WeakMap();
const alerts = root => [...shown(root, `${TIP}, [role=alert]`).flatMap(blocksOf), ...notesOf(root)];

// Remembers what is said already, so that it is not taken for the answer to the next press. Each
// frame has a memory of its own: what this one knows of the window, the window has to learn too.
function remember(root) {
  const page = root.ownerDocument ?? root;
  seenBefore.set(page, new Map(alerts(root).map(one => [one, textOf(one)])));
  pagesAround(page).forEach(rememberOver);
  return [];
}

// The page itself, if a dialog has come up over it since, in a document around it.
function dialogOver(root) {
  const page = root.ownerDocument ?? root;
  const isOver = pagesAround(page).some(one => overBefore.has(one) && dialogs(one).length);
  return isOver ? [page.body] : [];
}

function refusals(root) {
  const before = seenBefore.get(root.ownerDocument ?? root);
  const isNew = part => before && before.get(part) !== textOf(part);
  const asked = dialogs(root).filter(one => !isSuccess(one)).flatMap(messagesOf);
  const tips = shown(root, `${TIP}, [role=alert]`).flatMap(blocksOf);
  const told = before ? alerts(root).filter(isNew) : tips;
  const isSaid = part => !isGood(textOf(part))
    && ![WAITING, TITLE, COUNTED, PAGING].some(one => one.test(plain(textOf(part))));
  return [...new Set([...asked, ...told.filter(isSaid)])];
}

// Layers that only a cross can close, drawn by whatever element. This is asked before every act,
// so what costs little rules out most parts first.
function crossed(root) {
  const mayBe = text => !isRead(text) || CROSS.test(text.trim());
  const leaves = all(root, "*").filter(one => !one.children.length && mayBe(one.textContent));
  return stacksAround(leaves.filter(one =>
    isPointed(one) && isShown(one) && CROSS.test(nameOf(one))));
}

// What closes a box: crosses with a name, then those that are only drawn.
function crosses(box) {
  const parts = shown(box, "*").filter(one => one.matches(PRESSABLE) || isPointed(one));
  const drawn = parts.filter(one => /close/i.test(classOf(one)) && !plain(nameOf(one)));
  return [...innermost(parts.filter(one => CROSS.test(nameOf(one)))), ...innermost(drawn)];
}

// What closes the smallest box that says these words among others.
function crossesBeside(root, words) {
  return textParts(root, text => plain(text).includes(plain(words)))
    .flatMap(part => nearest(part, crosses, 4));
}

function announcementButtons(root) {
  const over = outermost([...new Set([...layers(root), ...crossed(root)])]);
  const found = over.filter(isAnnouncement)
    .map(layer => [...crosses(layer), ...buttons(layer, CLOSE)][0]);
  return found.filter(Boolean).slice(0, 1); // one after the other
}

// A page that says one sentence and offers nothing.
function loneSentence(root) {
  const body = bodyOf(root);
  const offers = shown(body, `${CONTROLS}, ${PRESSABLE}, ${TICKS}, iframe, table`).length;
  const isLoading = (root.ownerDocument ?? root).readyState === "loading";
  const known = shown(body, ".notice-box > p"); // docs/mock-portal.md, assumed
  const blocks = known.length ? known : blocksOf(body);
  return isLoading || offers || blocks.length !== 1 || WAITING.test(textOf(blocks[0])) ? [] : blocks;
}
