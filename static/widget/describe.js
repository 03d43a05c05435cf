/** What stars say, for eyes and for screen readers, in the page's language. */

const WORDS = {
  en: ["out of 5 stars", "review", "reviews"],
  de: ["von 5 Sternen", "Bewertung", "Bewertungen"],
  fr: ["sur 5 étoiles", "avis", "avis"],
  es: ["de 5 estrellas", "reseña", "reseñas"],
  pt: ["de 5 estrelas", "avaliação", "avaliações"],
};

/** [spoken, shown]: "4.4 out of 5 stars, 127 reviews" and "4.4 (127)"; without count: stars only. */
export function describe(average, count, language) {
  const [stars, one, many] = WORDS[language.slice(0, 2)] || WORDS.en;
  const mean = average.toLocaleString(language);
  const number = count?.toLocaleString(language);
  const reviews = count === undefined ? "" : `, ${number} ${count === 1 ? one : many}`;
  return [`${mean} ${stars}${reviews}`, `${mean} (${number})`];
}
