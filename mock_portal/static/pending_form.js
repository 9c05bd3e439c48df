// 投保确认: fields, then the tick, then 确认投保.
var form = document.getElementById("confirmForm");

function finish() {
  window.parent.desk.finishRecord(window.frameElement.dataset.id, form.dataset.list);
}

// Asks first, where the page is told to; goes on if the answer is yes.
function ask(then) {
  var question = form.dataset.question;
  var asks = form.dataset.asks;
  if (asks === "layer") layers.confirm(question, then);
  else if (!asks || (confirm(question) && (asks === "native" || confirm(question)))) then();
}

function confirmPolicy() {
  if (!portalForm.isComplete(form)) return;
  if (!form.agree.checked) {
    layers.alert(form.dataset.declaration, layers.WARNING);
    return;
  }
  ask(function () { portalForm.post(form, show); });
}

function show(answer) {
  if (form.dataset.closesAt === "answer") window.top.close();
  else if (answer.code === 0) layers.alert(answer.message, layers.OK, finish);
  else layers.alert(answer.message, layers.ERROR);
}

form.addEventListener("input", function () {
  if (form.dataset.refreshed) form.productName.value = form.dataset.refreshed;
  if (form.dataset.closesAt === "typing") window.top.close();
});
