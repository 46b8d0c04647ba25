/** How the shop may name an article. */
export const SKU_RULE = '1 to 64 letters, digits, dots, dashes, slashes or underlines'
export const isSku = (text: string): boolean => /^[\w./-]{1,64}$/.test(text)
