// The desk: menu, tab strip and one frame per tab; a frame that is not active stays, hidden.
var desk = (function () {
  "use strict";
  var strip = document.querySelector(".page-tabs-content");
  var frames = document.querySelector(".J_mainContent");
  var records = document.querySelectorAll(".J_menuItem").length;

  function byUrl(parent, url) {
    return Array.from(parent.children).find(function (child) { return child.dataset.id === url; });
  }

  function activate(url) {
    Array.from(strip.children).forEach(function (tab) {
      tab.classList.toggle("active", tab.dataset.id === url);
    });
    byUrl(strip, url).scrollIntoView({ block: "nearest", inline: "nearest" });
    Array.from(frames.children).forEach(function (frame) {
      frame.style.display = frame.dataset.id === url ? "inline" : "none";
    });
  }

  function addTab(url, text, id) {
    var tab = document.createElement("a");
    tab.href = "javascript:;";
    tab.className = "J_menuTab";
    tab.dataset.id = url;
    if (id) tab.id = id;
    tab.textContent = text;
    var cross = document.createElement("i");
    cross.className = "fa fa-times-circle";
    tab.appendChild(cross);
    strip.appendChild(tab);
  }

  function addFrame(url, index) {
    var frame = document.createElement("iframe");
    frame.className = "J_iframe";
    frame.name = "iframe" + index;
    frame.width = frame.height = "100%";
    frame.frameBorder = "0";
    frame.dataset.id = url;
    frame.src = url;
    frames.appendChild(frame);
  }

  function open(url, text, index, id) {
    var frame = byUrl(frames, url);
    if (frame) {
      frame.contentWindow.location.replace(url);
    } else {
      addTab(url, text, id);
      addFrame(url, index);
    }
    activate(url);
  }

  function openMenu(url) {
    var item = document.querySelector('.J_menuItem[data-id="' + url + '"]');
    open(url, item.textContent.trim(), item.dataset.index);
  }

  function openRecord(url, number) {
    records += 1;
    open(url, "处理-" + number, records, "pending-" + number);
  }

  function close(url) {
    var tab = byUrl(strip, url);
    var neighbour = tab.nextElementSibling || tab.previousElementSibling;
    if (tab.classList.contains("active")) activate(neighbour.dataset.id);
    tab.remove();
    byUrl(frames, url).remove();
  }

  // The frame that asks is removed last: its script is still running.
  function finishRecord(url, listUrl) {
    openMenu(listUrl);
    close(url);
  }

  document.getElementById("menu_li").addEventListener("click", function (event) {
    var item = event.target.closest(".J_menuItem");
    if (item) openMenu(item.dataset.id);
  });
  strip.addEventListener("click", function (event) {
    var tab = event.target.closest(".J_menuTab");
    if (!tab) return;
    if (event.target.matches(".fa-times-circle")) close(tab.dataset.id);
    else activate(tab.dataset.id);
  });

  return { openRecord: openRecord, finishRecord: finishRecord };
})();
