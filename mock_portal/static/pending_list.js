// 待确认: 处理 opens a tab of the desk for the record.
(function () {
  "use strict";
  var formUrl = document.currentScript.dataset.form;

  function operation(record) {
    var link = document.createElement("a");
    link.href = "javascript:;";
    link.textContent = "处理";
    link.onclick = function () {
      var url = formUrl + "&applNo=" + encodeURIComponent(record.applNo);
      window.parent.desk.openRecord(url, record.applNo);
    };
    return link;
  }

  pagedTable(document.getElementById("pendingTable"), { operation: operation }, function () {
    return {};
  });
})();
