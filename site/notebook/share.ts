// A notebook in a link. In goes its text; out comes the part of an address after `#`, which browsers send to no server.
// And back, with a clear word about links that have been cut or changed on their way.

/** A link that holds no notebook, in words for the reader. */
export class ShareError extends Error {
  override readonly name: string = "ShareError";
}

const prefix = "#share=";
const version = "1";
/** A notebook is smaller than this; a small link could unpack to much more. */
const mostCharacters = 4_000_000;

/** Whether an address carries a notebook. */
export function isShare(hash: string): boolean {
  return hash.startsWith(prefix);
}

/** The part of an address that carries a notebook. */
export async function encodeShare(text: string): Promise<string> {
  // `deflate` ends with a checksum, which finds links that were cut.
  const bytes = await collect(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate")));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const base64 = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${prefix}${version}.${base64}`;
}

/** The text of the notebook in an address. @throws {ShareError} where there is none. */
export async function decodeShare(hash: string): Promise<string> {
  if (!isShare(hash)) throw new ShareError("this link carries no notebook");
  const [mark, base64 = ""] = hash.slice(prefix.length).split(".", 2) as [string, string?];
  if (/^\d+$/.test(mark) && mark !== version) {
    throw new ShareError(`this link was made by another version of this page (${mark}; this one reads ${version})`);
  }
  if (mark !== version) throw new ShareError("this link is broken: its beginning cannot be read");
  if (!/^[\w-]+$/.test(base64)) throw new ShareError("this link is broken: it holds characters that none should have");
  try {
    const binary = atob(base64.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new TextDecoder("utf-8", { fatal: true }).decode(await collect(stream, mostCharacters));
  } catch (error) {
    if (error instanceof ShareError) throw error;
    throw new ShareError("this link is broken: a part of it is missing or was changed");
  }
}

async function collect(stream: ReadableStream<Uint8Array>, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      throw new ShareError("this link holds more than a notebook can be");
    }
    pieces.push(next.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
