// 投保确认: trims what is typed, checks it, sends 确认投保.
var TIMEOUT_MILLISECONDS = 120000;
var EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
var form = document.getElementById("confirmForm");

form.addEventListener("focusout", function (event) {
  if (event.target.matches("input[type=text], textarea")) {
    event.target.value = event.target.value.replace(/[\r\n]/g, "").trim();
  }
});

// What is wrong with this field, or nothing.
function problem(field) {
  var value = field.value.trim();
  if (field.dataset.required && !value) return field.dataset.required;
  if (field.dataset.email && value && !EMAIL.test(value)) return field.dataset.email;
  return null;
}

function isComplete() {
  var wrong = Array.from(form.querySelectorAll("input[type=text]")).find(problem);
  if (wrong) {
    layers.tip(problem(wrong), wrong);
    return false;
  }
  if (form.dataset.declaration && !form.agree.checked) {
    layers.alert(form.dataset.declaration, layers.WARNING);
    return false;
  }
  return true;
}

function finish() {
  window.parent.desk.finishRecord(window.frameElement.dataset.id, form.dataset.list);
}

function confirmPolicy() {
  if (!isComplete()) return;
  var unmask = layers.load();
  fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  })
    .then(function (answer) { return answer.json(); })
    .finally(unmask)
    .then(function (answer) {
      if (answer.code === 0) layers.alert(answer.message, layers.OK, finish);
      else layers.alert(answer.message, layers.ERROR);
    })
    .catch(function () { layers.alert("提交失败，请稍后再试！", layers.ERROR); });
}
