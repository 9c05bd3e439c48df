// 账号登录 and 本地登录: checks by native alert, digest of the password, one request per press.
var isLoginButtonPressed = false;
var captchaUrl = document.currentScript.dataset.captcha;
var form = document.getElementById("fm1");

function newCaptcha() {
  document.getElementById("verifyImg").src = captchaUrl + "&r=" + Math.random();
}

function logIn() {
  if (isLoginButtonPressed) return false;
  if (!form.swy.value) { alert("用户名不允许为空"); return false; }
  if (!form.swm2.value) { alert("密码不允许为空"); return false; }
  if (!form.verifyCode.value) { alert("验证码不允许为空"); return false; }
  isLoginButtonPressed = true;
  form.swm.value = md5(form.swm2.value);
  form.swm2.value = "";
  return true;
}

newCaptcha();
