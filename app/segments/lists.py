"""The three lists that can be segmented, seen alike: what narrows each, and how many that leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from flask import abort
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from app.contacts import criteria, filters, segments
from app.contacts.filters import Filters
from app.leads import filters as lead_filters
from app.leads import listing
from app.leads import segments as lead_segments
from app.rules import RuleUse
from app.staff.models import Staff


class Listed(Protocol):
    """A list as its address narrows it, for one person."""

    scope: str
    endpoint: str

    def uses(self) -> list[RuleUse]:
        """All that narrows it, the search and a segment aside, as rules. Raises CannotCombine."""

    def match(self) -> str:
        """Whether all of them must hold, or any."""

    def with_rules(self, uses: Sequence[RuleUse], match: str) -> Listed:
        """The same list, narrowed by these rules and by the search alone."""

    def count(self) -> int:
        """How many that leaves."""

    def rows(self) -> Select[Any]:
        """Those rows."""

    def args(self) -> dict[str, Any]:
        """The query of its address."""


class People:
    """The client list, or all contacts."""

    def __init__(self, scope: str, filters: Filters, seen_by: Staff) -> None:
        self.scope, self.filters, self.seen_by = scope, filters, seen_by
        self.endpoint = "contacts.clients" if scope == segments.CLIENTS else "contacts.index"

    def uses(self) -> list[RuleUse]:
        return self.filters.uses(seen_by=self.seen_by)

    def match(self) -> str:
        return self.filters.match

    def with_rules(self, uses: Sequence[RuleUse], match: str) -> People:
        now = self.filters
        return People(
            self.scope, Filters(q=now.q, sort=now.sort, rules=criteria.write(uses), match=match), self.seen_by
        )

    def count(self) -> int:
        return filters.count(self.filters, clients_only=self.scope == segments.CLIENTS, seen_by=self.seen_by)

    def rows(self) -> Select[Any]:
        return filters.selection(self.filters, clients_only=self.scope == segments.CLIENTS, seen_by=self.seen_by)

    def args(self) -> dict[str, Any]:
        return self.filters.args()


class Leads:
    """The leads, as a table or a board."""

    scope, endpoint = segments.LEADS, "leads.index"

    def __init__(self, filters: lead_filters.Filters, seen_by: Staff) -> None:
        self.filters, self.seen_by = filters, seen_by

    def uses(self) -> list[RuleUse]:
        return lead_segments.uses(self.filters, seen_by=self.seen_by)

    def match(self) -> str:
        return self.filters.match

    def with_rules(self, uses: Sequence[RuleUse], match: str) -> Leads:
        own = replace(self.filters.only(rules=criteria.write(uses), match=match), q=self.filters.q)
        return Leads(own, self.seen_by)

    def count(self) -> int:
        return listing.total(self.filters, seen_by=self.seen_by)

    def rows(self) -> Select[Any]:
        return listing.selection(self.filters, self.seen_by)

    def args(self) -> dict[str, Any]:
        return self.filters.to_args()


def at(scope: str, args: MultiDict[str, str], *, seen_by: Staff) -> Listed:
    """The list of a scope, as an address narrows it. Answers 404 where there is none or it is not this person's."""
    if scope != segments.LEADS:
        return People(scope, Filters.read(args, by=seen_by), seen_by)
    if not seen_by.may("leads.see"):
        abort(404)
    return Leads(lead_filters.Filters.from_args(args), seen_by)
