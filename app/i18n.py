"""Languages: English at the source, French beside it. Staff choose theirs, the public gets what its browser wants."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_login import current_user

LANGUAGES = {"en": "English", "fr": "Français"}

babel = Babel()


def chosen_language() -> str:
    """The language of the answer: the page's own (`g.language`, `?lang=`), the staff's own, else the browser's."""
    wanted = g.get("language") or (request.args.get("lang") if has_request_context() else None)
    if wanted in LANGUAGES:
        return str(wanted)
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return request.accept_languages.best_match(list(LANGUAGES)) or "en" if has_request_context() else "en"


def language() -> str:
    """The language that is spoken right now, of those there are."""
    locale = get_locale()
    return str(locale.language) if locale is not None and locale.language in LANGUAGES else "en"


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=chosen_language, default_locale="en")
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(get_locale=get_locale, LANGUAGES=LANGUAGES)
