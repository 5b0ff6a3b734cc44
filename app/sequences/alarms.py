"""The line above every page when the books of a sequence do not balance (BEY-03)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_login import current_user

from app import badges
from app.sequences import books


@badges.banner
def unbalanced() -> badges.Banner | None:
    """For those who may change sequences: whose books, and where to look."""
    if not current_user.is_authenticated or not current_user.may("sequences.edit"):
        return None
    titles = sorted({gap.title for gap in books.findings().gaps})
    if not titles:
        return None
    said = _(
        "The books of %(titles)s do not balance: somebody who entered is unaccounted for. The operator’s check "
        "“doctor” says more.",
        titles=", ".join(f"“{title}”" for title in titles),
    )
    return badges.Banner(said, tone="danger")
