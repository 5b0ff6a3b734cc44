"""What steps can do, one file a subject. Importing this package declares all actions."""

from app.sequences.actions import leads, lifecycle, messages, stop, tags, tasks, webhook

__all__ = ["leads", "lifecycle", "messages", "stop", "tags", "tasks", "webhook"]
