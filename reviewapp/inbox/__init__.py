"""Mail that comes in: fetched or posted, understood, and handed to the case it belongs to."""
