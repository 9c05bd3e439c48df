// 立即注册, 忘记密码, 忘记用户名: what is asked while a form is filled in, and the way on.
function submitForm(form) {
  if (!portalForm.isComplete(form)) return;
  portalForm.post(form, function (answer) {
    if (answer.code === 0) location.href = answer.data;
    else layers.alert(answer.message, layers.ERROR);
  });
}

// Says beside the codes whether the enterprise is registered, as soon as a code is typed.
function lookUp(field) {
  var hint = document.getElementById("codeHint");
  if (!field.value.trim()) return;
  fetch(field.form.dataset.lookup + "?code=" + encodeURIComponent(field.value))
    .then(function (answer) { return answer.json(); })
    .then(function (answer) { hint.textContent = answer.message; });
}

function sendSms(form) {
  var asked = new URLSearchParams({ who: form.who.value });
  fetch(form.dataset.sms, { method: "POST", body: asked })
    .then(function (answer) { return answer.json(); })
    .then(function (answer) { document.getElementById("smsHint").textContent = answer.message; });
}

function openBank(form) {
  window.open(form.dataset.bank + "?who=" + encodeURIComponent(form.who.value));
}

document.querySelectorAll("input[name=etpsUscc], input[name=etpsOrgCode]").forEach(function (field) {
  field.addEventListener("change", function () { lookUp(field); });
});
