"""The rules of the house, as tests whose messages teach."""
