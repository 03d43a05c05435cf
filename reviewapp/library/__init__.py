"""Finding content, asking for what may be done with it, taking it out, taking it down."""
