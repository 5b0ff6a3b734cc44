"""Outside services, one adapter a file. What has no credentials is replaced by a stand-in that needs no network."""

from __future__ import annotations

from flask import Flask

from app.config import Settings
from app.integrations import twilio_voice, twilio_webhooks
from app.integrations.at_the_studio import AtTheStudio
from app.integrations.outbox import OutboxMail, OutboxSms
from app.integrations.smtp import SmtpCarrier
from app.integrations.twilio import TwilioCarrier, TwilioRecordings
from app.integrations.webhooks import GuardedClient
from app.messaging import carriers
from app.messaging.carriers import Carriers
from app.phone import calls
from app.sequences import webhooks
from app.studio import payments


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    outbox = settings.encore_data / "outbox"
    carriers.install(
        app,
        Carriers(
            mail=SmtpCarrier(settings.encore_smtp_url) if settings.encore_smtp_url else OutboxMail(outbox),
            sms=TwilioCarrier(settings) if settings.has_twilio else OutboxSms(outbox),
        ),
    )
    webhooks.install(app, GuardedClient(allows_loopback=settings.encore_sandbox))
    payments.register(AtTheStudio())
    if settings.has_twilio:
        calls.keep_recordings_at(app, TwilioRecordings(settings))
    app.register_blueprint(twilio_webhooks.bp)
    app.register_blueprint(twilio_voice.bp)
