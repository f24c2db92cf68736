"""The store's schema through time (Alembic)."""
