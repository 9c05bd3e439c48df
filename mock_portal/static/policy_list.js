// 保单查询: an empty 申请编号 asks for all.
var policyTable = pagedTable(document.getElementById("policyTable"), {}, function () {
  return { applNo: document.querySelector("input[name=applNo]").value.trim() };
});

function queryPolicies() {
  policyTable.search();
}
