"""Calls to the studio's number, as Twilio tells of them: put through, else to the voicemail (PHN-03 to PHN-05).

`/webhooks/twilio/voice` is what the studio enters in Twilio's console for incoming calls; the other addresses stand in
our own answers.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import force_locale
from flask_babel import gettext as _
from twilio.twiml.voice_response import VoiceResponse

from app import web
from app.integrations.twilio_webhooks import signed
from app.phone import calls, number
from app.phone.calls import Call
from app.staff import studio

bp = Blueprint("twilio_voice", __name__, url_prefix="/webhooks/twilio/voice")
web.csrf.exempt(bp)

RING_SECONDS = 20
LONGEST_VOICEMAIL_SECONDS = 180
SPOKEN = {"en": "en-GB", "fr": "fr-FR"}

_ANSWERED = {"completed", "answered"}
_RECORDING = re.compile(r"RE[0-9a-f]{32}")


@bp.post("")
@web.public
@signed
def incoming() -> Response:
    """A call comes in: ring the studio's line, or where there is none let the caller leave a message."""
    call = _call()
    forward_to = number.phone().forward_to
    if not forward_to:
        calls.note_missed(call)
        return _voicemail()
    answer = VoiceResponse()
    answer.dial(forward_to, timeout=RING_SECONDS, action=_address("/dialled"), method="POST")
    return _twiml(answer)


@bp.post("/dialled")
@web.public
@signed
def dialled() -> Response:
    """The studio's line has rung: it was answered, and the call is over, or the caller may leave a message."""
    call = _call("DialCallDuration")
    if request.form.get("DialCallStatus") in _ANSWERED:
        calls.note_answered(call)
        return _twiml(VoiceResponse())
    calls.note_missed(call)
    return _voicemail()


@bp.post("/voicemail")
@web.public
@signed
def recorded() -> Response:
    """The caller has left a message."""
    recording_id = request.form.get("RecordingSid", "")
    if not _RECORDING.fullmatch(recording_id):
        abort(400)
    calls.note_voicemail(_call("RecordingDuration"), recording_id)
    answer = VoiceResponse()
    answer.hangup()
    return _twiml(answer)


def _call(seconds: str = "") -> Call:
    form = request.form
    if not form.get("CallSid") or "From" not in form:
        abort(400)
    return Call(form["CallSid"], form["From"], max(form.get(seconds, 0, type=int), 0))


def _voicemail() -> Response:
    own = studio.studio()
    with force_locale(own.language):
        words = _("This is %(studio)s. Nobody can answer right now. Leave a message after the tone.", studio=own.name)
    answer = VoiceResponse()
    answer.say(words, language=SPOKEN.get(own.language, SPOKEN["en"]))
    answer.record(action=_address("/voicemail"), method="POST", max_length=LONGEST_VOICEMAIL_SECONDS, play_beep=True)
    return _twiml(answer)


def _address(path: str) -> str:
    return f"{current_app.config['SETTINGS'].public_url}{bp.url_prefix}{path}"


def _twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), mimetype="text/xml")
