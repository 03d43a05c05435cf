/** What the shopper chose for a product, shared by the tags of that product on the page. */

const choices = new Map();
export const ORDERS = ["newest", "helpful", "highest", "lowest", "oldest"];
export const NONE = { stars: [], media: "", attribute: "", language: "", q: "", sort: ORDERS[0] };

/** The product's choice: its `value`, `set(change)`, and `watch(node, told)`: told of changes while shown. */
export function choiceOf(product) {
  if (!choices.has(product)) {
    const watching = [];
    const choice = {
      value: NONE,
      set(change) {
        choice.value = { ...choice.value, ...change };
        for (const [node, told] of watching) if (node.isConnected) told(choice.value);
      },
      watch: (node, told) => watching.push([node, told]),
    };
    choices.set(product, choice);
  }
  return choices.get(product);
}

/** Whether anything but the order was chosen. */
export const isNarrowed = ({ stars, media, attribute, language, q }) =>
  stars.length > 0 || [media, attribute, language, q].some(Boolean);
