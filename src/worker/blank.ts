/** What the rehearsal imports in the place of a bundle. */
export const nothing = null;
