"""Read-side pages: dashboard and activity feed."""
