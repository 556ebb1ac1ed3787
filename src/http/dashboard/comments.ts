/** A comment that has its lines for itself, as all of ours have. */
const COMMENT = /^[ \t]*(?:\/\*\*?[ \n][^]*?\*\/|\/\/ .*)[ \t]*$/gm;

/**
 * A module without its comments, and without spaces at the ends of its lines. Every line keeps its
 * number. A third of what a browser would load is comments.
 */
export function withoutComments(text: string): string {
  return text
    .replaceAll(COMMENT, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/[ \t]+$/gm, '');
}
