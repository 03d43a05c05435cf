"""One column that orders the library and joins it to its words."""

from __future__ import annotations

from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("library_asset", "library_word")
SCHEMA = """
DROP TABLE library_word;
DROP TABLE library_asset;
CREATE TABLE library_asset (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  review_id uuid NOT NULL,
  product_id uuid NOT NULL,
  kind varchar NOT NULL,
  subject_sha256 varchar NOT NULL,
  place uuid NOT NULL,
  rating smallint NOT NULL,
  language varchar NOT NULL,
  orientation varchar,
  length varchar,
  colour varchar,
  used boolean DEFAULT false NOT NULL,
  picked boolean DEFAULT false NOT NULL,
  site_until timestamptz,
  email_until timestamptz,
  homepage_until timestamptz,
  social_until timestamptz,
  ads_until timestamptz,
  marketplace_until timestamptz,
  print_until timestamptz,
  partners_until timestamptz,
  ends_at timestamptz,
  due_at timestamptz,
  CONSTRAINT pk_library_asset PRIMARY KEY (id),
  CONSTRAINT ck_library_asset_kind CHECK (kind IN ('photo', 'video', 'words', 'excerpt')),
  CONSTRAINT ck_library_asset_orientation CHECK (orientation IN (
    'portrait', 'landscape',
    'square')),
  CONSTRAINT ck_library_asset_length CHECK (length IN ('short', 'medium', 'long')),
  CONSTRAINT ck_library_asset_colour CHECK (colour IN (
    'red', 'orange', 'yellow', 'green', 'blue', 'purple',
    'pink', 'brown', 'black', 'white', 'grey', 'beige')),
  CONSTRAINT fk_library_asset_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_asset_ads
  ON library_asset (shop_id, place, id) WHERE ads_until IS NOT NULL;
CREATE INDEX ix_library_asset_colour ON library_asset (shop_id, colour, place, id);
CREATE INDEX ix_library_asset_due_at ON library_asset (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_library_asset_email
  ON library_asset (shop_id, place, id) WHERE email_until IS NOT NULL;
CREATE INDEX ix_library_asset_ends_at
  ON library_asset (shop_id, ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX ix_library_asset_homepage
  ON library_asset (shop_id, place, id) WHERE homepage_until IS NOT NULL;
CREATE INDEX ix_library_asset_kind ON library_asset (shop_id, kind, place, id);
CREATE INDEX ix_library_asset_language ON library_asset (shop_id, language, place, id);
CREATE INDEX ix_library_asset_length ON library_asset (shop_id, length, place, id);
CREATE INDEX ix_library_asset_marketplace
  ON library_asset (shop_id, place, id) WHERE marketplace_until IS NOT NULL;
CREATE INDEX ix_library_asset_orientation ON library_asset (shop_id, orientation, place, id);
CREATE INDEX ix_library_asset_partners
  ON library_asset (shop_id, place, id) WHERE partners_until IS NOT NULL;
CREATE INDEX ix_library_asset_picked ON library_asset (shop_id, place, id) WHERE picked;
CREATE INDEX ix_library_asset_print
  ON library_asset (shop_id, place, id) WHERE print_until IS NOT NULL;
CREATE INDEX ix_library_asset_product_id ON library_asset (shop_id, product_id, place, id);
CREATE INDEX ix_library_asset_rating ON library_asset (shop_id, rating, place, id);
CREATE INDEX ix_library_asset_review_id ON library_asset (review_id);
CREATE INDEX ix_library_asset_shop ON library_asset (shop_id, place, id);
CREATE INDEX ix_library_asset_site
  ON library_asset (shop_id, place, id) WHERE site_until IS NOT NULL;
CREATE INDEX ix_library_asset_social
  ON library_asset (shop_id, place, id) WHERE social_until IS NOT NULL;
CREATE INDEX ix_library_asset_used ON library_asset (shop_id, place, id) WHERE used;

CREATE TABLE library_word (
  shop_id uuid NOT NULL,
  word varchar NOT NULL,
  place uuid NOT NULL,
  review_id uuid NOT NULL,
  CONSTRAINT pk_library_word PRIMARY KEY (shop_id, word, place),
  CONSTRAINT fk_library_word_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_word_review_id ON library_word (review_id);
"""
AGAIN_AT_ONCE = """
INSERT INTO library_asset (id, shop_id, review_id, product_id, kind, subject_sha256, place, rating,
  language, due_at)
SELECT id, shop_id, id, product_id, 'words', '', id, rating, '', now()
FROM review WHERE state = 'published'
"""
"""A row for each published review that is due: the errand "library" makes it what it should be."""


def upgrade() -> None:
    """The two tables anew: whatever is in them is made from others."""
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)
    for table in TABLES:
        for statement in wall_off(table):
            op.execute(statement)
    op.execute("SET LOCAL reviewapp.shop_id = '*'")
    op.execute(AGAIN_AT_ONCE)


def downgrade() -> None:
    """Notes, stars and collections would be forgotten with the step before."""
    raise RuntimeError("there is no way back from marks on content; restore a backup instead")
