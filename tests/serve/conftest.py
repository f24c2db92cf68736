from tests.operations.conftest import anyio_backend, template, yard

__all__ = ["anyio_backend", "template", "yard"]
