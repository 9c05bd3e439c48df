// The home page: 地方特色应用 opens level by level, its last level opens the desk in a new window.
function notProvided() {
  alert("该服务在模拟门户中未提供");
}

function openApps(entry, id) {
  var level = entry.closest("ul");
  level.querySelectorAll("li").forEach(function (li) { li.classList.remove("open"); });
  entry.parentNode.classList.add("open");
  for (var next = level.nextElementSibling; next; next = next.nextElementSibling) {
    next.classList.toggle("shown", next.id === id);
  }
}

function openDesk(url) {
  window.open(url);
}
