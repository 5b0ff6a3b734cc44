"""E-mail addresses and phone numbers, as typed and as stored."""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Numbers typed without a country code are read as this country's, unless the studio says otherwise.
DEFAULT_REGION = "FR"


def clean_email(typed: str | None) -> str | None:
    """The address in its normal form, or None for one that cannot be one. The domain is not asked whether it exists."""
    if not typed or not typed.strip():
        return None
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def clean_phone(typed: str | None, region: str = DEFAULT_REGION) -> str | None:
    """The number as +33612345678 (E.164), or None for one that no numbering plan has."""
    if not typed or not typed.strip():
        return None
    try:
        number = phonenumbers.parse(typed.strip(), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spaced_phone(number: str) -> str:
    """A stored number as people read it: 06 12 34 56 78 at home, +44 20 7946 0018 from elsewhere."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    is_at_home = phonenumbers.region_code_for_number(parsed) == DEFAULT_REGION
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def faults(email: str | None, phone: str | None) -> list[str]:
    """Which of the two were typed and cannot be used: "email", "phone" (LEAD-19)."""
    found = []
    if email and email.strip() and clean_email(email) is None:
        found.append("email")
    if phone and phone.strip() and clean_phone(phone) is None:
        found.append("phone")
    return found
