//! Blocks of PEM, as Go's encoding/pem finds them in a text: what is no block is passed over.

export interface Block {
  readonly type: string;
  readonly headers: boolean;
  readonly bytes: Buffer;
}
const BLOCK =
  /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t]*\r?\n((?:[^\n:]+:[^\n]*\r?\n)*)\s*([A-Za-z0-9+/=\s]*?)\r?\n?-----END \1-----/g;

export const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(BLOCK)].map(([, type = '', headers = '', body = '']) => ({
    type,
    headers: headers !== '',
    bytes: Buffer.from(body, 'base64'),
  }));
