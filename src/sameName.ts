/** Which option an unknown one is likely to be, by its spelling alone. Does not know what options mean. */

/** In lower case without underscores. */
export const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** What to write in place of an unknown option; undefined where nothing is like it. @param known the options there are */
export function adviceFor(unknown: string, known: readonly string[]): string | undefined {
  const name = plain(unknown);
  const same = known.find((key) => plain(key) === name);
  if (same !== undefined) return `Write it ${same}.`;
  const isPart = (a: string, b: string): boolean => a.length > 2 && b.includes(a);
  const like = known.find((key) => isPart(plain(key), name) || isPart(name, plain(key)));
  return like && `Did you mean ${like}?`;
}
