// 卡介质: finds the control, asks the card to sign, sends the log-in; every message is a native one.
(function () {
  "use strict";
  var CHECKS = [0, 1500, 3000];
  var AFTER_RESTART = 2500;
  var WAIT = 500;
  var WAITS = 10;
  var NO_SERVICE = ["连接客户端控件服务失败,请重试.", "Err:Base60408"];
  var INSTALL = "请下载安装IC卡/Key客户端控件，否则，将无法使用IC卡/Key";
  var DAY = 86400000;

  var script = document.currentScript;
  var form = document.getElementById("fm1");
  var info = document.getElementById("info");
  var pin = document.getElementById("password");
  var socket = null;
  var callbacks = {};
  var calls = 0;
  var isLoginButtonPressed = false;

  function busy(text) {
    info.textContent = text;
    info.classList.toggle("busy", Boolean(text));
  }

  // An answer goes to whoever called this method last, as the real page has it.
  function receive(event) {
    if (event.data.charAt(0) !== "{") {
      refuse(["数据格式非法:" + event.data]);
      return;
    }
    var answer = JSON.parse(event.data);
    var callback = callbacks[answer._method];
    delete callbacks[answer._method];
    if (callback) callback(answer._args);
  }

  function lose() {
    socket = null;
    var waiting = Object.keys(callbacks);
    callbacks = {};
    if (waiting.length) refuse(NO_SERVICE);
  }

  function connect(found) {
    if (!script.dataset.control) return;
    var one = new WebSocket(script.dataset.control);
    one.onopen = function () { socket = one; found(); };
    one.onmessage = receive;
    one.onclose = function () { if (socket === one) lose(); };
  }

  // Looks for the control three times, asks it to start again, looks once more.
  function detect() {
    var isFound = false;
    function found() { isFound = true; busy(""); }
    function look() { if (!isFound) connect(found); }
    busy("正在检测控件，请稍等");
    CHECKS.forEach(function (milliseconds) { setTimeout(look, milliseconds); });
    setTimeout(function () {
      if (isFound) return;
      var restart = document.createElement("iframe");
      restart.style.display = "none";
      restart.src = "singlewindow://Restart";
      document.body.appendChild(restart);
      setTimeout(look, AFTER_RESTART);
      setTimeout(function () { if (!isFound) giveUp(); }, AFTER_RESTART + WAIT);
    }, CHECKS[CHECKS.length - 1] + WAIT);
  }

  function giveUp() {
    pin.value = "";
    pin.disabled = true;
    if (confirm(INSTALL)) window.open(script.dataset.download);
    busy("");
  }

  function send(method, args, done, waits) {
    if (!socket) {
      if (waits === WAITS) refuse(NO_SERVICE);
      else setTimeout(function () { send(method, args, done, (waits || 0) + 1); }, WAIT);
      return;
    }
    calls += 1;
    callbacks[method] = function (answer) {
      if (answer.Result) done(answer.Data);
      else refuse(answer.Error);
    };
    socket.send(JSON.stringify({ _method: method, _id: calls, args: args }));
  }

  function refuse(error) {
    var isNoCard = /50200|51590/.test(error[1]);
    alert(isNoCard ? "请插入IC卡或者Key!" : error.join("\n"));
    busy("");
    isLoginButtonPressed = false;
  }

  // Whole days from today to a time that is written yyyyMMddHHmmss.
  function days(end) {
    var date = end.replace(/(....)(..)(..).*/, "$1-$2-$3");
    return (Date.parse(date) - Date.parse(script.dataset.today)) / DAY;
  }

  function checkValidity(data) {
    var left = days(data[0].szEndTime);
    if (left <= 0) {
      refuse(["您的IC卡已过期!"]);
      return;
    }
    if (left <= 30) alert("您的IC卡还有" + left + "天到期，请尽快延期!");
    form.submit();
  }

  function keepSignature(data) {
    form.signData.value = data[0];
    form.certNo.value = data[1];
    send("cus-sec_SpcGetCardID", {}, function (card) {
      form.icCard.value = card[0];
      send("cus-sec_SpcGetValidTimeFromCert", {}, checkValidity);
    });
  }

  function logIn() {
    if (isLoginButtonPressed || pin.disabled) return;
    if (!pin.value) { alert("IC卡/Key密码不允许为空"); return; }
    if (/^[0-8]$/.test(pin.value)) { alert("请正确输入8位IC卡/Key密码"); return; }
    isLoginButtonPressed = true;
    busy("登录中，请稍等");
    send("ra_Is903Reader", {}, function () {
      var args = { passwd: pin.value, random: form.random.value };
      send("security_SpcSignRandom", args, keepSignature);
    });
  }

  document.getElementById("loginbutton").onclick = logIn;
  pin.onkeydown = function (event) { if (event.key === "Enter") logIn(); };
  detect();
})();
