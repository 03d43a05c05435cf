/** What stars say, for eyes and for screen readers, in the page's language. */

const WORDS = {
  en: ["out of 5 stars", "review", "reviews"],
  de: ["von 5 Sternen", "Bewertung", "Bewertungen"],
  fr: ["sur 5 étoiles", "avis", "avis"],
  es: ["de 5 estrellas", "reseña", "reseñas"],
  pt: ["de 5 estrelas", "avaliação", "avaliações"],
};

/** ["4.4", "4.4 out of 5 stars", "127 reviews"]; a single rating, without `count`, is a whole number. */
export function describe(average, count, language) {
  const [stars, one, many] = WORDS[language.slice(0, 2)] || WORDS.en;
  const mean = average.toLocaleString(language, count && { minimumFractionDigits: 1 });
  return [mean, `${mean} ${stars}`, `${count?.toLocaleString(language)} ${count === 1 ? one : many}`];
}
