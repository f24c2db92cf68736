from tests.observe.conftest import workshop

__all__ = ["workshop"]
