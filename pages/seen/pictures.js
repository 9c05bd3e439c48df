// The picture beside a field.
const PICTURES = "img, canvas, svg, input[type=image], [role=img]";
const [WIDE, HIGH] = [50, 18]; // pixels; what is smaller is an icon

function isPicture(part) {
  const { width, height } = part.getBoundingClientRect();
  if (width < WIDE || height < HIGH || part.matches(CONTROLS)) return false;
  const isPainted = !part.childNodes.length && getComputedStyle(part).backgroundImage !== "none";
  return part.matches(PICTURES) || isPainted;
}

// Widens from the field, inside its form, until there is a picture.
function picturesBeside(root, label) {
  const [field, ...others] = fields(root, label);
  if (!field || others.length) return [];
  const form = field.form ?? field.ownerDocument.body;
  for (let box = field.parentElement; box && form.contains(box); box = box.parentElement) {
    const found = shown(box, "*").filter(isPicture);
    if (found.length) return outermost(found);
  }
  return [];
}
