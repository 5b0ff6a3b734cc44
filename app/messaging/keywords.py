"""STOP, START, HELP and their kin by SMS, in English and French (BEY-11). Pure: what a text means, nothing more.

The whole message must be such a word: "stop" ends all SMS, "I will stop by at six" is a message for the studio.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

STOP, START, MAYBE_START, HELP = "stop", "start", "maybe_start", "help"

# The first line of each is what Twilio itself takes for one: what it blocks, we must not go on sending.
_WORDS: dict[str, dict[str, frozenset[str]]] = {
    STOP: {
        "": frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}),
        "en": frozenset({"opt out", "stop it", "stop texting", "stop texting me", "stop messages", "remove me"}),
        "fr": frozenset(
            {
                *("arret", "arrete", "arreter", "arretez", "stopper", "stoppez", "stop pub", "stop sms"),
                *("desabonner", "desabonnement", "desabonnez moi", "me desabonner"),
                *("desinscrire", "desinscription", "desinscrivez moi", "me desinscrire", "plus de sms"),
            }
        ),
    },
    START: {
        "": frozenset({"start", "unstop"}),
        "en": frozenset({"subscribe", "resubscribe", "opt in", "optin"}),
        "fr": frozenset({"reprendre", "reprise", "reabonner", "reabonnement", "me reabonner", "abonner"}),
    },
    # Twilio takes YES for START; from somebody who has not stopped it is an answer to a question.
    MAYBE_START: {"": frozenset({"yes"})},
    HELP: {
        "": frozenset({"help", "info"}),
        "fr": frozenset({"aide", "aidez moi", "infos"}),
    },
}
_COURTESIES = frozenset({"please", "thanks", "svp", "merci", "stp"})
_LONGEST = 60
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Keyword:
    """What a text asks for, and in which language, where the word tells."""

    act: str
    language: str


def read(text: str) -> Keyword | None:
    """The keyword a message consists of, whatever its case, accents and punctuation; None for any other message."""
    if len(text) > _LONGEST:
        return None
    words = _plain(text).split()
    while len(words) > 1 and words[-1] in _COURTESIES:
        words.pop()
    said = " ".join(words)
    for act, languages in _WORDS.items():
        for language, known in languages.items():
            if said in known:
                return Keyword(act, language)
    return None


def _plain(text: str) -> str:
    """Lower case letters and digits without accents, apart by single blanks."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", " ").replace("'", " ")).casefold()
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return _NOT_LETTERS.sub(" ", bare).strip()
