"""The one predicate language: a rule says something about a contact, and is declared once (see `registry`)."""

from app.rules.registry import RULES, Rule, RuleUse, Since, Subject, UnknownRule, expression, rule

__all__ = ["RULES", "Rule", "RuleUse", "Since", "Subject", "UnknownRule", "expression", "rule"]
