"""Spine."""

import sqlalchemy as sa
from alembic import op

from app.db import BigId, Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "custom_field",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("on_leads", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("key", name=op.f("uq_custom_field_key")),
    )
    op.create_table(
        "event_queue",
        sa.Column("consumer", sa.String(length=32), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_event_queue")),
    )
    with op.batch_alter_table("event_queue", schema=None) as batch_op:
        batch_op.create_index(
            "ix_event_queue_parked_at",
            ["parked_at"],
            unique=False,
            postgresql_where=sa.text("parked_at IS NOT NULL"),
            sqlite_where=sa.text("parked_at IS NOT NULL"),
        )

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "intake_form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_form")),
        sa.UniqueConstraint("slug", name=op.f("uq_intake_form_slug")),
    )
    op.create_table(
        "item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("is_reserved", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("slug", name=op.f("uq_item_slug")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index("uq_item_name", [sa.literal_column("lower(name)")], unique=True)

    op.create_table(
        "lead_source",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_source")),
        sa.UniqueConstraint("key", name=op.f("uq_lead_source_key")),
        sa.UniqueConstraint("name", name=op.f("uq_lead_source_name")),
    )
    op.create_table(
        "lead_stage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("emoji", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_stage")),
        sa.UniqueConstraint("key", name=op.f("uq_lead_stage_key")),
        sa.UniqueConstraint("name", name=op.f("uq_lead_stage_name")),
    )
    op.create_table(
        "lifecycle_stage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("emoji", sa.String(length=16), nullable=False),
        sa.Column("is_lost", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifecycle_stage")),
        sa.UniqueConstraint("key", name=op.f("uq_lifecycle_stage_key")),
    )
    op.create_table(
        "location",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("name", name=op.f("uq_location_name")),
    )
    op.create_table(
        "role",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("key", name=op.f("uq_role_key")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "sequence_folder",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_folder")),
        sa.UniqueConstraint("name", name=op.f("uq_sequence_folder_name")),
    )
    op.create_table(
        "studio_setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_studio_setting")),
    )
    op.create_table(
        "tag",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("applies_to", Json, nullable=False),
        sa.Column("badge_label", sa.String(length=12), nullable=True),
        sa.Column("badge_colour", sa.String(length=16), nullable=True),
        sa.Column("discount_percent", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index("uq_tag_name", [sa.literal_column("lower(name)")], unique=True)

    op.create_table(
        "tracked_link",
        sa.Column("id", BigId, nullable=False),
        sa.Column("url_hash", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracked_link")),
        sa.UniqueConstraint("url_hash", name=op.f("uq_tracked_link_url_hash")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("token_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_idempotent_answer_token_id_api_token")),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotent_answer")),
    )
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "item_tag",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("tag_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_tag_item_id_item")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_item_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "tag_id", name=op.f("pk_item_tag")),
    )
    with op.batch_alter_table("item_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_tag_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "lead_form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("button", sa.String(length=60), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("source_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_lead_form_location_id_location")),
        sa.ForeignKeyConstraint(["source_id"], ["lead_source.id"], name=op.f("fk_lead_form_source_id_lead_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_form")),
        sa.UniqueConstraint("slug", name=op.f("uq_lead_form_slug")),
    )
    op.create_table(
        "sequence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("folder_id", BigId, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("draft_id", BigId, nullable=True),
        sa.Column("live_id", BigId, nullable=True),
        sa.Column("trigger_kind", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("skip_before", UtcDateTime(), nullable=True),
        sa.Column("resumed_at", UtcDateTime(), nullable=True),
        sa.Column("fused_at", UtcDateTime(), nullable=True),
        sa.Column("fused", Json, nullable=True),
        sa.Column("watched_until", UtcDateTime(), nullable=True),
        sa.Column("goal", Json, nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["sequence_folder.id"], name=op.f("fk_sequence_folder_id_sequence_folder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence")),
    )
    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sequence_folder_id"), ["folder_id"], unique=False)
        batch_op.create_index("ix_sequence_listening", ["status", "trigger_kind"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role_id", BigId, nullable=False),
        sa.Column("only_location_id", BigId, nullable=True),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("session_key", sa.String(length=32), nullable=False),
        sa.Column("is_active_account", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["only_location_id"], ["location.id"], name=op.f("fk_staff_only_location_id_location")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_staff_role_id_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_role_id"), ["role_id"], unique=False)
        batch_op.create_index("uq_staff_email", [sa.literal_column("lower(email)")], unique=True)

    op.create_table(
        "contact",
        sa.Column("id", BigId, nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=False),
        sa.Column("last_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("is_client", sa.Boolean(), nullable=False),
        sa.Column("client_since", UtcDateTime(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("lifecycle_stage_id", BigId, nullable=True),
        sa.Column("lifecycle_position", sa.Double(), nullable=False),
        sa.Column("lifecycle_changed_at", UtcDateTime(), nullable=True),
        sa.Column("custom", Json, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("hot_since", UtcDateTime(), nullable=True),
        sa.Column("last_interaction_at", UtcDateTime(), nullable=True),
        sa.Column("email_marketing", sa.Boolean(), nullable=False),
        sa.Column("email_transactional", sa.Boolean(), nullable=False),
        sa.Column("sms_marketing", sa.Boolean(), nullable=False),
        sa.Column("sms_transactional", sa.Boolean(), nullable=False),
        sa.Column("email_bounced_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lifecycle_stage_id"], ["lifecycle_stage.id"], name=op.f("fk_contact_lifecycle_stage_id_lifecycle_stage")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_contact_location_id_location")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_contact_owner_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("external_id", name=op.f("uq_contact_external_id")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_contact_hot", ["hot_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_location_id"), ["location_id"], unique=False)
        batch_op.create_index("ix_contact_name", ["last_name", "first_name", "id"], unique=False)
        batch_op.create_index("ix_contact_stage", ["lifecycle_stage_id", "lifecycle_position", "id"], unique=False)
        batch_op.create_index("uq_contact_email", [sa.literal_column("lower(email)")], unique=True)
        batch_op.create_index("uq_contact_phone", ["phone"], unique=True)

    op.create_table(
        "group_message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("listed", sa.String(length=16), nullable=False),
        sa.Column("segment", sa.String(length=80), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sender_id", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("queued_to", BigId, nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["staff.id"], name=op.f("fk_group_message_cancelled_by_id_staff")),
        sa.ForeignKeyConstraint(["sender_id"], ["staff.id"], name=op.f("fk_group_message_sender_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_message")),
    )
    with op.batch_alter_table("group_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_group_message_queueing",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'queueing'"),
            sqlite_where=sa.text("state = 'queueing'"),
        )

    op.create_table(
        "lead_import",
        sa.Column("id", BigId, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("columns", Json, nullable=False),
        sa.Column("ignored", Json, nullable=False),
        sa.Column("source_id", BigId, nullable=True),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("tally", Json, nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("turns_before", Json, nullable=False),
        sa.Column("turns_after", Json, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_lead_import_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["lead_source.id"], name=op.f("fk_lead_import_source_id_lead_source"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["undone_by_id"], ["staff.id"], name=op.f("fk_lead_import_undone_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_import")),
    )
    with op.batch_alter_table("lead_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_import_source_id"), ["source_id"], unique=False)
        batch_op.create_index("ix_lead_import_status", ["status", "id"], unique=False)

    op.create_table(
        "notice_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("notice_key", sa.String(length=40), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_notice_version_made_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_version")),
    )
    with op.batch_alter_table("notice_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_version_notice_key"), ["notice_key"], unique=False)

    op.create_table(
        "round_robin_member",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("last_turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_round_robin_member_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_round_robin_member")),
    )
    op.create_table(
        "segment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("match", sa.String(length=8), nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("is_static", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_segment_created_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_table(
        "sequence_revision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("document", Json, nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_sequence_revision_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_sequence_revision_published_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["sequence_id"], ["sequence.id"], name=op.f("fk_sequence_revision_sequence_id_sequence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_revision")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sequence_revision", schema=None) as batch_op:
        batch_op.create_index("uq_sequence_revision_number", ["sequence_id", "number"], unique=True)

    op.create_table(
        "sequence_tally",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("entered", BigId, nullable=False),
        sa.Column("step_runs", BigId, nullable=False),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_sequence_tally_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_tally")),
    )
    with op.batch_alter_table("sequence_tally", schema=None) as batch_op:
        batch_op.create_index("ix_sequence_tally_sequence", ["sequence_id"], unique=False)

    op.create_table(
        "staff_location",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_staff_location_location_id_location")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_location_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "location_id", name=op.f("pk_staff_location")),
    )
    op.create_table(
        "waiver_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=True),
        sa.Column("asking", sa.String(length=8), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("asked_to", BigId, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_waiver_version_asked_by_id_staff")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_waiver_version_made_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_version")),
        sa.UniqueConstraint("number", name=op.f("uq_waiver_version_number")),
    )
    with op.batch_alter_table("waiver_version", schema=None) as batch_op:
        batch_op.create_index("ix_waiver_version_asking", ["asking"], unique=False)

    op.create_table(
        "webhook_secret",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["staff.id"], name=op.f("fk_webhook_secret_changed_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )
    with op.batch_alter_table("webhook_secret", schema=None) as batch_op:
        batch_op.create_index("uq_webhook_secret_name", [sa.literal_column("lower(name)")], unique=True)

    op.create_table(
        "backtest_count",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("kept", Json, nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_backtest_count_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["sequence_revision.id"], name=op.f("fk_backtest_count_revision_id_sequence_revision")
        ),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_backtest_count_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest_count")),
    )
    with op.batch_alter_table("backtest_count", schema=None) as batch_op:
        batch_op.create_index("ix_backtest_count_status", ["status", "asked_at"], unique=False)
        batch_op.create_index("uq_backtest_count", ["sequence_id", "days"], unique=True)

    op.create_table(
        "consent_entry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("consent", sa.String(length=24), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("via", sa.String(length=40), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_entry_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_entry")),
    )
    with op.batch_alter_table("consent_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_entry_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_consent_entry_message",
            ["message_id"],
            unique=False,
            postgresql_where=sa.text("message_id IS NOT NULL"),
            sqlite_where=sa.text("message_id IS NOT NULL"),
        )

    op.create_table(
        "contact_tag",
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("tag_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_tag_contact_id_contact")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_contact_tag_tag_id_tag")),
        sa.PrimaryKeyConstraint("contact_id", "tag_id", name=op.f("pk_contact_tag")),
    )
    with op.batch_alter_table("contact_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_tag_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("last_channel", sa.String(length=8), nullable=False),
        sa.Column("last_direction", sa.String(length=4), nullable=False),
        sa.Column("snippet", sa.String(length=200), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_conversation_assignee_id_staff")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_conversation_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_conversation_contact_id")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_last_at", ["state", "last_at", "id"], unique=False)
        batch_op.create_index("ix_conversation_waiting", ["waiting_since", "id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_event_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_feed", ["occurred_at", "id"], unique=False)
        batch_op.create_index("ix_event_kind", ["kind", "occurred_at"], unique=False)
        batch_op.create_index("ix_event_timeline", ["contact_id", "occurred_at", "id"], unique=False)
        batch_op.create_index(
            "uq_event_dedupe_key",
            ["dedupe_key"],
            unique=True,
            postgresql_where=sa.text("dedupe_key IS NOT NULL"),
            sqlite_where=sa.text("dedupe_key IS NOT NULL"),
        )

    op.create_table(
        "group_recipient",
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_group_recipient_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_message.id"], name=op.f("fk_group_recipient_group_id_group_message")
        ),
        sa.PrimaryKeyConstraint("group_id", "contact_id", name=op.f("pk_group_recipient")),
    )
    with op.batch_alter_table("group_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_recipient_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "holding",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=120), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("bought_at", UtcDateTime(), nullable=False),
        sa.Column("bought_event_id", BigId, nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("expiry_due_at", UtcDateTime(), nullable=True),
        sa.Column("expired_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("auto_renews", sa.Boolean(), nullable=False),
        sa.Column("renews_every", sa.String(length=8), nullable=False),
        sa.Column("renews_at", UtcDateTime(), nullable=True),
        sa.Column("renewals_left", sa.Integer(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("unpauses_at", UtcDateTime(), nullable=True),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("auto_recharges", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_holding_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index("ix_holding_contact", ["contact_id", "kind", "bought_at"], unique=False)
        batch_op.create_index(
            "ix_holding_expiry_due_at",
            ["expiry_due_at"],
            unique=False,
            postgresql_where=sa.text("expiry_due_at IS NOT NULL"),
            sqlite_where=sa.text("expiry_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_holding_renews_at",
            ["renews_at"],
            unique=False,
            postgresql_where=sa.text("renews_at IS NOT NULL"),
            sqlite_where=sa.text("renews_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_holding_unpauses_at",
            ["unpauses_at"],
            unique=False,
            postgresql_where=sa.text("unpauses_at IS NOT NULL"),
            sqlite_where=sa.text("unpauses_at IS NOT NULL"),
        )

    op.create_table(
        "intake_submission",
        sa.Column("id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_intake_submission_contact_id_contact")),
        sa.ForeignKeyConstraint(["form_id"], ["intake_form.id"], name=op.f("fk_intake_submission_form_id_intake_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_submission")),
    )
    with op.batch_alter_table("intake_submission", schema=None) as batch_op:
        batch_op.create_index("ix_intake_submission_contact", ["contact_id", "submitted_at"], unique=False)
        batch_op.create_index("ix_intake_submission_form", ["form_id", "contact_id"], unique=False)

    op.create_table(
        "lead",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("source_id", BigId, nullable=False),
        sa.Column("stage_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("form_id", BigId, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("custom", Json, nullable=False),
        sa.Column("item_kind", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("was_client", sa.Boolean(), nullable=False),
        sa.Column("stage_since", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("converted_at", UtcDateTime(), nullable=True),
        sa.Column("sale", sa.String(length=200), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_lead_assignee_id_staff")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_lead_contact_id_contact")),
        sa.ForeignKeyConstraint(["form_id"], ["lead_form.id"], name=op.f("fk_lead_form_id_lead_form")),
        sa.ForeignKeyConstraint(["source_id"], ["lead_source.id"], name=op.f("fk_lead_source_id_lead_source")),
        sa.ForeignKeyConstraint(["stage_id"], ["lead_stage.id"], name=op.f("fk_lead_stage_id_lead_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index("ix_lead_board", ["stage_id", "stage_since", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_lead_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_source_id"), ["source_id"], unique=False)
        batch_op.create_index(
            "uq_lead_open",
            ["contact_id", "source_id"],
            unique=True,
            postgresql_where=sa.text("status IN ('not_contacted', 'contacted')"),
            sqlite_where=sa.text("status IN ('not_contacted', 'contacted')"),
        )

    op.create_table(
        "notice_setup",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("is_email_on", sa.Boolean(), nullable=False),
        sa.Column("is_sms_on", sa.Boolean(), nullable=False),
        sa.Column("hours_before", sa.Integer(), nullable=True),
        sa.Column("version_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["notice_version.id"], name=op.f("fk_notice_setup_version_id_notice_version")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notice_setup")),
    )
    op.create_table(
        "purchase",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("item_kind", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("bought_at", UtcDateTime(), nullable=False),
        sa.Column("event_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_purchase_contact_id_contact")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_purchase_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("external_id", name=op.f("uq_purchase_external_id")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.create_index("ix_purchase_contact", ["contact_id", "bought_at"], unique=False)
        batch_op.create_index("ix_purchase_item", ["item_id", "bought_at", "id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("referrer_id", BigId, nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_referral_contact_id_contact")),
        sa.ForeignKeyConstraint(["referrer_id"], ["contact.id"], name=op.f("fk_referral_referrer_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_referral_contact_id")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_referrer_id"), ["referrer_id"], unique=False)

    op.create_table(
        "sale_order",
        sa.Column("id", BigId, nullable=False),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("buyer_name", sa.String(length=200), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("payment", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("paid_with", sa.String(length=16), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sale_order_contact_id_contact")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sale_order_item_id_item")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["staff.id"], name=op.f("fk_sale_order_settled_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_order")),
        sa.UniqueConstraint("once_key", name=op.f("uq_sale_order_once_key")),
    )
    with op.batch_alter_table("sale_order", schema=None) as batch_op:
        batch_op.create_index("ix_sale_order_contact", ["contact_id", "state"], unique=False)
        batch_op.create_index("ix_sale_order_placed_at", ["placed_at", "id"], unique=False)
        batch_op.create_index("ix_sale_order_state", ["state", "placed_at", "id"], unique=False)

    op.create_table(
        "segment_member",
        sa.Column("segment_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_segment_member_contact_id_contact")),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_segment_member_segment_id_segment")),
        sa.PrimaryKeyConstraint("segment_id", "contact_id", name=op.f("pk_segment_member")),
    )
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_member_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "segment_present",
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_segment_present_contact_id_contact")),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_segment_present_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("sequence_id", "contact_id", name=op.f("pk_segment_present")),
    )
    with op.batch_alter_table("segment_present", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_present_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "sequence_repeat",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sequence_repeat_contact_id_contact")),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_sequence_repeat_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_repeat")),
    )
    with op.batch_alter_table("sequence_repeat", schema=None) as batch_op:
        batch_op.create_index("ix_sequence_repeat_sequence", ["sequence_id", "at"], unique=False)

    op.create_table(
        "sequence_said",
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sequence_said_contact_id_contact")),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_sequence_said_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("contact_id", "digest", name=op.f("pk_sequence_said")),
    )
    with op.batch_alter_table("sequence_said", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sequence_said_said_at"), ["said_at"], unique=False)

    op.create_table(
        "sequence_takeover",
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sequence_takeover_contact_id_contact")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_sequence_takeover")),
    )
    op.create_table(
        "waiver_signature",
        sa.Column("id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_waiver_signature_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["waiver_version.id"], name=op.f("fk_waiver_signature_version_id_waiver_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_signature")),
        sa.UniqueConstraint("contact_id", "version_id", name=op.f("uq_waiver_signature_contact_id_version_id")),
    )
    with op.batch_alter_table("waiver_signature", schema=None) as batch_op:
        batch_op.create_index("ix_waiver_signature_version", ["version_id"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("class_id", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=120), nullable=False),
        sa.Column("paid_with", sa.String(length=16), nullable=False),
        sa.Column("membership", sa.String(length=200), nullable=False),
        sa.Column("holding_id", BigId, nullable=True),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("booked_event_id", BigId, nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("start_due_at", UtcDateTime(), nullable=True),
        sa.Column("absence_due_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("visited_at", UtcDateTime(), nullable=True),
        sa.Column("is_reported", sa.Boolean(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_booking_contact_id_contact")),
        sa.ForeignKeyConstraint(["holding_id"], ["holding.id"], name=op.f("fk_booking_holding_id_holding")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(
            "ix_booking_absence_due_at",
            ["absence_due_at"],
            unique=False,
            postgresql_where=sa.text("absence_due_at IS NOT NULL"),
            sqlite_where=sa.text("absence_due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_booking_contact", ["contact_id", "kind", "booked_at"], unique=False)
        batch_op.create_index("ix_booking_name", ["kind", "name"], unique=False)
        batch_op.create_index(
            "ix_booking_start_due_at",
            ["start_due_at"],
            unique=False,
            postgresql_where=sa.text("start_due_at IS NOT NULL"),
            sqlite_where=sa.text("start_due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_booking_starts_at", ["starts_at"], unique=False)
        batch_op.create_index("ix_booking_visited", ["contact_id", "visited_at"], unique=False)
        batch_op.create_index("ix_booking_visited_at", ["visited_at"], unique=False)
        batch_op.create_index("uq_booking_external_id", ["contact_id", "kind", "external_id"], unique=True)

    op.create_table(
        "checkout",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=False),
        sa.Column("last_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=True),
        sa.Column("abandoned_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("lead_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_checkout_contact_id_contact")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_checkout_item_id_item")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_checkout_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout")),
    )
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.create_index(
            "ix_checkout_changed_at",
            ["changed_at"],
            unique=False,
            postgresql_where=sa.text("completed_at IS NULL AND cleared_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL AND cleared_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_checkout_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkout_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(
            "ix_checkout_named_at",
            ["named_at"],
            unique=False,
            postgresql_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
        )
        batch_op.create_index(
            "uq_checkout_unfinished",
            ["browser", "item_id"],
            unique=True,
            postgresql_where=sa.text("completed_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL"),
        )

    op.create_table(
        "enrolment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=True),
        sa.Column("lead_id", BigId, nullable=True),
        sa.Column("once_key", BigId, nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("held_due_at", UtcDateTime(), nullable=True),
        sa.Column("anchor_at", UtcDateTime(), nullable=True),
        sa.Column("anchor_gone_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("woken_by_id", BigId, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_enrolment_contact_id_contact")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["staff.id"], name=op.f("fk_enrolment_ended_by_id_staff")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_enrolment_event_id_event")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_enrolment_lead_id_lead")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["sequence_revision.id"], name=op.f("fk_enrolment_revision_id_sequence_revision")
        ),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_enrolment_sequence_id_sequence")),
        sa.ForeignKeyConstraint(["woken_by_id"], ["event.id"], name=op.f("fk_enrolment_woken_by_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_enrolment_contact", ["contact_id", "status"], unique=False)
        batch_op.create_index(
            "ix_enrolment_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        )
        batch_op.create_index("ix_enrolment_sequence", ["sequence_id", "status", "id"], unique=False)
        batch_op.create_index("ix_enrolment_started", ["sequence_id", "started_at"], unique=False)
        batch_op.create_index("uq_enrolment_event", ["sequence_id", "event_id", "contact_id"], unique=True)
        batch_op.create_index(
            "uq_enrolment_once",
            ["sequence_id", "once_key"],
            unique=True,
            postgresql_where=sa.text("once_key IS NOT NULL"),
            sqlite_where=sa.text("once_key IS NOT NULL"),
        )

    op.create_table(
        "enrolment_refused",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_enrolment_refused_contact_id_contact")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_enrolment_refused_event_id_event")),
        sa.ForeignKeyConstraint(
            ["sequence_id"], ["sequence.id"], name=op.f("fk_enrolment_refused_sequence_id_sequence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_refused")),
    )
    with op.batch_alter_table("enrolment_refused", schema=None) as batch_op:
        batch_op.create_index("ix_enrolment_refused_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index("uq_enrolment_refused", ["sequence_id", "event_id", "contact_id"], unique=True)

    op.create_table(
        "lead_import_row",
        sa.Column("import_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=False),
        sa.Column("last_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("lead_id", BigId, nullable=True),
        sa.Column("filled", Json, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_lead_import_row_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["lead_import.id"], name=op.f("fk_lead_import_row_import_id_lead_import")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_import_row_lead_id_lead")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_lead_import_row")),
    )
    with op.batch_alter_table("lead_import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_import_row_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_import_row_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_lead_import_row_outcome", ["import_id", "outcome", "number"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", BigId, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("lead_id", BigId, nullable=True),
        sa.Column("event_id", BigId, nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_notification_contact_id_contact")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notification_event_id_event")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_notification_lead_id_lead")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notification_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_staff_id", ["staff_id", "id"], unique=False)
        batch_op.create_index("uq_notification_event", ["staff_id", "event_id"], unique=True)

    op.create_table(
        "score_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("event_id", BigId, nullable=True),
        sa.Column("cause_key", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("void_at", UtcDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_score_line_contact_id_contact")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_score_line_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_line")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_score_line_cause_key")),
    )
    with op.batch_alter_table("score_line", schema=None) as batch_op:
        batch_op.create_index("ix_score_line_contact", ["contact_id", "void_at", "id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("staff_id", BigId, nullable=True),
        sa.Column("conversation_id", BigId, nullable=True),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("sequence_id", BigId, nullable=True),
        sa.Column("revision_id", BigId, nullable=True),
        sa.Column("enrolment_id", BigId, nullable=True),
        sa.Column("step_id", sa.String(length=64), nullable=True),
        sa.Column("group_id", BigId, nullable=True),
        sa.Column("sender_id", BigId, nullable=True),
        sa.Column("in_reply_to_id", BigId, nullable=True),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=True),
        sa.Column("meant_at", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempt", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("once_key", sa.String(length=64), nullable=True),
        sa.Column("provider_id", sa.String(length=254), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("clicked_at", UtcDateTime(), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_message_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["group_id"], ["group_message.id"], name=op.f("fk_message_group_id_group_message")),
        sa.ForeignKeyConstraint(["in_reply_to_id"], ["message.id"], name=op.f("fk_message_in_reply_to_id_message")),
        sa.ForeignKeyConstraint(["sender_id"], ["staff.id"], name=op.f("fk_message_sender_id_staff")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_message_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_asked",
            ["sequence_id", "step_id"],
            unique=False,
            postgresql_where=sa.text("asked_at IS NOT NULL"),
            sqlite_where=sa.text("asked_at IS NOT NULL"),
        )
        batch_op.create_index("ix_message_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index(
            "ix_message_conversation",
            ["conversation_id", "id"],
            unique=False,
            postgresql_where=sa.text("conversation_id IS NOT NULL"),
            sqlite_where=sa.text("conversation_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_message_due",
            ["is_urgent", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("status = 'queued'"),
            sqlite_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(
            "ix_message_leased",
            ["lease_until"],
            unique=False,
            postgresql_where=sa.text("status = 'sending'"),
            sqlite_where=sa.text("status = 'sending'"),
        )
        batch_op.create_index("ix_message_log", ["category", "id"], unique=False)
        batch_op.create_index(
            "ix_message_sms_sent",
            ["sent_at"],
            unique=False,
            postgresql_where=sa.text("channel = 'sms' AND direction = 'out'"),
            sqlite_where=sa.text("channel = 'sms' AND direction = 'out'"),
        )
        batch_op.create_index("ix_message_step_stats", ["sequence_id", "step_id", "status"], unique=False)
        batch_op.create_index(
            "uq_message_group",
            ["group_id", "contact_id"],
            unique=True,
            postgresql_where=sa.text("group_id IS NOT NULL"),
            sqlite_where=sa.text("group_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_message_once_key",
            ["once_key"],
            unique=True,
            postgresql_where=sa.text("once_key IS NOT NULL"),
            sqlite_where=sa.text("once_key IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_message_provider_id",
            ["provider_id"],
            unique=True,
            postgresql_where=sa.text("provider_id IS NOT NULL"),
            sqlite_where=sa.text("provider_id IS NOT NULL"),
        )
        batch_op.create_index("uq_message_step", ["enrolment_id", "step_id"], unique=True)

    op.create_table(
        "sequence_attribution",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("purchase_id", BigId, nullable=True),
        sa.Column("booking_id", BigId, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("after_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_sequence_attribution_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_sequence_attribution_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"],
            ["purchase.id"],
            name=op.f("fk_sequence_attribution_purchase_id_purchase"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_attribution")),
    )
    with op.batch_alter_table("sequence_attribution", schema=None) as batch_op:
        batch_op.create_index("ix_sequence_attribution_enrolment", ["enrolment_id"], unique=False)
        batch_op.create_index("ix_sequence_attribution_sequence", ["sequence_id", "at"], unique=False)
        batch_op.create_index(
            "uq_sequence_attribution_booking",
            ["booking_id", "what"],
            unique=True,
            postgresql_where=sa.text("booking_id IS NOT NULL"),
            sqlite_where=sa.text("booking_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_sequence_attribution_purchase",
            ["purchase_id"],
            unique=True,
            postgresql_where=sa.text("purchase_id IS NOT NULL"),
            sqlite_where=sa.text("purchase_id IS NOT NULL"),
        )

    op.create_table(
        "step_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_step_run_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_run")),
    )
    with op.batch_alter_table("step_run", schema=None) as batch_op:
        batch_op.create_index("ix_step_run_stats", ["sequence_id", "step_id", "outcome"], unique=False)
        batch_op.create_index("uq_step_run", ["enrolment_id", "step_id"], unique=True)

    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("lead_id", BigId, nullable=True),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("role_id", BigId, nullable=True),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("completed_by_id", BigId, nullable=True),
        sa.Column("enrolment_id", BigId, nullable=True),
        sa.Column("step_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_task_assignee_id_staff")),
        sa.ForeignKeyConstraint(["completed_by_id"], ["staff.id"], name=op.f("fk_task_completed_by_id_staff")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_task_contact_id_contact")),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_task_created_by_id_staff")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_task_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_task_lead_id_lead")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_task_location_id_location")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_task_role_id_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_assignee", ["status", "assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_task_location", ["status", "location_id"], unique=False)
        batch_op.create_index("ix_task_role", ["status", "role_id"], unique=False)
        batch_op.create_index("uq_task_step", ["enrolment_id", "step_id"], unique=True)

    op.create_table(
        "webhook_call",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_webhook_call_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_webhook_call_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["sequence_revision.id"], name=op.f("fk_webhook_call_revision_id_sequence_revision")
        ),
        sa.ForeignKeyConstraint(["sequence_id"], ["sequence.id"], name=op.f("fk_webhook_call_sequence_id_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
    )
    with op.batch_alter_table("webhook_call", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_call_contact", ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_webhook_call_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("status IN ('queued', 'calling')"),
            sqlite_where=sa.text("status IN ('queued', 'calling')"),
        )
        batch_op.create_index("ix_webhook_call_sequence", ["sequence_id", "status", "id"], unique=False)
        batch_op.create_index("uq_webhook_call_step", ["enrolment_id", "step_id"], unique=True)

    op.create_table(
        "inbound_raw",
        sa.Column("id", BigId, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("provider_id", sa.String(length=254), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_inbound_raw_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_raw")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_inbound_raw_provider_id")),
    )
    op.create_table(
        "message_hit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("link_id", BigId, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("why_machine", sa.String(length=40), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("judged_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["tracked_link.id"], name=op.f("fk_message_hit_link_id_tracked_link")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_hit_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_hit")),
    )
    with op.batch_alter_table("message_hit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_hit_message_id"), ["message_id"], unique=False)
        batch_op.create_index(
            "ix_message_hit_unjudged",
            ["at"],
            unique=False,
            postgresql_where=sa.text("judged_at IS NULL"),
            sqlite_where=sa.text("judged_at IS NULL"),
        )

    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.create_foreign_key("fk_sequence_draft_id_sequence_revision", "sequence_revision", ["draft_id"], ["id"])
        batch_op.create_foreign_key("fk_sequence_live_id_sequence_revision", "sequence_revision", ["live_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.drop_constraint("fk_sequence_draft_id_sequence_revision", type_="foreignkey")
        batch_op.drop_constraint("fk_sequence_live_id_sequence_revision", type_="foreignkey")

    with op.batch_alter_table("message_hit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_hit_unjudged",
            postgresql_where=sa.text("judged_at IS NULL"),
            sqlite_where=sa.text("judged_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_message_hit_message_id"))

    op.drop_table("message_hit")
    op.drop_table("inbound_raw")
    with op.batch_alter_table("webhook_call", schema=None) as batch_op:
        batch_op.drop_index("uq_webhook_call_step")
        batch_op.drop_index("ix_webhook_call_sequence")
        batch_op.drop_index(
            "ix_webhook_call_due",
            postgresql_where=sa.text("status IN ('queued', 'calling')"),
            sqlite_where=sa.text("status IN ('queued', 'calling')"),
        )
        batch_op.drop_index("ix_webhook_call_contact")

    op.drop_table("webhook_call")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("uq_task_step")
        batch_op.drop_index("ix_task_role")
        batch_op.drop_index("ix_task_location")
        batch_op.drop_index(batch_op.f("ix_task_lead_id"))
        batch_op.drop_index(batch_op.f("ix_task_contact_id"))
        batch_op.drop_index("ix_task_assignee")

    op.drop_table("task")
    with op.batch_alter_table("step_run", schema=None) as batch_op:
        batch_op.drop_index("uq_step_run")
        batch_op.drop_index("ix_step_run_stats")

    op.drop_table("step_run")
    with op.batch_alter_table("sequence_attribution", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sequence_attribution_purchase",
            postgresql_where=sa.text("purchase_id IS NOT NULL"),
            sqlite_where=sa.text("purchase_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_sequence_attribution_booking",
            postgresql_where=sa.text("booking_id IS NOT NULL"),
            sqlite_where=sa.text("booking_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_sequence_attribution_sequence")
        batch_op.drop_index("ix_sequence_attribution_enrolment")

    op.drop_table("sequence_attribution")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("uq_message_step")
        batch_op.drop_index(
            "uq_message_provider_id",
            postgresql_where=sa.text("provider_id IS NOT NULL"),
            sqlite_where=sa.text("provider_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_message_once_key",
            postgresql_where=sa.text("once_key IS NOT NULL"),
            sqlite_where=sa.text("once_key IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_message_group",
            postgresql_where=sa.text("group_id IS NOT NULL"),
            sqlite_where=sa.text("group_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_message_step_stats")
        batch_op.drop_index(
            "ix_message_sms_sent",
            postgresql_where=sa.text("channel = 'sms' AND direction = 'out'"),
            sqlite_where=sa.text("channel = 'sms' AND direction = 'out'"),
        )
        batch_op.drop_index("ix_message_log")
        batch_op.drop_index(
            "ix_message_leased",
            postgresql_where=sa.text("status = 'sending'"),
            sqlite_where=sa.text("status = 'sending'"),
        )
        batch_op.drop_index(
            "ix_message_due", postgresql_where=sa.text("status = 'queued'"), sqlite_where=sa.text("status = 'queued'")
        )
        batch_op.drop_index(
            "ix_message_conversation",
            postgresql_where=sa.text("conversation_id IS NOT NULL"),
            sqlite_where=sa.text("conversation_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_message_contact")
        batch_op.drop_index(
            "ix_message_asked",
            postgresql_where=sa.text("asked_at IS NOT NULL"),
            sqlite_where=sa.text("asked_at IS NOT NULL"),
        )

    op.drop_table("message")
    with op.batch_alter_table("score_line", schema=None) as batch_op:
        batch_op.drop_index("ix_score_line_contact")

    op.drop_table("score_line")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("uq_notification_event")
        batch_op.drop_index("ix_notification_staff_id")

    op.drop_table("notification")
    with op.batch_alter_table("lead_import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_import_row_outcome")
        batch_op.drop_index(batch_op.f("ix_lead_import_row_lead_id"))
        batch_op.drop_index(batch_op.f("ix_lead_import_row_contact_id"))

    op.drop_table("lead_import_row")
    with op.batch_alter_table("enrolment_refused", schema=None) as batch_op:
        batch_op.drop_index("uq_enrolment_refused")
        batch_op.drop_index("ix_enrolment_refused_contact")

    op.drop_table("enrolment_refused")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrolment_once",
            postgresql_where=sa.text("once_key IS NOT NULL"),
            sqlite_where=sa.text("once_key IS NOT NULL"),
        )
        batch_op.drop_index("uq_enrolment_event")
        batch_op.drop_index("ix_enrolment_started")
        batch_op.drop_index("ix_enrolment_sequence")
        batch_op.drop_index(
            "ix_enrolment_due", postgresql_where=sa.text("status = 'active'"), sqlite_where=sa.text("status = 'active'")
        )
        batch_op.drop_index("ix_enrolment_contact")

    op.drop_table("enrolment")
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_checkout_unfinished",
            postgresql_where=sa.text("completed_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_checkout_named_at",
            postgresql_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_checkout_lead_id"))
        batch_op.drop_index(batch_op.f("ix_checkout_contact_id"))
        batch_op.drop_index(
            "ix_checkout_changed_at",
            postgresql_where=sa.text("completed_at IS NULL AND cleared_at IS NULL"),
            sqlite_where=sa.text("completed_at IS NULL AND cleared_at IS NULL"),
        )

    op.drop_table("checkout")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("uq_booking_external_id")
        batch_op.drop_index("ix_booking_visited_at")
        batch_op.drop_index("ix_booking_visited")
        batch_op.drop_index("ix_booking_starts_at")
        batch_op.drop_index(
            "ix_booking_start_due_at",
            postgresql_where=sa.text("start_due_at IS NOT NULL"),
            sqlite_where=sa.text("start_due_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_booking_name")
        batch_op.drop_index("ix_booking_contact")
        batch_op.drop_index(
            "ix_booking_absence_due_at",
            postgresql_where=sa.text("absence_due_at IS NOT NULL"),
            sqlite_where=sa.text("absence_due_at IS NOT NULL"),
        )

    op.drop_table("booking")
    with op.batch_alter_table("waiver_signature", schema=None) as batch_op:
        batch_op.drop_index("ix_waiver_signature_version")

    op.drop_table("waiver_signature")
    op.drop_table("sequence_takeover")
    with op.batch_alter_table("sequence_said", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sequence_said_said_at"))

    op.drop_table("sequence_said")
    with op.batch_alter_table("sequence_repeat", schema=None) as batch_op:
        batch_op.drop_index("ix_sequence_repeat_sequence")

    op.drop_table("sequence_repeat")
    with op.batch_alter_table("segment_present", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_present_contact_id"))

    op.drop_table("segment_present")
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_member_contact_id"))

    op.drop_table("segment_member")
    with op.batch_alter_table("sale_order", schema=None) as batch_op:
        batch_op.drop_index("ix_sale_order_state")
        batch_op.drop_index("ix_sale_order_placed_at")
        batch_op.drop_index("ix_sale_order_contact")

    op.drop_table("sale_order")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_referrer_id"))

    op.drop_table("referral")
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.drop_index("ix_purchase_item")
        batch_op.drop_index("ix_purchase_contact")

    op.drop_table("purchase")
    op.drop_table("notice_setup")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_lead_open",
            postgresql_where=sa.text("status IN ('not_contacted', 'contacted')"),
            sqlite_where=sa.text("status IN ('not_contacted', 'contacted')"),
        )
        batch_op.drop_index(batch_op.f("ix_lead_source_id"))
        batch_op.drop_index("ix_lead_created_at")
        batch_op.drop_index(batch_op.f("ix_lead_contact_id"))
        batch_op.drop_index("ix_lead_board")
        batch_op.drop_index(batch_op.f("ix_lead_assignee_id"))

    op.drop_table("lead")
    with op.batch_alter_table("intake_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_submission_form")
        batch_op.drop_index("ix_intake_submission_contact")

    op.drop_table("intake_submission")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_holding_unpauses_at",
            postgresql_where=sa.text("unpauses_at IS NOT NULL"),
            sqlite_where=sa.text("unpauses_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_holding_renews_at",
            postgresql_where=sa.text("renews_at IS NOT NULL"),
            sqlite_where=sa.text("renews_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_holding_expiry_due_at",
            postgresql_where=sa.text("expiry_due_at IS NOT NULL"),
            sqlite_where=sa.text("expiry_due_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_holding_contact")

    op.drop_table("holding")
    with op.batch_alter_table("group_recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_recipient_contact_id"))

    op.drop_table("group_recipient")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_event_dedupe_key",
            postgresql_where=sa.text("dedupe_key IS NOT NULL"),
            sqlite_where=sa.text("dedupe_key IS NOT NULL"),
        )
        batch_op.drop_index("ix_event_timeline")
        batch_op.drop_index("ix_event_kind")
        batch_op.drop_index("ix_event_feed")

    op.drop_table("event")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_waiting")
        batch_op.drop_index("ix_conversation_last_at")

    op.drop_table("conversation")
    with op.batch_alter_table("contact_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_tag_tag_id"))

    op.drop_table("contact_tag")
    with op.batch_alter_table("consent_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_consent_entry_message",
            postgresql_where=sa.text("message_id IS NOT NULL"),
            sqlite_where=sa.text("message_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_consent_entry_contact_id"))

    op.drop_table("consent_entry")
    with op.batch_alter_table("backtest_count", schema=None) as batch_op:
        batch_op.drop_index("uq_backtest_count")
        batch_op.drop_index("ix_backtest_count_status")

    op.drop_table("backtest_count")
    with op.batch_alter_table("webhook_secret", schema=None) as batch_op:
        batch_op.drop_index("uq_webhook_secret_name")

    op.drop_table("webhook_secret")
    with op.batch_alter_table("waiver_version", schema=None) as batch_op:
        batch_op.drop_index("ix_waiver_version_asking")

    op.drop_table("waiver_version")
    op.drop_table("staff_location")
    with op.batch_alter_table("sequence_tally", schema=None) as batch_op:
        batch_op.drop_index("ix_sequence_tally_sequence")

    op.drop_table("sequence_tally")
    with op.batch_alter_table("sequence_revision", schema=None) as batch_op:
        batch_op.drop_index("uq_sequence_revision_number")

    op.drop_table("sequence_revision")
    op.drop_table("segment")
    op.drop_table("round_robin_member")
    with op.batch_alter_table("notice_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_version_notice_key"))

    op.drop_table("notice_version")
    with op.batch_alter_table("lead_import", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_import_status")
        batch_op.drop_index(batch_op.f("ix_lead_import_source_id"))

    op.drop_table("lead_import")
    with op.batch_alter_table("group_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_group_message_queueing",
            postgresql_where=sa.text("state = 'queueing'"),
            sqlite_where=sa.text("state = 'queueing'"),
        )

    op.drop_table("group_message")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("uq_contact_phone")
        batch_op.drop_index("uq_contact_email")
        batch_op.drop_index("ix_contact_stage")
        batch_op.drop_index("ix_contact_name")
        batch_op.drop_index(batch_op.f("ix_contact_location_id"))
        batch_op.drop_index("ix_contact_hot")
        batch_op.drop_index("ix_contact_created_at")

    op.drop_table("contact")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index("uq_staff_email")
        batch_op.drop_index(batch_op.f("ix_staff_role_id"))

    op.drop_table("staff")
    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.drop_index("ix_sequence_listening")
        batch_op.drop_index(batch_op.f("ix_sequence_folder_id"))

    op.drop_table("sequence")
    op.drop_table("lead_form")
    with op.batch_alter_table("item_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_tag_tag_id"))

    op.drop_table("item_tag")
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotent_answer_created_at"))

    op.drop_table("idempotent_answer")
    op.drop_table("tracked_link")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index("uq_tag_name")

    op.drop_table("tag")
    op.drop_table("studio_setting")
    op.drop_table("sequence_folder")
    op.drop_table("role")
    op.drop_table("location")
    op.drop_table("lifecycle_stage")
    op.drop_table("lead_stage")
    op.drop_table("lead_source")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("uq_item_name")

    op.drop_table("item")
    op.drop_table("intake_form")
    op.drop_table("heartbeat")
    with op.batch_alter_table("event_queue", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_event_queue_parked_at",
            postgresql_where=sa.text("parked_at IS NOT NULL"),
            sqlite_where=sa.text("parked_at IS NOT NULL"),
        )

    op.drop_table("event_queue")
    op.drop_table("custom_field")
    op.drop_table("api_token")
