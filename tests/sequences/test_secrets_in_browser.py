"""A webhook's secret, entered where the webhook is drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.demo import make
from app.sequences import drafts, formats, webhook_secrets
from app.sequences.models import Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

TELL = {"id": "tell", "do": "webhook", "url": "https://till.example/hook"}


@pytest.mark.timeout(240)
def test_a_secret_entered_at_the_step_signs_it_and_is_seen_nowhere(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
        draft_id = make.sequence(TELL, active=False).id
    sign_in(page, "ines@x.org")

    page.goto(f"/sequences/{draft_id}?step=tell")
    page.get_by_role("link", name="New secret").click()
    dialog = page.get_by_role("dialog", name="New secret")
    dialog.get_by_label("Name").fill("Till")
    dialog.get_by_label("Secret", exact=True).fill("short")
    dialog.get_by_role("button", name="Keep the secret").click()
    expect(dialog).to_contain_text("At least 12 characters, at most 200.")
    assert barriers(page) == []
    with page.expect_response(f"**/sequences/{draft_id}/steps/tell"):
        dialog.get_by_label("Secret", exact=True).fill("between us and nobody else")
        dialog.get_by_role("button", name="Keep the secret").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Sign with")).to_have_value("Till")

    with live_server.database():
        step = formats.dump(drafts.draft_of(db.session.get_one(Sequence, draft_id)))["steps"][0]
        assert step["signed_with"] == "Till"
        assert webhook_secrets.values() == {"till": "between us and nobody else"}
    page.goto("/settings/webhook-secrets")
    expect(page.get_by_role("list", name="Webhook secrets")).to_contain_text("Till")
    assert "between us" not in page.content()
    assert barriers(page) == []
