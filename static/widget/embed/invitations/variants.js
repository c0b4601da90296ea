// Which of two texts a visitor sees: the same for the whole visit, in this tab, without storing it.

/**
 * The browser names the entries of a tab's history by chance. The first is there as long as the visit.
 * Browsers that do not tell: as long as the page.
 */
const chance = parseInt(window.navigation?.entries?.()[0]?.key, 16) || Math.random() * 2 ** 32;

/** A bit of it for each invitation, so that who sees one's B need not see another's. @param {ShownInvitation} invitation */
export const variantOf = ({ id, b }) => (b && (chance >>> parseInt(id, 16)) & 1 ? "b" : "a");
