"""Review and UGC operations platform: ask, help, publish, reuse, learn."""

__version__ = "0.1.0"
