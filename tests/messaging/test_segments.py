"""What an SMS costs, as carriers count."""

from __future__ import annotations

import pytest

from app.messaging import segments


@pytest.mark.req("SMS-01")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("é" * 160, 1),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("🙏" + "a" * 68, 1),
        ("🙏" + "a" * 69, 2),
        ("a" * 66 + "🙏" + "a" * 66, 3),  # the emoji is not cut in two: it opens the second segment
    ],
)
def test_segments(text: str, expected: int) -> None:
    assert segments.count(text) == expected


@pytest.mark.req("SMS-01")
def test_what_makes_a_text_dear_is_named() -> None:
    size = segments.measure("Fête à Noël ! Ça marche, été")

    assert (size.is_wide, size.costly) == (True, "êë")
