const INSIDE = '/dist/';

/** The folder of zdr's own code. It is bundled, so no module may count the folders between itself and another one. */
export const CODE = new URL(import.meta.url.slice(0, import.meta.url.lastIndexOf(INSIDE) + INSIDE.length));
