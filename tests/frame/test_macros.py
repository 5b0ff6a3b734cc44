"""What the shared macros write: names for those who listen, ties between label, help and error, nothing unescaped."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, render_template_string

from app import clock
from tests.frame.house import SampleForm

EVIL = '<b onclick="x">"Ana" & co'


@pytest.fixture
def write(house: Flask) -> Any:
    """Write one expression with the macros at hand."""

    def written(expression: str, **context: Any) -> str:
        with house.test_request_context():
            page = render_template_string('{% import "ui.html" as ui %}{{ ' + expression + " }}", **context)
            return re.sub(r"\s+", " ", page).strip()

    return written


@pytest.fixture
def form(house: Flask) -> SampleForm:
    with house.test_request_context():
        made = SampleForm(meta={"csrf": False}, data={"email": "hannah@whitmore"})
        made.email.errors = ["This address looks incomplete."]
        made.first_name.errors = ["Type a first name."]
        return made


def test_a_field_is_tied_to_its_label_help_and_error(write: Any, form: SampleForm) -> None:
    page = write("ui.field(form.email, help='Only for confirmations.', autocomplete='email')", form=form)
    assert '<label for="email">E-mail' in page
    assert 'aria-describedby="email-help email-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'autocomplete="email"' in page
    assert 'id="email-help">Only for confirmations.' in page
    assert 'id="email-error"' in page


def test_a_field_without_mistakes_claims_none(write: Any, form: SampleForm) -> None:
    page = write("ui.field(form.phone)", form=form)
    assert "aria-invalid" not in page
    assert "aria-describedby" not in page


def test_the_summary_leads_to_each_wrong_field(write: Any, form: SampleForm) -> None:
    page = write("ui.error_summary(form)", form=form)
    assert 'role="alert"' in page
    assert "2 fields need you." in page
    assert '<a class="lnk" href="#first_name">First name</a>, <a class="lnk" href="#email">E-mail</a>' in page


def test_one_mistake_needs_no_summary(write: Any, form: SampleForm) -> None:
    form.first_name.errors = []
    assert write("ui.error_summary(form)", form=form) == ""


def test_choices_are_a_group_with_a_name(write: Any, form: SampleForm) -> None:
    page = write("ui.picks(form.wishes)", form=form)
    assert page.startswith("<fieldset")
    assert "<legend" in page
    assert page.count('type="checkbox"') == 2


@pytest.mark.parametrize(
    "expression",
    [
        "ui.button(name)",
        "ui.link_button(name, '/x')",
        "ui.icon_button(name, 'dots')",
        "ui.avatar(name, labelled=true)",
        "ui.fraud(name)",
        "ui.stage('✨', name)",
        "ui.source(name)",
        "ui.assignee(name)",
        "ui.assignee(none, assign_url='/x', of=name)",
        "ui.tag(name, '/x')",
        "ui.consent(name, true, '/x', 'e-mail')",
        "ui.consent(name, false, '/x', 'e-mail')",
        "ui.chip(name)",
        "ui.filter_chip(name, name, '/x')",
        "ui.tabs(name, [('1', name, '/x', 3)], '1')",
        "ui.segmented_links(name, [('1', name, '/x', none)], '1')",
        "ui.search('q', name, value=name)",
        "ui.empty_state('users', name, name)",
        "ui.note(name)",
        "ui.timeline_entry(name, at, by=name, detail=name)",
        "ui.copy_link(name)",
        "ui.menu_item(name, post='/x')",
        "ui.td_tick('form', 1, name)",
    ],
)
def test_what_people_type_stays_text(write: Any, expression: str) -> None:
    page = write(expression, name=EVIL, at=clock.now())
    assert "<b onclick" not in page
    assert "&lt;b onclick=" in page


def test_an_icon_alone_has_a_name(write: Any) -> None:
    page = write("ui.icon_button('More', 'dots')")
    assert 'aria-label="More"' in page
    assert 'title="More"' in page


def test_a_button_that_posts_carries_the_token_and_works_without_scripts(write: Any) -> None:
    page = write("ui.post_button('Close', '/leads/7/closing', fields={'reason': 'won'}, hx_swap='none')")
    assert '<form method="post" action="/leads/7/closing" hx-post="/leads/7/closing" hx-swap="none">' in page
    assert 'name="csrf_token"' in page
    assert '<input type="hidden" name="reason" value="won">' in page


def test_the_sorted_column_says_which_way(write: Any) -> None:
    assert 'aria-sort="descending"' in write("ui.th('Score', 'score', '-score', '?sort=score')")
    assert 'aria-sort="ascending"' in write("ui.th('Score', 'score', 'score', '?sort=-score')")
    assert "aria-sort" not in write("ui.th('Name', 'name', 'score', '?sort=name')")


def test_below_the_threshold_a_score_is_a_bare_number(write: Any) -> None:
    assert "Hot lead, score" in write("ui.hot(86)")
    assert write("ui.hot(12, false)") == '<span class="score">12</span>'


def test_a_moment_keeps_its_whole_on_hovering(write: Any) -> None:
    at = clock.now() - timedelta(minutes=12)
    page = write("ui.ago(at)", at=at)
    assert f'datetime="{at.isoformat()}"' in page
    assert page.endswith(">12 min</time>")
    assert write("ui.ago(none)") == '<span class="muted">–</span>'


def test_the_next_rows_have_an_address_of_their_own(write: Any) -> None:
    page = write("ui.more_row('/leads?after=9', 8)")
    assert 'hx-get="/leads?after=9" hx-trigger="revealed"' in page
    assert '<a class="more" href="/leads?after=9">' in page
    assert write("ui.more_row(none, 8)") == ""


def test_a_dialogs_mistakes_come_back_into_the_dialog(house: Flask) -> None:
    source = (
        '{% import "ui.html" as ui %}'
        '{% call ui.dialog("new-lead", "New lead", "/leads", hx_target="#board") %}fields{% endcall %}'
    )
    with house.test_request_context():
        page = render_template_string(source)
    assert 'hx-post="/leads" hx-target="#board" hx-status:422="target:#modal swap:innerHTML"' in page
    assert 'aria-labelledby="new-lead-title"' in page
