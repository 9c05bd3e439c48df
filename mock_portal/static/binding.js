// 老用户账号绑定 and 快速注册: a captcha of their own, and the way on to the desk.
function newCaptcha(image) {
  image.src = image.dataset.url + "&r=" + Math.random();
}

document.querySelectorAll("img.captcha").forEach(function (image) {
  image.onclick = function () { newCaptcha(image); };
  newCaptcha(image);
});

function submitAccount(form) {
  if (!portalForm.isComplete(form)) return;
  portalForm.post(form, function (answer) {
    if (answer.code === 0) {
      location.replace(answer.data);
      return;
    }
    layers.alert(answer.message, layers.ERROR);
    form.verifyCode.value = "";
    newCaptcha(form.querySelector("img.captcha"));
  });
}
