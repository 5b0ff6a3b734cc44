"""What people do with our messages, and how warm they are."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.registry import Filter, Trigger, declare

declare(
    Trigger("score.became_hot", "messages", _("Became hot"), ("score.became_hot",), about="lead", icon="flame"),
    Trigger(
        "message.replied",
        "messages",
        _("Replied to a message"),
        ("message.replied",),
        (Filter("channel", _("Channel"), "text", ("channel",)),),
        icon="message-reply",
    ),
    Trigger(
        "message.clicked",
        "messages",
        _("Clicked a link"),
        ("message.clicked",),
        (Filter("url", _("Address"), "text", ("url",)),),
        icon="click",
    ),
)
