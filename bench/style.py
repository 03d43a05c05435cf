"""Trains the two models of style on one part of the data, chooses thresholds on another.

`python -m bench.style` writes `reviewapp/moderate/words/{spam,machine_written}.json`. What they
are worth is measured on a third part, which nothing here looks at: see `bench.screening`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bench.corpora import Labelled, machine_texts, part, spam_texts
from reviewapp.moderate.style import REASONS, WORDS, features

MOST_WORDS = {"spam": 120, "machine_written": 400}
WANTED_PRECISION = {"spam": 0.98, "machine_written": 0.9}
LEAST_SEEN = 8


def main() -> None:
    """Train both and write their coefficients."""
    for name, texts in (("spam", spam_texts()), ("machine_written", machine_texts())):
        train = [one for one in texts if part(one.text) == "train"]
        choose = [one for one in texts if part(one.text) == "choose"]
        names = [*REASONS, *_telling_words(train, MOST_WORDS[name])]
        weights, bias = _fitted(_matrix(train, names), np.array([one.label for one in train]))
        threshold = _threshold(choose, names, weights, bias, WANTED_PRECISION[name])
        told = {
            "bias": round(float(bias), 4),
            "threshold": threshold,
            "weights": {key: round(float(w), 4) for key, w in zip(names, weights, strict=True)},
        }
        path = WORDS / f"{name}.json"
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{name}: {len(train)} texts, {len(names)} features, threshold {threshold}")


def _telling_words(texts: Sequence[Labelled], most: int) -> list[str]:
    """Words and pairs that tell the two kinds apart best, by chi-squared."""
    seen: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for one in texts:
        seen[one.label].update(key for key in features(one.text) if key.startswith("w:"))
    ones = sum(one.label for one in texts)
    others = len(texts) - ones

    def tells(key: str) -> float:
        a, b = seen[True][key], seen[False][key]
        expected = (a + b) * ones / (ones + others)
        return (a - expected) ** 2 / expected if expected else 0.0

    known = [key for key in seen[True] | seen[False]
             if seen[True][key] + seen[False][key] >= LEAST_SEEN]  # fmt: skip
    return sorted(known, key=lambda key: (-tells(key), key))[:most]


def _matrix(texts: Sequence[Labelled], names: Sequence[str]) -> np.ndarray:
    rows = np.zeros((len(texts), len(names)))
    place = {name: at for at, name in enumerate(names)}
    for row, one in enumerate(texts):
        for key, value in features(one.text).items():
            if key in place:
                rows[row, place[key]] = value
    return rows


def _fitted(rows: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression with a quadratic penalty, by gradient descent with momentum."""
    weights, bias, speed = np.zeros(rows.shape[1]), 0.0, np.zeros(rows.shape[1] + 1)
    for _ in range(3_000):
        guess = 1 / (1 + np.exp(-np.clip(rows @ weights + bias, -30, 30)))
        error = (guess - labels) / len(labels)
        slope = np.append(rows.T @ error + 5e-4 * weights, error.sum())
        speed = 0.9 * speed - 0.5 * slope
        weights, bias = weights + speed[:-1], bias + speed[-1]
    return weights, bias


def _threshold(
    texts: Sequence[Labelled],
    names: Sequence[str],
    weights: np.ndarray,
    bias: float,
    wanted: float,
) -> float:
    """The lowest probability from 0.8 (a hint that cries wolf is not read) that is right enough."""
    guess = 1 / (1 + np.exp(-(_matrix(texts, names) @ weights + bias)))
    labels = np.array([one.label for one in texts])
    for step in range(80, 100):
        found = guess >= step / 100
        if found.any() and labels[found].mean() >= wanted:
            return step / 100
    return 0.99


if __name__ == "__main__":
    main()
