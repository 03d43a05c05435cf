"""The same tags in the template language of a shop system: its id, its escaping, its places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape

from reviewapp.widgets.snippets import TAGS, Store, script_tag, tag_snippet

OF_PRODUCT = tuple(tag for tag in TAGS if tag not in ("carousel", "badge"))
"""Tags that ask for a product; the others are the same lines on every page."""
PLATFORMS = ("html", "shopify", "woocommerce", "bigcommerce", "react")


@dataclass(frozen=True, slots=True)
class Lines:
    """What is pasted on one platform: `script` once, `tag` where it should show, and `types` for
    TypeScript where the platform has it."""

    script: str
    tag: str
    types: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tag, of what, and what stands inside it until, or instead of, our part."""

    store: Store
    tag: str
    product: str
    collection: str
    words: Mapping[str, str]

    @property
    def plain(self) -> str:
        """The tag in HTML, with the product it was tried with."""
        return tag_snippet(self.store, self.tag, self.product, self.collection, self.words)

    def inside(self) -> tuple[str, str, str] | None:
        """(address up to the product, address after it, words) of the link inside; None: none."""
        published = f"{self.store.folder}/products/"
        found = {
            "list": (published, "/index.html"),
            "questions": (published, "/questions.html"),
            "form": (f"{self.store.host}/write/{self.store.widget_key}/", ""),
        }.get(self.tag)
        return (*found, self.words[self.tag]) if found else None


def lines_for(platform: str, wanted: Wanted) -> Lines:
    """The lines of one of PLATFORMS.

    The product is the platform's own id of it, which is a number on the three shop systems: it
    is then the name of the product's folder as it stands.
    """
    makers = {
        "shopify": _shopify,
        "woocommerce": _woocommerce,
        "bigcommerce": _bigcommerce,
        "react": _react,
    }
    made = makers.get(platform)
    return made(wanted) if made else Lines(script_tag(wanted.store), wanted.plain)


def _shopify(wanted: Wanted) -> Lines:
    """Liquid escapes nothing by itself: each value goes through a filter."""
    tag = _templated(wanted, "{{ product.id | escape }}", "{{ product.id | url_encode }}")
    return Lines(script_tag(wanted.store), tag)


def _bigcommerce(wanted: Wanted) -> Lines:
    """Handlebars with two braces escapes for HTML; three would not."""
    return Lines(script_tag(wanted.store), _templated(wanted, "{{product.id}}", "{{product.id}}"))


def _templated(wanted: Wanted, id_text: str, id_address: str) -> str:
    if wanted.tag not in OF_PRODUCT:
        return wanted.plain
    inside, link = "&nbsp;" if wanted.tag == "stars" else "", wanted.inside()
    if link:
        before, after, words = link
        inside = f'<a href="{escape(before)}{id_address}{after}">{escape(words)}</a>'
    return f'<review-{wanted.tag} product="{id_text}">{inside}</review-{wanted.tag}>'


def _woocommerce(wanted: Wanted) -> Lines:
    """Hooks for `functions.php` of a child theme, or a plugin for code snippets."""
    script = (
        f"add_action( 'wp_head', function () {{\n\techo {_php(script_tag(wanted.store))};\n}} );"
    )
    if wanted.tag not in OF_PRODUCT:
        return Lines(script, wanted.plain)
    hook, priority = "woocommerce_after_single_product_summary", 12
    if wanted.tag == "stars":
        hook, priority = "woocommerce_single_product_summary", 6
    inside, link = _php("&nbsp;") if wanted.tag == "stars" else "''", wanted.inside()
    if link:
        before, after, words = link
        address = f"esc_url( {_php(before)} . rawurlencode( $id ) . {_php(after)} )"
        inside = f"'<a href=\"' . {address} . '\">' . esc_html( {_php(words)} ) . '</a>'"
    tag = (
        f"add_action( '{hook}', function () {{\n"
        "\tglobal $product;\n"
        "\t$id = (string) $product->get_id();\n"
        f"\techo '<review-{wanted.tag} product=\"' . esc_attr( $id ) . '\">';\n"
        f"\techo {inside};\n"
        f"\techo '</review-{wanted.tag}>';\n"
        f"}}, {priority} );"
    )
    return Lines(script, tag)


def _react(wanted: Wanted) -> Lines:
    """A component; React escapes what stands in braces. The script goes into `index.html`."""
    name = f"Review{wanted.tag.title()}"
    if wanted.tag == "carousel":
        about, parameter = f" collection={{{_js(wanted.collection)}}}", ""
    elif wanted.tag == "badge":
        about, parameter = "", ""
    else:
        about, parameter = " product={String(id)}", "{ id }"
    inside, link = "", wanted.inside()
    if wanted.tag == "stars":
        inside = '{"\\u00a0"}'
    elif wanted.tag == "badge":
        address = f"{wanted.store.folder}/reviews/index.html"
        inside = f"<a href={{{_js(address)}}}>{{{_js(wanted.words['badge'])}}}</a>"
    elif link:
        before, after, words = link
        address = f"{_js(before)} + encodeURIComponent(id) + {_js(after)}"
        inside = f"<a href={{{address}}}>{{{_js(words)}}}</a>"
    tag = (
        f"export function {name}({parameter}) {{\n"
        f"  return <review-{wanted.tag}{about}>{inside}</review-{wanted.tag}>;\n"
        "}"
    )
    return Lines(script_tag(wanted.store), tag, react_types())


def react_types() -> str:
    """What tells TypeScript of the tags; a module's declarations, to be saved as `reviews.d.ts`."""
    attributes = dict.fromkeys(OF_PRODUCT, " & { product: string }")
    attributes["carousel"] = " & { collection: string }"
    told = "\n".join(f'      "review-{tag}": Tag{attributes.get(tag, "")};' for tag in TAGS)
    return (
        'import type { DetailedHTMLProps, HTMLAttributes } from "react";\n\n'
        "type Tag = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement>;\n\n"
        'declare module "react" {\n  namespace JSX {\n    interface IntrinsicElements {\n'
        f"{told}\n    }}\n  }}\n}}"
    )


def _php(text: str) -> str:
    """A PHP string in single quotes: only the quote and the backslash mean something."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _js(text: str) -> str:
    """A JavaScript string, ASCII alone, that cannot end the element it stands in."""
    return json.dumps(text).replace("<", "\\u003c")
