"""What is measured, against what. `make bench` runs all of it on a private PostgreSQL that waits for its disk."""
