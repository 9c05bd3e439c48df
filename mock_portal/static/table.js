// A table paged by the server, with the hooks of the desk's own; old rows stay until new ones come.
function pagedTable(table, formatters, query) {
  "use strict";
  var PAGE_SIZES = [10, 25, 50];
  var TIMEOUT_MILLISECONDS = 40000;
  var fields = Array.from(table.querySelectorAll("th"), function (th) { return th.dataset.field; });
  var page = 1;
  var pageSize = PAGE_SIZES[0];
  var asked = 0;
  var body = table.createTBody();
  var loading = made("div", "fixed-table-loading", "正在努力地加载数据中，请稍候……");
  var pagination = made("div", "fixed-table-pagination");

  function made(tag, className, content) {
    var element = document.createElement(tag);
    element.className = className;
    element.append(content === undefined ? "" : content);
    return element;
  }

  function wrap() {
    var outer = made("div", "bootstrap-table");
    var container = made("div", "fixed-table-container");
    var inner = made("div", "fixed-table-body");
    table.replaceWith(outer);
    table.className = "table table-hover";
    inner.append(loading, table);
    container.append(inner);
    outer.append(container, pagination);
  }

  function row(record, index) {
    var tr = document.createElement("tr");
    tr.dataset.index = index;
    fields.forEach(function (field) {
      var text = field === "index" ? String((page - 1) * pageSize + index + 1) : record[field];
      tr.append(made("td", "", formatters[field] ? formatters[field](record) : text));
    });
    return tr;
  }

  function emptyRow() {
    var tr = made("tr", "no-records-found");
    var td = made("td", "", "没有找到匹配的记录");
    td.colSpan = fields.length;
    tr.append(td);
    return tr;
  }

  function link(text, press) {
    var a = made("a", "", text);
    a.href = "javascript:;";
    a.onclick = press;
    return a;
  }

  function pageButton(className, text, target, usable) {
    var li = made("li", className + (usable ? "" : " disabled"));
    li.append(link(text, function () { if (usable) turnTo(target); }));
    return li;
  }

  function sizeChooser() {
    var menu = made("ul", "dropdown-menu");
    var group = made("span", "btn-group dropup");
    var button = made("button", "btn btn-default dropdown-toggle");
    PAGE_SIZES.forEach(function (size) {
      var li = made("li", size === pageSize ? "active" : "");
      li.append(link(String(size), function () { pageSize = size; turnTo(1); }));
      menu.append(li);
    });
    button.type = "button";
    button.append(made("span", "page-size", String(pageSize)), made("span", "caret"));
    button.onclick = function () { group.classList.toggle("open"); };
    group.append(button, menu);
    return group;
  }

  // The first page, the last one, and those around this one.
  function shownPages(pages) {
    return Array.from({ length: pages }, function (_, index) { return index + 1; }).filter(function (number) {
      return number === 1 || number === pages || Math.abs(number - page) <= 2;
    });
  }

  function showPagination(total) {
    var pages = Math.ceil(total / pageSize);
    var first = (page - 1) * pageSize + 1;
    var last = Math.min(page * pageSize, total);
    var info = "显示第 " + first + " 到第 " + last + " 条记录，总共 " + total + " 条记录";
    var detail = made("div", "pull-left pagination-detail", made("span", "pagination-info", info));
    var list = made("span", "page-list", "每页显示 ");
    var numbers = made("ul", "pagination");
    list.append(sizeChooser(), " 条记录");
    detail.append(list);
    numbers.append(pageButton("page-pre", "‹", page - 1, page > 1));
    shownPages(pages).forEach(function (number, index, all) {
      if (index && number - all[index - 1] > 1) numbers.append(pageButton("page-separator", "...", 0, false));
      var active = number === page ? " active" : "";
      numbers.append(pageButton("page-number" + active, String(number), number, true));
    });
    numbers.append(pageButton("page-next", "›", page + 1, page < pages));
    pagination.replaceChildren(detail, made("div", "pull-right", numbers));
    pagination.style.display = total ? "" : "none";
  }

  function show(answer) {
    var rows = answer.rows.map(row);
    body.replaceChildren.apply(body, rows.length ? rows : [emptyRow()]);
    showPagination(answer.total);
  }

  // A question that is refused leaves the rows as they are.
  function tell(answer) {
    if (answer.code < 0) layers.alert(answer.message, layers.WARNING);
    else show(answer);
  }

  // An answer that a later question has overtaken is dropped.
  function turnTo(target) {
    page = target;
    asked += 1;
    var question = asked;
    var url = new URL(table.dataset.url, location.href);
    var sent = Object.assign({ limit: pageSize, offset: (page - 1) * pageSize }, query());
    Object.keys(sent).forEach(function (name) { url.searchParams.set(name, sent[name]); });
    loading.style.display = "block";
    fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) { if (question === asked) tell(answer); })
      .catch(function () { layers.alert("查询失败，请稍后再试！", layers.ERROR); })
      .finally(function () { if (question === asked) loading.style.display = "none"; });
  }

  wrap();
  turnTo(1);
  return { search: function () { turnTo(1); } };
}
