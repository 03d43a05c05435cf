/** The language of the page around a tag, how it writes numbers, and what stars say in it to screen readers. */

/** What stars say, and the sign before decimals. */
const WORDS = {
  en: ["out of 5 stars", "review", "reviews", "."],
  de: ["von 5 Sternen", "Bewertung", "Bewertungen", ","],
  fr: ["sur 5 étoiles", "avis", "avis", ","],
  es: ["de 5 estrellas", "reseña", "reseñas", ","],
  pt: ["de 5 estrelas", "avaliação", "avaliações", ","],
};
/** Tags whose days and short numbers are written without `Intl`: its first format costs a slow phone 60 ms. */
export const PLAIN = /^(en|de|fr|es|pt)(-(\1|GB|BR))?$|n-US$/i;

/** [tag, tongue, number, words]: whose words fit, `number(value, decimals)` as written there, what stars say. */
export function languageOf(element) {
  const tag = (element.closest("[lang]")?.lang || "en").replace("_", "-");
  const tongue = tag.slice(0, 2).toLowerCase();
  return understand(tag, WORDS[tongue] ? tongue : "en");
}

function understand(tag, tongue) {
  const words = WORDS[tongue];
  const plain = PLAIN.test(tag);
  const number = (value, digits) =>
    plain && value < 1e3
      ? value.toFixed(digits).replace(".", words[3])
      : value.toLocaleString(tag, { minimumFractionDigits: digits });
  try {
    number(0);
    return [tag, tongue, number, words];
  } catch {
    return understand(tongue, tongue);
  }
}
