/** `docker.io/library/nginx:1.27@sha256:…` as `docker.io/library/nginx`. */
export const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** As a container runtime writes it: `nginx` is `docker.io/library/nginx:latest`. */
export function fullName(image: string): string {
  const [first, ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (first!.includes('.') || first!.includes(':') || first === 'localhost');
  const named = hasRegistry ? image : `docker.io/${rest.length === 0 ? 'library/' : ''}${image}`;
  return /[:@][^/]*$/.test(named) ? named : `${named}:latest`;
}
/** Stands for a digest: the same name, the same id. */
export function imageId(image: string): string {
  let hex = '';
  for (let part = 0; part < 8; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (let i = 0; i < image.length; i++) hash = Math.imul(hash ^ image.charCodeAt(i), 0x01000193) >>> 0;
    hex += hash.toString(16).padStart(8, '0');
  }
  return `${repositoryOf(fullName(image))}@sha256:${hex}`;
}
