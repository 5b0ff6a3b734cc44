"""The list of tags: making, changing and deleting them."""

from __future__ import annotations

import pytest

from app.contacts import tags, timeline
from app.contacts.tags import Badge
from app.demo import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.req("TAG-01")
def test_a_tag_is_offered_where_it_applies() -> None:
    tags.create_tag("Advanced", ["client"])
    tags.create_tag("Heated room", ["class"])

    assert [tag.name for tag in tags.all_tags("client")] == ["Advanced"]
    assert [tag.name for tag in tags.all_tags()] == ["Advanced", "Heated room"]


@pytest.mark.req("TAG-02")
def test_a_tag_may_become_a_badge_and_stop_being_one() -> None:
    tag = tags.create_tag("Advanced", badge=Badge("ADV", "green"))
    assert (tag.badge_label, tag.badge_colour) == ("ADV", "green")

    tags.change_tag(tag, "Advanced", ["client"])
    assert (tag.badge_label, tag.badge_colour) == (None, None)


def test_two_tags_of_one_name_are_refused_whatever_the_case() -> None:
    tags.create_tag("Advanced")
    other = tags.create_tag("Beginner")

    with pytest.raises(tags.TagNameTaken):
        tags.create_tag("ADVANCED ")
    with pytest.raises(tags.TagNameTaken):
        tags.change_tag(other, "advanced", ["client"])
    tags.change_tag(other, "BEGINNER", ["client"])


def test_deleting_a_tag_takes_it_from_everyone_and_says_so_on_their_timelines() -> None:
    ana, lea = make.contact("Ana Silva", tags=["Advanced"]), make.staff("Léa Fontaine")
    make.contact("Ben Ali", tags=["Advanced", "Beginner"])
    tag = next(tag for tag in tags.all_tags() if tag.name == "Advanced")

    assert tags.delete_tag(tag, by=lea) == 2

    newest = timeline.timeline_of(ana).rows[0]
    assert (newest.sentence, newest.by) == ("Tag Advanced removed", "Léa Fontaine")
    assert [tag.name for tag in tags.all_tags()] == ["Beginner"]
