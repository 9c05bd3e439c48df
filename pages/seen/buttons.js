// What can be pressed, by the words on it.
function drawnBefore(part) {
  const { content } = getComputedStyle(part, "::before");
  return /^"/.test(content) ? content.slice(1, -1) : "";
}

const isRead = text => /[^\p{Co}\s]/u.test(text ?? ""); // the letters of an icon font say nothing

function nameOf(part) {
  const said = part.matches("input") ? part.value : textOf(part);
  const told = [said, part.getAttribute("aria-label"), part.getAttribute("title"), drawnBefore(part)];
  return (told.find(isRead) ?? "").trim();
}

const ARROWS = { previous: /^[‹<←◀❮]$/, next: /^[›>→▶❯]$/ };
const isPointed = part => getComputedStyle(part).cursor === "pointer";
const isOff = part => part.disabled || Boolean(part.closest("[aria-disabled=true], [disabled]"))
  || [part, part.parentElement].some(one => /(^|[\s_-])disabled($|\s)/.test(classOf(one)))
  || getComputedStyle(part).cursor === "not-allowed";

// Buttons and links first, whatever draws them; then what only looks as if it could be pressed.
function buttons(root, words) {
  const wanted = words.map(plain);
  const named = shown(root, PRESSABLE).filter(one => wanted.includes(plain(nameOf(one))));
  return named.length ? innermost(named) : words.flatMap(one => saying(root, one)).filter(isPointed);
}
