"""The leads page: table and board, their filters, what is new on them, and New lead."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user

from app import badges, web
from app.contacts import custom_fields, segments
from app.contacts import queries as contact_queries
from app.leads import capture, fields, listing, queries
from app.leads import segments as lead_segments
from app.leads.filters import CLOSED, NOBODY, OPEN, Filters
from app.leads.forms import NewLeadForm
from app.leads.words import CREATED_WORDS, STATUS_NAMES

bp = Blueprint("leads", __name__)


@badges.badge("leads")
def open_leads() -> badges.Count | None:
    return badges.Count(listing.count_open(seen_by=current_user)) if current_user.may("leads.see") else None


@bp.get("/leads")
@web.needs("leads.see")
def index() -> Response:
    filters = Filters.from_args(request.args)
    response = web.page("leads/index.html", **listed(filters, request.args.get("after")))
    if web.wants_partial():
        response.headers["HX-Push-Url"] = url_for(".index", **filters.to_args())
    return response


@bp.get("/leads/rows")
@web.needs("leads.see")
def more_rows() -> Response:
    """The next rows of the table."""
    filters = Filters.from_args(request.args)
    after = request.args.get("after")
    if not web.wants_partial():
        return web.go(url_for(".index", **filters.to_args(), after=after))
    page = listing.rows(filters, seen_by=current_user, after=after)
    return web.page("leads/rows.html", filters=filters, page=page, activity=listing.last_activity(page.rows))


@bp.get("/leads/cards/<int:stage_id>")
@web.needs("leads.see")
def more_cards(stage_id: int) -> Response:
    """The next cards of one column. `left` is how many the page at hand says are still to come."""
    filters = Filters.from_args(request.args)
    if not web.wants_partial():
        return web.go(url_for(".index", **filters.but(view="table", stages=(stage_id,))))
    stage = queries.get_stage(stage_id)
    page = listing.cards(filters, stage, seen_by=current_user, after=request.args.get("after"))
    left = max(request.args.get("left", 0, type=int) - len(page.rows), 0)
    activity = listing.last_activity(page.rows)
    return web.page("leads/cards.html", filters=filters, stage=stage, page=page, left=left, activity=activity)


@bp.get("/leads/news")
@web.needs("leads.see")
def news() -> Response:
    """What came since the page was drawn: new rows or cards on top, and the counts."""
    filters = Filters.from_args(request.args)
    if not web.wants_partial():
        return web.go(url_for(".index", **filters.to_args()))
    known = [int(one) for one in request.args.get("known", "").split(",") if one.isdecimal() and len(one) < 12]  # noqa: PLR2004
    leads = listing.news(filters, known, seen_by=current_user)
    return web.page("leads/news.html", leads=leads, activity=listing.last_activity(leads), **summary(filters))


@bp.get("/leads/filters")
@web.needs("leads.see")
def filter_drawer() -> Response:
    filters = Filters.from_args(request.args)
    return web.page(
        "leads/filters.html",
        filters=filters,
        total=listing.total(filters, seen_by=current_user),
        sources=queries.all_sources(),
        source_counts=listing.source_counts(seen_by=current_user),
        stages=queries.all_stages(),
        staff=queries.assignable_staff(),
        created_words=CREATED_WORDS,
        status_names=STATUS_NAMES,
    )


@bp.get("/leads/collect")
@web.needs("leads.see")
def collect() -> Response:
    """Where leads come from, and how to have more of them (LEAD-06)."""
    checkout = queries.built_in_source("abandoned_checkout")
    return web.page("leads/collect.html", checkout=checkout, counts=listing.source_counts(seen_by=current_user))


@bp.route("/leads/new", methods=["GET", "POST"])
@web.needs("leads.edit")
def new() -> Response:
    """Add a lead by hand; `contact_id` names somebody who is known already (LEAD-04, LEAD-05)."""
    asked = custom_fields.all_fields(on_leads=True)
    form = fields.with_custom_fields(NewLeadForm, asked)(request.form, data=_suggested())
    form.offer(queries.all_sources(), queries.all_stages(), queries.assignable_staff())
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return web.page("leads/new.html", status=status, form=form, asked=asked)
    lead = capture.capture_person(
        form.details,
        queries.get_source(form.source.data),
        by=current_user,
        via="dashboard",
        note=form.note.data or "",
        custom={key: value for key, value in fields.typed_values(form, asked).items() if value is not None},
        stage=queries.get_stage(form.stage.data),
        assignee=next((one for one in queries.assignable_staff() if one.id == form.assignee.data), None),
    )
    return web.go(url_for(".show", lead_id=lead.id))


def listed(filters: Filters, after: str | None) -> dict[str, Any]:
    """What the whole page shows, from the cursor `after` on."""
    lanes = listing.lanes(filters, seen_by=current_user) if filters.view == "board" else []
    page = listing.rows(filters, seen_by=current_user, after=after) if filters.view == "table" else None
    leads = page.rows if page is not None else [lead for lane in lanes for lead in lane.page.rows]
    return {
        "filters": filters,
        "lanes": lanes,
        "page": page,
        "total": listing.total(filters, seen_by=current_user),
        "counts": listing.counts(seen_by=current_user),
        **tabs(),
        "stages": queries.all_stages() if page is not None else [],
        "staff": queries.assignable_staff() if page is not None else [],
        "activity": listing.last_activity(leads),
        "known": listing.known_ids(),
        "chips": chips(filters),
        "is_partial": web.wants_partial(),
    }


def summary(filters: Filters) -> dict[str, Any]:
    """What stands around the rows and changes with them: the tabs' numbers, the lanes', the filter's, what is known."""
    return {
        "filters": filters,
        "counts": listing.counts(seen_by=current_user),
        "lane_totals": listing.lane_totals(filters, seen_by=current_user) if filters.view == "board" else {},
        **tabs(),
        "known": listing.known_ids(),
    }


def tabs() -> dict[str, Any]:
    """The segments of leads, and how many are in each."""
    known = segments.shown(segments.LEADS, seen_by=current_user)
    everything = queries.leads_seen_by(current_user)
    return {"segments": known, "segment_counts": segments.counts(known, everything, lead_segments.subject())}


def chips(filters: Filters) -> list[tuple[str, str, dict[str, Any]]]:
    """What narrows the list, as chips: what it is, its value, and the address's query without it."""
    shown: list[tuple[str, str, dict[str, Any]]] = []
    if filters.status:
        words = {OPEN: _("Open"), CLOSED: _("Closed"), **STATUS_NAMES}
        shown.append((_("Status is"), str(words[filters.status]), filters.but(status="")))
    if filters.stages:
        names = [stage.name for stage in queries.all_stages() if stage.id in filters.stages]
        shown.append((_("Stage is"), ", ".join(names), filters.but(stages=())))
    if filters.sources:
        names = [source.name for source in queries.all_sources() if source.id in filters.sources]
        shown.append((_("Source is"), ", ".join(names), filters.but(sources=())))
    if filters.assignees:
        names = [_("Nobody")] if NOBODY in filters.assignees else []
        names += [one.name for one in queries.assignable_staff() if one.id in filters.assignees]
        shown.append((_("Assignee is"), ", ".join(names), filters.but(assignees=())))
    if filters.created or filters.since or filters.until:
        shown.append((_("Created"), _created_words(filters), filters.but(created="", since=None, until=None)))
    if filters.is_hot:
        shown.append((_("Score"), _("hot"), filters.but(is_hot=False)))
    if filters.hides_fraud:
        shown.append((_("Fraud"), _("hidden"), filters.but(hides_fraud=False)))
    return shown


def _created_words(filters: Filters) -> str:
    if filters.created == "today":
        return str(_("today"))
    if filters.created:
        return str(_("last %(n)s days", n=filters.created))
    since = format_date(filters.since, "d MMM") if filters.since else "…"
    until = format_date(filters.until, "d MMM") if filters.until else "…"
    return f"{since} – {until}"


def _suggested() -> dict[str, Any]:
    """What the form begins with: Dashboard as the source, and what is known of a contact that is named."""
    begun: dict[str, Any] = {
        "source": queries.built_in_source("dashboard").id,
        "stage": request.args.get("stage", type=int) or queries.first_stage().id,
        "assignee": 0,
    }
    contact_id = request.args.get("contact_id", type=int)
    if contact_id is not None:
        contact = contact_queries.get_contact(contact_id, seen_by=current_user)
        begun |= {name: getattr(contact, name) or "" for name in ("first_name", "last_name", "email", "phone")}
    return begun
