// MD5 (RFC 1321) of a text in UTF-8, as 32 hexadecimal digits.
var md5 = (function () {
  "use strict";
  var SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
  var SINES = Array.from({ length: 64 }, function (_, step) {
    return Math.floor(Math.abs(Math.sin(step + 1)) * 4294967296) >>> 0;
  });

  function padded(bytes) {
    var size = ((bytes.length + 8) >> 6) * 64 + 64;
    var block = new Uint8Array(size);
    block.set(bytes);
    block[bytes.length] = 0x80;
    new DataView(block.buffer).setUint32(size - 8, bytes.length * 8, true);
    return new DataView(block.buffer);
  }

  // The word to add in this step, and the mixing function of its round.
  function mixed(step, b, c, d) {
    if (step < 16) return [step, (b & c) | (~b & d)];
    if (step < 32) return [(5 * step + 1) % 16, (d & b) | (~d & c)];
    if (step < 48) return [(3 * step + 5) % 16, b ^ c ^ d];
    return [(7 * step) % 16, c ^ (b | ~d)];
  }

  function digestBlock(view, offset, state) {
    var a = state[0], b = state[1], c = state[2], d = state[3];
    for (var step = 0; step < 64; step++) {
      var mix = mixed(step, b, c, d);
      var sum = (a + mix[1] + SINES[step] + view.getUint32(offset + mix[0] * 4, true)) | 0;
      var shift = SHIFTS[step >> 4][step % 4];
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
    }
    return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }

  return function (text) {
    var view = padded(new TextEncoder().encode(text));
    var state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
    for (var offset = 0; offset < view.byteLength; offset += 64) {
      state = digestBlock(view, offset, state);
    }
    var digest = new DataView(new ArrayBuffer(16));
    state.forEach(function (word, index) { digest.setInt32(index * 4, word, true); });
    return Array.from(new Uint8Array(digest.buffer), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  };
})();
