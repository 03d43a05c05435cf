"""Photos: checked by content, rebuilt from their pixels, rendered, swept."""
