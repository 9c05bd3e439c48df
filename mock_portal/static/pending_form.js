// 投保确认: fields, then the tick, then 确认投保.
var form = document.getElementById("confirmForm");

function finish() {
  window.parent.desk.finishRecord(window.frameElement.dataset.id, form.dataset.list);
}

function confirmPolicy() {
  if (!portalForm.isComplete(form)) return;
  if (form.dataset.declaration && !form.agree.checked) {
    layers.alert(form.dataset.declaration, layers.WARNING);
    return;
  }
  portalForm.post(form, function (answer) {
    if (answer.code === 0) layers.alert(answer.message, layers.OK, finish);
    else layers.alert(answer.message, layers.ERROR);
  });
}
