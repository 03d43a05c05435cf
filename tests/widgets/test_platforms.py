"""Snippets for shop systems: the right id, escaped in each language's own way."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from justhtml import JustHTML
from liquid import Environment

from reviewapp.widgets.platforms import OF_PRODUCT, PLATFORMS, Wanted, lines_for
from reviewapp.widgets.snippets import TAGS, Store, script_tag
from tests.widgets.test_admin import WORDS

ROOT = Path(__file__).resolve().parents[2]
STORE = Store("https://reviews.example", "wk_kiln")
HOSTILE = "\"'><script>alert(1)</script>{{ x }}\\"


def wanted(tag: str, product: str = "MUG", **words: str) -> Wanted:
    return Wanted(STORE, tag, product, "our-picks", WORDS | words)


@pytest.mark.parametrize("tag", OF_PRODUCT)
def test_liquid_gives_the_tag_that_html_has(tag: str) -> None:
    asked = wanted(tag, "7741")
    made = Environment().from_string(lines_for("shopify", asked).tag)
    assert made.render(product={"id": 7741}) == asked.plain


def test_liquid_and_handlebars_never_print_an_id_raw() -> None:
    made = Environment().from_string(lines_for("shopify", wanted("list")).tag)
    page = made.render(product={"id": HOSTILE})
    (tag,) = JustHTML(page, fragment=True, sanitize=False).query("review-list")
    assert tag.attrs["product"] == HOSTILE
    assert "<script" not in page
    for each in TAGS:
        assert "{{{" not in lines_for("bigcommerce", wanted(each)).tag


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("tag", TAGS)
def test_every_platform_has_lines_for_every_tag(platform: str, tag: str) -> None:
    lines = lines_for(platform, wanted(tag))
    assert f"<review-{tag}" in lines.tag
    assert f"</review-{tag}>" in lines.tag
    assert STORE.widget_key in lines.script
    names = {"shopify": "product.id", "bigcommerce": "{{product.id}}", "react": "String(id)",
             "woocommerce": "$product->get_id()", "html": 'product="MUG"'}  # fmt: skip
    assert (names[platform] in lines.tag) == (tag in OF_PRODUCT)


def test_woocommerce_is_given_a_hook() -> None:
    lines = lines_for("woocommerce", wanted("list", list="L'avis \\ <tout>"))
    assert lines.tag == (
        "add_action( 'woocommerce_after_single_product_summary', function () {\n"
        "\tglobal $product;\n"
        "\t$id = (string) $product->get_id();\n"
        "\techo '<review-list product=\"' . esc_attr( $id ) . '\">';\n"
        "\techo '<a href=\"' . esc_url( 'https://reviews.example/p/v1/wk_kiln/products/'"
        " . rawurlencode( $id ) . '/index.html' ) . '\">' . esc_html( 'L\\'avis \\\\ <tout>' )"
        " . '</a>';\n"
        "\techo '</review-list>';\n"
        "}, 12 );"
    )
    assert (
        lines.script
        == f"add_action( 'wp_head', function () {{\n\techo '{script_tag(STORE)}';\n}} );"
    )
    assert "single_product_summary', function" in lines_for("woocommerce", wanted("stars")).tag


def test_react_is_given_a_component_and_its_types() -> None:
    lines = lines_for("react", wanted("list", list='All "</a>{reviews}'))
    assert lines.tag == (
        "export function ReviewList({ id }) {\n"
        "  return <review-list product={String(id)}>"
        '<a href={"https://reviews.example/p/v1/wk_kiln/products/" + encodeURIComponent(id)'
        ' + "/index.html"}>{"All \\"\\u003c/a>{reviews}"}</a></review-list>;\n'
        "}"
    )
    declared = re.findall(r'"review-(\w+)": Tag( & \{ (\w+): string \})?;', lines.types)
    assert {tag: name for tag, _, name in declared} == {
        tag: "product" if tag in OF_PRODUCT else "collection" if tag == "carousel" else ""
        for tag in TAGS
    }


def test_the_component_is_jsx_and_its_types_are_typescript(tmp_path: Path) -> None:
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not shutil.which("node") or not esbuild.exists():
        pytest.skip("no esbuild: run npm ci to parse the snippets for React")
    lines = [lines_for("react", wanted(tag, list='"{<}')) for tag in TAGS]
    for loader, source in (("jsx", "\n".join(each.tag for each in lines)), ("ts", lines[0].types)):
        subprocess.run(
            [esbuild, f"--loader={loader}", "--jsx=automatic"], input=source, text=True, check=True,
            capture_output=True,
        )  # fmt: skip
