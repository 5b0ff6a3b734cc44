"""Outside services, one adapter a file."""
