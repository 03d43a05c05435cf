"""The SQL that makes the library's rows of some reviews from what they are made of.

Parameters: `reviews` and `standing` (ids of reviews, and of excerpts that still stand), `now`.
"""

from __future__ import annotations

from reviewapp.models.library_asset import FOREVER
from reviewapp.models.rights import USES

CONFIGURATIONS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Language → PostgreSQL's text search configuration; any other is not stemmed: `simple`."""
SHORT_FILM_S, LONG_FILM_S = 15, 60
SHORT_WORDS, LONG_WORDS = 120, 400
"""Characters; what is in between is of medium length."""

PLACE = """
CAST(lpad(to_hex(CAST(floor(extract(epoch FROM r.submitted_at) * 1000) AS bigint)), 12, '0')
  || substr(replace(CAST(r.id AS text), '-', ''), 13) AS uuid)
"""
LANGUAGE = "lower(split_part(replace(r.locale, '_', '-'), '-', 1))"
CONFIGURATION = (
    "(CASE language "
    + " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in CONFIGURATIONS.items())
    + " ELSE 'simple' END)::regconfig"
)
ONLY_WORDS = "regexp_replace({}, '[^[:alnum:]]+', ' ', 'g')"
"""Written and typed words are parted alike, so that no parser of addresses comes between them."""


def _seen(field: str) -> str:
    """A field as readers see it: a redacted character is a blank (G15)."""
    return f"""
    CASE WHEN r.redactions = '[]' THEN r.{field} ELSE (
      SELECT coalesce(string_agg(CASE WHEN cut THEN ' ' ELSE sign END, '' ORDER BY place), '')
      FROM regexp_split_to_table(r.{field}, '') WITH ORDINALITY AS signs(sign, place)
      CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT 1 FROM jsonb_array_elements(r.redactions) span
        WHERE span ->> 'field' = '{field}' AND place > (span ->> 'start')::int
          AND place <= (span ->> 'end')::int) AS cut) redacted
    ) END"""  # noqa: S608  # names and words are ours


SHOWN = f"""
shown AS (
  SELECT r.id AS review_id, r.shop_id, r.product_id, r.version, {PLACE} AS place, r.rating,
    {LANGUAGE} AS language,
    btrim({_seen("title")} || ' ' || {_seen("body")}) AS words
  FROM review r WHERE r.id = ANY(:reviews) AND r.state = 'published')
"""  # noqa: S608  # names and words are ours
PIECES = f"""
piece AS (
  SELECT a.id, a.kind, a.sha256, a.review_id, a.dominant_color AS hex,
    CASE WHEN a.width = a.height THEN 'square' WHEN a.width > a.height THEN 'landscape'
      ELSE 'portrait' END AS orientation,
    CASE WHEN a.kind = 'photo' THEN NULL WHEN a.duration_ms < {SHORT_FILM_S * 1000} THEN 'short'
      WHEN a.duration_ms <= {LONG_FILM_S * 1000} THEN 'medium' ELSE 'long' END AS length
  FROM shown JOIN media_asset a ON a.review_id = shown.review_id
  WHERE a.state = 'ready' AND a.review_version <= shown.version
  UNION ALL
  SELECT text.id, text.kind, v.sha256, shown.review_id, NULL, NULL,
    CASE WHEN length(text.words) < {SHORT_WORDS} THEN 'short'
      WHEN length(text.words) <= {LONG_WORDS} THEN 'medium' ELSE 'long' END
  FROM shown
  JOIN review_version v ON v.review_id = shown.review_id AND v.version = shown.version
  CROSS JOIN LATERAL (
    SELECT shown.review_id AS id, 'words' AS kind, shown.words
    UNION ALL
    SELECT e.id, 'excerpt', e.words FROM library_excerpt e
    WHERE e.review_id = shown.review_id AND e.id = ANY(:standing)) text
  WHERE text.words <> '')
"""  # noqa: S608  # names and words are ours
COLOUR = """
CASE WHEN hex IS NULL THEN NULL
  WHEN brightest < 45 THEN 'black'
  WHEN chroma < 22 THEN CASE WHEN brightest > 215 THEN 'white' WHEN brightest < 60 THEN 'black'
    ELSE 'grey' END
  WHEN hue < 50 AND brightest >= 150 AND chroma * 100 < brightest * 42 AND hue >= 12 THEN 'beige'
  WHEN hue >= 12 AND hue < 50 AND brightest < 165 THEN 'brown'
  WHEN hue < 12 OR hue >= 345 THEN CASE WHEN brightest > 190 AND chroma * 100 < brightest * 55
    THEN 'pink' ELSE 'red' END
  WHEN hue < 42 THEN 'orange'
  WHEN hue < 68 THEN 'yellow'
  WHEN hue < 165 THEN 'green'
  WHEN hue < 255 THEN 'blue'
  WHEN hue < 295 THEN 'purple'
  ELSE 'pink' END
"""
"""A coarse name of `#rrggbb` by hue (degrees), the brightest channel and the distance to the
darkest one; pictures of things are mostly brown, beige and grey, so those are told apart first."""
MEASURED = """
CROSS JOIN LATERAL (SELECT ('x' || substr(hex, 2, 2))::bit(8)::int AS red,
  ('x' || substr(hex, 4, 2))::bit(8)::int AS green,
  ('x' || substr(hex, 6, 2))::bit(8)::int AS blue) rgb
CROSS JOIN LATERAL (SELECT greatest(red, green, blue) AS brightest,
  greatest(red, green, blue) - least(red, green, blue) AS chroma) span
CROSS JOIN LATERAL (SELECT CASE WHEN chroma = 0 THEN 0
  WHEN red = brightest THEN (60 * (green - blue) / chroma + 360) % 360
  WHEN green = brightest THEN 60 * (blue - red) / chroma + 120
  ELSE 60 * (red - green) / chroma + 240 END AS hue) turn
"""
_EACH = ", ".join(
    f"max(until) FILTER (WHERE use = '{use}' AND holds) AS {use}_until" for use in USES
)
RIGHTS = f"""
CROSS JOIN LATERAL (SELECT {_EACH},
    min(until) FILTER (WHERE holds AND until < '{FOREVER.isoformat()}') AS ends_at,
    min(starts_at) FILTER (WHERE NOT holds AND starts_at > :now) AS due_at
  FROM (
    SELECT use, starts_at, coalesce(ends_at, '{FOREVER.isoformat()}') AS until,
      starts_at <= :now AND coalesce(ends_at > :now, true) AS holds
    FROM standing_right s
    WHERE s.review_id = piece.review_id AND s.subject_sha256 = piece.sha256) told) allowed
"""  # noqa: S608  # names and words are ours
_UNTIL = ", ".join(f"{use}_until" for use in USES)
COLUMNS = (
    "id, shop_id, review_id, product_id, kind, subject_sha256, place, rating, language, "
    f"orientation, length, colour, used, picked, {_UNTIL}, ends_at, due_at"
)
USED = """
EXISTS (SELECT 1 FROM export_item i JOIN export e ON e.id = i.export_id
  WHERE e.state = 'made' AND i.review_id = piece.review_id AND i.subject_sha256 = piece.sha256)
"""
ROWS = f"""
SELECT piece.id, shown.shop_id, shown.review_id, shown.product_id, piece.kind, piece.sha256,
  shown.place, shown.rating, shown.language, piece.orientation, piece.length, {COLOUR},
  {USED}, EXISTS (SELECT 1 FROM library_star WHERE piece_id = piece.id),
  {_UNTIL}, ends_at, due_at
FROM piece JOIN shown ON shown.review_id = piece.review_id
{MEASURED} {RIGHTS}
"""  # noqa: S608  # names and words are ours
_RENEWED = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[1:])
KEEP_PIECES = f"""
WITH {SHOWN}, {PIECES}, made AS ({ROWS}),
gone AS (
  DELETE FROM library_asset WHERE review_id = ANY(:reviews) AND id NOT IN (SELECT id FROM made))
INSERT INTO library_asset ({COLUMNS}) SELECT * FROM made
ON CONFLICT (id) DO UPDATE SET {_RENEWED}
"""  # noqa: S608  # names and words are ours
_TRAITS = """
(SELECT coalesce(bit_or(traits), 0) FROM library_asset a WHERE a.review_id = {}.review_id)
"""
KEEP_TRAITS = f"""
UPDATE library_word SET traits = {_TRAITS.format("library_word")} WHERE review_id = ANY(:reviews)
"""  # noqa: S608  # names and words are ours
"""Where a mark changes what a review's pieces are, and none of its words."""
FORGET_WORDS = "DELETE FROM library_word WHERE review_id = ANY(:reviews)"
KEEP_WORDS = f"""
WITH {SHOWN}
INSERT INTO library_word (shop_id, word, place, review_id, traits)
SELECT shown.shop_id, word, shown.place, shown.review_id, {_TRAITS.format("shown")}
FROM shown JOIN product p ON p.id = shown.product_id
CROSS JOIN LATERAL (
  SELECT unnest(tsvector_to_array(to_tsvector({CONFIGURATION},
    {ONLY_WORDS.format("shown.words || ' ' || p.title")}))) AS word
  UNION
  SELECT '#' || lower(btrim(tag)) FROM unnest(p.tags) tag WHERE btrim(tag) <> '') found
ORDER BY 1, 2, 3
"""  # noqa: S608  # names and words are ours
