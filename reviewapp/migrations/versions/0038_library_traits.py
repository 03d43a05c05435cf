"""What a piece is, in bits that its indexes carry along, and the words of its review too."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TRAITS = """
(CASE kind WHEN 'photo' THEN 1 WHEN 'video' THEN 2 WHEN 'words' THEN 4 WHEN 'excerpt' THEN 8
    ELSE 0 END)::bigint
  | (CASE orientation WHEN 'portrait' THEN 16 WHEN 'landscape' THEN 32 WHEN 'square' THEN 64 ELSE
    0 END)::bigint
  | (CASE length WHEN 'short' THEN 128 WHEN 'medium' THEN 256 WHEN 'long' THEN 512 ELSE 0
    END)::bigint
  | (CASE colour WHEN 'red' THEN 1024 WHEN 'orange' THEN 2048 WHEN 'yellow' THEN 4096 WHEN 'green'
    THEN 8192 WHEN 'blue' THEN 16384 WHEN 'purple' THEN 32768 WHEN 'pink' THEN 65536 WHEN
    'brown' THEN 131072 WHEN 'black' THEN 262144 WHEN 'white' THEN 524288 WHEN 'grey' THEN
    1048576 WHEN 'beige' THEN 2097152 ELSE 0 END)::bigint
  | (CASE rating WHEN '1' THEN 4194304 WHEN '2' THEN 8388608 WHEN '3' THEN 16777216 WHEN '4' THEN
    33554432 WHEN '5' THEN 67108864 ELSE 0 END)::bigint
  | (CASE WHEN used THEN 268435456 ELSE 0 END)::bigint
  | (CASE WHEN NOT used THEN 134217728 ELSE 0 END)::bigint
  | (CASE WHEN picked THEN 536870912 ELSE 0 END)::bigint
  | (CASE WHEN ends_at IS NOT NULL THEN 1073741824 ELSE 0 END)::bigint
  | (CASE WHEN site_until IS NOT NULL THEN 2147483648 ELSE 0 END)::bigint
  | (CASE WHEN email_until IS NOT NULL THEN 4294967296 ELSE 0 END)::bigint
  | (CASE WHEN homepage_until IS NOT NULL THEN 8589934592 ELSE 0 END)::bigint
  | (CASE WHEN social_until IS NOT NULL THEN 17179869184 ELSE 0 END)::bigint
  | (CASE WHEN ads_until IS NOT NULL THEN 34359738368 ELSE 0 END)::bigint
  | (CASE WHEN marketplace_until IS NOT NULL THEN 68719476736 ELSE 0 END)::bigint
  | (CASE WHEN print_until IS NOT NULL THEN 137438953472 ELSE 0 END)::bigint
  | (CASE WHEN partners_until IS NOT NULL THEN 274877906944 ELSE 0 END)::bigint
  | (CASE language WHEN 'en' THEN 549755813888 WHEN 'de' THEN 1099511627776 WHEN 'fr' THEN
    2199023255552 WHEN 'es' THEN 4398046511104 WHEN 'pt' THEN 8796093022208 WHEN 'it' THEN
    17592186044416 WHEN 'nl' THEN 35184372088832 WHEN 'pl' THEN 70368744177664 WHEN 'sv' THEN
    140737488355328 WHEN 'da' THEN 281474976710656 WHEN 'nb' THEN 562949953421312 WHEN 'fi'
    THEN 1125899906842624 WHEN 'cs' THEN 2251799813685248 WHEN 'hu' THEN 4503599627370496 WHEN
    'ro' THEN 9007199254740992 WHEN 'el' THEN 18014398509481984 WHEN 'tr' THEN
    36028797018963968 WHEN 'ja' THEN 72057594037927936 WHEN 'ko' THEN 144115188075855872 WHEN
    'zh' THEN 288230376151711744 WHEN 'ar' THEN 576460752303423488 ELSE 1152921504606846976
    END)::bigint
"""
ORDERED = {
    "shop": ("", "", ""),
    "product_id": ("product_id, ", "", ""),
    "kind": ("kind, ", "", ""),
    "rating": ("rating, ", "", ""),
    "language": ("language, ", "", ""),
    "orientation": ("orientation, ", "", "orientation IS NOT NULL"),
    "length": ("length, ", "", "length IS NOT NULL"),
    "colour": ("colour, ", "", "colour IS NOT NULL"),
    "used": ("", "", "used"),
    "picked": ("", "", "picked"),
    "ends_at": ("", ", ends_at", "ends_at IS NOT NULL"),
    "site": ("", ", site_until", "site_until IS NOT NULL"),
    "email": ("", ", email_until", "email_until IS NOT NULL"),
    "homepage": ("", ", homepage_until", "homepage_until IS NOT NULL"),
    "social": ("", ", social_until", "social_until IS NOT NULL"),
    "ads": ("", ", ads_until", "ads_until IS NOT NULL"),
    "marketplace": ("", ", marketplace_until", "marketplace_until IS NOT NULL"),
    "print": ("", ", print_until", "print_until IS NOT NULL"),
    "partners": ("", ", partners_until", "partners_until IS NOT NULL"),
}
"""Index → what comes first in it, what it carries along, of which pieces it is."""
WORDS = """
ALTER TABLE library_word RENAME TO library_word_before;
ALTER INDEX pk_library_word RENAME TO pk_library_word_before;
DROP INDEX ix_library_word_review_id;
CREATE TABLE library_word (
  shop_id uuid NOT NULL,
  word varchar NOT NULL,
  place uuid NOT NULL,
  review_id uuid NOT NULL,
  traits bigint NOT NULL
);
INSERT INTO library_word
SELECT w.shop_id, w.word, w.place, w.review_id, coalesce(a.traits, 0)
FROM library_word_before w
LEFT JOIN (SELECT review_id, bit_or(traits) AS traits FROM library_asset GROUP BY review_id) a
  ON a.review_id = w.review_id
ORDER BY w.shop_id, w.word, w.place;
DROP TABLE library_word_before;
ALTER TABLE library_word
  ADD CONSTRAINT pk_library_word PRIMARY KEY (shop_id, word, place) INCLUDE (traits),
  ADD CONSTRAINT fk_library_word_review_id FOREIGN KEY (review_id)
    REFERENCES review (id) ON DELETE CASCADE;
CREATE INDEX ix_library_word_review_id ON library_word (review_id);
ANALYZE library_word
"""
"""Anew, in the order in which they are read: updates would leave it twice as large."""


def upgrade() -> None:
    """One column each, and the indexes with it: a minute for a million pieces."""
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.execute("SET LOCAL work_mem = '128MB'")
    for statement in (*_pieces(), *WORDS.split(";")):
        op.execute(statement)
    for statement in wall_off("library_word"):
        op.execute(statement)


def downgrade() -> None:
    """The library would be without its indexes in between."""
    raise RuntimeError("there is no way back from the library's traits; restore a backup instead")


def _pieces() -> Iterator[str]:
    for name in ORDERED:
        yield f"DROP INDEX ix_library_asset_{name}"
    yield (
        "ALTER TABLE library_asset "
        f"ADD COLUMN traits bigint GENERATED ALWAYS AS ({TRAITS}) STORED NOT NULL"
    )
    for name, (first, also, only) in ORDERED.items():
        where = f" WHERE {only}" if only else ""
        yield (
            f"CREATE INDEX ix_library_asset_{name} ON library_asset "
            f"(shop_id, {first}place, id) INCLUDE (traits{also}){where}"
        )
    yield "ANALYZE library_asset"
