"""The one way out: events with their reactions, letters, webhooks."""
