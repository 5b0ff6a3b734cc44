"""The pages and edits of the builder, without a browser."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.demo import make
from app.sequences import drafts, enrolling, formats, graph, hours, publishing
from app.sequences.builder import edits, figures
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

STEPS: list[dict[str, Any]] = [
    {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}},
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}", "wait": {"hours": 2}},
    {
        "id": "regular",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [{"id": "later", "do": "sms", "body": "Still there?"}],
    },
]


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    return make.sequence(*STEPS, active=False, title="Follow-up", folder="Leads")


def _post(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data=data, headers=PARTIAL)


def _draft(sequence: Sequence) -> graph.Document:
    return drafts.draft_of(sequence)


def _ids(sequence: Sequence) -> list[str]:
    return [place.step.id for place in graph.walk(_draft(sequence))]


@pytest.mark.req("SEQ-07", "SEQ-08")
@pytest.mark.parametrize(
    ("spot", "at"),
    [
        ("top", 0),
        ("after:call", 1),
        ("wait:hello", 1),
        ("in:regular:then", 3),
        ("in:regular:else", 4),
        ("after:later", 5),
    ],
)
def test_a_step_is_put_where_its_plus_was(client: Client, sequence: Sequence, spot: str, at: int) -> None:
    answer = _post(client, f"/sequences/{sequence.id}/steps", spot=spot, kind="email")

    assert answer.status_code == 200
    assert _ids(sequence)[at].startswith("email-")
    assert 'id="world"' in answer.text
    assert 'id="step"' in answer.text


def test_a_step_put_under_a_wait_takes_the_wait_over(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/steps", spot="wait:hello", kind="email")

    new, hello = _draft(sequence).steps[1:3]
    assert new.wait is not None
    assert new.wait.hours == 2
    assert hello.wait is None


@pytest.mark.req("SEQ-13", "SEQ-14")
def test_a_step_can_be_put_before_a_trigger_that_has_a_date(client: Client, owner: Staff) -> None:
    dated = make.sequence({"id": "a", "do": "sms", "body": "Hi"}, trigger="class.booked", active=False)
    assert "Add a step before the trigger" in client.get(f"/sequences/{dated.id}").text

    _post(client, f"/sequences/{dated.id}/steps", spot="lane", kind="email")

    first = _draft(dated).steps[0]
    assert first.wait is not None
    assert first.wait.before_anchor is not None
    assert "1 day before" in client.get(f"/sequences/{dated.id}").text


@pytest.mark.req("SEQ-14")
def test_no_step_before_a_trigger_without_a_date_is_offered(client: Client, sequence: Sequence) -> None:
    assert "Add a step before the trigger" not in client.get(f"/sequences/{sequence.id}").text


@pytest.mark.req("SEQ-12", "ACT-09")
def test_a_delay_is_set_in_minutes_hours_or_days(client: Client, sequence: Sequence) -> None:
    answer = _post(
        client,
        f"/sequences/{sequence.id}/steps/hello",
        **{"body": "Hi", "wait-way": "trigger", "wait-amount": "2", "wait-unit": "days", "wait-until": "10:00"},
    )

    assert answer.status_code == 200
    wait = graph.find(_draft(sequence), "hello").wait
    assert wait is not None
    assert (wait.days, wait.since, wait.until) == (2, "trigger", "10:00")


def test_a_step_can_wait_for_something_to_happen(client: Client, sequence: Sequence) -> None:
    url = f"/sequences/{sequence.id}/steps/hello"
    form = {"body": "Hi", "wait-way": "event", "wait-kind": "message.replied", "wait-amount": "3", "wait-unit": "days"}

    answer = _post(client, url, **form)
    assert "Replied to a message, or 3 days" in answer.text
    assert 'name="filter-channel"' in answer.text, "what can be said of a reply is asked as soon as it is chosen"
    _post(client, url, **form, **{"awaited": "message.replied", "filter-channel": "sms"})

    wait = graph.find(_draft(sequence), "hello").wait
    assert wait is not None
    assert wait.model_dump(exclude_unset=True) == {
        "event": {"kind": "message.replied", "filters": {"channel": ["sms"]}},
        "timeout": {"days": 3},
    }
    assert _post(client, url, **form | {"wait-amount": ""}).status_code == 422, "nobody waits for ever"


def test_a_condition_that_waits_can_ask_whether_it_came(client: Client, sequence: Sequence) -> None:
    url = f"/sequences/{sequence.id}/steps/regular"
    assert "What it waited for came" not in client.get(url, headers=PARTIAL).text
    waiting = {"wait-way": "event", "wait-kind": "message.clicked", "wait-amount": "2", "wait-unit": "days"}
    shown = _post(client, url, **{"match": "all", "rule0-chosen": "Regular"} | waiting)
    assert shown.status_code == 200, shown.text
    assert "What it waited for came" in shown.text

    _post(client, f"{url}/rules", rule="awaited.came")
    _post(client, f"{url}/rules/0/deletion")

    document = _draft(sequence)
    assert formats.parse(formats.dump(document)) == document
    assert "What it waited for came" in client.get(f"/sequences/{sequence.id}").text


def test_a_wrong_delay_is_said_at_its_field_and_changes_nothing(client: Client, sequence: Sequence) -> None:
    answer = _post(
        client,
        f"/sequences/{sequence.id}/steps/hello",
        **{"body": "Kept text", "wait-way": "previous", "wait-amount": "0"},
    )

    assert answer.status_code == 422
    assert "Kept text" in answer.text
    assert graph.find(_draft(sequence), "hello").params.body == "Hi ##{{first_name}}"  # type: ignore[union-attr]


@pytest.mark.req("TASK-03", "ACT-03")
def test_a_task_is_for_a_role_a_location_a_person_or_whoever_has_the_lead(client: Client, sequence: Sequence) -> None:
    url = f"/sequences/{sequence.id}/steps/call"
    for whom, name in (("role", "Front desk"), ("location", "Main studio"), ("person", "Inès Garnier")):
        answer = _post(client, url, **{"title": "Call", "whom": whom, whom: name, "wait-way": "now"})
        assert answer.status_code == 200
        assert f"Staff task · {name}" in answer.text
    answer = _post(client, url, **{"title": "Call", "whom": "lead_assignee", "wait-way": "now"})
    assert "Lead&#39;s assignee" in answer.text


@pytest.mark.req("SEQ-17")
def test_a_step_can_be_switched_off_and_on(client: Client, sequence: Sequence) -> None:
    answer = _post(client, f"/sequences/{sequence.id}/steps/hello/switch")
    assert not graph.find(_draft(sequence), "hello").enabled
    assert "switched off" in answer.text

    _post(client, f"/sequences/{sequence.id}/steps/hello/switch", enabled="1")
    assert graph.find(_draft(sequence), "hello").enabled


def test_removing_a_condition_can_keep_one_of_its_sides(client: Client, sequence: Sequence) -> None:
    asked = client.get(f"/sequences/{sequence.id}/steps/regular/deletion", headers=PARTIAL)
    assert "Keep True: 1 step" in asked.text

    _post(client, f"/sequences/{sequence.id}/steps/regular/deletion", keep="else")
    assert _ids(sequence) == ["call", "hello", "later"]


def test_a_copied_condition_brings_its_branches_under_new_names(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/steps/regular/copy")

    assert len(_ids(sequence)) == len(set(_ids(sequence))) == 8


def test_an_edit_of_a_step_that_is_gone_says_so(client: Client, sequence: Sequence) -> None:
    assert _post(client, f"/sequences/{sequence.id}/steps/nobody/copy").status_code == 404
    assert _post(client, f"/sequences/{sequence.id}/steps", spot="after:nobody", kind="sms").status_code == 404


@pytest.mark.req("SEQ-15")
def test_a_trigger_is_narrowed_and_changed(client: Client, sequence: Sequence) -> None:
    url = f"/sequences/{sequence.id}/trigger"
    _post(client, url, **{"kind": "lead.created", "filtering": "1", "filter-source": ["Website form"]})
    assert _draft(sequence).trigger.filters == {"source": ["Website form"]}

    _post(client, url, kind="client.created")
    assert (_draft(sequence).trigger.kind, _draft(sequence).trigger.filters) == ("client.created", {})


@pytest.mark.req("EXIT-01", "SEQ-28")
def test_exits_are_added_changed_and_taken_away(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/exits", rule="membership.purchased")
    _post(client, f"/sequences/{sequence.id}/exits", rule="client")
    _post(client, f"/sequences/{sequence.id}/exits/0", **{"rule-since": "days", "rule-days": "30"})
    first, _second = _draft(sequence).exits
    assert first.model_dump(exclude_unset=True) == {"rule": "membership.purchased", "since": {"days": 30}}

    _post(client, f"/sequences/{sequence.id}/exits/0/deletion")
    assert [one.rule for one in _draft(sequence).exits] == ["client"]


@pytest.mark.req("SEQ-01", "SEQ-04")
def test_a_sequence_without_a_trigger_is_refused_and_without_counter_conditions_allowed(
    client: Client, owner: Staff
) -> None:
    refused = client.post("/sequences", data={"title": "Mine"})
    assert refused.status_code == 422
    assert "Choose what starts it." in refused.text

    made = client.post("/sequences", data={"title": "Mine", "kind": "lead.created"})
    assert made.status_code == 303
    assert "step-trigger" in client.get(made.location).text


@pytest.mark.req("SEQ-07")
def test_the_first_step_of_a_new_sequence_is_kept(client: Client, owner: Staff) -> None:
    page = client.post("/sequences", data={"title": "Mine", "kind": "lead.created"}).location

    assert _post(client, f"{page}/steps", spot="top", kind="sms").status_code == 200
    mine = db.session.scalars(select(Sequence).where(Sequence.title == "Mine")).one()
    assert [step.do for step in _draft(mine).steps if isinstance(step, graph.ActionStep)] == ["sms"]


@pytest.mark.req("SEQ-24")
def test_placeholders_are_listed_before_activation(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/steps/hello", **{"body": "Hi from [business name]", "wait-way": "now"})

    assert "[business name]" in client.get(f"/sequences/{sequence.id}/publication", headers=PARTIAL).text


@pytest.mark.req("SEQ-18")
def test_a_paused_sequence_is_resumed_after_saying_what_fell_due(client: Client, owner: Staff) -> None:
    running = make.sequence({"id": "later", "do": "sms", "body": "Hi", "wait": {"days": 1}})
    enrolling.enrol_by_hand(running, make.client())
    _post(client, f"/sequences/{running.id}/activation")
    db.session.refresh(running)
    assert running.status == "paused"

    clock.set(clock.now())
    clock.move(days=2)
    asked = client.get(f"/sequences/{running.id}/resumption", headers=PARTIAL)
    assert "For 1 person a step has fallen due meanwhile" in asked.text
    _post(client, f"/sequences/{running.id}/resumption", messages="skip")
    db.session.refresh(running)
    assert running.status == "active"


@pytest.mark.req("SEQ-19", "SEQ-20", "SEQ-21")
def test_sequences_are_duplicated_moved_and_listed_by_folder(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/copy")
    _post(client, "/sequences/folders", name="Later")
    listed = client.get("/sequences").text
    assert "Copy of Follow-up" in listed
    twin = db.session.scalars(db.select(Sequence).where(Sequence.title == "Copy of Follow-up")).one()
    assert twin.status == "draft"
    assert _draft(twin).steps[0].model_dump() == _draft(sequence).steps[0].model_dump()

    folder = _folder_id("Later")
    _post(client, f"/sequences/{twin.id}/folder", folder=folder)
    page = client.get(f"/sequences?folder={folder}").text
    assert "Copy of Follow-up" in page
    assert f"sequence-{sequence.id}" not in page


def _folder_id(name: str) -> int:
    """The id of a folder."""
    return drafts.folder_named(name).id


@pytest.mark.req("NAV-03")
def test_campaigns_lead_to_the_same_list(client: Client, owner: Staff) -> None:
    assert client.get("/campaigns/sequences").location == "/sequences"


@pytest.mark.req("UPT-01")
def test_sending_hours_are_set_once_for_all(client: Client, owner: Staff) -> None:
    _post(client, "/sequences/hours", start="09:00", end="20:00")

    assert "09:00" in client.get("/sequences/hours", headers=PARTIAL).text
    assert "20:00" in client.get("/sequences").text
    assert _post(client, "/sequences/hours", start="20:00", end="09:00").status_code == 422
    assert hours.sending_hours().start is not None


@pytest.mark.req("SEQ-25", "ENR-01", "ENR-02", "ENR-04")
def test_people_are_enrolled_by_hand_found_in_their_tab_and_stopped(client: Client, owner: Staff) -> None:
    running = make.sequence({"id": "later", "do": "sms", "body": "See you", "wait": {"days": 1}})
    ana, ben = make.client("Ana Ruiz"), make.contact("Ben Lee")
    for person in (ana, ben):
        assert _post(client, f"/sequences/{running.id}/enrolment", contact_id=person.id).status_code == 204

    client.get("/sequences")  # where what was done is said
    clients = client.get(f"/sequences/{running.id}/people").text
    leads = client.get(f"/sequences/{running.id}/people?who=leads").text
    assert "Ana Ruiz" in clients
    assert "See you" in clients
    assert "Ben Lee" not in clients
    assert "Ben Lee" in leads

    run = enrolling.enrol_by_hand(running, ana)
    _post(client, f"/sequences/{running.id}/people/{run.id}/stop")
    found = client.get(f"/sequences/{running.id}/people?q=ruiz&status=stopped").text
    assert "Stopped by Inès Garnier" in found


def test_counts_are_sent_only_when_they_have_changed(client: Client, owner: Staff) -> None:
    running = make.sequence(
        {"id": "later", "do": "sms", "body": "Hi", "wait": {"days": 1}},
        *({"id": f"mail{number}", "do": "email", "subject": "Hi", "html": "<p>Hi</p>"} for number in range(5)),
    )
    ana = enrolling.enrol_by_hand(running, make.client())
    db.session.flush()

    def told(page: str) -> tuple[Any, str]:
        values = json.loads(page.partition("<template data-values>")[2].partition("</template>")[0])
        some = {what: {one: number for one, number in told.items() if number} for what, told in values.items()}
        seen = page.partition("seen=")[2].partition('"')[0]
        return {what: numbers for what, numbers in some.items() if numbers}, seen

    whole, seen = told(client.get(f"/sequences/{running.id}").text)
    assert (whole["waiting"], whole["done"]) == ({"later": 1, "trigger": 1}, {"trigger": 1})
    url = f"/sequences/{running.id}/counts?seen="
    assert client.get(url + seen, headers=PARTIAL).status_code == 204

    enrolling.enrol_by_hand(running, make.client())
    db.session.flush()
    changed = client.get(url + seen, headers=PARTIAL).text
    news, seen = told(changed)
    assert news == {"waiting": {"later": 2, "trigger": 2}, "done": {"trigger": 2}}
    assert 'id="totals"' in changed

    enrolling.stop_enrolment(ana, by=owner)
    news, _seen = told(client.get(url + seen, headers=PARTIAL).text)
    assert news == {"waiting": {"later": 1, "trigger": 1}}
    assert told(client.get(url + "nonsense", headers=PARTIAL).text)[0]["waiting"]["later"] == 1
    assert client.get(url).status_code == 303, "it is no page"


@pytest.mark.parametrize(("took_seconds", "next_look"), [(0.01, 3), (0.5, 10), (9, 60)])
def test_a_page_looks_again_the_later_the_longer_looking_takes(took_seconds: float, next_look: int) -> None:
    assert figures.Figures(took_seconds=took_seconds).next_look_seconds == next_look


def test_what_a_page_says_it_shows_is_as_long_for_many_steps_as_for_few() -> None:
    few, many = figures.Figures(), figures.Figures()
    few.waiting["a"] = 1
    many.waiting.update({f"step-{number}": number + 1 for number in range(500)})
    assert len(few.seen) == len(many.seen)

    more = figures.Figures(waiting=many.waiting + Counter({"step-7": 1}))
    changed = more.changed_since(many.seen)
    assert changed("waiting", "step-7")
    assert sum(changed("waiting", f"step-{number}") for number in range(500)) < 20


@pytest.mark.parametrize("role", ["front_desk", "teacher", "agent"])
def test_who_may_not_see_sequences_gets_none(client: Client, sequence: Sequence, role: str) -> None:
    client.sign_in(make.staff(role_key=role))

    assert client.get(f"/sequences/{sequence.id}").status_code == 403
    assert _post(client, f"/sequences/{sequence.id}/steps", spot="top", kind="sms").status_code == 403


def test_the_pages_ask_as_much_for_many_as_for_few(client: Client, sequence: Sequence) -> None:
    def asked(path: str) -> int:
        client.get(path)
        with queries.counted() as found:
            assert client.get(path).status_code == 200
        return len(found)

    paths = ("/sequences", f"/sequences/{sequence.id}", f"/sequences/{sequence.id}/people")
    few = [asked(path) for path in paths]
    publishing.activate(sequence)
    for _number in range(8):
        make.sequence({"do": "sms", "body": "Hi"}, active=False, folder="Leads")
        enrolling.enrol_by_hand(sequence, make.client())
        edits.add_step(sequence, "top", "sms", by=make.staff(role_key="owner"))

    many = [asked(path) for path in paths]
    assert all(after <= before + 1 for before, after in zip(few, many, strict=True)), (few, many)
    assert max(many) <= 40


@pytest.mark.req("EXIT-13")
def test_a_winback_without_exits_is_asked_about_once(owner: Staff, client: Client) -> None:
    page_one = {"title": "We miss you", "kind": "client.winback"}

    asked = client.post("/sequences", data=page_one)
    assert "Whoever comes back by themselves would still be written to." in asked.text
    assert "Bought something" in asked.text.split('id="exit-prompt"')[1][:900]
    assert db.session.scalars(select(Sequence)).all() == []

    with_exit = page_one | {"exit": "purchase.made"}
    assert client.post("/sequences", data=with_exit).status_code == 303
    assert client.post("/sequences", data=page_one | {"as_it_is": "1"}).status_code == 303
    exits = [drafts.draft_of(one).exits for one in db.session.scalars(select(Sequence).order_by(Sequence.id))]
    assert [[use.rule for use in one] for one in exits] == [["purchase.made"], []]


@pytest.mark.req("BEY-05")
def test_a_step_may_say_the_same_again(client: Client, owner: Staff) -> None:
    sequence = make.sequence({"id": "hello", "do": "sms", "body": "Hi"}, active=False)
    url = f"/sequences/{sequence.id}/steps/hello"
    assert "May say the same again at once" in client.get(url, headers=PARTIAL).text

    _post(client, url, **{"body": "Hi", "wait-way": "now", "guard-late": "", "guard-repeat": "1"})
    [step] = drafts.draft_of(sequence).steps
    assert step.model_dump()["repeat"] is True

    _post(client, url, **{"body": "Hi there", "wait-way": "now"})
    [step] = drafts.draft_of(sequence).steps
    assert step.model_dump()["repeat"] is True

    _post(client, url, **{"body": "Hi", "wait-way": "now", "guard-late": ""})
    [step] = drafts.draft_of(sequence).steps
    assert step.model_dump()["repeat"] is False


@pytest.mark.req("BEY-14")
def test_a_step_has_its_own_rule_for_late_messages(client: Client, owner: Staff) -> None:
    sequence = make.sequence(
        {"id": "hello", "do": "sms", "body": "Hi", "late": {"send_within": {"days": 2}}}, active=False
    )
    url = f"/sequences/{sequence.id}/steps/hello"
    shown = client.get(url, headers=PARTIAL).text
    assert re.search(r'name="guard-late_amount"[^>]* value="2"', shown)
    sent = {"body": "Hi", "wait-way": "now", "guard-late_unit": "hours"}

    refused = _post(client, url, **sent, **{"guard-late": "within", "guard-late_amount": ""})
    assert (refused.status_code, "Say how long." in refused.text) == (422, True)
    for late, amount, kept in [
        ("ask", "", "ask"),
        ("skip", "", "skip"),
        ("within", "6", {"send_within": {"hours": 6}}),
    ]:
        _post(client, url, **sent, **{"guard-late": late, "guard-late_amount": amount})
        [step] = drafts.draft_of(sequence).steps
        assert step.model_dump(mode="json", exclude_unset=True)["late"] == kept
