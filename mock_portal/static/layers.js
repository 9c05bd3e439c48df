// Layers over a page: alert, tip beside a field, busy mask; with the hooks of the desk's own.
var layers = (function () {
  "use strict";
  var TIP_MILLISECONDS = 3000;
  var QUESTION = 3; // its icon
  var count = 0;

  function element(tag, className, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function show(kind, content) {
    count += 1;
    var layer = element("div", "layui-layer layui-layer-" + kind);
    layer.id = "layui-layer" + count;
    layer.appendChild(content);
    document.body.appendChild(layer);
    return layer;
  }

  // Whatever lies under it is out of reach, for the keyboard too.
  function shade(layer) {
    if (document.activeElement) document.activeElement.blur();
    var cover = element("div", "layui-layer-shade");
    cover.id = layer.id.replace("-layer", "-layer-shade");
    document.body.insertBefore(cover, layer);
    return function () {
      cover.remove();
      layer.remove();
    };
  }

  // A dialog with these buttons, each by its text with what follows; the cross only closes it.
  function dialog(message, icon, buttons) {
    var content = element("div", "layui-layer-content layui-layer-padding", message);
    content.appendChild(element("i", "layui-layer-ico layui-layer-ico" + icon));
    var layer = show("dialog", content);
    layer.insertBefore(element("div", "layui-layer-title", "信息"), content);
    var close = shade(layer);
    var corner = element("span", "layui-layer-setwin");
    var cross = element("a", "layui-layer-ico layui-layer-close layui-layer-close1");
    var row = element("div", "layui-layer-btn");
    corner.appendChild(cross);
    layer.append(corner, row);
    cross.onclick = close;
    buttons.forEach(function (button, index) {
      var made = element("a", "layui-layer-btn" + index, button[0]);
      row.appendChild(made);
      made.onclick = function () {
        close();
        if (button[1]) button[1]();
      };
    });
  }

  function alertLayer(message, icon, then) {
    dialog(message, icon, [["确定", then]]);
  }

  function confirmLayer(message, then) {
    dialog(message, QUESTION, [["确定", then], ["取消"]]);
  }

  // A page over the page; only its cross in the corner closes it.
  function pageLayer(title, text) {
    var layer = show("page", element("div", "layui-layer-content", text));
    layer.insertBefore(element("div", "layui-layer-title", title), layer.firstChild);
    var corner = element("span", "layui-layer-setwin");
    var cross = element("a", "layui-layer-ico layui-layer-close layui-layer-close1");
    corner.appendChild(cross);
    layer.appendChild(corner);
    cross.onclick = shade(layer);
  }

  function tip(message, field) {
    document.querySelectorAll(".layui-layer-tips").forEach(function (old) { old.remove(); });
    var content = element("div", "layui-layer-content", message);
    content.appendChild(element("i", "layui-layer-TipsG layui-layer-TipsR"));
    var layer = show("tips", content);
    field.scrollIntoView({ block: "nearest" });
    var place = field.getBoundingClientRect();
    var left = Math.min(place.right + 10, document.documentElement.clientWidth - layer.offsetWidth);
    layer.style.left = left + window.scrollX + "px";
    layer.style.top = place.top + window.scrollY + "px";
    setTimeout(function () { layer.remove(); }, TIP_MILLISECONDS);
  }

  // Returns the function that takes the mask away.
  function load() {
    return shade(show("loading", element("div", "layui-layer-content layui-layer-loading1")));
  }

  return { alert: alertLayer, confirm: confirmLayer, page: pageLayer, tip: tip, load: load, OK: 1, ERROR: 2, WARNING: 0 };
})();
