"""What the library looks through, and what marketers add to content."""

from __future__ import annotations

from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "library_asset",
    "library_word",
    "library_star",
    "library_note",
    "library_excerpt",
    "library_collection",
    "library_collection_item",
    "library_filter",
)
SCHEMA = """
CREATE TABLE library_asset (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  review_id uuid NOT NULL,
  product_id uuid NOT NULL,
  kind varchar NOT NULL,
  subject_sha256 varchar NOT NULL,
  submitted_at timestamptz NOT NULL,
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
    'portrait',
    'landscape', 'square')),
  CONSTRAINT ck_library_asset_length CHECK (length IN ('short', 'medium', 'long')),
  CONSTRAINT ck_library_asset_colour CHECK (colour IN (
    'red', 'orange', 'yellow', 'green', 'blue', 'purple',
    'pink', 'brown', 'black', 'white', 'grey', 'beige')),
  CONSTRAINT fk_library_asset_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_asset_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_asset_ads
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE ads_until IS NOT NULL;
CREATE INDEX ix_library_asset_colour
  ON library_asset (shop_id, colour, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_due_at ON library_asset (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_library_asset_email
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE email_until IS NOT NULL;
CREATE INDEX ix_library_asset_ends_at
  ON library_asset (shop_id, ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX ix_library_asset_homepage
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE homepage_until IS NOT NULL;
CREATE INDEX ix_library_asset_kind
  ON library_asset (shop_id, kind, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_language
  ON library_asset (shop_id, language, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_length
  ON library_asset (shop_id, length, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_marketplace
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE marketplace_until IS NOT NULL;
CREATE INDEX ix_library_asset_orientation
  ON library_asset (shop_id, orientation, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_partners
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE partners_until IS NOT NULL;
CREATE INDEX ix_library_asset_picked
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE picked;
CREATE INDEX ix_library_asset_print
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE print_until IS NOT NULL;
CREATE INDEX ix_library_asset_product_id
  ON library_asset (shop_id, product_id, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_rating
  ON library_asset (shop_id, rating, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_review_id ON library_asset (review_id);
CREATE INDEX ix_library_asset_shop ON library_asset (shop_id, submitted_at, review_id, id);
CREATE INDEX ix_library_asset_site
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE site_until IS NOT NULL;
CREATE INDEX ix_library_asset_social
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE social_until IS NOT NULL;
CREATE INDEX ix_library_asset_used
  ON library_asset (shop_id, submitted_at, review_id, id) WHERE used;

CREATE TABLE library_word (
  shop_id uuid NOT NULL,
  word varchar NOT NULL,
  submitted_at timestamptz NOT NULL,
  review_id uuid NOT NULL,
  CONSTRAINT pk_library_word PRIMARY KEY (shop_id, word, submitted_at, review_id),
  CONSTRAINT fk_library_word_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_word_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_word_review_id ON library_word (review_id);

CREATE TABLE library_star (
  piece_id uuid NOT NULL,
  shop_id uuid NOT NULL,
  review_id uuid NOT NULL,
  member_id uuid,
  starred_at timestamptz NOT NULL,
  CONSTRAINT pk_library_star PRIMARY KEY (piece_id),
  CONSTRAINT fk_library_star_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_star_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_star_member_id FOREIGN KEY(member_id) REFERENCES member (id)
);
CREATE INDEX ix_library_star_review_id ON library_star (review_id);
CREATE INDEX ix_library_star_shop_id ON library_star (shop_id);

CREATE TABLE library_note (
  piece_id uuid NOT NULL,
  review_id uuid NOT NULL,
  member_id uuid,
  body varchar NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  shop_id uuid NOT NULL,
  CONSTRAINT pk_library_note PRIMARY KEY (id),
  CONSTRAINT ck_library_note_body CHECK (length(btrim(body)) > 0),
  CONSTRAINT fk_library_note_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_note_member_id FOREIGN KEY(member_id) REFERENCES member (id),
  CONSTRAINT fk_library_note_shop_id FOREIGN KEY(shop_id) REFERENCES shop (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_note_piece_id ON library_note (piece_id);
CREATE INDEX ix_library_note_review_id ON library_note (review_id);

CREATE TABLE library_excerpt (
  review_id uuid NOT NULL,
  field varchar NOT NULL,
  words varchar NOT NULL,
  member_id uuid,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  shop_id uuid NOT NULL,
  CONSTRAINT pk_library_excerpt PRIMARY KEY (id),
  CONSTRAINT ck_library_excerpt_field CHECK (field IN ('title', 'body')),
  CONSTRAINT ck_library_excerpt_words CHECK (length(btrim(words)) > 0),
  CONSTRAINT uq_library_excerpt_review_id_field_words UNIQUE (review_id, field, words),
  CONSTRAINT fk_library_excerpt_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_excerpt_member_id FOREIGN KEY(member_id) REFERENCES member (id),
  CONSTRAINT fk_library_excerpt_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE
);

CREATE TABLE library_collection (
  title varchar NOT NULL,
  member_id uuid,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  shop_id uuid NOT NULL,
  CONSTRAINT pk_library_collection PRIMARY KEY (id),
  CONSTRAINT uq_library_collection_shop_id_title UNIQUE (shop_id, title),
  CONSTRAINT fk_library_collection_member_id FOREIGN KEY(member_id) REFERENCES member (id),
  CONSTRAINT fk_library_collection_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE
);

CREATE TABLE library_collection_item (
  collection_id uuid NOT NULL,
  piece_id uuid NOT NULL,
  shop_id uuid NOT NULL,
  review_id uuid NOT NULL,
  position integer NOT NULL,
  CONSTRAINT pk_library_collection_item PRIMARY KEY (collection_id, piece_id),
  CONSTRAINT fk_library_collection_item_collection_id FOREIGN KEY(collection_id)
    REFERENCES library_collection (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_collection_item_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_collection_item_review_id FOREIGN KEY(review_id)
    REFERENCES review (id) ON DELETE CASCADE
);
CREATE INDEX ix_library_collection_item_piece_id ON library_collection_item (piece_id);
CREATE INDEX ix_library_collection_item_position
  ON library_collection_item (collection_id, position);
CREATE INDEX ix_library_collection_item_review_id ON library_collection_item (review_id);
CREATE INDEX ix_library_collection_item_shop_id ON library_collection_item (shop_id);

CREATE TABLE library_filter (
  member_id uuid NOT NULL,
  name varchar NOT NULL,
  query varchar NOT NULL,
  shared boolean DEFAULT false NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  shop_id uuid NOT NULL,
  CONSTRAINT pk_library_filter PRIMARY KEY (id),
  CONSTRAINT ck_library_filter_name CHECK (length(btrim(name)) > 0),
  CONSTRAINT uq_library_filter_shop_id_member_id_name UNIQUE (shop_id, member_id, name),
  CONSTRAINT fk_library_filter_member_id FOREIGN KEY(member_id)
    REFERENCES member (id) ON DELETE CASCADE,
  CONSTRAINT fk_library_filter_shop_id FOREIGN KEY(shop_id)
    REFERENCES shop (id) ON DELETE CASCADE
);
"""
AGAIN_AT_ONCE = """
INSERT INTO library_asset (id, shop_id, review_id, product_id, kind, subject_sha256, submitted_at,
  rating, language, due_at)
SELECT id, shop_id, id, product_id, 'words', '', submitted_at, rating, '', now()
FROM review WHERE state = 'published'
"""
"""A row for each published review that is due: the errand "library" makes it what it should be."""


def upgrade() -> None:
    """Eight tables; what is published already is put in by the errand right after."""
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)
    for table in TABLES:
        for statement in wall_off(table):
            op.execute(statement)
    op.execute("SET LOCAL reviewapp.shop_id = '*'")
    op.execute(AGAIN_AT_ONCE)


def downgrade() -> None:
    """Notes, stars and collections would be forgotten."""
    raise RuntimeError("there is no way back from marks on content; restore a backup instead")
