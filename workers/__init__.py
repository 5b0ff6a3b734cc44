"""The worker processes. `dramatiq workers` finds the broker and the actors here.

Imported inside a web process or a test, this package sets nothing up: only the `dramatiq` command line does.
"""
