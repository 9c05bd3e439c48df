// A date can only be picked: a month at a time, its days as cells that carry their date.
(function () {
  "use strict";
  var picker = null;

  function close() {
    if (picker) picker.remove();
    picker = null;
  }

  function named(tag, className, text) {
    var element = document.createElement(tag);
    element.className = className;
    element.textContent = text || "";
    return element;
  }

  function dayCell(field, year, month, day) {
    var cell = document.createElement("td");
    cell.setAttribute("lay-ymd", year + "-" + (month + 1) + "-" + day);
    cell.textContent = day;
    cell.onclick = function () {
      var two = function (number) { return String(number).padStart(2, "0"); };
      field.value = year + "-" + two(month + 1) + "-" + two(day);
      close();
    };
    return cell;
  }

  function days(field, year, month) {
    var table = document.createElement("table");
    var weekdays = table.createTHead().insertRow();
    Array.from("日一二三四五六").forEach(function (weekday) {
      weekdays.appendChild(named("th", "", weekday));
    });
    var body = table.createTBody();
    var row = body.insertRow();
    for (var blank = new Date(year, month, 1).getDay(); blank > 0; blank--) row.insertCell();
    for (var day = 1; day <= new Date(year, month + 1, 0).getDate(); day++) {
      if (row.cells.length === 7) row = body.insertRow();
      row.appendChild(dayCell(field, year, month, day));
    }
    return table;
  }

  function footer(field) {
    var row = named("div", "layui-laydate-footer");
    var clear = named("span", "laydate-btns-clear", "清空");
    clear.onclick = function () {
      field.value = "";
      close();
    };
    row.append(clear);
    return row;
  }

  function open(field, year, month) {
    close();
    picker = named("div", "layui-laydate");
    var head = named("div", "layui-laydate-header");
    var before = named("i", "laydate-prev-m", "‹");
    var after = named("i", "laydate-next-m", "›");
    before.onclick = function () { show(field, new Date(year, month - 1, 1)); };
    after.onclick = function () { show(field, new Date(year, month + 1, 1)); };
    var shown = named("span", "laydate-set-ym", year + "年" + (month + 1) + "月");
    head.append(before, shown, after);
    picker.append(head, days(field, year, month), footer(field));
    field.parentNode.appendChild(picker);
  }

  function show(field, day) {
    open(field, day.getFullYear(), day.getMonth());
  }

  document.querySelectorAll("input.laydate").forEach(function (field) {
    field.onclick = function () { show(field, new Date(field.value || field.dataset.today)); };
  });
  document.addEventListener("mousedown", function (event) {
    if (picker && !picker.parentNode.contains(event.target)) close();
  });
})();
