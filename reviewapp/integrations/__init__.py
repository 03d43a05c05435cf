"""From and to outside: the JSON API for orders and products, importers."""
