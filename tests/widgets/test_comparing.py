"""`publish rebuild --check`: the folder is what the database says, or every difference is named."""

from __future__ import annotations

from contextlib import nullcontext

from click.testing import CliRunner

from reviewapp.core.kit import Kit
from reviewapp.models.review import Review
from reviewapp.widgets.cli import publish as publish_cli
from reviewapp.widgets.comparing import compare
from reviewapp.widgets.rebuilding import rebuild
from tests.widgets.stories import all_files, give_photo, publish, shop_with_product


def test_a_rebuilt_folder_has_no_differences_and_is_left_as_it_is(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(25):
        publish(kit, shop, product, rating=1 + number % 5, answers={"fit": "true"})
    give_photo(kit, shop, publish(kit, shop, product))
    rebuild(kit)
    before = all_files(kit)
    assert compare(kit) == []
    assert all_files(kit) == before


def test_every_kind_of_difference_is_found(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    rebuild(kit)
    folder = f"p/v1/{shop.widget_key}"
    kit.published.delete(f"{folder}/store.json.gz")
    kit.published.put(f"{folder}/policy.html", b"changed", content_type="text/html")
    kit.published.put(f"{folder}/products/OLD/head.json", b"{}", content_type="application/json")
    found = {each.path.removeprefix(f"{folder}/"): each.how for each in compare(kit)}
    assert found == {
        "store.json.gz": "missing",
        "policy.html": "different",
        "products/OLD/head.json": "extra",
    }
    with kit.database.transaction(shop.id) as session:
        session.get_one(Review, review_id).body = "Changed behind our back."
    assert f"{folder}/products/MUG/head.json" in {d.path for d in compare(kit)}


def test_the_command_says_so_by_its_exit_code(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    rebuild(kit)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(publish_cli, ["rebuild", *words], obj=lambda: nullcontext(kit))
        return done.exit_code, done.output

    assert run("--check") == (0, "every published file is as the database says\n")
    kit.published.delete(f"p/v1/{shop.widget_key}/store.json")
    code, said = run("--check")
    assert code == 1
    assert f"missing p/v1/{shop.widget_key}/store.json" in said
    assert run()[0] == 0
    assert run("--check")[0] == 0
