/** The language of the page around a tag, and what stars say in it to screen readers. */

const WORDS = {
  en: ["out of 5 stars", "review", "reviews"],
  de: ["von 5 Sternen", "Bewertung", "Bewertungen"],
  fr: ["sur 5 étoiles", "avis", "avis"],
  es: ["de 5 estrellas", "reseña", "reseñas"],
  pt: ["de 5 estrelas", "avaliação", "avaliações"],
};
const known = {};

/** [tag, tongue, mean, words]: its tag, whose words fit it, how it writes a mean, what stars say. */
export function languageOf(element) {
  const tag = (element.closest("[lang]")?.lang || "en").replace("_", "-");
  const tongue = tag.slice(0, 2).toLowerCase();
  known[tag] ??= understand(tag, WORDS[tongue] ? tongue : "en");
  return known[tag];
}

/** Kept by `languageOf`, since making a format costs more than all its uses. */
function understand(tag, tongue) {
  try {
    return [tag, tongue, new Intl.NumberFormat(tag, { minimumFractionDigits: 1 }).format, WORDS[tongue]];
  } catch {
    return understand(tongue, tongue);
  }
}
