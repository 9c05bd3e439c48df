// 保单查询: what is left empty is not asked for.
var policyTable = pagedTable(document.getElementById("policyTable"), {}, function () {
  var asked = {};
  document.querySelectorAll(".search input").forEach(function (field) {
    if (field.value.trim()) asked[field.name] = field.value.trim();
  });
  return asked;
});

function queryPolicies() {
  policyTable.search();
}
