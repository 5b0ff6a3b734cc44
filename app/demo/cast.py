"""The demo studio's people and things: invented names, classes, offers, and what clients write."""

from __future__ import annotations

from typing import Any

from app.sequences.goals import Goal

STUDIO = "Maison Souffle"
ZONE = "Europe/Paris"
LOCATIONS = ("Croix-Rousse", "Confluence")
LINE = "+33478280101"  # where the front desk answers

OWNER_EMAIL = "ines@maison-souffle.example"

# name, e-mail's first part, role, locations, language
STAFF = (
    ("Inès Garnier", "ines", "owner", LOCATIONS, "en"),
    ("Priya Nair", "priya", "manager", LOCATIONS, "en"),
    ("Hugo Lambert", "hugo", "admin", LOCATIONS, "fr"),
    ("Léa Fontaine", "lea", "front_desk", ("Croix-Rousse",), "fr"),
    ("Tom Wright", "tom", "front_desk", ("Confluence",), "en"),
    ("Marcus Bell", "marcus", "agent", ("Croix-Rousse",), "en"),
    ("Sofia Rossi", "sofia", "teacher", LOCATIONS, "en"),
)

# fmt: off
FIRST_NAMES = (
    "Camille", "Siobhán", "Théo", "Grace", "Hannah", "Amélie", "Lucas", "Zoë", "Ravi", "James", "Mathilde",
    "Élodie", "Karim", "Charlotte", "Oliver", "Noah", "Ben", "Margaux", "Aurélie", "Clémence", "Owen", "Hugo",
    "Nadia", "Yasmine", "Louis", "Chloé", "Arthur", "Manon", "Jules", "Inaya", "Paul", "Emma", "Gabriel", "Louise",
    "Raphaël", "Alice", "Adam", "Lina", "Nathan", "Jade", "Sarah", "Victor", "Anaïs", "Maxime", "Salomé", "Antoine",
    "Eva", "Samir", "Julie", "Thomas", "Océane", "Mehdi", "Capucine", "Émile", "Romane", "Simon", "Agathe",
    "Baptiste", "Lucie", "Félix", "Iris", "Malik", "Pauline", "Quentin", "Rose", "Sacha", "Valentine", "Yanis",
    "Ambre", "Diane",
)
# fmt: on

# fmt: off
LAST_NAMES = (
    "Moreau", "O’Neill", "Lambert", "Holloway", "Whitmore", "Roussel", "Girard", "Lefèvre", "Menon", "Okafor",
    "Arnaud", "Perrin", "Haddad", "Beaumont", "Hartley", "Fischer", "Ashworth", "Vidal", "Blanc", "Faure", "Price",
    "Marchetti", "Benali", "Dubois", "Lemoine", "Carpentier", "Rey", "Mercier", "Da Silva", "Nguyen", "Fabre",
    "Chevalier", "Rousseau", "Guérin", "Boyer", "Masson", "Leroux", "Gauthier", "Barbier", "Renaud", "Schmitt",
    "Colin", "Aubert", "Caron", "Royer", "Picard",
)
# fmt: on

TAGS = (
    # name, badge, colour
    ("Regular", "REG", "green"),
    ("VIP", "VIP", "plum"),
    ("Back care", None, None),
    ("Mornings", None, None),
    ("Prenatal", "PRE", "blue"),
    ("Corporate", None, None),
)

# What the sequences are for whose exits do not say so.
GOALS = {
    "new-lead-follow-up": Goal(what="booking"),
    "hot-today": Goal(what="membership", days=7),
}

DISCOUNTS = {"VIP": 10}  # percent, off whatever they buy

FIELDS = (
    # name, kind, choices
    ("Goal", "choice", ("Move more", "Back pain", "Stress", "Prenatal", "Flexibility")),
    ("Birthday", "date", ()),
)

SOURCES = (
    ("Instagram ads", "brand-instagram"),
    ("Referral", "users"),
    ("Open day", "calendar-event"),
    ("Pricing page", "tag"),
)

CLASSES = (
    "Vinyasa Flow",
    "Yin",
    "Hatha",
    "Reformer Pilates",
    "Mat Pilates",
    "Prenatal Yoga",
    "Morning Flow",
    "Breathwork",
)

MEMBERSHIPS = (
    ("Unlimited monthly", "subscription", 8900),
    ("10-class pass", "pack", 14000),
    ("Twice a week", "subscription", 6500),
)
INTRO_OFFERS = (("Two weeks unlimited", "intro", 3900), ("First class", "intro", 900))

# What is on offer: kind, name, price in cents, what its kind has, what buyers read.
ITEMS: tuple[tuple[str, str, int, dict[str, Any], str], ...] = (
    ("subscription", "Unlimited monthly", 8900, {"period": "month"}, "Every class in both studios. Stop any month."),
    ("subscription", "Twice a week", 6500, {"period": "month"}, "Eight classes a month, whichever you like."),
    ("subscription", "A year of mornings", 69000, {"period": "year"}, "All classes before ten, from Monday to Friday."),
    ("pack", "5-class pass", 7500, {"credits": 5, "validity_days": 90}, ""),
    (
        "pack",
        "10-class pass",
        14000,
        {"credits": 10, "validity_days": 180},
        "For those whose weeks are never the same.",
    ),
    ("pack", "20-class pass", 26000, {"credits": 20, "validity_days": 365}, ""),
    (
        "pack",
        "Ashtanga intermediate pass",
        9000,
        {"credits": 6, "validity_days": 120},
        "Six evenings with Sofia, headstands included.",
    ),
    ("intro", "Two weeks unlimited", 3900, {"validity_days": 14}, "Try everything, in both studios, for two weeks."),
    ("intro", "First class", 900, {"credits": 1, "validity_days": 30}, "Come as you are. Mats and tea are on us."),
    ("product", "Yoga mat", 4500, {}, "Natural rubber, 4 mm. We keep it for you at the desk."),
    ("product", "Water bottle", 1800, {}, ""),
    ("product", "Massage ball", 1200, {}, ""),
    ("product", "Gift voucher", 5000, {}, "For anything we sell. Valid for a year."),
)
PRODUCTS = ("Yoga mat", "Water bottle", "Gift voucher", "Massage ball")
RESERVED_ITEMS = ("Ashtanga intermediate pass",)
RESERVED_FOR = "Regular"

# What those were buying who have just left the checkout.
LEFT_AT_THE_CHECKOUT = ("10-class pass", "Two weeks unlimited")

# What was bought on the web this morning, and is still to be paid.
BOUGHT_TODAY = ("10-class pass", "Yoga mat", "Unlimited monthly")

# What leads and clients write by SMS or e-mail.
QUESTIONS = (
    "Hello! Is there still a place in the 18:30 on Thursday?",
    "Bonjour, est-ce que le cours du mardi convient aux débutants ?",
    "Can I use the two weeks offer at Confluence too? I work right next door",
    "Hi, what should I bring to the first class?",
    "Je suis enceinte de 4 mois, quel cours me conseillez-vous ?",
    "Is the sauna open on Sundays?",
    "Thank you for yesterday, my back feels so much better 🙏",
    "Could I pause my membership for two weeks in December?",
    "Vous avez des cours le dimanche matin ?",
    "Do you take holiday vouchers?",
    "Perfect, see you Thursday. Do I bring my own mat?",
    "Can my sister come along on Saturday?",
)

ANSWERS = (
    "Hi {name}! Yes, there are two places left. Shall I book you in?",
    "Hello {name}, just yourself and some water, mats are on the house.",
    "Bonjour {name}, oui bien sûr, à très vite !",
    "Hi {name}, both studios, any class. See you soon!",
    "Of course {name}, I have noted it for you.",
)

NOTES = (
    "Asked about prices for couples",
    "Met at the open day, likes mornings",
    "Prefers to be called after 17:00",
    "Comes from the physiotherapist across the street",
    "",
    "",
    "",
)

# The latest questions, still without an answer as the demo opens.
LATEST = (
    "Hi! Is the Thursday 18:30 still open? I could bring a friend",
    "Bonjour, je peux utiliser mes deux semaines à Confluence aussi ?",
    "What is the difference between Yin and Hatha, for a beginner?",
    "Merci pour hier, c’était parfait 🙏 Je prends la carte de 10",
)

# title, for whom (the front desk where nobody is named), due in so many hours
TO_DO = (
    ("Confirm the open day with the osteopath", "Inès Garnier", -20),
    ("Approve the December timetable", "Inès Garnier", 2),
    ("Call about the corporate offer", "Inès Garnier", 26),
    ("Send the prenatal class details", "Léa Fontaine", 1),
    ("Order new mats for Confluence", "", 4),
)

# What the studio adds to its class confirmation, before the goodbye.
GOODBYE = {"en": "See you soon,", "fr": "À bientôt,"}
OWN_WORDS = {
    "en": "Tea is on from half an hour before.\n\nSee you soon,",
    "fr": "Le thé vous attend une demi-heure avant.\n\nÀ bientôt,",
}

SERVICES = ("Discovery call", "Private session", "Osteopathy")

# What the studio asks before a private session: kind, question, more; the goal goes into the custom field too.
INTAKE_TITLE = "Before your first session"
INTAKE_QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("choice", "What would you like to work on?", {"options": list(FIELDS[0][2]), "field": "goal", "required": True}),
    ("yes_no", "Have you practised before?", {}),
    ("choices", "Does anything hurt?", {"options": ["Neck", "Shoulders", "Back", "Hips", "Knees"]}),
    ("long", "Anything we should know about your health?", {"help": "Injuries, operations, pregnancy."}),
    ("consent", "The team may keep these answers to look after me.", {"required": True}),
)
INTAKE_HEALTH = (
    "",
    "An old ankle sprain, nothing recent.",
    "Enceinte de 4 mois, tout va bien.",
    "Herniated disc in 2021, I avoid deep forward bends.",
    "",
)
