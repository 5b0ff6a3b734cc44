"""Lifelike people and a lively studio: for the demo, and for the tests, through the product's own verbs."""
