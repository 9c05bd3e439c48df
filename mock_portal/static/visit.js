// As a third party's script that counts visits: it sets its cookies and never comes to rest.
(function () {
  "use strict";
  var beacon = document.currentScript.dataset.beacon;
  var views = Number((document.cookie.match(/pageViewNum=(\d+)/) || [0, 0])[1]) + 1;
  document.cookie = "accessId=" + Math.random().toString(36).slice(2) + "; path=/";
  document.cookie = "pageViewNum=" + views + "; path=/";
  setInterval(function () { navigator.sendBeacon(beacon); }, 1000);
})();
