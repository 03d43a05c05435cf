"""From and to outside: API for orders and products, importers."""
