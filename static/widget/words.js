/** The list's words in the page's language; one language is fetched, English is the fallback. */
const SHIPPED = {
  en: () => import("./words/en.js"),
  de: () => import("./words/de.js"),
  fr: () => import("./words/fr.js"),
  es: () => import("./words/es.js"),
  pt: () => import("./words/pt.js"),
};

/** The words for a language tag such as `pt-BR`. */
export async function wordsFor(language) {
  const load = SHIPPED[language.slice(0, 2).toLowerCase()] || SHIPPED.en;
  return (await load()).default;
}
