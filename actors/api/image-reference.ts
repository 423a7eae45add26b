//! Names of images: `[domain/]path[:tag][@digest]` (github.com/distribution/reference).

export interface ImageReference {
  /** With its domain: `docker.io/library/busybox`. */
  readonly name: string;
  /** '' where there is a digest and no tag; else `latest` where none is told. */
  readonly tag: string;
  readonly digest: string;
}
const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const WHOLE = new RegExp(`^(${DOMAIN}/${PATH_PART}(?:/${PATH_PART})*)(?::(\\w[\\w.-]{0,127}))?(?:@(${DIGEST}))?$`);
const DIGESTS: readonly RegExp[] = [/^sha256:[a-f0-9]{64}$/, /^sha384:[a-f0-9]{96}$/, /^sha512:[a-f0-9]{128}$/];
const NAME_MAX = 255;
/** Could be an image's id as well. */
const ID = /^[a-f0-9]{64}$/;

/** Undefined for what is no name of an image. */
export function parseImage(image: string): ImageReference | undefined {
  if (ID.test(image)) return undefined;
  const match = WHOLE.exec(withDomain(image));
  if (match === null) return undefined;
  const [, name = '', tag = '', digest = ''] = match;
  if (name.length > NAME_MAX || (digest !== '' && !DIGESTS.some((shape) => shape.test(digest)))) return undefined;
  return { name, tag: tag === '' && digest === '' ? 'latest' : tag, digest };
}
function withDomain(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const domain = isDomain ? first : 'docker.io';
  const rest = isDomain ? image.slice(slash + 1) : image;
  if (domain === 'index.docker.io' || domain === 'docker.io')
    return `docker.io/${rest.includes('/') ? rest : `library/${rest}`}`;
  return `${domain}/${rest}`;
}
