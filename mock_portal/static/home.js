// The home page: three log-in boxes; 地方特色应用 opens level by level, and its last one the desk.
function notProvided() {
  alert("该服务在模拟门户中未提供");
}

function openApps(entry, id) {
  var level = entry.parentNode;
  level.querySelectorAll("li").forEach(function (li) { li.classList.remove("open"); });
  entry.classList.add("open");
  for (var next = level.nextElementSibling; next; next = next.nextElementSibling) {
    next.classList.toggle("shown", next.id === id);
  }
}

function openDesk(url) {
  window.open(url);
}

// The second and third log-in box are loaded when they are first asked for.
function openLogin(number, addressUrl) {
  document.querySelectorAll(".login-tabs li").forEach(function (tab, index) {
    tab.classList.toggle("active", index + 1 === number);
    document.getElementById("div_iframe" + (index + 1)).classList.toggle("shown", index + 1 === number);
  });
  var frame = document.getElementById("loginIframe" + number);
  if (frame.getAttribute("src")) return;
  fetch(addressUrl, { method: "POST" })
    .then(function (answer) { return answer.json(); })
    .then(function (answer) { frame.src = answer.data; });
}
