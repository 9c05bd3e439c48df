// A form of the desk: trims what is typed, checks it field by field, sends it and shows the answer.
var portalForm = (function () {
  "use strict";
  var TIMEOUT_MILLISECONDS = 120000;

  function width(text) {
    return Array.from(text).reduce(function (sum, one) {
      return sum + (one.codePointAt(0) < 256 ? 1 : 2);
    }, 0);
  }

  // What is wrong with this field, or nothing.
  function problem(field) {
    var value = field.value.trim();
    var demands = field.dataset;
    if (!value) return demands.required || null;
    if (demands.limit && width(value) > Number(demands.limit)) return demands.tooLong;
    if (demands.same && field.value !== field.form[demands.same].value) return demands.wrong;
    if (demands.pattern && !new RegExp("^(?:" + demands.pattern + ")$").test(value)) {
      return demands.wrong;
    }
    return null;
  }

  function isComplete(form) {
    var wrong = Array.from(form.querySelectorAll("input, select, textarea")).find(problem);
    if (wrong) layers.tip(problem(wrong), wrong);
    return !wrong;
  }

  function post(form, done) {
    var unmask = layers.load();
    fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS)
    })
      .then(function (answer) { return answer.json(); })
      .finally(unmask)
      .then(done)
      .catch(function () { layers.alert("提交失败，请稍后再试！", layers.ERROR); });
  }

  // What a page makes of a field that is left, beyond trimming it.
  var REWRITES = {
    cut: function (value) { return value.slice(0, 5); },
    mask: function (value) { return value.replace(/^(...)..../, "$1****"); }
  };

  document.addEventListener("focusout", function (event) {
    var field = event.target;
    if (!field.matches("input[type=text], textarea")) return;
    field.value = field.value.replace(/[\r\n]/g, "").trim();
    if (field.dataset.rewrite) field.value = REWRITES[field.dataset.rewrite](field.value);
  });

  return { isComplete: isComplete, post: post };
})();
