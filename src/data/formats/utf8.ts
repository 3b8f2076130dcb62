/** Whether bytes are UTF-8, without decoding them. Source: the Unicode Standard, table 3-7. */

/** The first byte in [start, end) that no UTF-8 character has there; -1 where there is none. Cost: linear. */
export function invalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end;) {
    const lead = bytes[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    const more = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (more === 0 || at + more >= end) return at;
    // the second byte has a range of its own: no overlong forms, no surrogates, nothing beyond U+10FFFF
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (bytes[at + 1] < least || bytes[at + 1] > most) return at;
    for (let i = 2; i <= more; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return at;
    at += more + 1;
  }
  return -1;
}
